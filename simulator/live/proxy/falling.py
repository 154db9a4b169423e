"""A request and the leases in force in, what falls on it out; nothing where it is spared or not understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.live.lease import Course
from simulator.live.proxy.answer import Answer
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.head import Headers
from simulator.live.proxy.leases import Grant, Table
from simulator.live.proxy.paths import is_spared, is_within
from simulator.live.proxy.request import Request

if TYPE_CHECKING:
    from simulator.live.bodies import Document
    from simulator.live.effects import Fate, Refusal

WHOLE_BYTES = 8 * 2**20
"""Longer bodies are passed on as they come, and no lease reads them."""


class Fall:
    """What falls on one request, lease by lease. What a lease does ends with it, even halfway."""

    __slots__ = ("_header", "body", "fates", "is_held", "is_seen")

    def __init__(self, fates: list[tuple[Grant, Fate]], body: bytes | None) -> None:
        """``body``: the edited one, None where none is edited."""
        self.fates, self.body = fates, body
        self._header = b", ".join([grant.header for grant, _ in fates if grant.header])
        self.is_held = self.is_seen = False
        """Whether something stands between it and the target; and between the target's answer and the caller.

        Most faults edit bodies alone: then nobody has to ask for the rest at each turn of the way.
        """
        for grant, fate in fates:
            if fate.delay_s > 0 or fate.reset or fate.refuse is not None or fate.swallow is not None:
                self.is_held = True
            if fate.bytes_per_s or fate.truncate is not None or grant.prepared.needs_answer_body:
                self.is_seen = True

    def live(self, now: float) -> list[tuple[Grant, Fate]]:
        return [(grant, fate) for grant, fate in self.fates if now < grant.ends]

    def delay_s(self, now: float) -> float:
        """Of all leases in force together."""
        return sum([fate.delay_s for _, fate in self.live(now)])

    def edited(self, now: float) -> bytes | None:
        """The edited body, as long as all who edited it are in force; else None, for the body as it came."""
        body = self.body
        if body is not None:
            for grant, fate in self.fates:
                if now >= grant.ends and fate.edits_request:
                    return None
        return body

    def instead(self, now: float) -> tuple[bool, Refusal | None]:
        """What happens to it instead of an answer from the target: whether a reset, or which refusal."""
        for _, fate in self.live(now):
            if fate.reset:
                return True, None
            if fate.refuse is not None or fate.swallow is not None:
                return False, fate.refuse or fate.swallow
        return False, None

    def bytes_per_s(self, now: float) -> float | None:
        """The slowest of the throttles in force."""
        return min((fate.bytes_per_s for _, fate in self.live(now) if fate.bytes_per_s), default=None)

    def truncate(self, now: float) -> float | None:
        """The smallest share of the answer that anybody leaves."""
        shares = [fate.truncate for _, fate in self.live(now) if fate.truncate is not None]
        return min(shares, default=None)

    def wants_answer(self, now: float) -> bool:
        """Whether somebody has to see the whole answer before it goes on."""
        return self.is_seen and any(
            grant.prepared.needs_answer_body or fate.truncate is not None for grant, fate in self.live(now)
        )

    def header(self, now: float) -> bytes:
        """The leases in force that say so of themselves."""
        for grant, _ in self.fates:
            if now >= grant.ends:
                return b", ".join([grant.header for grant, _ in self.live(now) if grant.header])
        return self._header


class Falling:
    """Whom the leases fall on."""

    def __init__(
        self,
        table: Table,
        counters: Counters,
        *,
        read: Callable[[str, str, bytes], Document | None],
        strength: Callable[[Course, float], float],
        spared: frozenset[str] = frozenset(),
    ) -> None:
        """``read``: a body, by path and content type; ``strength``: of a course, by seconds since it began.

        ``spared``: paths that nothing falls on, beside those of health and metrics; as ``paths.plain`` writes them.
        """
        self._table, self._counters, self._read, self._strength = table, counters, read, strength
        self._spared = spared

    def wants_body(self, request: Request, id: str, now: float) -> bool:
        """Whether to wait until all of it is here."""
        if not request.bodied or (request.length or request.size) > WHOLE_BYTES:
            return False
        headers = Headers(request.fields)
        reaching = self._reaching(request, id, headers, now)
        return any(grant.prepared.needs_request_body for grant, _ in reaching)

    def on(self, request: Request, id: str, body: bytes | None, now: float) -> Fall | None:
        """What falls on a request; ``body``: all of it, None where it is too long."""
        headers = Headers(request.fields)
        reaching = self._reaching(request, id, headers, now, passes=True)
        if not reaching:
            return None
        try:
            return self._on(reaching, request, id, headers, body)
        except Exception:  # whatever is amiss here: the request has to get through
            self._counters.untouched["error"] += 1
            return None

    def _reaching(
        self, request: Request, id: str, headers: Headers, now: float, *, passes: bool = False
    ) -> list[tuple[Grant, float]]:
        """The leases that may fall on it as far as its head tells, each with its strength.

        ``passes``: it goes by now, and is asked about for the last time.
        """
        grants, path = self._table.live(), request.path
        if not grants or is_spared(path, self._spared):
            return []
        reaching = []
        for grant in grants:
            lease = grant.lease
            if lease.paths and not is_within(path, lease.paths):
                continue
            strength = self._strength(lease.course, now - grant.began)
            # What falls on all need not be drawn twice, and has no share to keep to.
            if strength * lease.share < 1:
                if passes and not grant.ration.left(grant.prepared.reach(strength)):
                    continue
                if not grant.prepared.may_fall(id, headers, strength):
                    continue
            reaching.append((grant, strength))
        return reaching

    def _on(
        self,
        reaching: list[tuple[Grant, float]],
        request: Request,
        id: str,
        headers: Headers,
        body: bytes | None,
    ) -> Fall | None:
        document, is_read, is_edited = None, False, False
        fates: list[tuple[Grant, Fate]] = []
        for grant, strength in reaching:
            prepared = grant.prepared
            if prepared.needs_request_body:
                if not is_read:
                    document, is_read = self._document(request, body), True
                if document is None:
                    continue
            fate = prepared.fate(id, document, headers, strength)
            if fate is not None:
                fates.append((grant, fate))
                is_edited |= fate.edits_request
                if strength * grant.lease.share < 1:
                    grant.ration.taken += 1
        if document is not None and document.unheld and not is_edited:
            self._counters.untouched[f"could not be edited: {document.unheld}"] += 1
        if not fates:
            return None
        return Fall(fates, document.dump() if is_edited and document is not None else None)

    def _document(self, request: Request, body: bytes | None) -> Document | None:
        """The body, where it can be understood; where there is one and it cannot, that is counted."""
        if not request.bodied:
            return None
        if body is None:
            self._counters.untouched["too_long"] += 1
            return None
        if request.encoding not in (b"", b"identity"):
            self._counters.untouched["encoded"] += 1
            return None
        document = self._read(request.path, request.content_type.decode("latin-1"), body)
        if document is None:
            self._counters.untouched["not_understood"] += 1
        return document

    def edit(self, fall: Fall, request: Request, answer: Answer, body: bytes, now: float) -> bytes:
        """An answer's body as the leases leave it; the same where they do not touch or understand it."""
        if not body or not fall.wants_answer(now):
            return body
        fates = [fate for grant, fate in fall.live(now) if grant.prepared.needs_answer_body]
        if not fates:
            return body
        try:
            document = None
            if answer.encoding in (b"", b"identity"):
                document = self._read(request.path, answer.content_type.decode("latin-1"), body)
            if document is None:
                self._counters.untouched["answer"] += 1
                return body
            edited = [fate.answer(document) for fate in fates]
            if any(edited):
                return document.dump()
            if document.unheld:
                self._counters.untouched[f"could not be edited: {document.unheld}"] += 1
            return body
        except Exception:  # whatever is amiss here: the answer has to get through
            self._counters.untouched["error"] += 1
            return body
