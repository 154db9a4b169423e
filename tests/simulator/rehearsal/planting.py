"""A shipped runbook with an edit in, what the gate says of it out: rehearsed both ways, seed for seed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from generator import values
from generator.check import check
from generator.compile import compile
from generator.load import Loaded, load_one
from generator.model import Catalogue, Proof, ProofEngine, ProofHashes
from generator.source import Finding
from simulator.events import digest
from simulator.rehearsal.gating.gate import broken, certified
from simulator.rehearsal.gating.promises import Promise
from simulator.rehearsal.healthy.backtest import DelayTask, HealthyTask
from simulator.rehearsal.summary import Found, Origin, summarise
from simulator.rehearsal.tasks import Task
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.values import Healthy, Point
from tests.simulator.stages import ROOT

SEEDS = tuple(range(5))
DAYS = (0,)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit:
    """A text of a runbook, which stands there once, and what is written in its place."""

    old: str
    new: str


class Ground:
    """A copy of the shipped sources in which edits are planted; the same task is done once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, list[object]] = {}
        shutil.copytree(ROOT / "runbooks", root / "runbooks", ignore=shutil.ignore_patterns("evidence"))

    def refused(self, runbook: str, edits: Sequence[Edit]) -> tuple[Finding, ...]:
        """What ``runbook check`` has against the edited text: the gate checks first."""
        return tuple(one for one in check(self._loaded(runbook, edits)) if one.severity == "error")

    def rehearsed(
        self, runbook: str, drills: Sequence[str], edits: Sequence[Edit] = (), *, healthy: bool = False
    ) -> tuple[Proof, Catalogue]:
        """A proof over those drills, and what it is of; without ``healthy`` traffic, as if nothing cried wolf."""
        catalogue = compile(self._loaded(runbook, edits).documents, self._root)
        service = catalogue.runbook(runbook).runbook.service
        found = Found(
            trials=[self._done(DrillTask(catalogue, drill, SEEDS)) for drill in drills],
            healthy=[
                self._done(HealthyTask(catalogue, service, "monday", DAYS)) if healthy else calm(catalogue)
            ],
            delays=[self._done(DelayTask(catalogue, drill, SEEDS)) for drill in drills],
        )
        origin = Origin(
            hashes=ProofHashes(catalogue.runbook(runbook).hash, digest(service)),
            drills={drill.id: digest(values.plain(drill)) for drill in catalogue.drills},
            engine=ProofEngine("1.0.0", "2.0.0"),
            made_at="2026-11-23T09:00:00Z",
        )
        return certified(summarise(catalogue, runbook, found, origin), catalogue), catalogue

    def promises(
        self, runbook: str, drills: Sequence[str], edits: Sequence[Edit], *, healthy: bool = False
    ) -> tuple[Promise, ...]:
        """What the gate says of the edited text, with the shipped one's certificate to compare with."""
        before, _ = self.rehearsed(runbook, drills, healthy=healthy)
        return broken(*self.rehearsed(runbook, drills, edits, healthy=healthy), before)

    def _loaded(self, runbook: str, edits: Sequence[Edit]) -> Loaded:
        path = Path("runbooks") / runbook / "runbook.yaml"
        text = (ROOT / path).read_text(encoding="utf-8")
        for edit in edits:
            assert text.count(edit.old) == 1, f"{edit.old!r} stands {text.count(edit.old)} times in {path}"
            text = text.replace(edit.old, edit.new)
        (self._root / path).write_text(text, encoding="utf-8")
        return load_one(self._root, runbook)

    def _done(self, task: Task[T]) -> T:
        known = self._known.setdefault(task.key, [])
        found = next((result for result in known if task.holds(result)), None)
        if found is None:
            found = task.run()
            known.append(found)
        assert isinstance(found, task.result)
        return found


def calm(catalogue: Catalogue) -> Healthy:
    """Thirty days on which nothing fired."""
    (compiled,) = catalogue.runbooks
    signals = compiled.runbook.detection.signals
    return Healthy(
        service=compiled.runbook.service,
        days=30,
        points={one.id: (Point(one.threshold, one.hold_minutes),) for one in signals},
        fired={one.id: (0,) for one in signals},
        pages=0,
    )
