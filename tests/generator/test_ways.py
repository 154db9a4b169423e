"""What comes before a node of a plan, what follows it, and what goes round."""

from __future__ import annotations

import dataclasses

import pytest

from generator.load import load
from generator.model import Check, Condition, PlanNode, Runbook
from generator.values import structure
from generator.ways import Ways, changes, controls_in, rings, signals_in, within
from tests.generator.corpus import ROOT


@pytest.fixture(scope="module")
def runbook() -> Runbook:
    document = next(d for d in load(ROOT).documents if d.name == "feature-drift" and d.kind == "runbook")
    return structure(document.data, Runbook)


def node(action: str | None, **with_: object) -> PlanNode:
    """A step or a decision that leads nowhere."""
    return PlanNode(
        id="node",
        part="detection",
        phase="detection",
        text="",
        role="ml-on-call",
        minutes=1.0,
        action=action,
        with_=with_,
        check=None,
        on_success=None,
        on_failure=None,
    )


def test_what_a_gate_closes_is_prepared(runbook: Runbook) -> None:
    """A step is unprepared when one way to it leads past the gates."""
    ways = Ways.of(runbook)

    assert "amount-off" in ways.unprepared([])
    assert "amount-off" not in ways.unprepared(["approve-switch-off"])
    assert "rules-decide" in ways.unprepared(["approve-switch-off"])


def test_a_gate_that_fails_has_given_nothing(runbook: Runbook) -> None:
    """The way of its failure stays open, unless the attempt is enough."""
    ways = Ways.of(runbook)

    assert "hold-for-review" not in ways.nodes  # a path is no node; its first step is
    assert "approve-hold" in ways.unprepared(["rules-decide"])
    assert "tell-engineers-rules" not in ways.unprepared(["rules-decide"])
    assert "tell-support-rules" not in ways.unprepared(["rules-decide"], failed_counts=True)


def test_what_is_undone_has_to_be_prepared_again(runbook: Runbook) -> None:
    """A node that takes a gate back opens what follows it."""
    ways = Ways.of(runbook)

    assert "save-decisions" not in ways.unprepared(["look"])
    assert "save-decisions" in ways.unprepared(["look"], undone=["tell-restored"])


def test_what_follows_ends_where_it_is_told_to(runbook: Runbook) -> None:
    """The node at which it ends is among what follows."""
    ways = Ways.of(runbook)

    assert ways.after("tell-restored") == {"tell-compliance", "save-decisions", "end"}
    assert ways.after("tell-restored", until=["tell-compliance"]) == {"tell-compliance"}


def test_a_plan_with_a_target_that_names_nothing_is_not_whole(runbook: Runbook) -> None:
    """So are plans in which a name is given twice."""
    steps = runbook.detection.steps
    twice = dataclasses.replace(runbook.detection, steps=(*steps, steps[-1]))

    assert Ways.of(runbook).is_whole
    assert not Ways.of(dataclasses.replace(runbook, detection=twice)).is_whole


def test_rings_are_found_once() -> None:
    """Nodes that lead to each other are one ring; what only leads into it is none."""
    leads = {"a": ("b",), "b": ("c",), "c": ("b", "end"), "d": ("d",), "e": ("end",)}

    assert list(rings(leads)) == [{"b", "c"}, {"d"}]
    assert list(rings(within({"a", "b"}, leads))) == []


@pytest.mark.parametrize(
    ("step", "changing"),
    [
        (node("set-control", control="amount-toggle", value="off"), True),
        (node("http", method="POST", url="https://ops.example.com/retrain"), True),
        (node("http", method="GET", url="https://ops.example.com/state"), False),
        (node("run", command=["kubectl", "rollout", "undo"]), True),
        (node("instruct"), False),
        (node(None), False),
    ],
)
def test_a_kind_of_action_says_whether_it_changes_something(step: PlanNode, changing: bool) -> None:
    """A request that only reads does not."""
    assert changes(step) is changing


def test_a_check_looks_at_all_that_its_condition_is_made_of() -> None:
    """However deep it stands."""
    deep = Condition(not_=Condition(any=(Condition(control="safe-mode", equals="on"),)))
    check = Check(Condition(all=(Condition(signal="amount-psi", is_="quiet"), deep)), within_minutes=5)

    assert controls_in(check) == {"safe-mode"}
    assert signals_in(check) == {"amount-psi"}
    assert controls_in(None) == signals_in(None) == frozenset()
