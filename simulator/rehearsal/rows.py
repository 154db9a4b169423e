"""A proof in, the rows of its tables out: the same figures on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from generator.model import CompiledRunbook, DrillProof, Interval, Objective, Proof, SignalProof
from simulator.rehearsal.gating.gate import met
from simulator.rehearsal.gating.promises import hits, listed, of
from simulator.rehearsal.healthy.rounds import reservation
from simulator.rehearsal.outcomes import OBJECTIVES, limits
from simulator.scoring.words import share

NONE = "–"
Tone: TypeAlias = Literal["good", "bad", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: Tone = ""


# --- drills -------------------------------------------------------------------------------------------


def heads(compiled: CompiledRunbook) -> tuple[str, ...]:
    """The heads of the columns of ``drill_rows``: each objective with its minutes."""
    most = limits(compiled.runbook.objectives)
    return ("drill", *(f"{id}\n≤ {most[id]:g}" for id in OBJECTIVES), "harm\nspared")


def drill_rows(proof: Proof, compiled: CompiledRunbook) -> Iterator[tuple[Cell, ...]]:
    """A row for each drill in which something does harm."""
    most = limits(compiled.runbook.objectives)
    for one in proof.drills:
        if one.harmful:
            times = (_time(one, id, most[id]) for id in OBJECTIVES)
            spared = NONE if one.impact_avoided is None else share(round(one.impact_avoided, 2))
            yield (Cell(one.drill), *times, Cell(spared))


def _time(one: DrillProof, id: Objective, most: float) -> Cell:
    found = one.minutes[id]
    reached: dict[Objective, Interval | None] = {
        "detect": one.detected,
        "contain": one.contained,
        "mitigate": one.mitigated,
    }
    tone: Tone = "good" if met(found, most) else "bad"
    if found.p95 is not None:
        return Cell(_number(found.p95), tone)
    there = reached.get(id)
    return Cell(NONE if there is None else share(there.estimate), tone)


def harmless(proof: Proof) -> str:
    """How often somebody was woken in the drills that harm nobody."""
    return listed(
        (
            f"{one.drill} (woken in {of(hits(one.false_alarms, one.runs - one.harmful), one.runs - one.harmful)})"
            for one in proof.drills
            if one.false_alarms is not None
        ),
        most=10,
    )


# --- signals ------------------------------------------------------------------------------------------


def signal_rows(proof: Proof, compiled: CompiledRunbook) -> Iterator[tuple[Cell, ...]]:
    """A row for each signal: severity, false pages, the drills in which it fires, its median delay there."""
    severities = {signal.id: signal.severity for signal in compiled.runbook.detection.signals}
    for one in proof.signals:
        yield (
            Cell(one.signal),
            Cell(severities.get(one.signal, "")),
            Cell(_interval(one.false_pages_per_week)),
            Cell(f"{len(_medians(one))} of {len(one.delays)}"),
            Cell(_range(_medians(one))),
        )


def pages(proof: Proof) -> Cell:
    """All pages of the service together, against the budget."""
    found = proof.pages_per_week
    weeks = next((one.healthy_weeks for one in proof.signals), None)
    seen = "" if weeks is None else f" in {_number(weeks)} healthy weeks"
    text = (
        f"Pages of {proof.service} for nothing{seen}: {_interval(found)} a week; "
        f"the budget is {proof.budget_per_week:g}. {reservation(found, proof.budget_per_week, weeks or 0)}"
    ).rstrip()
    return Cell(text, "good" if found.estimate <= proof.budget_per_week else "bad")


def _medians(one: SignalProof) -> list[float]:
    return sorted(found.p50 for found in one.delays.values() if found.p50 is not None)


def _range(minutes: Sequence[float]) -> str:
    if not minutes:
        return NONE
    ends = dict.fromkeys((_number(minutes[0]), _number(minutes[-1])))
    return f"{' to '.join(ends)} min"


def _interval(found: Interval) -> str:
    return f"{found.estimate:.2g} ({found.least:.2g} to {found.most:.2g})"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# --- what could be better -----------------------------------------------------------------------------


def suggestions(proof: Proof) -> tuple[str, ...]:
    """A threshold and a hold that detect sooner within the budget, by signal."""
    return tuple(
        f"`{one.signal}`: threshold {one.suggested.threshold:g} held for {one.suggested.hold_minutes:g} min fires "
        f"after {_number(one.suggested.delay_minutes or 0.0)} min (median), with "
        f"{one.suggested.false_pages_per_week:.2g} false pages a week"
        for one in proof.signals
        if one.suggested is not None
    )


def worthless(proof: Proof) -> tuple[str, ...]:
    """Steps without which the outcome is the same, of a deep rehearsal."""
    nodes = [one.node for one in proof.steps if one.idle]
    return (
        (f"Without these steps the outcome is the same: {', '.join(f'`{id}`' for id in nodes)}.",)
        if nodes
        else ()
    )
