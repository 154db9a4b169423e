"""One request's way through the observer: unchanged in, unchanged on, and what there was of it told when it is over.

The way is the fault proxy's own, with nothing that ever falls on it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.live.bodies import read
from simulator.live.bodies.reading import MOST_BYTES
from simulator.live.clock import monotonic
from simulator.live.headers import ASIDE, FAULT
from simulator.live.observer.encoded import decoded
from simulator.live.observer.measures import Measures
from simulator.live.observer.own import Own
from simulator.live.proxy.answer import Answer
from simulator.live.proxy.exchange import Exchange
from simulator.live.proxy.head import Field
from simulator.live.proxy.line import Line
from simulator.live.proxy.request import Request

if TYPE_CHECKING:
    from simulator.live.observer.faces import Face
    from simulator.live.proxy.client import Caller
    from simulator.live.proxy.dataplane import DataPlane

_log = logging.getLogger(__name__)
_ASIDE, _FAULT = ASIDE.lower().encode(), FAULT.lower().encode()


class Passing(Exchange):
    """Nothing is added to a request or taken from it but what concerns one connection alone."""

    __slots__ = ("_id", "_is_measured", "_measures")

    def __init__(self, plane: DataPlane, caller: Caller, request: Request, measures: Measures) -> None:
        super().__init__(plane, caller, request)
        self._measures = measures
        self._is_measured = (
            request.method == b"POST"
            and request.path == measures.deployment.path
            and not any(name.lower() == _ASIDE for name, _ in request.fields)
        )
        self._id = request.id.decode("latin-1") if request.named else ""
        # One that came without an id goes on without one.
        request.named = True
        request.lines.extend(map(_line, filter(_is_fault, request.fields)))

    def ended(self) -> None:
        """It is over, and was to be measured."""

    def _close(self, *, failed: bool) -> None:
        super()._close(failed=failed)
        if self._is_measured:
            self._is_measured = False
            self.safely(self.ended)

    def safely(self, measure: Callable[[], None]) -> None:
        """Whatever is amiss there: requests have to get through."""
        try:
            measure()
        except Exception:
            self._measures.unread["error"] += 1
            _log.exception("a request was not measured")


class InFront(Passing):
    """Between clients and whatever stands before the target: what they get, and when."""

    _plane: Face
    __slots__ = ("_goes_past", "_has_left", "_own")

    def __init__(self, plane: Face, caller: Caller, request: Request, measures: Measures, own: Own) -> None:
        super().__init__(plane, caller, request, measures)
        self._own, self._has_left, self._goes_past = own, False, False

    def start(self) -> None:
        if self._own.is_meant(self.request):
            self._is_measured = False
            self._meet()
            return
        self._measures.under_way += self._is_measured
        super().start()

    def unreached(self, status: int, kind: str, sentence: str) -> None:
        """A fault proxy that is gone takes no target with it: then requests go past its place."""
        spare = self._plane.spare
        if kind != "unreachable" or spare is None or self._goes_past or self.over:
            super().unreached(status, kind, sentence)
            return
        self._goes_past = True
        self._measures.past += 1
        line = spare.take()
        if line is None:
            spare.dial(self)
        else:
            self.connected(line)

    def gone(self) -> None:
        self._has_left = not self.over
        super().gone()

    def ended(self) -> None:
        self._measures.under_way -= 1
        seconds = monotonic() - self._began
        if self._has_left:
            self._measures.left(seconds)
        else:
            self._measures.ended(0 if self._reply.cut else self._reply.status, seconds)

    def _meet(self) -> None:
        made = self._own.answer(self.request)
        self._reply.whole(made.status, [f"Content-Type: {made.content_type}".encode()], made.body, b"")
        self._finish()


class InBack(Passing):
    """Before the target itself: what it is asked, and what it answers."""

    __slots__ = ("_answer", "_answered", "_asked")

    def __init__(self, plane: DataPlane, caller: Caller, request: Request, measures: Measures) -> None:
        super().__init__(plane, caller, request, measures)
        self._asked, self._answered = Copy(), Copy()
        self._answer: Answer | None = None

    def connected(self, line: Line) -> None:
        if self._is_measured and self._again is None:
            self._asked.add(self.request.pieces)
        super().connected(line)

    def more(self) -> None:
        if self._is_measured and self._line is not None and not self._sent:
            self._asked.add(self.request.pieces)
        super().more()

    def came(self, answer: Answer, done: bool) -> None:
        if self._is_measured:
            self._answer = answer
            self._answered.add(answer.pieces)
        super().came(answer, done)

    def ended(self) -> None:
        # The bytes go on first.
        self._plane.loop.call_soon(self.safely, self._measure)

    def _measure(self) -> None:
        request, answer = self.request, self._answer
        asked, answered = self._asked.decoded(request.encoding), None
        document, why = None, "too_long" if self._asked.is_too_long else "encoded"
        if asked is not None:
            document = read(request.path, request.content_type.decode("latin-1"), asked)
            why = "not_understood"
        if answer is not None and 200 <= answer.status < 300 and not self._reply.cut:
            # What was answered and cannot be read is an answer, too.
            answered = self._answered.decoded(answer.encoding) or b""
        self._measures.asked(document, answered, id=self._id, why=why)


class Copy:
    """A body as it passes; nothing is kept of one that is too long to be read."""

    __slots__ = ("_size", "is_too_long", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self._size, self.is_too_long = 0, False

    def add(self, pieces: list[bytes]) -> None:
        self._size += sum(map(len, pieces))
        self.is_too_long = self._size > MOST_BYTES
        if self.is_too_long:
            self.pieces.clear()
        else:
            self.pieces.extend(pieces)

    def decoded(self, encoding: bytes) -> bytes | None:
        """What it says; None where it is too long, or in an encoding that is not read."""
        return None if self.is_too_long else decoded(b"".join(self.pieces), encoding, most=MOST_BYTES)


def _is_fault(field: Field) -> bool:
    return field[0].lower() == _FAULT


def _line(field: Field) -> bytes:
    return field[0] + b": " + field[1]
