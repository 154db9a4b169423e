"""The target's answer, or one of our own, in; bytes for the caller out, framed anew, at the pace that leases set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.live.proxy.answer import Answer, reason_of
from simulator.live.proxy.drip import Drip
from simulator.live.proxy.falling import WHOLE_BYTES, Fall
from simulator.live.proxy.head import LAST_CHUNK, chunk
from simulator.live.proxy.request import Request

if TYPE_CHECKING:
    from simulator.live.effects import Refusal
    from simulator.live.proxy.client import Caller
    from simulator.live.proxy.dataplane import DataPlane


class Reply:
    """The way back to one caller."""

    __slots__ = ("_caller", "_framed", "_plane", "_request", "cut", "drip", "keeps", "status", "unbounded")

    def __init__(self, plane: DataPlane, caller: Caller, request: Request) -> None:
        self._plane, self._caller, self._request = plane, caller, request
        self._framed = False
        self.drip: Drip | None = None
        self.status = 0
        """0: the caller has nothing of it yet."""
        self.keeps = request.keeps
        """Whether the caller's connection goes on behind it."""
        self.cut = self.unbounded = False
        """It ends before its end; only the connection's end says that it is over."""

    def refuse(self, refusal: Refusal, fault: bytes) -> None:
        """An answer that the target never gave."""
        lines = [
            f"{name}: {value}".encode("latin-1", "replace")
            for name, value in refusal.headers.items()
            if not {"\r", "\n"} & {*name, *value} and name.lower() not in ("content-length", "connection")
        ]
        self.whole(refusal.status, lines, refusal.body, fault)

    def whole(self, status: int, lines: list[bytes], body: bytes, fault: bytes) -> None:
        """An answer of our own, with these lines in its head."""
        answer = Answer(status, reason_of(status), [], "1.1")
        answer.lines = lines
        self.status = status
        self.keeps = self.keeps and self._request.complete and not self._plane.leaving
        head = answer.head(self._request, fault, keeps=self.keeps, length=len(body), chunked=False)
        self.write(head if self._request.method == b"HEAD" else head + body)

    def begin(self, answer: Answer, fall: Fall | None, now: float, *, done: bool, bodiless: bool) -> bool:
        """The target's head, and what there is of its body; False: as long as all of it is awaited."""
        fault, share = b"", None
        if fall is not None:
            if fall.is_seen:
                if not done and answer.size <= WHOLE_BYTES and fall.wants_answer(now):
                    return False
                share = fall.truncate(now)
            fault = fall.header(now)
        self.status = answer.status
        length, body, request = answer.length, b"", self._request
        if not bodiless:
            body = answer.take()
            if done:
                if fall is not None and fall.is_seen:
                    body = self._edited(answer, fall, body, now)
                length = len(body)
            elif length is None:
                self._framed, self.unbounded = request.modern, not request.modern
        self.keeps = self.keeps and request.complete and not self.unbounded and not self._plane.leaving
        if share is not None and body:
            body, self.cut, self.keeps = body[: int(share * len(body))], True, False
        head = answer.head(request, fault, keeps=self.keeps, length=length, chunked=self._framed)
        self.write(head + (chunk(body) if self._framed else body))
        return True

    def go_on(self, data: bytes, *, done: bool) -> None:
        """More of the target's body."""
        if self._framed:
            data = chunk(data) + (LAST_CHUNK if done else b"")
        if data:
            self.write(data)

    def slow(self, limit: Callable[[], float | None], drained: Callable[[], None]) -> None:
        """From now on so many bytes a second; see ``Drip``."""
        self.drip = Drip(self._plane.loop, limit=limit, write=self._caller.write, drained=drained)

    def write(self, data: bytes) -> None:
        if self.drip is None:
            self._caller.write(data)
        else:
            self.drip.put(data)

    @property
    def held(self) -> bool:
        """Whether some of it has not gone to the caller yet."""
        return self.drip is not None and not self.drip.empty

    @property
    def full(self) -> bool:
        return self.drip is not None and self.drip.full

    def _edited(self, answer: Answer, fall: Fall, body: bytes, now: float) -> bytes:
        edited = self._plane.falling.edit(fall, self._request, answer, body, now)
        if edited is not body:
            answer.edited()
        return edited
