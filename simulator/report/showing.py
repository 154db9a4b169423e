"""A record in, what participants could see at each instant of it out: readings, alerts, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.model import Condition, Setting
from simulator.events import AlertChanged, ControlTookEffect, Observed, Record, Started


@dataclass(frozen=True, slots=True)
class Shown:
    """One scrape, with the alerts that fire and the settings in force."""

    minutes: float
    seq: int
    values: Mapping[str, float | None]
    settings: Mapping[str, Setting]
    firing: frozenset[str]
    keys: Mapping[tuple[str, str], str] = field(repr=False)
    """Runbook and signal -> the key of its readings."""

    def holds(self, condition: Condition, runbook: str) -> bool:
        """Whether a runbook's condition holds. A missing value satisfies neither above nor below."""
        if condition.all:
            return all(self.holds(part, runbook) for part in condition.all)
        if condition.any:
            return any(self.holds(part, runbook) for part in condition.any)
        if condition.not_ is not None:
            return not self.holds(condition.not_, runbook)
        if condition.control is not None:
            return self.settings.get(condition.control) == condition.equals
        key = self.keys.get((runbook, condition.signal or ""), "")
        if condition.is_ is not None:
            return (key in self.firing) == (condition.is_ == "firing")
        value = self.values.get(key)
        if value is None:
            return False
        if condition.above is not None:
            return value > condition.above
        return condition.below is not None and value < condition.below


def shown(record: Record) -> Iterator[Shown]:
    """Every scrape of a record, in order; the alerts are those right after it."""
    found = record.first(Started)
    if found is None:
        return
    keys = {(card.runbook, card.id.rpartition("/")[2]): card.id for card in found[1].signals}
    settings = {card.id: card.default for card in found[1].controls}
    firing: frozenset[str] = frozenset()
    scrape: tuple[float, int, Mapping[str, float | None], Mapping[str, Setting]] | None = None
    for event in record.events:
        said = event.payload
        if isinstance(said, Observed):
            if scrape is not None:
                yield Shown(*scrape, firing, keys)
            scrape = (event.minutes, event.seq, said.signals, dict(settings))
        elif isinstance(said, AlertChanged):
            firing = firing | {said.signal} if said.state == "firing" else firing - {said.signal}
        elif isinstance(said, ControlTookEffect):
            settings[said.control] = said.value
    if scrape is not None:
        yield Shown(*scrape, firing, keys)


def signals_of(condition: Condition) -> tuple[str, ...]:
    """The signals that a condition speaks of, each once."""
    parts = [*condition.all, *condition.any, *([condition.not_] if condition.not_ else ())]
    own = [condition.signal] if condition.signal else []
    return tuple(dict.fromkeys([*own, *(name for part in parts for name in signals_of(part))]))
