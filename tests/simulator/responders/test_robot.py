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
    Opened,
    Record,
    Resolved,
    StepEnded,
    StepStarted,
)
from simulator.responders.robot import Robot
from simulator.responders.view import Move, Scene, SignalRef, View, holds
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


ONE_STEP_S = 60 + 60
"""A minute to answer the page, and the minute of the only step."""


class Night:
    """A robot with runbooks of one step each, named after their only page, and what it opens as pages come and go."""

    def __init__(self, *, ends: dict[str, str], replicas: int = 1) -> None:
        whole = catalogue().runbook("feature-drift")
        page = replace(whole.runbook.signal("amount-psi"), triggers=None)
        runbooks, signals = [], []
        for id, ending in ends.items():
            step = PlanNode(
                id, "detection", "detection", "Look.", "ml-on-call", 1, "instruct", {}, None, ending, None
            )
            runbooks.append(replace(whole, runbook=replace(whole.runbook, id=id), plan=Plan((step,), ())))
            signals += [
                SignalRef(f"{id}/page", id, replace(page, id="page", triggers=id)),
                SignalRef(f"{id}/again", id, replace(page, id="again", triggers=id)),
            ]
        self.service = catalogue().service("fraud-scorer")
        self.keys = [signal.key for signal in signals]
        self.replicas = replicas
        self.robot = Robot()
        self.robot.begin(
            Scene(self.service, tuple(runbooks), tuple(signals), replicas, lambda replica, deed: 1.0, 90)
        )

    def at(self, t: float, *firing: dict[str, float]) -> list[Move]:
        """What the robot does at ``t``; by replica, the alerts that fire and since when they have been across."""
        since = np.full((len(self.keys), self.replicas), np.nan)
        for replica, alerts in enumerate(firing):
            for key, crossed in alerts.items():
                since[self.keys.index(key), replica] = crossed
        values = np.where(np.isnan(since), 0.0, 1.0)
        in_force = [[control.default for control in self.service.controls]] * self.replicas
        return list(self.robot.respond(View(t, values, ~np.isnan(since), since, in_force)))


def _opened(moves: list[Move]) -> list[tuple[int, str]]:
    return [(move.replica, move.action.runbook) for move in moves if isinstance(move.action, Opened)]


def test_of_several_pages_it_takes_the_one_that_has_been_across_for_longest() -> None:
    """Each replica for itself; where two crossed at the same scrape, the first in order."""
    night = Night(ends={"drift": "end", "latency": "end"}, replicas=3)
    firing = (
        {"drift/page": 30.0, "latency/page": 15.0},
        {"drift/page": 30.0, "latency/page": 45.0},
        {"drift/page": 30.0, "latency/page": 30.0},
    )

    night.at(60, *firing)

    assert sorted(_opened(night.at(120, *firing))) == [(0, "latency"), (1, "drift"), (2, "drift")]


def test_standing_down_leaves_the_pages_of_other_runbooks_to_them() -> None:
    """The next runbook is opened at once, and the page that was found empty wakes nobody again."""
    night = Night(ends={"drift": "stand-down", "latency": "stand-down"})
    firing = {"drift/page": 0.0, "drift/again": 0.0, "latency/page": 15.0}
    opened = [(t, name) for t in range(60, 900, 15) for _, name in _opened(night.at(t, firing))]

    assert opened == [(120, "drift"), (120 + ONE_STEP_S, "latency")]


def test_the_end_answers_every_alert_that_fires() -> None:
    """When a runbook says that the incident is over, pages that still fire open nothing; new ones do."""
    night = Night(ends={"drift": "end", "latency": "end"})
    both = {"drift/page": 0.0, "latency/page": 15.0}
    opened = [name for t in range(60, 900, 15) for _, name in _opened(night.at(t, both))]
    night.at(900, {"drift/page": 0.0})
    again = [name for t in range(915, 1200, 15) for _, name in _opened(night.at(t, both))]

    assert (opened, again) == (["drift"], ["latency"])


def test_a_page_of_another_runbook_that_has_gone_by_then_wakes_nobody() -> None:
    """After standing down it answers what fires, not what once did."""
    night = Night(ends={"drift": "stand-down", "latency": "end"})
    opened = []
    for t in range(60, 600, 15):
        firing = {"drift/page": 0.0} | ({"latency/page": 60.0} if t < 150 else {})
        opened += [name for _, name in _opened(night.at(t, firing))]

    assert opened == ["drift"]
