"""Events of a record in, what everybody could see after them out: readings, alerts, controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from generator.model import Condition, Setting
from simulator.events import AlertChanged, ControlTookEffect, Observed, Started

ROUNDING = 1e-5
"""Readings are recorded with six digits; what could be due to that speaks for the team."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What everybody could see at an instant of the record."""

    controls: Mapping[str, Setting]
    keys: Mapping[tuple[str, str], str] = field(repr=False)
    """``(runbook, signal)`` to the key under which the record has it."""
    readings: Mapping[str, float | None] = field(default_factory=dict)
    firing: frozenset[str] = frozenset()

    @classmethod
    def at_start(cls, started: Started) -> Shown:
        keys = {(card.runbook, card.id.removeprefix(f"{card.runbook}/")): card.id for card in started.signals}
        return cls({card.id: card.default for card in started.controls}, keys)

    def after(self, payload: object) -> Shown:
        """The same once that has happened."""
        match payload:
            case Observed(signals=signals):
                return replace(self, readings=signals)
            case ControlTookEffect(control, value):
                return replace(self, controls={**self.controls, control: value})
            case AlertChanged(signal=signal, state="firing"):
                return replace(self, firing=self.firing | {signal})
            case AlertChanged(signal=signal):
                return replace(self, firing=self.firing - {signal})
        return self

    def holds(self, that: Condition, runbook: str, *, kindly: bool = True) -> bool:
        """Whether a runbook's condition holds; ``kindly``: what may be due to rounding counts as holding.

        A missing value satisfies neither above nor below.
        """
        if that.all:
            return all(self.holds(part, runbook, kindly=kindly) for part in that.all)
        if that.any:
            return any(self.holds(part, runbook, kindly=kindly) for part in that.any)
        if that.not_ is not None:
            return not self.holds(that.not_, runbook, kindly=not kindly)
        if that.control is not None:
            return self.controls.get(that.control) == that.equals
        key = self.keys.get((runbook, that.signal or ""), "")
        if that.is_ is not None:
            return (key in self.firing) is (that.is_ == "firing")
        value = self.readings.get(key)
        limit = that.above if that.above is not None else that.below
        if value is None or limit is None:
            return False
        slack = ROUNDING * max(abs(value), abs(limit)) * (1 if kindly else -1)
        return value > limit - slack if that.above is not None else value < limit + slack
