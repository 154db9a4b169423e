"""A proxy before a target whose answers a test writes, all in one loop: bytes in, bytes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import uvloop

from simulator.live.lease import Cap, Effect, Lease
from simulator.live.process import LOOPBACK
from simulator.live.proxy.client import Caller
from simulator.live.proxy.dataplane import DataPlane
from simulator.live.proxy.serving import Options, assembled
from simulator.live.proxy.target import Target

LIMIT_S = 60.0
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"score": 0.5}'

T = TypeVar("T")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def run(scenario: Coroutine[Any, Any, T], *, loop: str = "uvloop") -> T:
    """Play a scenario on a loop of its own, within the limit."""

    async def limited() -> T:
        async with asyncio.timeout(LIMIT_S):
            return await scenario

    factory = uvloop.new_event_loop if loop == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(limited())


async def until(holds: Callable[[], object]) -> None:
    """Returns when a state is reached; the scenario's limit ends a state that never is."""
    while not holds():
        await asyncio.sleep(0.005)


@dataclass
class Played:
    """A target that keeps what it got; it answers with what the test put down, in order, and else with ``OK``."""

    answers: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    closes: bool = False
    """It closes each connection after its answer, without saying so."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await body_of(head, reader)
            self.heads.append(head)
            self.bodies.append(body)
            writer.write(self.answers.pop(0) if self.answers else OK)
            await writer.drain()
            if self.closes:
                return


@dataclass
class Stage:
    plane: DataPlane
    port: int
    folder: Path

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(LOOPBACK, self.port, limit=2**24)

    async def ask(self, request: bytes) -> bytes:
        """What comes back on a connection of its own, until its end."""
        reader, writer = await self.connect()
        writer.write(request)
        try:
            return await reader.read()
        finally:
            await closed(writer)

    async def grant(self, *effects: Effect, id: str = "f1", **with_: Any) -> None:
        await self.plane.table.grant(Lease(id, effects, **{"seed": 7, **with_}))


@asynccontextmanager
async def stage(
    handler: Handler | None = None,
    *,
    cap: Cap | None = None,
    timeout_s: float = 60.0,
    base: bytes = b"",
    spared: tuple[str, ...] = (),
) -> AsyncIterator[Stage]:
    """A proxy before a target; without a handler, before nothing that listens."""
    async with served(handler) as port:
        with TemporaryDirectory() as folder:
            options = Options(
                target=Target(LOOPBACK, port, base=base),
                journal=Path(folder) / "journal.jsonl",
                cap=cap or Cap(),
                timeout_s=timeout_s,
                spared=spared,
            )
            async with proxied(options) as found:
                yield found


@asynccontextmanager
async def proxied(options: Options) -> AsyncIterator[Stage]:
    loop = asyncio.get_running_loop()
    plane = assembled(options, loop)
    server = await loop.create_server(lambda: Caller(plane), LOOPBACK, 0)
    try:
        yield Stage(plane, server.sockets[0].getsockname()[1], options.journal.parent)
    finally:
        server.close()
        plane.table.end_all("the test is over")
        for caller in list(plane.callers):
            caller.transport.abort()
        await plane.pool.close()
        await until(lambda: not plane.callers)
        plane.table.close()


@asynccontextmanager
async def served(handler: Handler | None) -> AsyncIterator[int]:
    """The port of a server; without a handler, one that refuses."""
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            if handler is not None:
                with suppress(asyncio.IncompleteReadError, ConnectionError):
                    await handler(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(accepted, LOOPBACK, 0)
    port: int = server.sockets[0].getsockname()[1]
    if handler is None:
        server.close()
        await server.wait_closed()
    try:
        yield port
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def body_of(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """The body that a head announces."""
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if fields.get(b"transfer-encoding") == b"chunked":
        return await chunks(reader)
    return await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


async def answer_from(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of one answer on a connection that goes on."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head, await body_of(head, reader)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def post(body: bytes, *lines: str, path: str = "/predict", ends: bool = True) -> bytes:
    """A request with a body; ``ends``: it is the last on its connection."""
    head = [f"POST {path} HTTP/1.1", "Host: proxy", f"Content-Length: {len(body)}", *lines]
    if "Content-Type" not in "".join(lines):
        head.append("Content-Type: application/json")
    if ends:
        head.append("Connection: close")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def get(path: str = "/", *lines: str, ends: bool = True, method: str = "GET") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: proxy", *lines]
    if ends:
        head.append("Connection: close")
    return "\r\n".join([*head, "", ""]).encode("latin-1")


def named(head: bytes, name: str) -> list[bytes]:
    """The values of a field in a head."""
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return [value.strip() for key, _, value in lines if key.lower() == name.lower().encode()]
