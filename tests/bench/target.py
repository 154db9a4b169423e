"""``python -m tests.bench.target PORT``: the same small answer to whatever is asked, as cheaply as Python can."""

from __future__ import annotations

import asyncio
import sys

import httptools

from simulator.live.options import loop_factory
from simulator.live.process import LOOPBACK

ANSWER = '{"prediction": 12.5, "probability": 0.62, "model": "delay-predictor", "version": "7"}'
_WHOLE = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n{ANSWER}"
).encode()


class _Answering(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's are none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._transport.write(_WHOLE)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as running:
        running.run(_serve(int(sys.argv[1])))
