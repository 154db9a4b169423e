"""The robot does what the text says, and says what it could not follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from generator.model import Catalogue, Condition, Guard, Plan, PlanNode
from simulator.events import (
    Acknowledged,
    AlertChanged,
    ControlOrdered,
    CouldNotFollow,
    Declared,
    Record,
    Resolved,
    StepEnded,
    StepStarted,
)
from simulator.responders.view import Scene, View, holds
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import FAULT_DRILL, catalogue, payloads, robot_records, shorter, stage, with_drill


def _with_plan(change: Callable[[Plan], Plan]) -> Catalogue:
    cut = with_drill(shorter(45))
    runbooks = tuple(replace(one, plan=change(one.plan)) for one in cut.runbooks)
    return replace(cut, runbooks=runbooks)


def _with_node(id: str, **changes: object) -> Catalogue:
    def changed(plan: Plan) -> Plan:
        nodes = tuple(replace(n, **changes) if n.id == id else n for n in plan.nodes)  # type: ignore[arg-type]
        return replace(plan, nodes=nodes)

    return _with_plan(changed)


def _robot(changed: Catalogue) -> Record:
    return play_machine(set_up(changed, FAULT_DRILL, [7]), "robot")[0]


def test_it_is_woken_by_a_page_and_by_nothing_else() -> None:
    """Its first deed comes after the first page, though a signal that only informs fired before."""
    (record,) = robot_records(FAULT_DRILL, (7,))
    page = next(event for event, alert in record.of(AlertChanged) if alert.severity == "page")
    informed = next(event for event, alert in record.of(AlertChanged) if alert.severity == "info")
    deed = next(event for event, _ in record.of(Acknowledged))

    assert informed.t < page.t < deed.t


def test_steps_run_in_the_order_of_the_plan_and_each_ends_before_the_next() -> None:
    """One pair of hands: a step is not started while another runs."""
    (record,) = robot_records(FAULT_DRILL, (7,))
    steps = {node.id for node in catalogue().runbook("feature-drift").plan.nodes if node.action}
    running: list[str] = []
    for event in record.events:
        if isinstance(event.payload, StepStarted) and event.payload.step in steps:
            assert running == []
            running.append(event.payload.step)
        elif isinstance(event.payload, StepEnded):
            assert running == [event.payload.step]
            running.clear()
    assert payloads(record, Resolved)


def test_a_text_that_does_not_say_what_follows_is_reported_at_its_step() -> None:
    """It stops there, names the place, and touches nothing any more."""
    record = _robot(_with_node("declare", on_success=None))

    (stuck,) = payloads(record, CouldNotFollow)
    assert (stuck.node, stuck.place) == ("declare", "feature-drift/declare")
    assert "does not say what follows on success" in stuck.why
    assert payloads(record, ControlOrdered) == []


def test_a_decision_without_an_answer_that_applies_is_reported() -> None:
    """No guess is made where no machine condition holds."""
    node = catalogue().runbook("feature-drift").plan.node("is-it-real")
    never = tuple(replace(answer, when=Condition(control="capacity", equals=99)) for answer in node.answers)
    record = _robot(_with_node("is-it-real", answers=never))

    assert [stuck.why for stuck in payloads(record, CouldNotFollow)] == ["no answer of this decision applies"]
    assert payloads(record, Declared) == []


def test_a_check_that_never_holds_fails_its_step() -> None:
    """The way of failure is taken after the time that the check allows."""
    node = catalogue().runbook("feature-drift").plan.node("amount-off")
    assert node.check is not None
    never = replace(node.check, that=Condition(control="capacity", equals=99), within_minutes=2)
    record = _robot(_with_node("amount-off", check=never))

    outcomes = {ended.step: ended.outcome for ended in payloads(record, StepEnded)}
    assert outcomes["amount-off"] == "failure"


def test_a_guard_takes_it_off_its_path() -> None:
    """While the trigger of a rollback holds, the path is left at once."""

    def guarded(plan: Plan) -> Plan:
        firing = Condition(signal="amount-psi", is_="firing")
        return replace(plan, guards=(Guard(("approve-switch-off",), firing, "tell-restored"),))

    record = _robot(_with_plan(guarded))

    started = [step.step for step in payloads(record, StepStarted)]
    assert started[started.index("approve-switch-off") + 1] == "tell-restored"


def _view(values: list[float], *, firing: list[bool], in_force: list[list[object]]) -> View:
    rows = len(stage().signals)
    table = np.tile(np.array(values), (rows, 1))
    return View(0.0, table, np.tile(np.array(firing), (rows, 1)), np.full_like(table, np.nan), in_force)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(signal="amount-psi", above=0.2), [True, False, False]),
        (Condition(signal="amount-psi", below=0.2), [False, True, False]),
        (Condition(signal="amount-psi", is_="firing"), [True, False, False]),
        (Condition(signal="amount-psi", is_="quiet"), [False, True, True]),
        (Condition(control="traffic-split", equals=1), [True, False, True]),
        (Condition(not_=Condition(signal="amount-psi", above=0.2)), [False, True, True]),
        (
            Condition(all=(Condition(signal="amount-psi", above=0.2), Condition(control="traffic-split", equals=0.0))),
            [False, False, False],
        ),
        (
            Condition(any=(Condition(signal="amount-psi", above=0.2), Condition(control="traffic-split", equals=0.0))),
            [True, True, False],
        ),
    ],
)  # fmt: skip
def test_conditions_hold_for_each_replica(condition: Condition, expected: list[bool]) -> None:
    """A missing value is neither above nor below; 1 and 1.0 are the same setting."""
    one = stage()
    scene = Scene(one.service, one.runbooks, one.signals, 3, lambda replica, deed: 1.0, 90)
    others = [control.default for control in one.service.controls[1:]]
    in_force = [[split, *others] for split in (1.0, 0.0, 1.0)]
    view = _view([0.3, 0.1, np.nan], firing=[True, False, False], in_force=in_force)

    assert holds(condition, view, scene, "feature-drift").tolist() == expected


def test_a_page_that_fires_after_the_end_is_answered_anew() -> None:
    """A plan of one step ends at once; each later page opens it again, and no page twice."""
    only = PlanNode(
        "look", "detection", "detection", "Look.", "ml-on-call", 1, "instruct", {}, None, "end", None
    )
    record = _robot(_with_plan(lambda plan: Plan((only,), ())))

    answered = [acknowledged.signal for acknowledged in payloads(record, Acknowledged)]
    assert answered == ["amount-psi", "score-psi"]
    assert [step.step for step in payloads(record, StepStarted)] == ["look", "look"]
    assert len(payloads(record, Resolved)) == 2
