"""One request's way in: through what falls on it, to the target, and the answer's way back to the caller."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simulator.live.clock import monotonic
from simulator.live.proxy.answer import JSON, Answer, said
from simulator.live.proxy.falling import WHOLE_BYTES, Fall
from simulator.live.proxy.head import LAST_CHUNK, chunk
from simulator.live.proxy.line import Line
from simulator.live.proxy.reply import Reply
from simulator.live.proxy.request import Request

if TYPE_CHECKING:
    from simulator.live.proxy.client import Caller
    from simulator.live.proxy.dataplane import DataPlane

SLICE_S = 0.25
"""Whoever is delayed looks so often whether the lease that delays it still lives."""
SOON_S = 0.0005
"""Timers are no more exact than this."""
IDEMPOTENT = frozenset({b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE"})
"""What may be sent again when nobody knows whether it arrived (RFC 9110, 9.2.2)."""


class Exchange:
    """Told of every event by the caller's side, by the target's side and by the clock; waits for nothing."""

    __slots__ = (
        "_again",
        "_began",
        "_caller",
        "_ended",
        "_fall",
        "_heard",
        "_line",
        "_plane",
        "_reached",
        "_reply",
        "_sent",
        "_timer",
        "_waited",
        "over",
        "request",
        "wants_head",
    )

    def __init__(self, plane: DataPlane, caller: Caller, request: Request) -> None:
        self._plane, self._caller, self.request = plane, caller, request
        self._began = self._heard = monotonic()
        self._fall: Fall | None = None
        self._line: Line | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reply = Reply(plane, caller, request)
        self._again: bytes | None = None
        """What to send once more if the connection was stale."""
        self._sent = self._ended = self.over = False
        self.wants_head = request.method == b"HEAD"
        self._waited = self._reached = 0.0

    def start(self) -> None:
        """Its way begins; all of the request that is awaited is here."""
        plane, request = self._plane, self.request
        plane.counters.requests += 1
        if plane.table.any:
            body = request.whole() if request.complete and request.size <= WHOLE_BYTES else None
            self._fall = plane.falling.on(request, request.id.decode("latin-1"), body, self._began)
        if self._fall is not None and self._fall.is_held:
            self._wait()
        else:
            self._reach()

    # What falls on it before it gets to the target.

    def _wait(self) -> None:
        """Wait as long as the leases say that live, and as they live."""
        assert self._fall is not None
        self._timer = None
        now = monotonic()
        left = self._began + self._fall.delay_s(now) - now
        if left > SOON_S:
            self._timer = self._plane.loop.call_later(min(left, SLICE_S), self._wait)
            return
        self._waited = now - self._began
        resets, refusal = self._fall.instead(now)
        if resets:
            self._caller.reset()
            self._finish()
        elif refusal is not None:
            self._reply.refuse(refusal, self._fall.header(now))
            self._finish()
        else:
            self._reach()

    # To the target.

    def _reach(self) -> None:
        self._reached = self._heard = now = monotonic()
        self._waited = now - self._began
        line = self._plane.pool.take()
        if line is None:
            self._plane.pool.dial(self)
        else:
            self.connected(line)

    def connected(self, line: Line) -> None:
        self._line = line
        line.serve(self)
        self._heard = now = monotonic()
        if self._again is not None:
            line.write(self._again)
            self._again = None
            return
        data = self._composed(now)
        self._sent = self.request.complete
        line.write(data)
        self._caller.taken()
        if self._sent and line.served and self.request.method in IDEMPOTENT:
            self._again = data

    def _composed(self, now: float) -> bytes:
        """Head and body for the target, as far as the body is here."""
        request, fall, fault = self.request, self._fall, b""
        body = request.take()
        if fall is not None:
            fault, edited = fall.header(now), fall.edited(now)
            if edited is not None:
                body = edited
                request.edited()
            if fall.is_seen and fall.wants_answer(now):
                request.plainly()
        plane = self._plane
        if request.complete:
            return request.head(plane.place, plane.base, fault=fault, body=len(body)) + body
        length = None if request.chunked else request.length
        head = request.head(plane.place, plane.base, fault=fault, body=length)
        return head + (chunk(body) if request.chunked else body)

    def more(self) -> None:
        """More of the request is here."""
        if self._line is None or self._sent:
            return
        self._heard = monotonic()
        request = self.request
        data = request.take()
        if request.chunked:
            data = chunk(data) + (LAST_CHUNK if request.complete else b"")
        self._sent = request.complete
        if data:
            self._line.write(data)

    @property
    def waits(self) -> bool:
        """Whether it has no use for more of the request yet."""
        return self._line is None

    @property
    def begun(self) -> bool:
        """Whether the caller has some of the answer."""
        return bool(self._reply.status)

    def hold(self) -> None:
        self._caller.hold("target")

    def go_on(self) -> None:
        self._caller.go_on("target")

    # Back to the caller.

    def came(self, answer: Answer, done: bool) -> None:
        self._heard = monotonic()
        self._again = None
        reply, line = self._reply, self._line
        if reply.status:
            reply.go_on(answer.take(), done=done)
        else:
            fall = self._fall
            if fall is not None and fall.is_seen:
                self._slow(fall)
            bodiless = line is not None and line.bodiless
            if not reply.begin(answer, fall, self._heard, done=done, bodiless=bodiless):
                return
        if reply.drip is not None and reply.full and line is not None:
            line.pause()
        if done or reply.cut:
            self._came_all()

    def _slow(self, fall: Fall) -> None:
        """From now on the answer comes no faster than the leases let it, where they say so."""
        if self._reply.drip is None and fall.bytes_per_s(self._heard) is not None:
            self._reply.slow(lambda: fall.bytes_per_s(monotonic()), self._drained)

    def _came_all(self) -> None:
        self._let_go()
        self._ended = True
        if self._reply.drip is None or not self._reply.held:
            self._finish()

    def _drained(self) -> None:
        if self._ended:
            self._finish()
        elif self._line is not None:
            self._line.resume()

    def pause(self) -> None:
        """The caller takes nothing more at the moment."""
        if self._reply.drip is not None:
            self._reply.drip.paused = True
        elif self._line is not None:
            self._line.pause()

    def resume(self) -> None:
        if self._reply.drip is not None:
            self._reply.drip.paused = False
        elif self._line is not None:
            self._line.resume()

    # Ends that nobody asked for.

    def unreached(self, status: int, kind: str, sentence: str) -> None:
        if not self.over:
            self._fail(status, kind, sentence)

    def lost(self, line: Line, error: str) -> None:
        self._line = None
        if self._again is not None and line.answer is None:
            self._plane.counters.retried += 1
            self._plane.pool.dial(self)
            return
        self._fail(502, "lost", f"the target gave no answer: {error}")

    def check(self, now: float) -> None:
        """Give up on a target that says nothing."""
        if not self._reached or self._ended or now - self._heard <= self._plane.timeout_s:
            return
        if self._line is None or not self._line.paused:
            self._fail(504, "timeout", f"the target said nothing for {self._plane.timeout_s:g} s")

    def _fail(self, status: int, kind: str, sentence: str) -> None:
        self._plane.counters.upstream[kind] += 1
        if self._line is not None:
            self._line.drop()
            self._line = None
        if self._reply.status:
            # Half of the answer is there already: all that can be said is that it is not whole.
            self._reply.cut = True
            self._came_all()
            return
        fault = b"" if self._fall is None else self._fall.header(monotonic())
        self._reply.whole(status, [JSON], said(sentence), fault)
        self._finish()

    def gone(self) -> None:
        """The caller has left."""
        if self.over:
            return
        self._plane.counters.gone += 1
        if self._timer is not None:
            self._timer.cancel()
        if self._reply.drip is not None:
            self._reply.drip.stop()
        if self._line is not None:
            self._line.drop()
            self._line = None
        self._close(failed=True)

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.release(whole=self._sent)

    def _finish(self) -> None:
        if self._line is not None:
            self._let_go()
        reply = self._reply
        self._close(failed=reply.status >= 500 or reply.status == 0 or reply.cut)
        if reply.cut and reply.unbounded:
            self._caller.reset()  # its end would look like that of a whole answer
        elif reply.cut:
            self._caller.cut()
        else:
            self._caller.done(keeps=reply.keeps)

    def _close(self, *, failed: bool) -> None:
        self.over = True
        now, plane = monotonic(), self._plane
        plane.table.observe(now - self._began, failed)
        if self._fall is not None:
            plane.tell(self, self._fall, self._reply.status, now)

    @property
    def times(self) -> tuple[float, float, float]:
        """When it began, how long it was delayed, and when it went on to the target (0: never)."""
        return self._began, self._waited, self._reached
