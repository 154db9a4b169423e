"""A record in, what the dimensions ask of it out: the truth, the clock without pauses, who did what when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from generator.model import Objectives
from simulator.events import (
    FACILITATOR,
    WORLD,
    ControlOrdered,
    ControlTookEffect,
    Decided,
    Ended,
    Event,
    Record,
    Resolved,
    Revealed,
    Started,
    StepEnded,
    StepStarted,
    TruthOfFault,
    end_of,
    pauses,
)
from simulator.scoring.curves import Curve, worse
from simulator.scoring.measured import area_of, judged, trial
from simulator.scoring.rubric import RESIDUAL
from simulator.scoring.words import Clock

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Truth:
    """The reveal of a drill in which something does harm; all times in minutes since the start."""

    reveal: Revealed
    faults: tuple[TruthOfFault, ...]
    """Those that cross the tolerance; the others are benign."""
    t0: float
    onset: float
    objectives: Objectives | None
    team: Curve
    warranted: Curve | None
    """The team's without what it turned by luck; None where it turned nothing so."""
    none: Curve
    oracle: Curve
    acted: float | None
    """When the first control of the team's took effect; None: none did."""
    played: float
    """Up to when the outcome is the team's: the horizon, or when it left an incident that was not over."""

    @property
    def credited(self) -> Curve:
        """What counts as the team's doing: no better than without what it turned by luck."""
        return self._credited(self.team)

    @property
    def tolerated(self) -> tuple[float, ...]:
        """The tolerance at each instant of the curves."""
        return (self.reveal.tolerance,) * len(self.team.minutes)

    @property
    def remaining(self) -> tuple[float, ...]:
        """What counts as mitigated: tolerated, and next to what the oracle leaves users with."""
        most = self.reveal.tolerance
        return tuple(min(most, value + RESIDUAL * most) for value in self.oracle.values)

    def seen(self, at: float, hold: float) -> bool:
        """Whether a state that began then was played for as long as it takes to know that it holds."""
        return self.played >= self.team.horizon or at + hold <= self.played

    def contained(self) -> float | None:
        """The first instant from t0 on of a return under tolerance that outlasts the longest hold."""
        hold = self.reveal.longest_hold_minutes
        return self._against(self.tolerated).returns(self.tolerated, since=self.t0, hold=hold)

    def back(self) -> float | None:
        """The instant of the return under tolerance that lasts to the horizon."""
        return self._against(self.tolerated).stays(self.tolerated, since=self.t0)

    def mitigated(self) -> float | None:
        """The instant from which users have, to the horizon, about what the oracle would leave them with.

        Never before ``back``: against each of two limits, chance may end harm at another step of a measured curve.
        """
        back, gone = self.back(), self._against(self.remaining).stays(self.remaining, since=self.t0)
        return None if back is None or gone is None else max(back, gone)

    def borne(self, at: float) -> float:
        """The team's impact at an instant from t0 on, above the tolerance only where that is no chance."""
        return self._judged(self.tolerated).at(at)

    def _against(self, limits: Sequence[float]) -> Curve:
        return self._credited(self._judged(limits))

    def _credited(self, team: Curve) -> Curve:
        return team if self.warranted is None else worse(team, self.warranted)

    def _judged(self, limits: Sequence[float]) -> Curve:
        """The team's curve; a measured one on that side of each limit on which its requests have it beyond chance."""
        hold = self.reveal.longest_hold_minutes
        counted = trial(self.reveal.impact, limits, since=self.t0, hold=hold)
        return self.team if counted is None else judged(self.team, counted)


@dataclass(frozen=True, slots=True)
class Case:
    """A record that has a first line, with what is read from it more than once."""

    record: Record
    started: Started
    reveal: Revealed | None
    truth: Truth | None
    """None for a drill without harm, and where there is no reveal."""
    pauses: tuple[tuple[float, float], ...]

    @property
    def clock(self) -> Clock:
        """Tells instants as the screens did."""
        return Clock(self.started.time)

    @property
    def end(self) -> float:
        """Minutes up to the end of the drill."""
        return end_of(self.record)

    def elapsed(self, since: float, at: float) -> float:
        """Minutes from one instant to another, without the facilitator's pauses."""
        paused = sum(max(0.0, min(end, at) - max(start, since)) for start, end in self.pauses)
        return at - since - paused

    def by_team(self, kind: type[P]) -> Iterator[tuple[Event, P]]:
        """What the participants did, without world and facilitator."""
        for event, payload in self.record.of(kind):
            if event.actor not in (WORLD, FACILITATOR):
                yield event, payload

    def curve(self, values: tuple[float, ...]) -> Curve:
        """One of the reveal's curves over the drill's horizon; a case without reveal has none."""
        minutes = self.reveal.impact.minutes if self.reveal else ()
        return Curve(minutes, values, self.started.horizon_minutes)

    def step_at(self, minutes: float | None) -> str:
        """``<runbook>/<step>`` under way at that instant, if the record tells."""
        doing = ""
        for event in self.record.events:
            if minutes is None or event.minutes > minutes:
                break
            if isinstance(event.payload, StepStarted):
                doing = f"{event.payload.runbook}/{event.payload.step}"
            elif isinstance(event.payload, Decided | StepEnded) and event.minutes < minutes:
                doing = ""
        return doing

    @property
    def acted(self) -> float | None:
        """When the first control of the team's took effect; None: none did."""
        return _acted(self.record)

    def effect_before(self, minutes: float) -> Event | None:
        """The last control that had taken effect by that instant."""
        found = [event for event, _ in self.record.of(ControlTookEffect) if event.minutes <= minutes]
        return found[-1] if found else None


def case_of(record: Record) -> Case | None:
    """None for a record whose first line is missing: nothing can be said about it."""
    start, reveal = record.first(Started), record.first(Revealed)
    if start is None:
        return None
    told = reveal[1] if reveal else None
    truth = _truth(told, start[1].horizon_minutes, record) if told else None
    return Case(record, start[1], told, truth, tuple(pauses(record)))


def _truth(reveal: Revealed, horizon: float, record: Record) -> Truth | None:
    harmful = tuple(fault for fault in reveal.faults if fault.t0_minutes is not None)
    starts = [fault.t0_minutes for fault in harmful if fault.t0_minutes is not None]
    if not starts:
        return None
    impact, t0 = reveal.impact, min(starts)
    warranted = Curve(impact.minutes, impact.warranted, horizon) if impact.warranted else None
    truth = Truth(
        reveal=reveal,
        faults=harmful,
        t0=t0,
        onset=min(fault.onset_minutes for fault in harmful),
        objectives=reveal.objectives,
        team=Curve(impact.minutes, area_of(impact), horizon),
        warranted=warranted,
        none=Curve(impact.minutes, impact.none, horizon),
        oracle=Curve(impact.minutes, impact.oracle, horizon),
        acted=_acted(record),
        played=horizon,
    )
    return replace(truth, played=_played(record, truth))


def _acted(record: Record) -> float | None:
    """When the first control took effect that somebody else than the facilitator had ordered."""
    latest: dict[str, str] = {}
    for event in record.events:
        if isinstance(event.payload, ControlOrdered):
            latest[event.payload.control] = event.actor
        elif (
            isinstance(event.payload, ControlTookEffect) and latest.get(event.payload.control) != FACILITATOR
        ):
            return event.minutes
    return None


def _played(record: Record, truth: Truth) -> float:
    """The end of a drill that was ended early, unless the team had called the incident over, and rightly so."""
    ended, horizon = record.first(Ended), truth.team.horizon
    if ended is None or ended[1].reason == "horizon":
        return horizon
    for event, _ in record.of(Resolved):
        if event.minutes < truth.t0 or event.actor == FACILITATOR:
            continue
        if truth.borne(event.minutes) <= truth.reveal.tolerance:
            return horizon
    return min(ended[0].minutes, horizon)
