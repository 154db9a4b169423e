"""A proof in, the rows of its tables out: the same figures on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from generator.model import Catalogue, CompiledRunbook, DrillProof, Interval, Objective, Proof, SignalProof
from simulator.rehearsal.gating.drilled import Case
from simulator.rehearsal.gating.gate import met
from simulator.rehearsal.gating.promises import hits, listed, of
from simulator.rehearsal.healthy.rounds import reservation
from simulator.rehearsal.outcomes import OBJECTIVES, limits
from simulator.scoring.words import share

NONE = "–"
NEVER = "none"
Tone: TypeAlias = Literal["good", "bad", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: Tone = ""


# --- drills -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """What a drill is held against, by the gate as by every table."""

    runbook: str | None
    """The one that its truth names; None: nobody answers for it, so nothing is promised."""
    limits: Mapping[Objective, float]
    """Minutes; empty where nothing is promised."""


def held(proof: Proof, catalogue: Catalogue) -> Mapping[str, Held]:
    """What each drill of a proof is held against, by drill."""
    cases = [Case(proof, catalogue, None, one) for one in proof.drills]
    return {case.found.drill: Held(case.wanted, case.limits) for case in cases}


def heads(compiled: CompiledRunbook) -> tuple[str, ...]:
    """The heads of the columns of ``drill_rows``: each objective with the minutes that this runbook promises."""
    most = limits(compiled.runbook.objectives)
    return ("drill", *(f"{id}\n≤ {most[id]:g}" for id in OBJECTIVES), "harm\nspared")


def drill_rows(
    proof: Proof, compiled: CompiledRunbook, against: Mapping[str, Held]
) -> Iterator[tuple[Cell, ...]]:
    """A row for each drill in which something does harm; limits that are not those of the heads stand beside."""
    usual = limits(compiled.runbook.objectives)
    for one in proof.drills:
        if one.harmful:
            most = against[one.drill].limits
            times = (_time(one, id, most.get(id), usual[id]) for id in OBJECTIVES)
            spared = NONE if one.impact_avoided is None else share(round(one.impact_avoided, 2))
            yield (Cell(one.drill), *times, Cell(spared))


def drill_notes(proof: Proof, against: Mapping[str, Held]) -> tuple[str, ...]:
    """Which drills are not held against the objectives of the heads, and against what they are."""
    harmful = [one.drill for one in proof.drills if one.harmful]
    other: dict[str, list[str]] = {}
    for id in harmful:
        if (wanted := against[id].runbook) not in (None, proof.runbook):
            other.setdefault(str(wanted), []).append(id)
    nobody = [id for id in harmful if against[id].runbook is None]
    return (
        *(
            f"Held against what `{runbook}` promises, which is the right one to open (≤, where it differs): "
            f"{listed(ids)}."
            for runbook, ids in other.items()
        ),
        *([f"Nothing is promised, as the truth names no runbook: {listed(nobody)}."] if nobody else ()),
    )


def _time(one: DrillProof, id: Objective, most: float | None, usual: float) -> Cell:
    found = one.minutes[id]
    reached: dict[Objective, Interval | None] = {
        "detect": one.detected,
        "contain": one.contained,
        "mitigate": one.mitigated,
    }
    there = reached.get(id)
    text = NONE if there is None else share(there.estimate)
    if found.p95 is not None:
        text = _number(found.p95)
    beside = f" (≤ {most:g})" if most not in (None, usual) else ""
    return Cell(text + beside, _tone(one, id, most))


def _tone(one: DrillProof, id: Objective, most: float | None) -> Tone:
    """As the gate judges: nobody can acknowledge a page that never came."""
    if most is None:
        return ""
    never_asked = id == "acknowledge" and not one.missed.get(id, 0)
    return "good" if never_asked or met(one.minutes[id], most) else "bad"


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
            Cell(_interval(one.false_pages_per_week) if one.false_pages else NEVER),
            Cell(f"{len(_medians(one))} of {len(one.delays)}"),
            Cell(_range(_medians(one))),
        )


def signal_note(proof: Proof) -> str:
    """What never having fired means; empty where ``pages`` says it, or where it is not so."""
    silent = [one for one in proof.signals if not one.false_pages]
    if not silent or not proof.pages_per_week.estimate:
        return ""
    one = silent[0]
    return (
        f"{NEVER}: not once in {_number(one.healthy_weeks)} healthy weeks, "
        f"so at most {one.false_pages_per_week.most:.2g} a week."
    )


def pages(proof: Proof) -> Cell:
    """All pages of the service together, against the budget."""
    found = proof.pages_per_week
    weeks = next((one.healthy_weeks for one in proof.signals), None)
    seen = "" if weeks is None else f" in {_number(weeks)} healthy weeks"
    often = (
        f": {_interval(found)} a week" if found.estimate else f": {NEVER}, so at most {found.most:.2g} a week"
    )
    text = (
        f"Pages of {proof.service} for nothing{seen}{often}; "
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
        f"{_false(one.suggested.false_pages_per_week)}"
        for one in proof.signals
        if one.suggested is not None
    )


def _false(per_week: float) -> str:
    return f"{per_week:.2g} false pages a week" if per_week else "no false page"


def worthless(proof: Proof) -> tuple[str, ...]:
    """Steps without which the outcome is the same, of a deep rehearsal."""
    nodes = [one.node for one in proof.steps if one.idle]
    return (
        (f"Without these steps the outcome is the same: {', '.join(f'`{id}`' for id in nodes)}.",)
        if nodes
        else ()
    )
