"""A record in, when it was played, up to when, and when the clock stood, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from simulator.events.payloads import Ended, Paused, Resumed
from simulator.events.record import Record
from simulator.events.truth import Revealed


def day_of(record: Record) -> date | None:
    """On which it began, in UTC; None where the record does not tell."""
    try:
        return datetime.fromisoformat(record.events[0].wall).astimezone(UTC).date()
    except (IndexError, ValueError):
        return None


def end_of(record: Record) -> float:
    """Minutes up to the end of the drill; of one that was cut off, up to its last event."""
    ended = record.first(Ended)
    if ended is not None:
        return ended[0].minutes
    return max((e.minutes for e in record.events if not isinstance(e.payload, Revealed)), default=0.0)


def was_interrupted(record: Record) -> bool:
    """Whether it was cut short by a signal, so that half of it was never played."""
    return any(ended.reason == "interrupted" for _, ended in record.of(Ended))


def pauses(record: Record) -> Iterator[tuple[float, float]]:
    """From and to, in minutes of the drill, of each of the facilitator's pauses; the end closes the last."""
    since: float | None = None
    for event in record.events:
        if isinstance(event.payload, Paused) and since is None:
            since = event.minutes
        elif isinstance(event.payload, Resumed) and since is not None:
            yield since, event.minutes
            since = None
    if since is not None:
        yield since, end_of(record)
