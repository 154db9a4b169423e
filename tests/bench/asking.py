"""A server and a body in; how many requests a second it answers, or how late it answers so many a second, out.

At a constant rate requests go out when they are due, whether or not others have been answered (an open loop), and
each is late from the moment it was due: who waits for a connection waits, too.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httptools
import uvloop

from simulator.live.process import LOOPBACK

CONNECTIONS = 32
TICK_S = 0.001
_SCRIPT = """\
local file = io.open(os.getenv("BENCH_BODY"), "rb")
wrk.body = file:read("*a")
file:close()
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
"""
Request = Callable[[int], bytes]
"""One with that number."""


def request_of(path: str, body: bytes) -> Request:
    """Requests with that body, each with an id of its own."""
    start = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-Request-Id: r-"
    end = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    return lambda number: b"%b%d%b" % (start.encode(), number, end)


def most_per_s(port: int, path: str, body: bytes, seconds: int, folder: Path) -> float:
    """How many it answers a second when each connection asks again at once; by wrk, where it is installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return _most_by_ourselves(port, request_of(path, body), seconds)
    script, held = folder / "post.lua", folder / "body.json"
    script.write_text(_SCRIPT, encoding="utf-8")
    held.write_bytes(body)
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    said = subprocess.run(
        [*command, f"http://{LOOPBACK}:{port}{path}"],
        env={**os.environ, "BENCH_BODY": str(held)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if amiss := re.search(r"Non-2xx.*|Socket errors.*", said):
        raise RuntimeError(f"port {port}: {amiss[0]}")
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert found is not None, said
    return float(found[1])


def _most_by_ourselves(port: int, request: Request, seconds: int) -> float:
    with _loop() as runner:
        begun = monotonic()
        late = runner.run(_asked(port, request, lambda: 10**9, until=begun + seconds))
        return len(late) / (monotonic() - begun)


def latencies_s(port: int, request: Request, *, rate: float, requests: int) -> list[float]:
    """By number, how long after it was due each of so many requests was answered; ``rate``: a second."""
    with _loop() as runner:
        begun = monotonic() + 0.05
        return runner.run(
            _asked(
                port, request, lambda: int((monotonic() - begun) * rate) + 1, requests=requests,
                due=lambda number: begun + number / rate,
            )
        )  # fmt: skip


@contextmanager
def _loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


async def _asked(
    port: int,
    request: Request,
    due_now: Callable[[], int],
    *,
    requests: int = 10**9,
    until: float | None = None,
    due: Callable[[int], float] = lambda _: 0.0,
) -> list[float]:
    """``due_now``: how many are due by now, ``due``: when one was."""
    loop = asyncio.get_running_loop()
    idle: deque[_Connection] = deque()
    asked, late, limit = 0, {}, requests

    def ask() -> None:
        nonlocal asked
        ready = min(due_now(), limit)
        while idle and asked < ready and (until is None or monotonic() < until):
            idle.popleft().ask(asked, request(asked))
            asked += 1

    def answered(connection: _Connection, number: int) -> None:
        late[number] = monotonic() - due(number)
        idle.append(connection)
        ask()

    for _ in range(CONNECTIONS * (8 if until is None else 1)):
        _, connection = await loop.create_connection(lambda: _Connection(answered), LOOPBACK, port)
        idle.append(connection)
    while len(late) < limit and (until is None or monotonic() < until):
        ask()
        await asyncio.sleep(TICK_S)
    for connection in idle:
        connection.transport.close()
    return [late[number] for number in sorted(late)]


class _Connection(asyncio.Protocol):
    """One request at a time; an answer that is no 200 ends the measurement."""

    def __init__(self, answered: Callable[[_Connection, int], None]) -> None:
        self._answered, self._number = answered, -1
        self._parser = httptools.HttpResponseParser(self)
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's are none of asyncio's classes

    def ask(self, number: int, request: bytes) -> None:
        self._number = number
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() != 200:
            raise SystemExit(f"an answer of status {self._parser.get_status_code()}")
        self._answered(self, self._number)
