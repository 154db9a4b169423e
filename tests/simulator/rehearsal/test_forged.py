"""A certificate that somebody made up: the gate says so, and nothing is taken over from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.contradictions import contradictions
from generator.hashes import proof_hashes
from generator.model import Interval, Proof, Quantiles, StepWorth
from simulator.rehearsal.gating.gate import broken, notes
from simulator.rehearsal.plan import with_depth_of
from simulator.session.stage import runbooks_of
from tests.simulator.rehearsal.made_up import ASLEEP, GOOD, RUNBOOK, WAY, calm_trial, healthy, proof, trial
from tests.simulator.stages import FAULT_DRILL, catalogue

RUNS_SHOWN = range(20)
SHOWN = [trial(seed) for seed in RUNS_SHOWN]
WORTH = (StepWorth("look", "deleted", effect=("contained 9 min later",)),)


def faster(found: Proof, minutes: float = 9.0) -> Proof:
    """The same certificate with a drill that is contained sooner than it was, mended in all places."""
    times = Quantiles(minutes, minutes, minutes)
    drills = [
        replace(one, minutes={**one.minutes, "contain": times}) if one.drill == FAULT_DRILL else one
        for one in found.drills
    ]
    return replace(found, drills=tuple(drills))


def test_other_figures_of_the_same_texts_seeds_and_engine_are_told() -> None:
    """Which figure, as what, and at the certificate; nothing is compared with it."""
    shown = proof(SHOWN)

    (promise,) = broken(shown, catalogue(), faster(shown))

    assert promise.rule == "other-figures"
    assert promise.message.startswith(
        f"The certificate of {RUNBOOK} is not what a rehearsal wrote: "
        f"`drills.{FAULT_DRILL}.minutes.contain.p50` is 9.0 there and 12.0 here, of the same texts, seeds and engine. "
        "Was it made by hand"
    )
    assert promise.message.endswith(f"make it anew: drill rehearse {RUNBOOK} --write")
    assert promise.place == f"runbooks/{RUNBOOK}/evidence/proof.json:1:1"
    assert promise.severity == "error"


MADE_UP = {
    "pages a week": lambda one: replace(one, pages_per_week=Interval(0.4, 0.1, 1.2)),
    "what is promised": lambda one: replace(one, objectives={**one.objectives, "contain": 40.0}),
    "the hashes of parts": lambda one: replace(one, parts={}),
    "a turn left out": lambda one: replace(one, turns=one.turns[1:]),
    "a signal left out": lambda one: replace(one, signals=one.signals[1:]),
}


@pytest.mark.parametrize("what", MADE_UP)
def test_whatever_follows_from_the_texts_must_be_what_they_give(what: str) -> None:
    """Also what other comparisons of the gate would go by."""
    shown = proof(SHOWN)

    (promise,) = broken(shown, catalogue(), MADE_UP[what](shown))

    assert promise.rule == "other-figures"


def test_one_drill_of_another_text_lets_no_other_figure_pass() -> None:
    """The figures of a drill follow from it alone, so those of the others are still held against it."""
    shown = proof(SHOWN)
    drills = [replace(one, hash="e" * 64) if one.drill != FAULT_DRILL else one for one in shown.drills]
    before = replace(faster(shown), drills=(*faster(shown).drills[:1], *drills[1:]))

    assert [one.rule for one in broken(shown, catalogue(), before)] == ["other-figures"]


OTHERS = {
    "another text": lambda one: replace(one, hashes=replace(one.hashes, runbook="9" * 64)),
    "another service": lambda one: replace(one, hashes=replace(one.hashes, service="9" * 64)),
    "another engine": lambda one: replace(one, engine=replace(one.engine, numpy="2.0.0")),
}


@pytest.mark.parametrize("what", OTHERS)
def test_figures_of_other_texts_or_engines_may_be_others(what: str) -> None:
    """They are compared as ever, and what got worse is told."""
    shown = proof(SHOWN)

    rules = {one.rule for one in broken(shown, catalogue(), faster(OTHERS[what](shown)))}

    assert "other-figures" not in rules
    assert "slower" in rules


def test_a_certificate_that_contradicts_itself_is_compared_with_nothing() -> None:
    """Of whatever text it is: no traceback, and no comparison with what cannot be."""
    shown = proof(SHOWN)
    other = replace(shown, hashes=replace(shown.hashes, runbook="9" * 64))
    bare = replace(other, drills=tuple(replace(one, minutes={}) for one in other.drills))

    (promise,) = broken(shown, catalogue(), bare)

    assert promise.rule == "other-figures"
    assert "it contradicts itself: " in promise.message
    assert notes(shown, catalogue(), bare) == notes(shown, catalogue())


def test_the_gate_and_the_check_are_of_one_mind() -> None:
    """Whatever a rehearsal finds, its certificate is one that can be believed."""
    late = {**GOOD, "contain": 26.0}
    stuck = {f"{RUNBOOK}/look": "it cannot be seen"}
    found = [
        proof(SHOWN),
        proof([trial(seed, late) for seed in RUNS_SHOWN]),
        proof([trial(seed, ASLEEP, opened="", steps=(), pages=0) for seed in RUNS_SHOWN]),
        proof([*(trial(seed, ASLEEP, opened="", pages=0) for seed in range(7)), *SHOWN[7:]]),
        proof([trial(seed, harm=seed > 3) for seed in RUNS_SHOWN]),
        proof([trial(seed, unfollowed=stuck) for seed in RUNS_SHOWN]),
        proof(SHOWN, quiet=[calm_trial(seed, pages=1, steps=WAY) for seed in RUNS_SHOWN]),
        proof(SHOWN, days=healthy(pages=30, amount_psi=31)),
        proof([trial(0)]),
    ]

    assert [contradictions(one) for one in found] == [()] * len(found)


def test_what_a_deep_rehearsal_found_is_kept_where_the_rest_is_the_same() -> None:
    """A later certificate of the same texts and seeds keeps it; not that of one that was made up or of others."""
    shown = proof(SHOWN)
    deep = replace(shown, steps=WORTH)
    zeros = tuple(replace(one, hash="0" * 64) for one in shown.drills)

    assert with_depth_of(shown, deep) == deep
    assert with_depth_of(shown, faster(deep)) == shown
    assert with_depth_of(replace(shown, drills=zeros), replace(deep, drills=zeros)).steps == ()
    assert with_depth_of(proof(SHOWN[:10]), deep).steps == ()


def test_a_title_that_orders_runbooks_decides_what_a_proof_is_of() -> None:
    """Of two that are equally urgent: the one that two pages of the same scrape open is another then."""
    (own,) = catalogue().runbooks
    orders, hashes = [], []
    for title in ("A zebra crosses", "A bee crosses"):
        other = replace(own, runbook=replace(own.runbook, id="another", title=title))
        both = replace(catalogue(), runbooks=(own, other))
        orders.append([one.runbook.id for one in runbooks_of(both, own.runbook.service)])
        hashes.append(proof_hashes(both, RUNBOOK).service)

    assert orders == [[RUNBOOK, "another"], ["another", RUNBOOK]]
    assert hashes[0] != hashes[1]
