"""Events in, lines of a record out: each carries the SHA-256 of the line before it and of its own content.

The wall clock stands outside the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, TypeVar

from simulator.events.payloads import (
    NAMES,
    Payload,
)
from simulator.events.truth import LEFT_OUT

FORMAT = 1
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    t: float
    """Simulation seconds since the start of the drill."""
    actor: str
    """A role, or ``world``, or ``facilitator``."""
    payload: Payload
    wall: str = ""
    hash: str = ""

    @property
    def kind(self) -> str:
        return NAMES[type(self.payload)]

    @property
    def minutes(self) -> float:
        return self.t / 60


P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Record:
    """The events of one drill, in order."""

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()
    """What is wrong with the file: a broken chain, a line that does not read, an end that is missing."""

    def of(self, kind: type[P]) -> Iterator[tuple[Event, P]]:
        """Events of that kind with their payloads, in order."""
        for event in self.events:
            if isinstance(event.payload, kind):
                yield event, event.payload

    def first(self, kind: type[P]) -> tuple[Event, P] | None:
        return next(self.of(kind), None)

    @property
    def head(self) -> str:
        """The hash of the last event: names the whole record."""
        return self.events[-1].hash if self.events else GENESIS


def plain(value: object) -> Any:
    """What JSON writes for a value of this module; an encoder's ``default``."""
    if is_dataclass(value):
        held = {item: getattr(value, item.name) for item in fields(value)}
        return {
            item.name.rstrip("_"): one
            for item, one in held.items()
            if one is not None or LEFT_OUT not in item.metadata
        }
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return json.dumps(value, default=plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class Lines(Protocol):
    """Where lines are written."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class Recorder:
    """Appends events; each is on its way to the disk before it is shown, and before ``append`` returns.

    With no file the events are only kept, as for the replicas of a batch.
    """

    def __init__(self, out: Lines | None = None, *, now: Callable[[], str] = lambda: "") -> None:
        self.events: list[Event] = []
        self._out = out
        self._now = now
        self._held: list[tuple[str, Event]] = []
        self.heard: Callable[[Event], None] = lambda event: None
        """Told of each event after that: what it shows is in the record already."""

    def append(self, t: float, actor: str, payload: Payload, *, more: bool = False) -> Event:
        """``more``: the next event belongs to the same deed; both are written at once, so that no crash parts them."""
        content = self._content(t, actor, payload)
        event = Event(len(self.events), t, actor, payload, self._now(), chain(self.head, content))
        self.events.append(event)
        self._held.append((line(content, event), event))
        if not more:
            self._write()
        return event

    def scrape(self, t: float, actor: str, show: Callable[[], Payload]) -> None:
        """Append what the service shows."""
        self.append(t, actor, show())

    def _content(self, t: float, actor: str, payload: Payload) -> str:
        """What is hashed of the next event."""
        return canonical(
            {"seq": len(self.events), "t": t, "kind": NAMES[type(payload)], "actor": actor, "data": payload}
        )

    def _write(self) -> None:
        """Put what was held back on its way to the disk; then it may be shown."""
        held, self._held = self._held, []
        if self._out is not None:
            self._out.write("".join(text for text, _ in held))
            self._out.flush()
        for _, event in held:
            self.heard(event)

    @property
    def head(self) -> str:
        """The hash of the last event."""
        return self.events[-1].hash if self.events else GENESIS

    def record(self) -> Record:
        return Record(tuple(self.events))


class Unchained(Recorder):
    """Keeps what was done and what alerts came, in memory and without hashes; scrapes are counted, not kept.

    Event for event the same as a whole record, but for those: enough to judge what came of a drill, and no proof.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next = 0

    def append(self, t: float, actor: str, payload: Payload, *, more: bool = False) -> Event:
        event = Event(self._next, t, actor, payload)
        self._next += 1
        self.events.append(event)
        return event

    def scrape(self, t: float, actor: str, show: Callable[[], Payload]) -> None:
        self._next += 1


def chain(before: str, content: str) -> str:
    """The hash of an event: over the hash before it and its own content."""
    return hashlib.sha256(f"{before}{content}".encode()).hexdigest()


def line(content: str, event: Event) -> str:
    """One line of the file: the hashed content, then what stands outside the hash."""
    outside = canonical({"wall": event.wall, "hash": event.hash})
    return f"{content[:-1]},{outside[1:]}\n"
