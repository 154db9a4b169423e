"""Catalogue, drill and seeds in; everything a session and its rulers are made of, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from generator.model import Catalogue, CompiledRunbook, Drill, Edge, PanelRows, Service
from simulator import controls, faults
from simulator.faults.solving import Solved, solved
from simulator.responders.view import SignalRef
from simulator.world.flow import Floats, PlacedFault
from simulator.world.outlook import Outlooks
from simulator.world.settings import Knob
from simulator.world.traffic import week_minute
from simulator.world.world import Clockwork, World, state_rows


@dataclass(frozen=True, slots=True)
class Stage:
    catalogue: Catalogue
    drill: Drill
    """With every number that follows from an effect which it states."""
    service: Service
    panel: PanelRows
    runbooks: tuple[CompiledRunbook, ...]
    signals: tuple[SignalRef, ...]
    seeds: tuple[int, ...]
    knobs: tuple[Knob, ...]
    faults: tuple[PlacedFault, ...]
    """The drill's faults, then its noise."""
    clockwork: Clockwork
    outlooks: Outlooks
    solved: Mapping[str, Solved] = field(default_factory=dict)
    """What follows from the effects that the drill states, by the fault's id."""

    def rows(self, codes: Floats, minutes: Floats | float, since: Floats | None = None) -> Floats:
        """The states of all replicas under those settings, for ``outlooks``; axes (replica, column).

        ``since``: the minute at which the settings took effect, axes (replica,); none: long ago.
        """
        return state_rows(
            codes,
            minutes,
            knobs=self.knobs,
            faults=self.faults,
            service=self.service,
            clockwork=self.clockwork,
            since=None if since is None else _turned(codes, since, self.outlooks.defaults),
        )

    def world(self) -> World:
        """A fresh world of this drill, at its first instant."""
        return World(
            self.service,
            self.panel,
            knobs=self.knobs,
            faults=self.faults,
            seeds=self.seeds,
            clockwork=self.clockwork,
            outlooks=self.outlooks,
        )

    def healthy_world(self) -> World:
        """The same seeds with nothing going wrong, not even noise."""
        return World(
            self.service, self.panel, knobs=self.knobs, faults=(), seeds=self.seeds, clockwork=self.clockwork
        )


def set_up(
    catalogue: Catalogue, drill: str, seeds: Sequence[int], *, without_edge: Edge | None = None
) -> Stage:
    """The stage of a drill; KeyError for an unknown drill, LineageError for a service the world cannot run.

    UnreachableError where a fault states an effect that it cannot have.
    ``without_edge`` cuts an edge of the lineage first; effects are those on the whole service.
    """
    stated = catalogue.drill(drill)
    service = catalogue.service(stated.service)
    panel = catalogue.panels[service.id]
    chosen, found = solved(stated, service, panel, controls.knobs(service))
    if without_edge is not None:
        service = _cut(service, without_edge)
    runbooks = runbooks_of(catalogue, service.id)
    knobs = controls.knobs(service)
    placed = faults.place((*chosen.faults, *chosen.noise), benign=len(chosen.noise), panel=panel, seeds=seeds)
    return Stage(
        catalogue=catalogue,
        drill=chosen,
        service=service,
        panel=panel,
        runbooks=runbooks,
        signals=signals_of(runbooks),
        seeds=tuple(seeds),
        knobs=knobs,
        faults=placed,
        clockwork=clockwork_of(chosen, runbooks),
        outlooks=Outlooks(service, panel, knobs, placed),
        solved=found,
    )


def clockwork_of(drill: Drill, runbooks: Sequence[CompiledRunbook]) -> Clockwork:
    """When a drill starts, how it is cut into steps, and how far the signals of its service look back."""
    return Clockwork(week_minute(drill), drill.step_seconds, drill.horizon_minutes, _longest_window(runbooks))


def _turned(codes: Floats, since: Floats, defaults: Floats) -> Floats:
    """When settings that are not the default took effect; (replica, knob)."""
    return np.where(codes != defaults, since[:, None], -np.inf)


def _urgency(compiled: CompiledRunbook) -> tuple[float, str]:
    """What must be contained soonest comes first; then by title: an id orders nothing."""
    return compiled.runbook.objectives.contain_minutes, compiled.runbook.title


def runbooks_of(catalogue: Catalogue, service: str) -> tuple[CompiledRunbook, ...]:
    """The runbooks of a service, the most urgent first."""
    return tuple(sorted(catalogue.runbooks_of(service), key=_urgency))


def signals_of(runbooks: Sequence[CompiledRunbook]) -> tuple[SignalRef, ...]:
    """Signals under their own id, or under ``<runbook>/<id>`` where two runbooks use the same."""
    pairs = [
        (compiled.runbook.id, signal)
        for compiled in runbooks
        for signal in compiled.runbook.detection.signals
    ]
    ids = [signal.id for _, signal in pairs]
    return tuple(
        SignalRef(signal.id if ids.count(signal.id) == 1 else f"{runbook}/{signal.id}", runbook, signal)
        for runbook, signal in pairs
    )


def _longest_window(runbooks: Sequence[CompiledRunbook]) -> float:
    """The longest window that a signal of the service looks back over, in minutes."""
    signals = [signal for compiled in runbooks for signal in compiled.runbook.detection.signals]
    windows = [signal.with_.get(name, 0) for signal in signals for name in ("window_minutes", "long_minutes")]
    return max(map(float, windows), default=0.0)


def _cut(service: Service, edge: Edge) -> Service:
    edges = tuple(one for one in service.lineage.edges if one != edge)
    return replace(service, lineage=replace(service.lineage, edges=edges))
