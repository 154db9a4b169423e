"""Where a proxy is in; twenty requests a second through it, whether each was answered and a fault fell on it, out."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.live.headers import FAULT, REQUEST_ID

APART_S, LONGEST_S = 0.05, 20.0
NOBODY = (b"", b"502", b"504")
"""What the proxy says for a target that does not; our sandbox fails a request now and then by itself, with 500."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request through the proxy. Seconds of the monotonic clock."""

    sent: float
    over: float
    """When its answer was here, or the hope of one had gone."""
    answered: bool
    faulted: bool
    status: str = ""


class Prober:
    """Asks all the time, and waits for no answer before it asks again."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._probes: list[Probe] = []
        self._over = threading.Event()

    @contextmanager
    def asking(self) -> Iterator[Prober]:
        thread = threading.Thread(target=lambda: asyncio.run(self._ask()), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.end()
            thread.join()

    def end(self) -> None:
        """Ask no more."""
        self._over.set()

    def since(self, moment: float) -> Sequence[Probe]:
        """Those that were sent since and are over, in the order in which they were sent."""
        return sorted((one for one in self._probes.copy() if one.sent >= moment), key=lambda one: one.sent)

    def is_faulted(self, since: float) -> bool:
        return any(one.faulted for one in self.since(since))

    async def _ask(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            number = 0
            while not self._over.is_set():
                number += 1
                tasks.create_task(self._one(f"probe-{number}"))
                await asyncio.sleep(APART_S)

    async def _one(self, id: str) -> None:
        sent, head = time.monotonic(), b""
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(LONGEST_S):
                head = await self._head(id)
        status = head.split(b" ", 2)[1] if head.startswith(b"HTTP/1.1 ") else b""
        faulted = f"\r\n{FAULT}:".lower().encode() in head.lower()
        self._probes.append(Probe(sent, time.monotonic(), status not in NOBODY, faulted, status.decode()))

    async def _head(self, id: str) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(_request(id))
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.read()
            return head
        finally:
            writer.close()


def _request(id: str) -> bytes:
    inputs = {"schedule-feed": {"distance_miles": 500.0, "scheduled_min": 100.0}}
    body = json.dumps({"id": id, "case": 1, "inputs": inputs}).encode()
    return (
        f"POST /predict HTTP/1.1\r\nHost: localhost\r\n{REQUEST_ID}: {id}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
