"""The shipped case, loaded once, and short ways to stage and play it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from generator.compile import load_catalogue
from generator.model import Catalogue, Drill
from simulator.events import Record
from simulator.session.play import play_machine
from simulator.session.stage import Stage, set_up

ROOT = Path(__file__).resolve().parents[2]
FAULT_DRILL, QUIET_DRILL = "amount-unit-change", "quiet-monday"
P = TypeVar("P")


@functools.cache
def whole_catalogue() -> Catalogue:
    return load_catalogue(ROOT)


@functools.cache
def catalogue() -> Catalogue:
    """The first service with its first runbook alone: what most tests are about."""
    whole = whole_catalogue()
    runbooks = tuple(compiled for compiled in whole.runbooks if compiled.runbook.id == "feature-drift")
    drills = tuple(
        drill
        for drill in whole.drills
        if drill.service == "fraud-scorer" and drill.truth.runbook in (None, "feature-drift")
    )
    return replace(whole, runbooks=runbooks, drills=drills)


def with_drill(change: Callable[[Drill], Drill], *, drill: str = FAULT_DRILL) -> Catalogue:
    """The shipped catalogue with one drill changed."""
    shipped = catalogue()
    drills = tuple(change(one) if one.id == drill else one for one in shipped.drills)
    return replace(shipped, drills=drills)


def shorter(minutes: float) -> Callable[[Drill], Drill]:
    """A change that cuts a drill's horizon."""
    return lambda drill: replace(drill, horizon_minutes=minutes)


def stage(drill: str = FAULT_DRILL, seeds: Sequence[int] = (7,)) -> Stage:
    return set_up(catalogue(), drill, seeds)


@functools.cache
def robot_records(drill: str, seeds: tuple[int, ...]) -> tuple[Record, ...]:
    """The robot's records, played once for all tests that read them."""
    return play_machine(stage(drill, seeds), "robot")


def payloads(record: Record, kind: type[P]) -> list[P]:
    return [payload for _, payload in record.of(kind)]
