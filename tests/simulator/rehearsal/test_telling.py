"""What a rehearsal says: a screen a runbook, a page for a pull request, JSON for programs, findings for GitHub."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from generator.model import CurvePoint, Proof, Reaction, StepWorth
from generator.report import FORMATS, Context
from generator.values import structure
from simulator.rehearsal.gating.promises import RULES
from simulator.rehearsal.paging import markdown
from simulator.rehearsal.telling import (
    Told,
    as_json,
    findings,
    terminal_text,
    told,
    without_certificate,
)
from tests.simulator.rehearsal.made_up import ASLEEP, GOOD, RUNBOOK, calm_trial, delays, healthy, proof, trial
from tests.simulator.schemas import objections
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, ROOT, catalogue

RUNS = range(20)


def good() -> Told:
    shown = proof([trial(seed) for seed in RUNS])
    return told(shown, catalogue(), shown)


def bad() -> Told:
    runs = [trial(seed, ASLEEP, opened="", steps=(), pages=0) if seed < 4 else trial(seed) for seed in RUNS]
    return told(proof(runs, late=delays(RUNS, amount_psi=21.0)), catalogue())


def test_the_verdict_comes_first() -> None:
    """Whoever reads one line knows whether the change may be merged."""
    lines = terminal_text([good()]).splitlines()
    assert lines[0] == "✓ feature-drift: Every promise is kept, and nothing got worse."
    assert lines[1] == "fraud-scorer, 2 drills, seeds 0 to 19 each, by the robot, and with nobody acting"
    assert terminal_text([bad()]).splitlines()[0] == "✗ feature-drift: 3 promises are broken."


def test_a_broken_promise_says_where_and_how_to_see_it() -> None:
    """The words of an incident, the line of the source, and a command that plays it again."""
    text = terminal_text([bad()])

    assert "✗ In 4 of 20 runs of amount-unit-change nobody is woken" in text
    assert re.search(r"^ +runbooks/feature-drift/runbook\.yaml:\d+:\d+$", text, re.M)
    assert "drill run amount-unit-change --responder robot --seed 0" in text


def test_what_to_type_next_has_the_seeds_of_this_rehearsal() -> None:
    """A certificate that is made with other seeds could not be compared with it."""
    text = terminal_text([without_certificate(bad(), catalogue())])

    assert "make one with: drill rehearse feature-drift --runs 20 --write" in " ".join(text.split())


def test_drills_stand_against_their_objectives() -> None:
    """What 95 of 100 runs stay within; where fewer ever got there, the share that did."""
    assert re.search(r"detect +acknowledge +contain +mitigate +harm", terminal_text([good()]))
    assert re.search(r"drill +≤ 10 +≤ 5 +≤ 25 +≤ 50 +spared", terminal_text([good()]))
    assert re.search(r"amount-unit-change +7 +1 +12 +38 +80 %", terminal_text([good()]))
    assert re.search(r"amount-unit-change +80 % +1 +80 % +80 % +80 %", terminal_text([bad()]))
    assert "Harms nobody: quiet-monday (woken in 0 of 20 runs)." in terminal_text([good()])


def test_signals_stand_with_their_false_pages_and_delays() -> None:
    """And all pages together, against the budget."""
    text = terminal_text([good()])

    assert re.search(r"amount-psi +page +none +1 of 1 +3\.8 min", text)
    assert re.search(r"merchant-risk-psi +page +none +0 of 1 +–", text)
    assert (
        "Pages of fraud-scorer for nothing in 5 healthy weeks: none, so at most 0.74 a week; the budget is 2."
        in text
    )


def test_a_signal_that_fired_has_its_interval_and_one_that_did_not_has_a_note() -> None:
    """A row of noughts says little: what never firing means is said once, below the table."""
    loud = proof([trial(seed) for seed in RUNS], days=healthy(amount_psi=10, pages=10))
    text = terminal_text([told(loud, catalogue())])

    assert re.search(r"amount-psi +page +2 \(0\.96 to 3\.7\) +1 of 1", text)
    assert re.search(r"merchant-risk-psi +page +none +0 of 1", text)
    assert "none: not once in 5 healthy weeks, so at most 0.74 a week.\n" in text
    assert "in 5 healthy weeks: 2 (0.96 to 3.7) a week; the budget is 2." in text


@pytest.mark.parametrize(
    ("answering", "row", "note"),
    [
        ("latency-surge", r" +7 +1 +12 \(≤ 9\) +38 \(≤ 65\) ", "Held against what latency-surge promises"),
        (None, r" +7 +1 +12 +38 ", "Nothing is promised, as the truth names no runbook: amount-unit-change."),
    ],
)
def test_a_drill_is_held_against_what_the_right_runbook_promises(
    answering: str | None, row: str, note: str
) -> None:
    """As the gate holds it; a limit that is not the one in the head stands beside the minutes."""
    shown = proof([trial(seed) for seed in RUNS])
    drill = catalogue().drill(FAULT_DRILL)
    base = catalogue()
    own = base.runbook(RUNBOOK)
    goals = replace(own.runbook.objectives, contain_minutes=9.0, mitigate_minutes=65.0)
    surge = replace(own, runbook=replace(own.runbook, id="latency-surge", objectives=goals))
    truth = replace(drill.truth, runbook=answering)
    drills = (replace(drill, truth=truth), *(one for one in base.drills if one != drill))
    changed = replace(base, drills=drills, runbooks=(*base.runbooks, surge))
    one = told(shown, changed)
    text, page = terminal_text([one]), markdown([one])

    assert re.search(f"amount-unit-change{row}", text)
    assert note in " ".join(text.split())
    assert ("**12 (≤ 9)**" in page.replace("\\", "")) is (answering is not None)
    assert any(promise.rule == "contain" for promise in one.broken) is (answering is not None)


def test_the_screen_tells_which_kinds_of_fault_went_wrong() -> None:
    """What went wrong by what opens, the kinds that it happens to, and a count of the right ones."""
    one = told(deep(), catalogue())
    text = terminal_text([one])

    assert (
        "Of 5 faults of fraud-scorer (each kind at each place) 4 do harm: for 1 a runbook opens that contains it, "
        "and 0 are beyond every control of the service."
    ) in " ".join(text.split())
    assert re.search(r"opens latency-surge \(right: feature-drift\) +1 +unit-change", text)
    assert re.search(r"wakes nobody +2 +null-spike ×2", text)
    assert re.search(r"opens feature-drift, and nothing does harm +1 +schema-change", text)
    assert "stale-features" not in text
    assert "kind of fault" not in terminal_text([good()])


def test_another_runbook_of_the_service_points_at_the_faults_above() -> None:
    """The faults of a service are the same for each of its runbooks."""
    other = replace(deep(), runbook="latency-surge")
    text = terminal_text([told(deep(), catalogue()), replace(told(deep(), catalogue()), proof=other)])

    assert "As for feature-drift, above: the faults of fraud-scorer are the same." in text
    assert text.count("wakes nobody") == 1


def test_a_page_for_a_pull_request_has_the_whole_matrix() -> None:
    """Every kind at every place, with what is right."""
    page = markdown([told(deep(), catalogue())]).replace("\\", "")

    assert (
        "| unit-change | payments-feed | **wrong runbook** | latency-surge 80 %, none 20 % | feature-drift |"
        in page
    )
    assert "| stale-features | feature-store | right | feature-drift 100 % | feature-drift | 100 % |" in page
    assert page.count("| null-spike |") == 2
    assert page.count("<details>") == page.count("</details>") == 2


def deep() -> Proof:
    """A proof with five faults: a wrong runbook, two that wake nobody, one right, one that does no harm."""
    own, feed = (RUNBOOK,), "payments-feed"
    return replace(
        proof([trial(seed) for seed in RUNS]),
        reactions=(
            Reaction(
                "unit-change", feed, True, opened={"latency-surge": 0.8, "": 0.2}, contained=0.0,
                right=own, verdict="wrong",
            ),
            Reaction("null-spike", feed, True, opened={"": 1.0}, contained=0.0, verdict="unpaged"),
            Reaction("null-spike", "feature-store", True, opened={"": 1.0}, contained=0.0, verdict="unpaged"),
            Reaction(
                "stale-features", "feature-store", True, opened={RUNBOOK: 1.0}, contained=1.0,
                right=own, verdict="right",
            ),
            Reaction("schema-change", feed, False, opened={RUNBOOK: 1.0}),
        ),
    )  # fmt: skip


def test_where_a_promise_is_broken_only_what_is_about_that_is_suggested() -> None:
    """Whoever has to mend one thing is not asked to change others."""
    faster = CurvePoint(0.15, 1.0, 0.1, 2.25, 0.0)
    kept, broken = (
        replace(
            one,
            proof=replace(one.proof, signals=tuple(replace(s, suggested=faster) for s in one.proof.signals)),
        )
        for one in (good(), bad())
    )

    assert {one.signal for one in kept.better.signals if one.suggested} >= {"amount-psi", "attempts-psi"}
    about = {one.signal for one in broken.better.signals if one.suggested}
    assert "amount-psi" in about
    assert "attempts-psi" not in about
    for page in (terminal_text([broken]), markdown([broken])):
        assert "attempts-psi`: threshold" not in page
        assert "amount-psi" in page


def test_what_could_be_better_is_suggested() -> None:
    """A faster threshold within the budget, and steps that change nothing."""
    shown = proof([trial(seed) for seed in RUNS])
    faster = CurvePoint(0.15, 1.0, 0.1, 2.25, 0.0)
    signals = tuple(
        replace(one, suggested=faster if one.signal == "amount-psi" else None) for one in shown.signals
    )
    steps = (StepWorth("look", "deleted"), StepWorth("amount-off", "deleted", "", ("it is not contained",)))
    text = terminal_text([told(replace(shown, signals=signals, steps=steps), catalogue())])

    assert "`amount-psi`: threshold 0.15 held for 1 min fires after 2.2 min (median)" in text
    assert "Without these steps the outcome is the same: `look`." in text


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Down to 80 columns; on a wide one, lines stay as long as can be read."""
    text = terminal_text([good(), bad()], width=width)

    assert max(map(len, text.splitlines())) <= min(width, 110)


def test_colours_are_for_terminals() -> None:
    """A file or a pipe gets none."""
    assert "\x1b[" not in terminal_text([bad()])
    assert "\x1b[" in terminal_text([bad()], colour=True)


def test_a_hundred_broken_promises_leave_room_for_the_figures() -> None:
    """The gravest are shown, and the rest is counted."""
    one = bad()
    text = terminal_text([replace(one, broken=one.broken * 40)])

    assert "and 112 more (--json tells all of them)" in text
    assert "Pages of fraud-scorer for nothing" in text


def test_a_page_for_a_pull_request_has_all_of_it() -> None:
    """The promises as a list, names as code, the figures folded away."""
    page = markdown([good(), bad()])

    assert page.startswith("## ✅ feature-drift: Every promise is kept, and nothing got worse.")
    assert "## ❌ feature-drift: 3 promises are broken." in page
    assert (
        "- ❌ In 4 of 20 runs of amount-unit-change nobody is woken: `amount-psi` fires after 21 min" in page
    )
    assert "| amount-unit-change | **80 %** | 1 | **80 %** | **80 %** | 80 % |" in page
    assert page.count("<details>") == page.count("</details>") == 2


def test_nothing_of_a_source_is_markup() -> None:
    """Neither on a page nor on a terminal."""
    one = bad()
    evil = replace(one.broken[0], message="[red]<img src=x> @team `<b>` \x1b[31m | a")
    page, text = markdown([replace(one, broken=(evil,))]), terminal_text([replace(one, broken=(evil,))])

    assert "<img" not in page.replace("\\<", "")
    assert "`<b>`" not in page
    assert "[red]<img src=x>" in text
    assert "\x1b" not in text


def test_programs_get_proofs_and_promises() -> None:
    """A proof reads as the certificate does, and each promise has its place, its cause and its replay."""
    whole = json.loads(as_json([good(), bad()]))

    assert objections("rehearsal", whole) == []
    assert whole["passed"] is False
    assert [one["compared"] for one in whole["runbooks"]] == [True, False]
    assert structure(whole["runbooks"][1]["proof"], Proof) == bad().proof
    first = whole["runbooks"][1]["broken"][0]
    assert (first["rule"], first["drill"], first["seed"]) == ("detect", FAULT_DRILL, 0)
    assert first["place"].startswith("runbooks/feature-drift/runbook.yaml:")
    assert first["replay"] == "drill run amount-unit-change --responder robot --seed 0"


def test_github_annotates_the_lines() -> None:
    """Broken promises are errors beside the code, notes are warnings."""
    noted = proof([trial(seed) for seed in RUNS], quiet=[calm_trial(seed, pages=1) for seed in RUNS])
    lines = FORMATS["github"](findings([bad(), told(noted, catalogue())]), Context()).splitlines()

    assert lines[0].startswith("::error file=runbooks/feature-drift/runbook.yaml,line=")
    assert (
        "title=drillbook rehearse-detect::In 4 of 20 runs of amount-unit-change nobody is woken" in lines[0]
    )
    assert any(line.startswith("::warning ") and QUIET_DRILL in line for line in lines)
    assert lines[-1] == "3 errors and 1 warning in 1 file"


def test_several_runbooks_are_told_one_after_the_other() -> None:
    """Each with its own verdict."""
    late = told(proof([trial(seed, {**GOOD, "contain": 30.0}) for seed in RUNS]), catalogue())
    text = terminal_text([good(), late])

    assert text.count(f"{RUNBOOK}: ") == 2
    assert "✗ feature-drift: 1 promise is broken." in text


def test_the_schema_names_every_rule() -> None:
    """A program may tell promises apart by their rule."""
    promise = json.loads((ROOT / "schema" / "rehearsal.schema.json").read_text(encoding="utf-8"))[
        "definitions"
    ]["promise"]

    assert promise["properties"]["rule"]["enum"] == list(RULES)
