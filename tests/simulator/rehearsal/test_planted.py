"""The gate finds what an edit breaks, and names the reason; the shipped text passes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simulator.rehearsal.gating.promises import Promise, Rule
from tests.simulator.rehearsal.planting import Edit, Ground

RUNBOOK, DRILL, QUIET = "feature-drift", "amount-unit-change", "quiet-monday"

AMOUNT_PSI = """\
      with: {feature: amount, window_minutes: 10}
      compare: above
      threshold: 0.2
      hold_minutes: 2
      severity: page
"""
AMOUNT_NOISE = """\
        a fault lifts it within minutes and keeps climbing until the window is full.
      dashboard: feature-drift
      log: pipeline-log
      triggers: look
"""
APPROVE = """\
        - id: approve-switch-off
          text: Ask the incident commander for leave.
          do: approve
          with: {change: Let the model decide without the amount., role: incident-commander}
          role: incident-commander
          minutes: 1
"""
AMOUNT_OFF = """\
        - id: amount-off
          text: Set amount-toggle to off.
          do: set-control
          with: {control: amount-toggle, value: "off"}
          role: ml-on-call
          minutes: 0.5
"""
CHECK = """\
          check:
            that: {control: amount-toggle, equals: "off"}
            within_minutes: 4
            text: The toggle reads off. The drift of the amount stays visible; it is measured before the toggle.
          on_failure: fall-back-to-rules
"""
UNIT = """\
      on_success: switch-off-feature
    - id: suspect-schema
"""
PIPELINE = """\
          with: {control: pipeline-version, value: v1}
          role: ml-on-call
          minutes: 1
          on_failure"""
TRIGGER = """\
          text: Answers fail after the switch.
          when: {signal: error-ratio, is: firing}
"""
STORE_TRIGGER = """\
          when: {all: [{signal: failing-answers, is: firing}, {control: traffic-split, equals: 0.0}]}
        steps:
          - id: split-back-after-failures
"""
REAL = """\
              - {signal: merchant-risk-psi, is: firing}
          go: declare
"""
NOISE = """\
        - answer: Nothing fires any more
          go: note-noise
"""


def changed(text: str, old: str, new: str) -> Edit:
    """Some of a text written otherwise."""
    return Edit(text, text.replace(old, new))


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect: what is edited, what is found, and which part is named as the cause."""

    edits: tuple[Edit, ...]
    rule: Rule
    words: str
    cause: str
    refused: str = ""
    """The rule of ``runbook check`` that refuses the text by itself; empty: it passes, and only the gate finds it."""
    healthy: bool = False
    """Whether healthy traffic is simulated."""
    runbook: str = RUNBOOK
    drill: str = DRILL


PLANTED = {
    "the threshold is doubled": Planted(
        (changed(AMOUNT_PSI, "0.2", "0.4"),),
        "slower",
        "`amount-psi` fires later than before the change: in amount-unit-change after 4.8 min, not 3.8 min",
        "signal `amount-psi` with threshold 0.4 (was 0.2)",
    ),
    "the hold is tripled": Planted(
        (changed(AMOUNT_PSI, "hold_minutes: 2", "hold_minutes: 6"),),
        "detect",
        "In all 5 runs of amount-unit-change nobody declares the right incident in time: `amount-psi` fires after 7.8",
        "signal `amount-psi` with hold 6 min (was 2 min)",
    ),
    "the window is six times as long": Planted(
        (changed(AMOUNT_PSI, "window_minutes: 10", "window_minutes: 60"),),
        "slower",
        "`amount-psi` fires later than before the change: in amount-unit-change after 13.8 min, not 3.8 min",
        "signal `amount-psi` (not its threshold, hold or severity)",
    ),
    "a page becomes a ticket": Planted(
        (changed(AMOUNT_PSI, "page", "ticket"),),
        "detect",
        "`amount-psi` fires after 3.8 min at the 95th percentile, but is a ticket, so it wakes nobody",
        "signal `amount-psi` with severity ticket (was page)",
    ),
    "the threshold is so low that it cries wolf": Planted(
        (changed(AMOUNT_PSI, "0.2", "0.002"),),
        "page-budget",
        "`amount-psi` 105 times; the budget is 2",
        "signal `amount-psi` with threshold 0.002 (was 0.2)",
        refused="false-alarms",
        healthy=True,
    ),
    "a signal triggers the wrong part": Planted(
        (changed(AMOUNT_NOISE, "triggers: look", "triggers: fix-at-source"),),
        "contain",
        "does not get amount-unit-change under control in all 5 runs: no step of a containment is gone through",
        "signal `amount-psi`",
        refused="evidence-first",
    ),
    "a branch leads to the wrong path": Planted(
        (changed(UNIT, "switch-off-feature", "fall-back-to-rules"),),
        "contain",
        "amount-unit-change is under control after 45.5 min at the 95th percentile, by way of `fall-back-to-rules`",
        "step `suspect-unit`",
    ),
    "the answers of a decision are swapped": Planted(
        (changed(REAL, "declare", "note-noise"), changed(NOISE, "note-noise", "declare")),
        "detect",
        "although `amount-psi` fires after 3.8 min at the 95th percentile: they stand down at `note-noise`",
        "decision `is-it-real`",
    ),
    "a check is removed": Planted(
        (Edit(CHECK, ""),),
        "unproven",
        "`amount-off` turns amount-toggle and is not proven by a check any more, in all 5 runs",
        "step `amount-off`",
        refused="checked",
    ),
    "an approval is removed": Planted(
        (Edit(APPROVE, ""),),
        "without-leave",
        "`amount-off` turns amount-toggle without the leave of incident-commander in all 5 runs; it had leave before",
        "`approve-switch-off` (gone)",
        refused="approvals",
    ),
    "another role approves": Planted(
        (changed(APPROVE, "amount., role: incident-commander", "amount., role: model-owner"),),
        "without-leave",
        "`amount-off` turns amount-toggle without the leave of incident-commander in all 5 runs; it had leave before",
        "step `approve-switch-off`",
        refused="approvals",
    ),
    "nobody's leave is asked for any more": Planted(
        (
            Edit(
                "controls: [amount-toggle, traffic-split, safe-mode]", "controls: [traffic-split, safe-mode]"
            ),
        ),
        "without-leave",
        "Nobody's leave is asked for any more to turn amount-toggle, as `amount-off`",
        "the approvals",
    ),
    "the step that contains is deleted": Planted(
        (Edit(AMOUNT_OFF + CHECK, ""),),
        "not-reached",
        "`amount-off`, which turned amount-toggle in all 5 runs of amount-unit-change, is gone",
        "`amount-off` (gone)",
    ),
    "a remedy turns the wrong control": Planted(
        (changed(PIPELINE, "pipeline-version, value: v1", "model-version, value: spring-2026"),),
        "mitigate",
        "In all 5 runs of amount-unit-change it takes too long until the harm is gone for good",
        "step `pipeline-v1`",
        refused="approvals",
    ),
    "a step takes three times as long": Planted(
        (changed(APPROVE, "minutes: 1", "minutes: 3"),),
        "slower",
        "amount-unit-change takes longer than before the change: contained after 14.8 min, not 12.8 min",
        "step `approve-switch-off`",
    ),
    "a rollback begins at once": Planted(
        (changed(TRIGGER, "error-ratio", "amount-psi"),),
        "contain",
        "amount-unit-change is under control after 46.2 min at the 95th percentile, by way of `fall-back-to-rules`",
        "path `switch-off-feature`",
    ),
    "a rollback never begins": Planted(
        (changed(STORE_TRIGGER, "equals: 0.0", "equals: 0.1"),),
        "not-reached",
        "`split-back-after-failures` is not gone through in any run any more; tuesday-rain did in all 5 runs",
        "path `rules-decide`",
        runbook="stale-features",
        drill="tuesday-rain",
    ),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("planted"))


def told(promises: tuple[Promise, ...]) -> str:
    return "\n".join(f"{one.rule}: {one.message} [{one.place}; {one.cause}]" for one in promises)


@pytest.mark.parametrize(
    ("runbook", "drill"), [(RUNBOOK, DRILL), (RUNBOOK, QUIET), ("stale-features", "tuesday-rain")]
)
def test_the_shipped_text_passes(ground: Ground, runbook: str, drill: str) -> None:
    """A text that nobody edited breaks no promise, against its own certificate either."""
    assert ground.promises(runbook, [drill], ()) == ()
    assert ground.refused(runbook, ()) == ()


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_the_gate_names_what_an_edit_breaks(ground: Ground, planted: Planted) -> None:
    """A defect fails the gate, with what happens in an incident because of it, and with the part that was edited."""
    promises = ground.promises(planted.runbook, [planted.drill], planted.edits, healthy=planted.healthy)
    found = [one for one in promises if one.rule == planted.rule and planted.words in one.message]

    assert found, told(promises)
    assert all(planted.cause in one.cause for one in found), told(promises)
    assert all(one.place.startswith(f"runbooks/{planted.runbook}/runbook.yaml:") for one in found)
    assert all(one.severity == "error" for one in promises)


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_what_the_check_refuses_never_gets_to_the_gate(ground: Ground, planted: Planted) -> None:
    """Some defects are plain from the text alone; the others only a rehearsal can find."""
    rules = {finding.rule for finding in ground.refused(planted.runbook, planted.edits)}

    assert planted.refused in rules if planted.refused else not rules


def test_a_step_with_another_name_passes(ground: Ground) -> None:
    """The robot does the same, and the gate finds the step again: what it turned is not lost."""
    renamed = (
        changed(AMOUNT_OFF, "id: amount-off", "id: toggle-off"),
        Edit("on_failure: amount-off-again", "on_failure: toggle-off-again"),
        Edit("- id: amount-off-again", "- id: toggle-off-again"),
    )

    assert ground.promises(RUNBOOK, [DRILL], renamed) == ()
