"""A catalogue in, the certificate that a deep rehearsal of a runbook could have left out: made up, and plausible."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from generator import model as m

MADE_AT = "2026-11-23T09:30:00Z"
SEEDS = m.SeedRange(0, 200)
KINDS = ("unit-change", "stale-features", "schema-change", "null-spike")
SHIFTS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
HOLDS = (0.0, 1.0, 2.0, 5.0, 10.0)
WEEKS = 8.0


def sample(
    catalogue: m.Catalogue,
    runbook: str,
    *,
    drills: Mapping[str, str],
    hashes: m.ProofHashes,
    broken: tuple[str, ...] = (),
    slow: float = 1.0,
    deep: bool = True,
) -> m.Proof:
    """A certificate; ``drills`` are hashes by id, of several the last does no harm; ``slow`` stretches all times."""
    compiled = catalogue.runbook(runbook)
    text = compiled.runbook
    nodes = [node.id for node in compiled.plan.nodes]
    harmful = [*drills.items()][: max(len(drills) - 1, 1)]
    quiet = [*drills.items()][len(harmful) :]
    return m.Proof(
        runbook=runbook,
        service=text.service,
        hashes=hashes,
        engine=m.ProofEngine("1.0.0", "2.4.6"),
        responder="robot",
        seeds=SEEDS,
        drills=(
            *(_harmful(text, nodes, id, hash, slow * (1 + 0.03 * i)) for i, (id, hash) in enumerate(harmful)),
            *(_harmless(id, hash) for id, hash in quiet),
        ),
        signals=tuple(_signal(signal, [id for id, _ in harmful]) for signal in text.detection.signals),
        pages_per_week=m.Interval(0.31, 0.12, 0.64),
        budget_per_week=catalogue.organization.page_budget_per_week,
        passed=not broken,
        broken=broken,
        made_at=MADE_AT,
        steps=_worths(nodes) if deep else (),
        reactions=_reactions(catalogue, text) if deep else (),
        objectives=_promised(text),
    )


def _harmful(text: m.Runbook, nodes: list[str], id: str, hash: str, slow: float) -> m.DrillProof:
    return m.DrillProof(
        drill=id,
        hash=hash,
        runs=200,
        harmful=200,
        detected=m.Interval(0.995, 0.9725, 0.9999),
        contained=m.Interval(0.985, 0.9568, 0.9969),
        mitigated=m.Interval(0.98, 0.9496, 0.9945),
        false_alarms=None,
        minutes={
            key: m.Quantiles(*(round(limit * share * slow, 2) for share in (0.55, 0.7, 0.82)))
            for key, limit in _promised(text).items()
        },
        impact_avoided=0.83,
        burden_minutes={"robot": 1.2, "none": 9.8},
        opened={text.id: 198, "": 2},
        steps={node: 198 - i for i, node in enumerate(nodes)},
        unchecked=0,
        unapproved=0,
        unfollowed=(m.Unfollowed(nodes[-1], "no answer of this decision applies", 3, 17),)
        if slow > 1.25
        else (),
        failed_seeds=(17, 41),
    )


def _promised(text: m.Runbook) -> dict[m.Objective, float]:
    goals = text.objectives
    return {
        "detect": goals.detect_minutes,
        "acknowledge": goals.acknowledge_minutes,
        "contain": goals.contain_minutes,
        "mitigate": goals.mitigate_minutes,
    }


def _harmless(id: str, hash: str) -> m.DrillProof:
    return m.DrillProof(
        id, hash, 200, 0, None, None, None, m.Interval(0.01, 0.001213, 0.03565), {}, None,
        {"robot": 0.0, "none": 0.0}, {"": 198, "feature-drift": 2}, {}, 0, 0,
    )  # fmt: skip


def _signal(signal: m.Signal, drills: list[str]) -> m.SignalProof:
    curve = tuple(_point(signal, shift, hold) for shift in SHIFTS for hold in HOLDS)
    own = _point(signal, 1.0, signal.hold_minutes)
    fired = round(own.false_pages_per_week * WEEKS)
    rate = fired / WEEKS
    delay = own.delay_minutes or 0.0
    found = m.Quantiles(delay, round(delay * 1.3, 2), round(delay * 1.5, 2))
    return m.SignalProof(
        signal=signal.id,
        healthy_weeks=WEEKS,
        false_pages=fired,
        false_pages_per_week=m.Interval(rate, round(rate * 0.5, 3), round(rate * 1.8 + 0.2, 3)),
        delays=dict.fromkeys(drills, found),
        curve=(own, *(one for one in curve if one != own)),
        suggested=_point(signal, 0.75, signal.hold_minutes) if signal.severity == "page" else None,
    )


def _point(signal: m.Signal, shift: float, hold: float) -> m.CurvePoint:
    asleep = shift >= 3
    return m.CurvePoint(
        threshold=round(signal.threshold * shift, 6),
        hold_minutes=hold,
        false_pages_per_week=round(60 * math.exp(-4 * shift - 0.25 * hold), 3),
        delay_minutes=None if asleep else round(2 + 4 * shift + hold, 2),
        missed=0.6 if asleep else round(0.02 * shift, 3),
    )


def _worths(nodes: list[str]) -> tuple[m.StepWorth, ...]:
    first, second, *others = nodes
    return (
        m.StepWorth(first, "deleted", effect=()),
        m.StepWorth(first, "swapped", second, ()),
        m.StepWorth(second, "deleted", effect=("contained in 12 of 20 runs, not 20",)),
        *(m.StepWorth(node, "deleted", effect=("mitigated 9 min later",)) for node in others),
    )


def _reactions(catalogue: m.Catalogue, text: m.Runbook) -> tuple[m.Reaction, ...]:
    """One that opens the right runbook, one that opens none, one that is harmless; one that another one takes."""
    node = catalogue.service(text.service).lineage.nodes[0].id
    pager = text.detection.signals[0].id
    other = next(
        (one.runbook.id for one in catalogue.runbooks_of(text.service) if one.runbook.id != text.id), ""
    )
    tried: dict[str, m.Setting] = {"field": "amount", "factor": 100}
    return (
        m.Reaction(
            KINDS[0], node, True, tried, {text.id: 1.0}, {pager: 1.0}, 1.0, right=(text.id,), verdict="right"
        ),
        m.Reaction(
            KINDS[1], node, True, {"feature": "amount"}, {text.id: 0.4, "": 0.6}, {pager: 0.4}, 0.4,
            right=(text.id,), verdict="unpaged",
        ),
        m.Reaction(KINDS[2], node, False, {}, {"": 1.0}, {}, None),
        m.Reaction(
            KINDS[3], node, True, {}, {other: 0.9, "": 0.1}, {pager: 0.1}, 0.0, right=(text.id,), verdict="wrong"
        ),
    )  # fmt: skip


def outdated(proof: m.Proof) -> m.Proof:
    """The same of another text."""
    return replace(proof, hashes=replace(proof.hashes, runbook="0" * 64))
