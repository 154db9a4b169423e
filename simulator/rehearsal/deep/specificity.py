"""A service in; which runbook every kind of fault opens, and whether it is the right one, out.

Right is a runbook that gets the fault under control. Where the one that was opened does not, each runbook of the
service is opened by force, and right are those that contain it then: no table says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Literal

import numpy as np

from generator.model import Catalogue, Fault, Reaction, Setting, Span
from simulator.events import AlertChanged, Opened
from simulator.rehearsal.deep.crowd import Table
from simulator.rehearsal.deep.forced import Forced
from simulator.rehearsal.deep.sensitivity import DEEP_SEEDS
from simulator.rehearsal.deep.strength import cells, patient, strongest, synthetic, tolerance_of
from simulator.rehearsal.narrow import key_of, narrowed
from simulator.scoring.case import Case
from simulator.scoring.response import eased
from simulator.session.stage import clockwork_of, runbooks_of, signals_of
from simulator.world.world import past_of

MOSTLY = 0.5
FORCED_AFTER_MINUTES = 10.0
"""From the start of harm: by then whoever is called by it has been."""
FEW = 6
"""Seeds of what is only asked whether it happens at all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of fault at one node: what a service makes of it."""

    service: str
    kind: str
    node: str
    harmful: bool
    tried: Mapping[str, Setting]
    impact: float
    horizon_minutes: float
    opened: Mapping[str, float] = field(default_factory=dict)
    fired: Mapping[str, float] = field(default_factory=dict)
    """By key of the signal."""
    contained: float | None = None
    forced: Mapping[str, float] = field(default_factory=dict)
    burden_minutes: Mapping[str, float] = field(default_factory=dict)
    """Mean, with each runbook that was opened by force."""
    right: tuple[str, ...] = ()
    woken_minutes: float | None = None
    """From the start of harm to the runbook that was opened first, in the middle of the runs in which one was."""
    beyond: bool = False
    """Whether not even the best controls would contain it."""


@dataclass(frozen=True, slots=True)
class ReactionTask:
    """Find a strength at which a kind of fault does harm at a node, and let the robot answer it."""

    catalogue: Catalogue
    """Any that holds the service; what is kept of it is narrowed."""
    service: str
    kind: str
    node: str
    tolerance: float
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "catalogue", narrowed(self.catalogue, self.service, None))
        object.__setattr__(self, "seeds", tuple(self.seeds))

    @property
    def key(self) -> str:
        return key_of(self.catalogue, "reaction", self.kind, self.node, self.tolerance, self.seeds)

    @property
    def what(self) -> str:
        return f"{self.kind} at {self.node}"

    @property
    def cost(self) -> float:
        service = self.catalogue.service(self.service)
        drill = synthetic(service, Fault("", self.kind, self.node, Span(0, 0)), self.tolerance)
        clockwork = clockwork_of(drill, self.catalogue.runbooks)
        return float((len(past_of(service, clockwork)) + clockwork.steps + 1) * len(self.seeds))

    @property
    def result(self) -> type[Cell]:
        return Cell

    def run(self) -> Cell:
        service = self.catalogue.service(self.service)
        found = strongest(self.catalogue, service, self.kind, self.node, self.tolerance)
        drill = synthetic(service, found.fault, self.tolerance)
        catalogue = replace(self.catalogue, drills=(drill,))
        harmful = found.impact > self.tolerance
        seeds = self.seeds if harmful else self.seeds[:FEW]
        table = Table.of(catalogue, drill.id, seeds)
        (cases,) = table.play([table.stage.runbooks])
        if harmful and _opened(cases).get("", 0.0) > MOSTLY:
            drill = patient(drill, service)
            catalogue = replace(self.catalogue, drills=(drill,))
            table = Table.of(catalogue, drill.id, self.seeds[:FEW])
            (cases,) = table.play([table.stage.runbooks])
        cell = Cell(
            self.service,
            self.kind, self.node, harmful, _told(found.fault), round(found.impact, 4), drill.horizon_minutes,
            _opened(cases), _fired(cases), _contained(cases) if harmful else None,
            woken_minutes=_woken(cases),
        )  # fmt: skip
        if cell.contained is None:
            return cell
        if cell.contained >= MOSTLY:
            return replace(
                cell, right=tuple(id for id, share in _most(cell.opened) if id and share >= MOSTLY)
            )
        if _beyond(cases):
            return replace(cell, beyond=True)
        return _by_force(cell, Table.of(catalogue, drill.id, self.seeds[:FEW]))

    def holds(self, result: object) -> bool:
        """The key covers all."""
        return isinstance(result, Cell)


def reaction_tasks(
    catalogue: Catalogue, service: str, seeds: Sequence[int] = DEEP_SEEDS
) -> tuple[ReactionTask, ...]:
    """One for every kind of fault at every node of a service that it may stand at."""
    tolerance = tolerance_of(catalogue, service)
    return tuple(
        ReactionTask(catalogue, service, kind, node, tolerance, tuple(seeds))
        for kind, node in cells(catalogue.service(service))
    )


def reactions(found: Sequence[Cell], catalogue: Catalogue, runbook: str) -> tuple[Reaction, ...]:
    """The cells of a service as one of its runbooks shows them: with its own signals. KeyError for an unknown one."""
    service = catalogue.runbook(runbook).runbook.service
    own = {
        ref.key: ref.signal.id
        for ref in signals_of(runbooks_of(catalogue, service))
        if ref.runbook == runbook
    }
    return tuple(
        Reaction(
            one.kind, one.node, one.harmful, one.tried, one.opened,
            {own[key]: share for key, share in one.fired.items() if key in own},
            one.contained, one.impact, one.horizon_minutes, one.forced, one.right, verdict(one), one.woken_minutes,
        )
        for one in found
        if one.service == service
    )  # fmt: skip


def verdict(cell: Cell) -> Literal["harmless", "right", "unpaged", "late", "wrong", "nobody", "beyond"]:
    """What is to be made of a cell."""
    if cell.contained is None:
        return "harmless"
    if cell.opened.get("", 0.0) > MOSTLY:
        return "unpaged"
    if cell.contained >= MOSTLY:
        return "right"
    if not cell.right:
        return "beyond" if cell.beyond else "nobody"
    return "late" if _most(cell.opened)[0][0] in cell.right else "wrong"


# --- what the robot did ----------------------------------------------------------------------------


def _by_force(cell: Cell, table: Table) -> Cell:
    """The cell with what each runbook would have made of it, opened a while after the harm began."""
    due = np.nan_to_num(table.rulers.harm_minutes, nan=np.inf) + FORCED_AFTER_MINUTES
    ids = [compiled.runbook.id for compiled in table.stage.runbooks]
    played = table.play([table.stage.runbooks] * len(ids), [Forced(id, due) for id in ids])
    shares = {id: _contained(cases) for id, cases in zip(ids, played, strict=True)}
    burdens = {id: round(fmean(map(_burden, cases)), 4) for id, cases in zip(ids, played, strict=True)}
    able = sorted((id for id, share in shares.items() if share >= MOSTLY), key=lambda id: burdens[id])
    return replace(cell, forced=shares, burden_minutes=burdens, right=tuple(able))


def _opened(cases: Sequence[Case]) -> Mapping[str, float]:
    first = (case.record.first(Opened) for case in cases)
    return _shares((one[1].runbook if one is not None else "" for one in first), len(cases))


def _woken(cases: Sequence[Case]) -> float | None:
    opened = ((case.truth, case.record.first(Opened)) for case in cases)
    minutes = [
        first[0].minutes - truth.t0 for truth, first in opened if truth is not None and first is not None
    ]
    return round(median(minutes), 2) if minutes else None


def _fired(cases: Sequence[Case]) -> Mapping[str, float]:
    keys = (
        key
        for case in cases
        for key in {alert.signal for _, alert in case.record.of(AlertChanged) if alert.state == "firing"}
    )
    return _shares(keys, len(cases))


def _contained(cases: Sequence[Case]) -> float:
    """The share that what was turned brought under control, for as long as the longest hold."""
    found = [(case.truth, case.truth.contained()) for case in cases if case.truth is not None]
    held = sum(at is not None and eased(truth, at) for truth, at in found)
    return round(held / len(cases), 4)


def _burden(case: Case) -> float:
    return case.curve(case.reveal.impact.team).integral() if case.reveal else 0.0


def _beyond(cases: Sequence[Case]) -> bool:
    """Whether the best controls, turned at once, leave users above the tolerance in most runs."""
    held = 0
    for case in cases:
        if (truth := case.truth) is not None:
            hold = truth.reveal.longest_hold_minutes
            held += truth.oracle.returns(truth.tolerated, since=truth.t0, hold=hold) is not None
    return held < MOSTLY * len(cases)


def _shares(names: Iterable[str], runs: int) -> Mapping[str, float]:
    return {name: round(count / runs, 4) for name, count in sorted(Counter(names).items())}


def _most(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """The most frequent first."""
    return sorted(shares.items(), key=lambda item: (-item[1], item[0]))


def _told(fault: Fault) -> Mapping[str, Setting]:
    """Its parameters as single values."""
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in fault.with_.items()
    }
