"""What a runbook promises, judged on made-up proofs: each broken promise is named, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from generator.content import part_hashes
from generator.model import (
    DrillProof,
    Interval,
    Objective,
    Proof,
    ProofEngine,
    Quantiles,
    Runbook,
    SignalProof,
)
from generator.values import brief, structure
from simulator.rehearsal.gating.gate import broken, certified, notes
from simulator.rehearsal.gating.promises import GRAVITY, LONGEST, RULES, Promise, cut, finding_of, place_of
from simulator.rehearsal.summary import parts_of
from tests.simulator.rehearsal.made_up import (
    ASLEEP,
    GOOD,
    RUNBOOK,
    WAY,
    calm_trial,
    delays,
    healthy,
    proof,
    trial,
)
from tests.simulator.stages import FAULT_DRILL, ROOT, catalogue

RUNS = range(20)
SHOWN = [trial(seed) for seed in RUNS]
FILE = "runbooks/feature-drift/runbook.yaml"


def judged(found: Proof, before: Proof | None = None) -> tuple[Promise, ...]:
    """``before``: the certificate of another text, as the same text would have the same figures."""
    return broken(found, catalogue(), before and of_another_text(before))


def noted(found: Proof, before: Proof) -> tuple[Promise, ...]:
    return notes(found, catalogue(), of_another_text(before))


def of_another_text(found: Proof) -> Proof:
    return replace(found, hashes=replace(found.hashes, runbook="f" * 64))


def only(promises: tuple[Promise, ...]) -> Promise:
    assert len(promises) == 1, [one.message for one in promises]
    return promises[0]


def text_at(place: str) -> str:
    """The line of a source that a place names."""
    path, line, _ = place.rsplit(":", 2)
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip()


def test_a_runbook_that_works_breaks_nothing() -> None:
    """With or without a certificate to compare with."""
    shown = proof(SHOWN)

    assert judged(shown) == judged(shown, shown) == ()
    assert shown.passed
    assert shown.broken == ()
    assert notes(shown, catalogue(), shown) == ()


# --- promised for good --------------------------------------------------------------------------------


def test_an_objective_is_met_by_95_of_100_runs() -> None:
    """One late run of twenty is within the promise, two are not."""
    late = {**GOOD, "contain": 26.0}

    assert judged(proof([trial(0, late), *SHOWN[1:]])) == ()
    assert only(judged(proof([trial(0, late), trial(1, late), *SHOWN[2:]]))).rule == "contain"


def test_a_sleeping_threshold_is_told_by_the_signal_that_is_late() -> None:
    """Nobody is woken, by which signal, and what the text promises; bound to the signal's line."""
    runs = [trial(seed, ASLEEP, opened="", steps=(), pages=0) for seed in range(4)] + SHOWN[4:]
    promise = judged(proof(runs, late=delays(RUNS, amount_psi=21.0)))[0]

    assert promise.message == (
        "In 4 of 20 runs of amount-unit-change nobody is woken: `amount-psi` fires after 21 min at the 95th "
        "percentile; the text promises detection within 10 min, and it comes in fewer than 95 of 100 runs at all"
    )
    assert text_at(promise.place) == "- id: amount-psi"
    assert promise.replay == "drill run amount-unit-change --responder robot --seed 0"


def test_a_runbook_without_any_signal_in_time_says_so() -> None:
    """It stands at the objective then."""
    runs = [trial(seed, ASLEEP, opened="", steps=(), pages=0) for seed in RUNS]
    promise = judged(proof(runs, late=delays(RUNS)))[0]

    assert "nobody is woken: no signal that pages fires in half of all runs" in promise.message
    assert text_at(promise.place) == "detect_minutes: 10"


def test_a_containment_that_does_not_contain_is_told_by_its_way() -> None:
    """Which decision or step led to which path, at its line."""
    way = ("look", "is-it-real", "declare", "suspect-merchants", "approve-fall-back", "rules-decide")
    runs = [trial(seed, {**GOOD, "contain": None}, steps=way) for seed in RUNS]
    promise = only(judged(proof(runs)))

    assert promise.message == (
        "The robot does not get amount-unit-change under control in all 20 runs: it follows `suspect-merchants` to "
        "`fall-back-to-rules`, which does not contain it"
    )
    assert text_at(promise.place) == "- id: suspect-merchants"


def test_what_cannot_be_followed_is_told_at_its_line() -> None:
    """Even one run of twenty is one too many: the text has a hole."""
    stuck = {f"{RUNBOOK}/what-moved": "no answer of this decision applies"}
    promise = only(judged(proof([*SHOWN[:19], trial(19, unfollowed=stuck)])))

    assert promise.rule == "not-followed"
    assert "In 1 of 20 runs of amount-unit-change the robot cannot follow `what-moved`" in promise.message
    assert (text_at(promise.place), promise.seed) == ("- id: what-moved", 19)


def test_the_wrong_runbook_is_told_by_name() -> None:
    """Where another one is opened first in more than 5 of 100 runs."""
    wrong = [trial(seed, opened="latency-surge") for seed in range(2)]

    assert judged(proof([*wrong[:1], *SHOWN[1:]])) == ()
    promise = only(judged(proof([*wrong, *SHOWN[2:]])))
    assert promise.rule == "wrong-runbook"
    assert promise.message.endswith("`latency-surge` is opened first; the right runbook is `feature-drift`")


def test_the_budget_of_pages_is_for_all_pages_together() -> None:
    """It names the loudest, and how much is allowed."""
    assert judged(proof(SHOWN, days=healthy(35, 10, score_psi=10))) == ()
    promise = only(
        judged(proof(SHOWN, days=healthy(35, 11, score_psi=8, attempts_psi=3, labelled_accuracy=9)))
    )

    assert promise.message == (
        "The pages of fraud-scorer wake somebody for nothing 2.2 times a week (1.1 to 3.94): `score-psi` 1.6 times "
        "and `attempts-psi` 0.6 times; the budget is 2"
    )
    assert text_at(promise.place) == "- id: score-psi"


def test_an_incident_declared_for_nothing_breaks_a_promise() -> None:
    """A page may come where nothing does harm; a reviewer is told, and the text has to call it noise."""
    woken = proof(SHOWN, quiet=[calm_trial(seed, pages=1, steps=["look", "note-noise"]) for seed in RUNS])
    fooled = proof(SHOWN, quiet=[calm_trial(seed, pages=1, steps=["look", "declare"]) for seed in RUNS])

    assert judged(woken) == ()
    assert only(notes(woken, catalogue())).message.startswith(
        "In all 20 runs of quiet-monday, which harms nobody, somebody is woken"
    )
    promise = only(judged(fooled))
    assert promise.rule == "false-alarms"
    assert "the incident is declared (`declare`)" in promise.message


def test_luck_may_wake_somebody_as_often_as_the_budget_allows() -> None:
    """One false alarm in twenty runs may be luck, with an hour's share of two pages a week; three may not."""
    steps = ["look", "declare"]
    assert judged(proof(SHOWN, quiet=[calm_trial(0, steps=steps), *map(calm_trial, range(1, 20))])) == ()
    three = [calm_trial(seed, steps=steps if seed < 3 else []) for seed in RUNS]
    assert only(judged(proof(SHOWN, quiet=three))).rule == "false-alarms"


def test_the_gravest_comes_first() -> None:
    """What nobody notices is worse than what takes long."""
    bad: Mapping[Objective, float | None] = {
        "detect": 30.0,
        "acknowledge": 9.0,
        "contain": None,
        "mitigate": None,
    }
    promises = judged(proof([trial(seed, bad) for seed in RUNS], days=healthy(35, 30, score_psi=30)))

    assert [one.rule for one in promises] == ["detect", "contain", "acknowledge", "mitigate", "page-budget"]


def test_a_drill_that_does_no_harm_proves_nothing() -> None:
    """A drill that is about harm, and has it with few seeds or none, is worth a word, at its file."""
    none, few = (
        proof([calm_trial(seed, pages=1, steps=["declare"]) for seed in RUNS]),
        proof([trial(0), *map(calm_trial, range(1, 20))]),
    )

    assert judged(none) == judged(few) == ()
    note = only(notes(none, catalogue()))
    assert (note.rule, note.severity) == ("proves-nothing", "warning")
    assert note.message.startswith("Something does harm in none of 20 runs of amount-unit-change")
    assert note.place == "runbooks/feature-drift/drills/amount-unit-change.yaml:1:1"
    assert only(notes(few, catalogue())).message.startswith("Something does harm only in 1 of 20 runs of")


# --- against the certificate --------------------------------------------------------------------------


def test_a_share_below_the_old_interval_fell() -> None:
    """Within the old interval nothing is said: it may be luck where there are other seeds."""
    before = proof(SHOWN)
    never = {**GOOD, "mitigate": None}
    fell = proof([trial(seed, never) if seed < 4 else trial(seed) for seed in RUNS])

    promise = next(
        one for one in judged(replaced(fell, missed={}), replaced(before)) if one.rule == "mitigate"
    )
    assert "it was 38 min before" in promise.message
    worse = replace(drill_of(before), mitigated=Interval(0.8, 0.56, 0.94))
    assert only(judged(with_drill(before, worse), before)).message == (
        "amount-unit-change is mitigated in 16 of 20 runs; it was in all 20 runs"
    )
    luck = replace(drill_of(before), mitigated=Interval(0.9, 0.68, 0.99))
    assert judged(with_drill(before, luck), before) == ()


def test_a_time_may_grow_by_a_step_and_a_twentieth_of_its_objective() -> None:
    """Beyond that, an edit has made the incident longer; of 25 min to contain, that is 1.5."""
    before = proof(SHOWN)

    assert judged(proof([trial(seed, {**GOOD, "contain": 13.5}) for seed in RUNS]), before) == ()
    promise = only(judged(proof([trial(seed, {**GOOD, "contain": 13.75}) for seed in RUNS]), before))
    assert promise.message == (
        "amount-unit-change takes longer than before the change: contained after 13.8 min, not 12 min "
        "(95th percentile)"
    )


def test_a_signal_that_fires_later_is_told_at_its_line() -> None:
    """Even where another signal still detects in time."""
    before = proof(SHOWN)
    promise = only(judged(proof(SHOWN, late=delays(RUNS, amount_psi=3.75, score_psi=13.0)), before))

    assert promise.message.startswith(
        "`score-psi` fires later than before the change: in amount-unit-change after 13"
    )
    assert text_at(promise.place) == "- id: score-psi"


def test_a_signal_that_fell_asleep_is_told() -> None:
    """It fired in every run, and fires in none."""
    promise = only(judged(proof(SHOWN, late=delays(RUNS, amount_psi=3.75)), proof(SHOWN)))

    assert "in amount-unit-change not at all, not 11.8 min" in promise.message


def test_a_signal_that_got_louder_is_told() -> None:
    """Beyond the old interval, whatever its severity, within the budget too."""
    promise = only(judged(proof(SHOWN, days=healthy(35, labelled_accuracy=5)), proof(SHOWN)))

    assert promise.message == (
        "`labelled-accuracy` fires 1 times a week (0.325 to 2.33) on healthy traffic; "
        "it was 0 times a week (at most 0.738)"
    )


def test_users_who_are_spared_less_are_told_of() -> None:
    """From two points of a hundred on."""
    before = proof(SHOWN)

    assert judged(proof([trial(seed, robot=2.15) for seed in RUNS]), before) == ()
    assert only(judged(proof([trial(seed, robot=4.0) for seed in RUNS]), before)).message == (
        "Users are spared 60 % of the harm of amount-unit-change; it was 80 %"
    )
    assert only(judged(proof([trial(seed, robot=12.0) for seed in RUNS]), before)).message == (
        "Users bear 20 % more than with nobody acting in amount-unit-change; it was 80 %"
    )


def test_a_step_that_no_run_goes_through_any_more_is_told() -> None:
    """It is still in the text, and the drills do not get there."""
    promise = only(judged(proof([trial(seed, steps=WAY[:-1]) for seed in RUNS]), proof(SHOWN)))

    assert promise.message == (
        "`amount-off` is not gone through in any run any more; amount-unit-change did in all 20 runs"
    )


def test_a_deleted_step_is_worth_a_word_and_one_that_turned_a_control_a_promise() -> None:
    """A reviewer sees the first in the diff; of the second, what it did in an incident is at stake."""
    before = proof([trial(seed, steps=[*WAY, "old-note", "old-switch"]) for seed in RUNS])
    turn = replace(before.turns[0], node="old-switch", control="safe-mode")
    before = replace(before, turns=(*before.turns, turn))
    now = proof(SHOWN)

    assert "`old-switch`, which turned safe-mode in all 20 runs" in only(judged(now, before)).message
    assert only(noted(now, before)).message.endswith("gone from the text: `old-note`")


def test_a_step_that_lost_its_check_or_its_leave_is_told() -> None:
    """By name, with how often it went without."""
    before, now = proof(SHOWN), proof([trial(seed, unapproved=["amount-off"]) for seed in RUNS])
    bare = replace(now, turns=tuple(replace(one, checked=False, unproven=one.runs) for one in now.turns))
    messages = [one.message for one in judged(bare, before)]

    assert (
        "`amount-off` turns amount-toggle without the leave of incident-commander in all 20 runs; it had leave before"
        in messages
    )
    assert (
        "`amount-off` turns amount-toggle and is not proven by a check any more, in all 20 runs" in messages
    )


def test_a_drill_that_is_gone_proves_nothing_any_more() -> None:
    """To delete the drill that fails is no way through the gate."""
    before = proof(SHOWN)
    now = replace(before, drills=tuple(one for one in before.drills if one.drill != FAULT_DRILL))
    promise = only(judged(now, before))

    assert promise.message == (
        "The drill amount-unit-change is gone: what it proved, in all 20 runs under control, is proven no more"
    )


def test_a_drill_that_was_edited_is_not_compared_and_not_failed() -> None:
    """It may have become easier or harder: a reviewer is told both figures, and judges."""
    before = proof([trial(seed, {**GOOD, "contain": 20.0}) for seed in RUNS])
    now = proof([trial(seed, {**GOOD, "mitigate": 45.0}) for seed in RUNS], hash="e" * 64)

    assert judged(now, before) == ()
    note = only(noted(now, before))
    assert (note.rule, note.severity) == ("other-drill", "warning")
    assert "it was contained in all 20 runs (20 min), and is in all 20 runs (12 min)" in note.message


def test_other_seeds_or_another_engine_are_told() -> None:
    """With what each was made: then not every difference is an edit's."""
    before = replace(proof([trial(seed) for seed in range(30)]), engine=ProofEngine("0.9.0", "2.4.6"))
    messages = [one.message for one in noted(proof(SHOWN), before)]

    assert messages == [
        "The certificate was made by Drillbook 0.9.0 with numpy 2.4.6, and this by Drillbook 1.0.0 with numpy 2.4.6: "
        "differences may be the engine's",
        "The certificate was made with seeds 0 to 29 of each drill, and this with seeds 0 to 19: "
        "small differences may be luck",
    ]


def test_what_was_edited_is_named_as_the_cause() -> None:
    """Only what the promise is about, where that was edited; else all of it; else what is around the runbook."""
    before = proof(SHOWN)
    slower = proof(SHOWN, late=delays(RUNS, amount_psi=3.75, score_psi=13.0))
    edits = {"score-psi": "0" * 64, "look": "1" * 64}
    edited = replace(slower, parts={**slower.parts, **edits})

    assert only(judged(edited, before)).cause == (
        "edited since the certificate: signal `score-psi` (not its threshold, hold or severity)"
    )
    assert only(judged(replace(slower, parts={**slower.parts, "look": "1"}), before)).cause == (
        "edited since the certificate: step `look`"
    )
    around = replace(slower, hashes=replace(slower.hashes, service="9" * 64))
    assert only(judged(around, before)).cause == (
        "edited since the certificate: the service, its panel or another of its runbooks"
    )


# --- how it is said -----------------------------------------------------------------------------------


def test_a_promise_is_a_finding_at_its_line() -> None:
    """So that GitHub shows it beside the code, with its cause and how to see it."""
    promise = Promise("contain", "It is late.", RUNBOOK, f"{FILE}:12:5", "edited: `look`", FAULT_DRILL, 3)
    finding = finding_of(promise)

    assert (str(finding.place), finding.rule, finding.severity) == (
        f"{FILE}:12:5",
        "rehearse-contain",
        "error",
    )
    assert (
        finding.hint == "edited: `look`; see it with: drill run amount-unit-change --responder robot --seed 3"
    )
    assert str(finding_of(replace(promise, place="")).place) == f"{FILE}:1:1"


def test_an_objective_has_a_place_and_what_has_none_gets_the_file() -> None:
    """Every promise can be annotated."""
    assert text_at(place_of(catalogue(), RUNBOOK, "contain_minutes")) == "contain_minutes: 25"
    assert place_of(catalogue(), RUNBOOK, "nothing-of-that-name") == f"{FILE}:1:1"
    assert place_of(replace(catalogue(), places={}), RUNBOOK, "look") == ""


def test_every_rule_has_its_words_and_its_gravity() -> None:
    """A rule that is added is explained."""
    assert RULES.keys() == GRAVITY.keys()


def test_a_message_fits_into_a_certificate() -> None:
    """However many names it lists."""
    assert len(cut("x" * 1000)) == LONGEST


def test_a_certificate_is_judged_by_what_is_promised_for_good() -> None:
    """That something was better once is for the gate, not for the page."""
    shown = proof([trial(seed, {**GOOD, "contain": 30.0}) for seed in RUNS])

    assert not shown.passed
    assert shown.broken[0].startswith(
        "amount-unit-change is under control after 30 min at the 95th percentile"
    )
    assert certified(shown, catalogue()) == shown


@pytest.mark.parametrize("quantiles", [Quantiles(None, None, None), Quantiles(5.0, 9.0, 9.5)])
def test_what_never_came_cannot_get_slower(quantiles: Quantiles) -> None:
    """A time that was infinite before is no worse now."""
    before = proof(SHOWN)
    old = replace(
        drill_of(before), minutes={**drill_of(before).minutes, "mitigate": Quantiles(None, None, None)}
    )
    new = replace(drill_of(before), minutes={**drill_of(before).minutes, "mitigate": quantiles})

    found = judged(with_drill(before, new), with_drill(before, old))
    assert not [one for one in found if one.rule == "slower"]


def drill_of(found: Proof, id: str = FAULT_DRILL) -> DrillProof:
    return next(one for one in found.drills if one.drill == id)


def with_drill(found: Proof, new: DrillProof) -> Proof:
    return replace(found, drills=tuple(new if one.drill == new.drill else one for one in found.drills))


def replaced(found: Proof, **changes: object) -> Proof:
    return with_drill(found, replace(drill_of(found), **changes))  # type: ignore[arg-type]


def test_a_text_that_promises_longer_times_is_told() -> None:
    """An edit cannot be hidden behind a looser objective: the margin is that of the tighter one."""
    now = proof(SHOWN)
    before = replace(now, objectives={**now.objectives, "contain": 20.0})

    assert only(judged(now, before)).message == (
        "The text promises less than its certificate: contain within 25 min, not 20 min"
    )
    slow = proof([trial(seed, {**GOOD, "contain": 13.4}) for seed in RUNS])
    loose = replace(before, objectives={**now.objectives, "contain": 1.0})
    assert {one.rule for one in judged(slow, loose)} == {"promises-less", "slower"}


def test_a_larger_budget_of_pages_is_told() -> None:
    """The organization's number is a promise too."""
    now = proof(SHOWN)
    before = replace(now, budget_per_week=1.0)

    assert only(judged(now, before)).message == (
        "The organization allows 2 false pages a week now; it allowed 1"
    )


def test_a_signal_that_calls_fewer_people_or_is_gone_is_told() -> None:
    """What only informs may go, or be renamed."""
    now = proof(SHOWN)
    as_page = [replace(one, severity="page") if one.signal == "amount-mean" else one for one in now.signals]
    gone = [
        replace(one, signal=f"old-{one.signal}") if one.signal == "amount-psi" else one for one in now.signals
    ]
    quiet = [
        replace(one, signal=f"old-{one.signal}") if one.signal == "amount-mean" else one
        for one in now.signals
    ]

    assert only(judged(now, replace(now, signals=tuple(as_page)))).message == (
        "`amount-mean` was a page, and is info now: it calls fewer people"
    )
    assert only(judged(now, replace(now, signals=tuple(gone)))).message == (
        "`old-amount-psi`, a page, is gone: nothing can be said of what it saw"
    )
    assert judged(now, replace(now, signals=tuple(quiet))) == ()


def test_a_drill_that_was_made_harmless_proves_nothing_any_more() -> None:
    """An edited drill is not compared, but it must still do harm."""
    now = proof([calm_trial(seed, steps=WAY) for seed in RUNS], hash="e" * 64)
    promises = judged(now, proof(SHOWN))

    assert [one.rule for one in promises] == ["drill-gone"]
    assert "it did in all 20 runs, so what it proved is proven no more" in promises[0].message


def test_other_roles_whose_leave_is_asked_are_a_warning() -> None:
    """Who is enough, only people can say."""
    now = proof(SHOWN)
    before = replace(now, turns=tuple(replace(one, leave=("model-owner",)) for one in now.turns))

    assert judged(now, before) == ()
    told = [one for one in noted(now, before) if one.rule == "other-leave"]
    assert all(one.severity == "warning" for one in told)
    assert any("leave of incident-commander now; it took that of model-owner" in one.message for one in told)


def test_an_edited_decision_that_no_run_goes_through_is_a_warning() -> None:
    """Green would be a false comfort: the drills say nothing of it."""
    now = proof(SHOWN)
    before = replace(now, parts={**now.parts, "remedy-while-rules-decide": "0" * 64, "look": "0" * 64})

    assert judged(now, before) == ()
    told = only(tuple(one for one in noted(now, before) if one.rule == "untried"))
    assert told.severity == "warning"
    assert told.message.endswith("proves nothing about it: `remedy-while-rules-decide`")


# --- what was edited, and how -------------------------------------------------------------------------


def tuned(found: Proof, signal: str, **was: float) -> Proof:
    """A certificate of a text in which a signal had another threshold or hold."""

    def before(one: SignalProof) -> SignalProof:
        own, *others = one.curve
        return replace(one, curve=(replace(own, **was), *others)) if one.signal == signal else one

    parts = {**found.parts, signal: "0" * 64}
    return replace(found, signals=tuple(map(before, found.signals)), parts=parts)


def test_a_cause_says_what_a_number_was() -> None:
    """Old and new threshold and hold stand in the cause; the place is the line of the number."""
    slower = proof(SHOWN, late=delays(RUNS, amount_psi=3.75, score_psi=13.0))
    sharper = only(judged(slower, tuned(proof(SHOWN), "score-psi", threshold=0.1)))
    held = only(judged(slower, tuned(proof(SHOWN), "score-psi", hold_minutes=1.0)))

    assert sharper.cause == "edited since the certificate: signal `score-psi` with threshold 0.2 (was 0.1)"
    assert text_at(sharper.place) == "threshold: 0.2"
    assert held.cause.endswith("signal `score-psi` with hold 10 min (was 1 min)")
    assert text_at(held.place) == "hold_minutes: 10"


def test_a_longer_objective_is_told_at_its_line() -> None:
    """What was promised before, and where it is promised no more."""
    now = proof(SHOWN)
    before = replace(
        now,
        objectives={**now.objectives, "contain": 20.0},
        parts={**now.parts, "objectives": "0" * 64},
    )
    promise = only(judged(now, before))

    assert (
        promise.cause
        == "edited since the certificate: the objectives with contain within 25 min (was 20 min)"
    )
    assert text_at(promise.place) == "contain_minutes: 25"


def test_an_edited_drill_is_the_cause_of_what_it_breaks() -> None:
    """The runbook is as it was: who edited the drill alone reads of the drill, at its file."""
    before = proof(SHOWN)
    late = {**GOOD, "contain": 30.0}
    now = proof([trial(seed, late, steps=WAY[:-1]) for seed in RUNS], hash="e" * 64)
    promises = {one.rule: one for one in judged(now, before)}

    assert promises.keys() == {"contain", "not-reached"}
    assert {one.cause for one in promises.values()} == {
        "edited since the certificate: the drill `amount-unit-change`"
    }
    assert promises["not-reached"].place == "runbooks/feature-drift/drills/amount-unit-change.yaml:1:1"


def test_a_drill_that_is_new_is_said_to_be() -> None:
    """What it breaks, no edit of the text broke."""
    now = proof([trial(seed, {**GOOD, "contain": 30.0}) for seed in RUNS])
    signals = tuple(replace(one, delays={}, curve=()) for one in now.signals)
    drills = tuple(one for one in now.drills if one.drill != FAULT_DRILL)
    before = replace(now, drills=drills, signals=signals, turns=())

    assert only(judged(now, before)).cause == (
        "edited since the certificate: the drill `amount-unit-change` (new)"
    )


def test_a_step_with_another_name_breaks_nothing() -> None:
    """Nor was anything edited that only refers to it; a reviewer is told of the name."""
    now = proof(SHOWN)
    before = under_another_name(now, "amount-off", "toggle-off")

    assert judged(now, before) == ()
    note = only(noted(now, before))
    assert (note.rule, note.severity, note.cause) == ("renamed", "warning", "")
    assert note.message == "Another name, and nothing else: `amount-off` was `toggle-off`"
    assert text_at(note.place) == "- id: amount-off"


def test_a_step_with_another_name_that_says_something_else_is_another_step() -> None:
    """The one that turned a control is gone, then."""
    now = proof(SHOWN)
    before = under_another_name(now, "amount-off", "toggle-off")
    before = replace(before, parts={**before.parts, "toggle-off": "0" * 64})

    promise = only(judged(now, before))
    assert promise.rule == "not-reached"
    assert promise.message == (
        "`toggle-off`, which turned amount-toggle in all 20 runs of amount-unit-change, is gone"
    )


def test_a_step_with_another_name_that_no_run_goes_through_is_told() -> None:
    """A new name is no way to hide that."""
    before = under_another_name(proof(SHOWN), "amount-off", "toggle-off")
    promise = only(judged(proof([trial(seed, steps=WAY[:-1]) for seed in RUNS]), before))

    assert promise.message.startswith("`amount-off` is not gone through in any run any more")


def under_another_name(found: Proof, id: str, once: str) -> Proof:
    """The certificate of the text in which a step was called otherwise."""
    (compiled,) = catalogue().runbooks
    data = json.loads(json.dumps(brief(compiled.runbook)).replace(f'"{id}"', f'"{once}"'))
    before = replace(compiled, runbook=structure(data, Runbook), parts=part_hashes(data))
    return replace(
        found,
        parts=parts_of(before),
        drills=tuple(
            replace(one, steps={once if node == id else node: runs for node, runs in one.steps.items()})
            for one in found.drills
        ),
        turns=tuple(replace(one, node=once) if one.node == id else one for one in found.turns),
    )


def test_a_page_before_the_harm_asks_nobody_to_acknowledge() -> None:
    """As the score has it: asked is from the first page on that comes when harm has begun."""
    silent = {**GOOD, "acknowledge": None}
    early = [replace(trial(seed, silent), page_minutes=None) for seed in RUNS]

    assert judged(proof(early)) == judged(proof(early), proof(SHOWN)) == ()
    assert only(judged(proof([trial(seed, silent) for seed in RUNS]))).rule == "acknowledge"
