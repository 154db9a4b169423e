"""What a step is worth is what goes wrong without it, in the world or in what the text asks for."""

from __future__ import annotations

import functools
import pickle
from dataclasses import replace

from generator import values
from generator.model import Catalogue, Drill, PlanNode, StepWorth
from simulator.rehearsal.deep.conduct import Change
from simulator.rehearsal.deep.crowd import Table
from simulator.rehearsal.deep.sensitivity import Tried, Worths, WorthTask, worth_tasks
from simulator.rehearsal.deep.worth import worths
from simulator.rehearsal.trials import DrillTask
from tests.simulator.stages import FAULT_DRILL, catalogue, shorter, with_drill

RUNBOOK = "feature-drift"
SEEDS = (0, 1, 2, 3, 4)


def _padded() -> Catalogue:
    """The shipped case, with a step that only takes a minute between the declaration and the snapshot."""
    short = with_drill(shorter(60))
    (compiled,) = short.runbooks
    nodes: list[PlanNode] = []
    for node in compiled.plan.nodes:
        if node.id == "declare":
            pad = replace(
                node, id="take-a-breath", action="instruct", with_={}, on_success=node.on_success, check=None
            )
            nodes += [replace(node, on_success=pad.id), pad]
        else:
            nodes.append(node)
    return replace(short, runbooks=(replace(compiled, plan=replace(compiled.plan, nodes=tuple(nodes))),))


@functools.cache
def _found() -> dict[tuple[str, str], StepWorth]:
    padded = _padded()
    result = WorthTask(padded, RUNBOOK, FAULT_DRILL, SEEDS).run()
    return {(one.node, one.change): one for one in worths([result], padded.runbook(RUNBOOK))}


def test_a_step_that_only_takes_time_does_not_earn_its_place() -> None:
    """Nothing is worse without it, and all that follows comes sooner."""
    padding = _found()["take-a-breath", "deleted"]

    assert padding.idle
    assert padding.runs >= len(SEEDS)


def test_of_a_shipped_runbook_no_other_step_is_called_idle_by_its_first_drill() -> None:
    """Messages, evidence, leave, checks and controls each have a reason, or no drill can tell."""
    assert [node for (node, _), one in _found().items() if one.idle] == ["take-a-breath"]


def test_without_the_control_users_go_on_bearing_the_fault() -> None:
    """The world itself shows what a control is worth."""
    turned = _found()["amount-off", "deleted"]

    assert any("full outage more" in word for word in turned.effect)
    assert turned.shown


def test_without_the_approval_a_control_is_turned_without_leave() -> None:
    """Governance shows what an approval is worth, though users fare no worse."""
    assert "amount-toggle is turned without leave" in _found()["approve-switch-off", "deleted"].effect


def test_without_the_snapshot_evidence_is_missing() -> None:
    """The list of evidence shows what saving is worth."""
    assert any("is not saved" in word for word in _found()["save-snapshot", "deleted"].effect)


def test_leave_cannot_be_asked_after_the_control() -> None:
    """The two change places nowhere but on paper."""
    assert _found()["approve-switch-off", "swapped"].effect == (
        "amount-toggle is turned before its leave is asked",
    )


def test_what_no_drill_goes_through_is_not_judged() -> None:
    """Nothing is claimed of it, for or against."""
    noise = _found()["note-noise", "deleted"]

    assert (noise.shown, noise.idle, noise.runs) == (False, False, 0)
    assert noise.effect == ("no drill goes through it",)


def test_a_crowd_of_robots_is_each_robot_alone() -> None:
    """Several readings in one batch: of each the same, seed for seed, as the trials of a rehearsal say."""
    short = with_drill(shorter(45))
    table = Table.of(short, FAULT_DRILL, SEEDS)
    played = table.play([table.stage.runbooks, table.stage.runbooks])
    alone = DrillTask(short, FAULT_DRILL, SEEDS).run().trials

    for cases in played:
        borne = [case.curve(case.reveal.impact.team).integral() for case in cases if case.reveal is not None]
        assert [round(one, 9) for one in borne] == [round(one.burden_minutes["robot"], 9) for one in alone]


# --- drills together -------------------------------------------------------------------------------


def _tried(node: str, runs: int = 20, other: str = "", **more: object) -> Tried:
    return replace(Tried(node, "deleted", other, runs, harmful=runs), **more)  # type: ignore[arg-type]


def _worth(*drills: tuple[Tried, ...]) -> dict[str, StepWorth]:
    (compiled,) = catalogue().runbooks
    found = worths([Worths(str(place), tried) for place, tried in enumerate(drills)], compiled)
    return {one.node: one for one in found if one.change == "deleted"}


def test_one_drill_that_needs_a_step_is_enough() -> None:
    """What is idle in one drill and missed in another has earned its place."""
    lost = {"it is not contained": Change(0, 12, 20)}
    found = _worth((_tried("amount-off"),), (_tried("amount-off", worse=lost),))["amount-off"]

    assert found.effect == ("it is not contained, in 12 of 20 runs, not 0",)
    assert found.runs == 40


def test_a_decision_is_idle_only_if_one_answer_always_does() -> None:
    """Where each answer is the wrong one in some drill, somebody has to decide."""
    lost = {"it is not contained": Change(0, 20, 20)}
    one, other = "declare", "note-noise"
    real = (_tried("is-it-real", other=one, ways={one: 20}), _tried("is-it-real", other=other, worse=lost))
    noise = (_tried("is-it-real", other=one, worse=lost, ways={other: 20}), _tried("is-it-real", other=other))

    assert not _worth(real, noise)["is-it-real"].idle
    both = (
        _tried("is-it-real", other=one, ways={one: 10, other: 10}),
        _tried("is-it-real", other=other, worse=lost),
    )
    assert _worth(both)["is-it-real"].idle
    assert _worth(both)["is-it-real"].other == one


def test_a_decision_with_one_answer_in_all_drills_is_not_judged() -> None:
    """Perhaps a drill is missing, and not the decision too much."""
    only = _worth((_tried("is-it-real", other="declare", ways={"declare": 19, "note-noise": 1}),))[
        "is-it-real"
    ]

    assert not only.shown
    assert only.effect == ("no drill asks for another answer than the one that leads to declare",)


def test_a_wait_whose_check_never_failed_is_not_judged() -> None:
    """What it guards against never came; where it came and nothing was worse, it is idle."""
    assert not _worth((_tried("wait-for-pipeline", ways={"success": 20}),))["wait-for-pipeline"].shown
    assert _worth((_tried("wait-for-pipeline", ways={"success": 10, "failure": 10}),))[
        "wait-for-pipeline"
    ].idle


def test_what_is_done_only_in_false_alarms_is_not_judged() -> None:
    """A control has nothing to contain where nothing does harm."""
    found = _worth((_tried("rules-decide", harmful=0),), (_tried("rules-decide", harmful=0),))["rules-decide"]

    assert not found.shown
    assert found.effect == ("drills go through it only where nothing does harm",)


def test_the_names_of_critical_tasks_are_not_told() -> None:
    """Drills are sealed: the words of a worth say that a task is missed, and not which."""
    found = _worth((_tried("declare", asked=("critical task 2 is missed",)),))["declare"]

    assert found.effect == ("a critical task is missed",)


# --- tasks -------------------------------------------------------------------------------------------


def test_prose_changes_no_key_and_what_is_asked_does() -> None:
    """An edit to a title costs nothing; one to a critical task is tried anew."""
    (task,) = worth_tasks(catalogue(), RUNBOOK, [FAULT_DRILL], SEEDS)

    def titled(drill: Drill) -> Drill:
        return replace(drill, title="Another", briefing="Another")

    def asked(drill: Drill) -> Drill:
        return replace(drill, tasks=drill.tasks[:-1])

    assert WorthTask(with_drill(titled), RUNBOOK, FAULT_DRILL, SEEDS).key == task.key
    assert WorthTask(with_drill(asked), RUNBOOK, FAULT_DRILL, SEEDS).key != task.key


def test_tasks_travel_and_their_results_are_kept() -> None:
    """A task is the same on the other side of a pipe; a result is read back as it was written."""
    task = WorthTask(catalogue(), RUNBOOK, FAULT_DRILL, SEEDS)
    result = Worths(FAULT_DRILL, (_tried("declare", worse={"it is not contained": Change(0, 1, 2)}),))

    assert pickle.loads(pickle.dumps(task)).key == task.key
    assert values.structure(values.plain(result), task.result) == result
    assert task.holds(result)
    assert task.cost > 0
