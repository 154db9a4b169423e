"""A proof and what its readers may know of in, as much of the proof as tells them nothing else out.

Drills and kinds of fault are for facilitators. Others read the worst of what such drills showed, in one and
without a name, and no word that a rehearsal wrote, since it may name them. What is told is written out here, so
that a field that a proof gets one day is told to nobody before somebody decides it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from generator.model import DrillProof, Proof, Quantiles, SignalProof, StepWorth, Unfollowed
from generator.model.worst import slowest, worst

T = TypeVar("T")

NOT_TOLD = "not told here"
_OF_ALL = ("approvals", "objectives", "restoration")
"""Parts of every runbook: who may read it may read them."""
NOBODY = ""
"""In place of a runbook: none was opened. In place of a drill: some of those that are not told."""


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that readers may know of."""

    drills: Collection[str]
    runbooks: Collection[str]
    signals: Collection[str]
    """Of the runbook that was proven."""
    parts: Collection[str]
    """Of the same: steps, decisions and phases."""
    controls: Collection[str]
    """Of its service."""
    answering: Mapping[str, str | None] = field(default_factory=dict)
    """The runbook that the truth of each drill names, whoever may know of the drill; one that is not here: its own."""
    paths: Collection[str] = ()
    """Of the runbook that was proven."""


def told(proof: Proof, known: Known) -> Proof:
    """The proof for readers who know of all of its drills, but not of every text; else what is left of it.

    Of parts and steps, those that the text no longer has go too: who compares proofs reads the file.
    """
    if not proof.drills or any(one.drill not in known.drills for one in proof.drills):
        return _closed(proof, known)
    return replace(
        proof,
        drills=tuple(_drill(one, known) for one in proof.drills),
        signals=tuple(one for one in proof.signals if one.signal in known.signals),
        steps=tuple(one for one in proof.steps if _is_known(one, known)),
        turns=tuple(one for one in proof.turns if one.node in known.parts and one.control in known.controls),
        reactions=tuple(
            replace(
                one,
                opened=_of_runbooks(one.opened, known),
                fired=_among(one.fired, known.signals),
                forced=_among(one.forced, known.runbooks),
                right=tuple(id for id in one.right if id in known.runbooks),
            )
            for one in proof.reactions
        ),
        parts=_among(proof.parts, (*known.parts, *known.paths, *known.signals, *_OF_ALL)),
    )


def _closed(proof: Proof, known: Known) -> Proof:
    named = [one for one in proof.drills if one.drill in known.drills]
    others = [one for one in proof.drills if one.drill not in known.drills]
    results = [*named, _worst(proof, others, known)] if others else named
    return Proof(
        runbook=proof.runbook,
        service=proof.service,
        hashes=proof.hashes,
        engine=proof.engine,
        responder=proof.responder,
        seeds=proof.seeds,
        drills=tuple(replace(_drill(one, known), unfollowed=_unfollowed(one, known)) for one in results),
        signals=tuple(_signal(one, known) for one in proof.signals if one.signal in known.signals),
        pages_per_week=proof.pages_per_week,
        budget_per_week=proof.budget_per_week,
        passed=proof.passed,
        broken=(),
        made_at=proof.made_at,
        steps=tuple(
            StepWorth(one.node, one.change, one.other, runs=one.runs)
            for one in proof.steps
            if one.idle and _is_known(one, known)
        ),
    )


def _worst(proof: Proof, others: Sequence[DrillProof], known: Known) -> DrillProof:
    """The worst of all of them; times of those alone that are held against what this runbook promises."""
    found = worst(others)
    own = [one for one in others if known.answering.get(one.drill, proof.runbook) == proof.runbook]
    held = worst(own) if own else None
    return replace(found, minutes=held.minutes if held else {}, missed=held.missed if held else {})


def _drill(one: DrillProof, known: Known) -> DrillProof:
    return replace(
        one,
        opened=_of_runbooks(one.opened, known),
        steps=_among(one.steps, known.parts),
        unfollowed=tuple(text for text in one.unfollowed if text.node in known.parts),
    )


def _unfollowed(one: DrillProof, known: Known) -> tuple[Unfollowed, ...]:
    return tuple(replace(text, why=NOT_TOLD) for text in one.unfollowed if text.node in known.parts)


def _signal(one: SignalProof, known: Known) -> SignalProof:
    hidden = [found for drill, found in one.delays.items() if drill not in known.drills]
    others = [found for found in hidden if found.p50 is not None] or hidden
    delays: dict[str, Quantiles] = _among(one.delays, known.drills)
    return SignalProof(
        signal=one.signal,
        healthy_weeks=one.healthy_weeks,
        false_pages=one.false_pages,
        false_pages_per_week=one.false_pages_per_week,
        delays=delays | ({NOBODY: slowest(others)} if others else {}),
        curve=one.curve,
        suggested=one.suggested,
    )


def _is_known(one: StepWorth, known: Known) -> bool:
    return {one.node, one.other} - {""} <= set(known.parts)


def _of_runbooks(counts: Mapping[str, T], known: Known) -> dict[str, T]:
    """The same without the runbooks that readers may not know of; what is missing opened one of those."""
    return {id: count for id, count in counts.items() if id in (NOBODY, *known.runbooks)}


def _among(values: Mapping[str, T], known: Collection[str]) -> dict[str, T]:
    return {id: value for id, value in values.items() if id in known}
