"""What a rehearsal says: a screen a runbook, a page for a pull request, JSON for programs, findings for GitHub."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from generator.model import CurvePoint, Proof, StepWorth
from generator.report import FORMATS, Context
from generator.values import structure
from simulator.rehearsal.gating.promises import RULES
from simulator.rehearsal.telling import Told, as_json, findings, markdown, terminal_text, told
from tests.simulator.rehearsal.made_up import ASLEEP, GOOD, RUNBOOK, calm_trial, delays, proof, trial
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
    assert lines[1] == "fraud-scorer, 2 drills, seeds 0 to 19 each, answered by the robot and by nobody"
    assert terminal_text([bad()]).splitlines()[0] == "✗ feature-drift: 3 promises are broken."


def test_a_broken_promise_says_where_and_how_to_see_it() -> None:
    """The words of an incident, the line of the source, and a command that plays it again."""
    text = terminal_text([bad()])

    assert "✗ In 4 of 20 runs of amount-unit-change nobody is woken" in text
    assert re.search(r"^ +runbooks/feature-drift/runbook\.yaml:\d+:\d+$", text, re.M)
    assert "drill run amount-unit-change --responder robot --seed 0" in text


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

    assert re.search(r"amount-psi +page +0 \(0 to 0\.74\) +1 of 1 +3\.8 min", text)
    assert re.search(r"merchant-risk-psi +page +0 \(0 to 0\.74\) +0 of 1 +–", text)
    assert (
        "Pages of fraud-scorer for nothing in 5 healthy weeks: 0 (0 to 0.74) a week; the budget is 2." in text
    )


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
