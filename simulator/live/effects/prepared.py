"""A lease in; for each request, whether it falls on it and what becomes of it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.model import Slice
from simulator.live.bodies.document import Document
from simulator.live.bodies.fields import parsed
from simulator.live.effects.evenly import evenly, turned
from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import code, is_number
from simulator.live.lease import Lease

HEADER = "header:"


class Prepared:
    """What a lease does to requests. It remembers bodies where an effect replays them, and nothing else."""

    def __init__(self, lease: Lease, acts: Sequence[Act]) -> None:
        """ValueError with a sentence where share, slice or sticky key are none."""
        _check(lease, acts)
        self._share, self._slice = lease.share, lease.slice
        self._grows_in_size = lease.course.grows == "size"
        self._acts = tuple(acts)
        self._watchers = tuple(act.watch for act in acts if act.watch is not None)
        self._rank = turned(evenly(lease.seed, "hit"), lease.position)
        self._header, self._key = _sticky(lease.sticky)
        self.fields = frozenset(field for act in acts for field in act.fields)
        """What it may change."""
        looks = lease.slice is not None or bool(self._key)
        self.needs_request_body = looks or any(act.needs == "request" for act in acts)
        self.needs_answer_body = any(act.needs == "answer" for act in acts)

    def may_fall(self, request_id: str, headers: Mapping[str, str], intensity: float) -> bool:
        """False where ``fate`` has nothing to say whatever the body holds: then nobody has to read it."""
        if self._watchers:
            return True
        reach = self.reach(intensity)
        if reach <= 0:
            return False
        return bool(self._key) or self._rank(self._who(request_id, None, headers)) < reach

    def fate(
        self, request_id: str, document: Document | None, headers: Mapping[str, str], intensity: float
    ) -> Fate | None:
        """What becomes of a request, whose document is changed in place; None: the lease does not touch it.

        ``document``: None where it is not understood, or not needed. ``intensity``: of the lease's course now.
        """
        if not self._falls(request_id, document, headers, self.reach(intensity)):
            if document is not None:
                for watch in self._watchers:
                    watch(document)
            return None
        fate = Fate()
        for act in self._acts:
            sized = act.at(intensity) if self._grows_in_size and act.at is not None else act
            sized.fall(fate, document, request_id)
        return fate if fate.matters else None

    def reach(self, intensity: float) -> float:
        """The share of the requests that it falls on now."""
        return self._share * (float(intensity > 0) if self._grows_in_size else intensity)

    def _falls(
        self, request_id: str, document: Document | None, headers: Mapping[str, str], reach: float
    ) -> bool:
        """Whoever is reached by a little is reached by more."""
        if reach <= 0 or (self._slice is not None and not _inside(self._slice, document)):
            return False
        return reach >= 1 or self._rank(self._who(request_id, document, headers)) < reach

    def _who(self, request_id: str, document: Document | None, headers: Mapping[str, str]) -> str:
        """What decides with the seed: the sticky key, or the request's own id where it has none."""
        held: str | None = None
        if self._header:
            held = _header(headers, self._header)
        elif self._key and document is not None:
            values = document.get(self._key)
            held = code(values[0]) if values and values[0] is not None else None
        return request_id if held is None else f"key:{held}."


def _check(lease: Lease, acts: Sequence[Act]) -> None:
    if not is_number(lease.share) or not 0 <= lease.share <= 1:
        raise ValueError(f"share is {lease.share!r}, and has to be a number from 0 to 1")
    course = lease.course
    if not is_number(course.ramp_s) or course.ramp_s < 0:
        raise ValueError(f"ramp_s is {course.ramp_s!r}, and has to be a number of seconds from 0")
    if not is_number(course.age_s) or course.age_s < 0:
        raise ValueError(f"age_s is {course.age_s!r}, and has to be a number of seconds from 0")
    if course.duration_s is not None and not (is_number(course.duration_s) and course.duration_s > 0):
        raise ValueError(f"duration_s is {course.duration_s!r}, and has to be a number of seconds above 0")
    if course.grows == "size" and any(act.at is None for act in acts):
        raise ValueError("the size of its effects cannot grow, for one of them has none: let the share grow")
    if lease.slice is not None:
        parsed(lease.slice.field)
        if not lease.slice.least <= lease.slice.most:
            raise ValueError(
                f"slice: least is {lease.slice.least!r}, and has to be at most most, {lease.slice.most!r}"
            )


def _sticky(sticky: str) -> tuple[str, str]:
    """The header and the field that it names, one of them empty."""
    if sticky.startswith(HEADER):
        name = sticky.removeprefix(HEADER).strip()
        if not name:
            raise ValueError("sticky names no header: write header:NAME")
        return name.lower(), ""
    if sticky:
        parsed(sticky)
    return "", sticky


def _header(headers: Mapping[str, str], name: str) -> str | None:
    """A header's value, however its name is written."""
    held = headers.get(name)
    if held is not None:
        return held
    return next((value for key, value in headers.items() if key.lower() == name), None)


def _inside(slice: Slice, document: Document | None) -> bool:
    """Whether one of the rows lies in it; a body that is not understood lies nowhere."""
    values = document.get(slice.field) if document is not None else None
    for value in values or ():
        if is_number(value) and isinstance(value, (int, float)) and slice.least <= value <= slice.most:
            return True
    return False
