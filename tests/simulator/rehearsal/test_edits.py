"""Leaving a step out, or changing two places, gives a plan that leads on for all that led to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.model import Answer, Check, CompiledRunbook, Condition, Guard, Plan, PlanNode
from simulator.rehearsal.deep.edits import Edit, by_hand, deletions, edited, swaps, touches_world
from tests.simulator.stages import catalogue


def _node(id: str, do: str | None = "instruct", then: str | None = None, **more: object) -> PlanNode:
    node = PlanNode(id, "part", "mitigation", id, "on-call", 1.0, do, {}, None, then, None)
    return replace(node, **more)  # type: ignore[arg-type]


def _runbook(*nodes: PlanNode, guards: tuple[Guard, ...] = ()) -> CompiledRunbook:
    (shipped,) = catalogue().runbooks
    return replace(shipped, plan=Plan(nodes, guards))


CHECK = Check(Condition(control="amount-toggle", equals="off"), 3)
ASK = _node("ask", None, answers=(Answer("yes", "turn", CHECK.that), Answer("no", "end")))
TURN = _node("turn", "set-control", "tell", with_={"control": "amount-toggle", "value": "off"}, check=CHECK)
TELL = _node("tell", "post", "end", with_={"template": "engineers"})


def test_what_is_left_out_is_passed_in_no_time_and_does_nothing() -> None:
    """Triggers, guards, answers and failures that led to it lead on to what followed it."""
    guard = Guard(("tell",), CHECK.that, "turn")
    runbook = edited(
        _runbook(ASK, replace(TURN, on_failure="ask"), TELL, guards=(guard,)), Edit("turn", "deleted")
    )
    left = runbook.plan.node("turn")

    assert (left.action, left.minutes, left.check) == ("instruct", 0.0, None)
    assert (left.on_success, left.on_failure) == ("tell", None)
    assert runbook.plan.guards == (guard,)
    assert [node.id for node in runbook.plan.nodes] == ["ask", "turn", "tell"]


def test_a_decision_can_be_left_out_in_as_many_ways_as_it_has_answers() -> None:
    """Each way always goes where one of the answers goes."""
    ways = list(deletions(ASK))
    always = [edited(_runbook(ASK, TURN, TELL), way).plan.node("ask") for way in ways]

    assert [way.other for way in ways] == ["turn", "end"]
    assert [(node.on_success, node.answers) for node in always] == [("turn", ()), ("end", ())]


def test_a_step_that_leads_nowhere_cannot_be_left_out() -> None:
    """Where the text does not say what follows, there is nothing to go to."""
    assert not list(deletions(_node("lost", "post", None)))


def test_two_steps_change_places_and_all_around_them_stays() -> None:
    """Who was sent to the first place does the second first, then the first, then goes on."""
    plan = edited(_runbook(ASK, TURN, TELL), Edit("turn", "swapped", "tell")).plan

    assert [(n.action, n.on_success) for n in plan.nodes[1:]] == [("post", "tell"), ("set-control", "end")]
    assert plan.node("tell").check == CHECK


def test_changing_places_twice_gives_the_plan_that_was() -> None:
    """For every pair of the shipped runbook that can change places."""
    (shipped,) = catalogue().runbooks
    pairs = list(swaps(shipped.plan))

    assert pairs
    for pair in pairs:
        assert edited(edited(shipped, pair), pair).plan == shipped.plan, pair


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param((ASK, TURN), id="a decision stands where its answers are known"),
        pytest.param((TURN, replace(TELL, part="other")), id="another list"),
        pytest.param((TURN, TELL, _node("jump", then="tell")), id="something else leads to the second"),
        pytest.param(
            (replace(TURN, phase="restoration"), replace(TELL, phase="restoration")), id="rungs of the return"
        ),
    ],
)
def test_some_steps_cannot_change_places(nodes: tuple[PlanNode, ...]) -> None:
    """Where the other order would mean something else than two deeds turned round."""
    assert not list(swaps(Plan(nodes, ())))


def test_every_edit_of_the_shipped_runbook_can_be_walked() -> None:
    """Each target of each edited plan is a node of it, or an ending."""
    (shipped,) = catalogue().runbooks
    known = {node.id for node in shipped.plan.nodes} | {"end", "stand-down"}
    edits = [edit for node in shipped.plan.nodes for edit in deletions(node)] + [*swaps(shipped.plan)]

    for edit in edits:
        for node in edited(shipped, edit).plan.nodes:
            targets = {node.on_success, node.on_failure, *(answer.go for answer in node.answers)} - {None}
            assert targets <= known, edit


def test_what_turns_waits_proves_or_decides_touches_the_world() -> None:
    """A message does not, unless it has a check to wait for."""
    assert touches_world(TURN)
    assert touches_world(ASK)
    assert touches_world(_node("wait", "wait"))
    assert not touches_world(TELL)
    assert touches_world(replace(TELL, check=CHECK))


def test_the_text_itself_needs_what_is_done_by_hand_before_a_wait() -> None:
    """No simulated hand mends a feed, but the text waits for it; a step that nothing rests on has no such reason."""
    wait = _node("wait-for-it", "wait", "end", check=CHECK)
    mend, hum = _node("mend", then="wait-for-it"), _node("hum", then="mend")
    runbook = _runbook(hum, mend, wait)

    assert by_hand(runbook, mend) == "it is done by hand, and wait-for-it rests on it"
    assert by_hand(runbook, hum) == ""


def test_a_look_is_needed_for_the_decision_that_asks_for_it() -> None:
    """A row of looks counts; a look at what nobody asks for does not."""
    decide = _node("real", None, answers=(Answer("yes", "end", Condition(signal="psi", is_="firing")),))
    look = _node("look", "observe", "look-on", with_={"signal": "psi"})
    look_on = _node("look-on", "observe", "real", with_={"signal": "weather"})
    runbook = _runbook(look, look_on, decide)

    assert by_hand(runbook, look) == "real is decided on what it shows"
    assert by_hand(runbook, look_on) == ""
