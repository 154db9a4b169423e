"""Events and a measure of a drill in, the events that it describes out; one meaning for scores and for messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.model import Measure
from simulator.events.payloads import FACILITATOR, Answered
from simulator.events.record import Event, canonical


class Counting:
    """Which events of a record count, as they come: those of people and of the world, not the facilitator's.

    Of several answers to one message the first alone counts, so that nobody tries them all.
    """

    def __init__(self) -> None:
        self._answered: set[int] = set()

    def takes(self, event: Event) -> bool:
        """Whether the next event of the record counts."""
        if event.actor == FACILITATOR:
            return False
        if isinstance(event.payload, Answered):
            again = event.payload.message in self._answered
            self._answered.add(event.payload.message)
            return not again
        return True


def counted(events: Iterable[Event]) -> Iterator[Event]:
    """The events of a record that count."""
    counting = Counting()
    return (event for event in events if counting.takes(event))


def matches(event: Event, measure: Measure) -> bool:
    """Whether an event is of the measure's kind and its data hold the measure's values."""
    if event.kind != measure.event:
        return False
    if not measure.where:
        return True
    return _holds(json.loads(canonical(event.payload)), json.loads(canonical(measure.where)))


def _holds(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(key in row and _same(row[key], value) for key, value in wanted.items())


def _same(value: object, wanted: object) -> bool:
    # In Python True == 1; for a control it is another setting.
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
