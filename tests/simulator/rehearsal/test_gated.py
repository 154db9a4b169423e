"""How a gate says what one edit broke: the gravest with its cause, and what has the same cause below it, shortly."""

from __future__ import annotations

import json
from dataclasses import replace

from simulator.rehearsal.gating.promises import grouped
from simulator.rehearsal.paging import markdown
from simulator.rehearsal.telling import Told, as_json, terminal_text, told
from tests.simulator.rehearsal.made_up import GOOD, RUNBOOK, WAY, proof, trial
from tests.simulator.stages import FAULT_DRILL, catalogue

RUNS = range(20)
CAUSE = "edited since the certificate: step `amount-off`"


def of_one_edit() -> Told:
    """One edit, by which a drill is contained late, never mitigated, and users are spared less."""
    before = proof([trial(seed) for seed in RUNS])
    late = {**GOOD, "contain": 30.0, "mitigate": None}
    now = proof([trial(seed, late, steps=WAY, robot=6.0) for seed in RUNS])
    before = replace(before, parts={**before.parts, "amount-off": "0" * 64})
    return told(now, catalogue(), replace(before, hashes=replace(before.hashes, runbook="f" * 64)))


def test_promises_of_one_edit_and_drill_stand_together() -> None:
    """The gravest first, whatever else is as grave as the others."""
    one = of_one_edit()
    (group,) = grouped(one.broken)

    assert [promise.rule for promise in group] == ["contain", "mitigate", "spares-less"]
    assert {(promise.cause, promise.drill) for promise in group} == {(CAUSE, FAULT_DRILL)}
    other = replace(group[1], cause="", drill="")
    assert [*grouped([group[0], other, group[2]])] == [(group[0], group[2]), (other,)]


def test_the_cause_is_told_once_on_a_terminal() -> None:
    """With the command that shows it; the others say that they have the same reason."""
    text = terminal_text([of_one_edit()])

    assert text.startswith(f"✗ {RUNBOOK}: 3 promises are broken.")
    assert text.count(CAUSE) == text.count("drill run amount-unit-change") == 1
    assert text.count("✗ For the same reason: ") == 2
    assert "✗ For the same reason: Users are spared 40 % of the harm of amount-unit-change" in text


def test_the_cause_is_told_once_in_a_pull_request() -> None:
    """What follows from the same edit is indented below the gravest."""
    page = markdown([of_one_edit()])

    assert page.count("edited since the certificate") == 1
    assert "\n- ❌ amount-unit-change is under control after 30 min" in page
    assert "\n  - ❌ For the same reason: Users are spared 40 % of the harm of amount-unit-change" in page


def test_programs_get_each_promise_with_its_cause() -> None:
    """JSON keeps all of it."""
    promises = json.loads(as_json([of_one_edit()]))["runbooks"][0]["broken"]

    assert [one["cause"] for one in promises] == [CAUSE] * 3
    assert all(one["replay"] and not one["message"].startswith("For the same") for one in promises)
