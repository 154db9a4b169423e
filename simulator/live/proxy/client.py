"""A caller's bytes in, its requests out, one after the other; and back the answers in the same order."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, cast

from simulator.live.clock import monotonic
from simulator.live.proxy.answer import refusal_of
from simulator.live.proxy.falling import WHOLE_BYTES
from simulator.live.proxy.head import BadMessageError
from simulator.live.proxy.reading import Reading
from simulator.live.proxy.request import Request

if TYPE_CHECKING:
    from simulator.live.proxy.dataplane import DataPlane
    from simulator.live.proxy.exchange import Exchange

HELD_BYTES = 256 * 1024
"""Of a request that cannot go on yet."""
HEAD_S = 30.0
"""A head is here so long after its first byte, and a body goes on so long after its last piece, or nothing comes."""
LINGER_S = 2.0
"""For the caller to read the last answer, before the connection is closed on what it still sends."""
_RESET = struct.pack("ii", 1, 0)


class Caller(asyncio.Protocol):
    """A connection from a caller. A caller that closes it has left: it wants no answer any more."""

    def __init__(self, plane: DataPlane) -> None:
        self._plane = plane
        self._exchange: Exchange | None = None
        self._held: set[str] = set()
        self._going = self._closed = False
        self._heard = monotonic()
        self._lingers = self._paused_at = 0.0
        self._read = Reading(plane.new_id, self._heard)
        self.paused = False
        """It takes nothing more at the moment."""
        self.transport: asyncio.Transport

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=HELD_BYTES)
        self._plane.callers.add(self)
        # Between two looks at who is connected, many may have come and gone.
        self._plane.seen = self._heard

    def connection_lost(self, error: Exception | None) -> None:
        self._closed = True
        self._plane.callers.discard(self)
        exchange, self._exchange = self._exchange, None
        self._read.queue.clear()
        if exchange is not None:
            exchange.gone()

    def data_received(self, data: bytes) -> None:
        if self._closed or self._lingers:
            return
        self._heard = monotonic()
        self._read.feed(data, self._heard)
        self._go()

    def pause_writing(self) -> None:
        self.paused, self._paused_at = True, monotonic()
        self.hold("caller")
        if self._exchange is not None:
            self._exchange.pause()

    def resume_writing(self) -> None:
        self.paused = False
        self.go_on("caller")
        if self._exchange is not None:
            self._exchange.resume()
        self._go()

    # One request after the other.

    def _go(self) -> None:
        if self._going or self._closed:
            return
        self._going = True
        try:
            while self._step():
                pass
        finally:
            self._going = False
        if self._held or len(self._read.queue) > 1 or self._read.filling is not None:
            self._regulate()

    def _step(self) -> bool:
        """Do what can be done next; False when there is nothing."""
        if self._closed or self._lingers:
            return False
        read = self._read
        if read.amiss is not None and read.filling is not None:
            return self._spoilt()
        if self._exchange is not None:
            self._exchange.more()
            return False
        if self.paused:
            return False
        if not read.queue:
            if read.amiss is not None:
                self._refuse(read.amiss)
            return False
        request = read.queue[0]
        if not (request.complete or self._is_ready(request)):
            return False
        exchange = self._exchange = self._plane.exchange(self, request)
        exchange.start()
        return self._exchange is None

    def _is_ready(self, request: Request) -> bool:
        """Whether its way may begin though not all of it is here: nobody has to see all of it."""
        if request.expects:
            request.expects = False
            if not request.size:
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.size > WHOLE_BYTES:
            return True
        return not self._plane.falling.wants_body(request, request.id.decode("latin-1"), self._heard)

    def _spoilt(self) -> bool:
        """What goes on as a request ends as none: it must not reach the target as if it were whole."""
        request, self._read.filling = self._read.filling, None
        exchange = self._exchange
        if exchange is not None and exchange.request is request:
            self._exchange = None
            exchange.gone()
            if exchange.begun:
                self.transport.abort()
                return False
        if request is not None and request in self._read.queue:
            self._read.queue.remove(request)
        return True

    def _refuse(self, amiss: BadMessageError) -> None:
        self._plane.counters.refused[amiss.status] += 1
        self.write(refusal_of(amiss.status, amiss.sentence))
        self._linger()

    def _regulate(self) -> None:
        """Take no more from the caller than can go on."""
        if len(self._read.queue) > 1:
            self.hold("queue")
        else:
            self.go_on("queue")
        request, exchange = self._read.filling, self._exchange
        if request is not None and exchange is not None and exchange.request is request and exchange.waits:
            if sum(map(len, request.pieces)) > HELD_BYTES:
                self.hold("waiting")
        elif "waiting" in self._held:
            self.go_on("waiting")

    # What an exchange calls.

    def write(self, data: bytes) -> None:
        if not self._closed:
            self.transport.write(data)

    def taken(self) -> None:
        """What was held back has gone on."""
        if self._held:
            self._regulate()

    def hold(self, why: str) -> None:
        """Take nothing more from the caller, for one reason of several."""
        if not self._held and not self._closed and not self.transport.is_closing():
            self.transport.pause_reading()
        self._held.add(why)

    def go_on(self, why: str) -> None:
        if why not in self._held:
            return
        self._held.discard(why)
        if not self._held and not self._closed and not self.transport.is_closing():
            self.transport.resume_reading()

    def done(self, *, keeps: bool) -> None:
        """The answer is on its way; ``keeps``: another request may come."""
        self._exchange = None
        if self._closed:
            return
        self._held.discard("target")
        if not keeps:
            self._linger()
            return
        read = self._read
        read.queue.popleft()
        if not self._going and (read.queue or read.amiss is not None or self._held):
            self._go()

    def cut(self) -> None:
        """Nothing more comes of an answer that is not whole."""
        self._exchange = None
        if not self._closed:
            self._closed = True
            self.transport.close()

    def reset(self) -> None:
        """End the connection as a crash would."""
        if self._closed:
            return
        self._closed = True
        held: socket.socket | None = self.transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _linger(self) -> None:
        """Say that nothing more comes, and leave the caller the time to read what came."""
        self._exchange = None
        self._read.queue.clear()
        self._lingers = monotonic()
        if self._held and not self.transport.is_closing():
            self._held.clear()
            self.transport.resume_reading()
        if not self.transport.is_closing():
            self.transport.write_eof()

    # What the clock calls.

    @property
    def since(self) -> float | None:
        """When the request that is under way began; None: none is."""
        return None if self._exchange is None else self._exchange.times[0]

    def leave(self) -> None:
        """Go, if nothing is under way."""
        if self._exchange is None and not self._read.queue and not self._lingers and not self._closed:
            self.transport.close()

    def check(self, now: float) -> None:
        """Give up on a caller, or on its request's target, that has said nothing for too long."""
        if self._lingers:
            if self.transport.get_write_buffer_size() and now - self._heard < self._plane.timeout_s:
                self._lingers = now
            elif now - self._lingers > LINGER_S:
                self.transport.abort()
        elif self.paused:
            if now - self._paused_at > self._plane.timeout_s:
                self.transport.abort()
        elif self._read.filling is not None and not self._held and now - self._heard > HEAD_S:
            self._read.amiss = BadMessageError(408, "the rest of the request did not come")
            self._go()
        elif self._exchange is not None:
            self._exchange.check(now)
        elif self._read.begun:
            if now - self._read.begun > HEAD_S:
                self._refuse(BadMessageError(408, "the rest of the request did not come"))
        elif now - self._heard > self._plane.idle_s:
            self.transport.close()
