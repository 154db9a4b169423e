"""Trials of the robot: the figures of ``drill run``, seed for seed, and what a cached one still holds for."""

from __future__ import annotations

import functools
import json
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from generator.model import Catalogue, CompiledRunbook, Drill, PlanNode
from generator.values import plain, structure
from simulator.events import (
    Event,
    Observed,
    Opened,
    Record,
    Recorder,
    Unchained,
)
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.values import Trial, Trials
from simulator.report.lessons import burdens_of
from simulator.responders.robot import Robot
from simulator.scoring import score
from simulator.session.loop import Session
from simulator.session.play import keyed_nonces, play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import FAULT_DRILL, whole_catalogue

SEEDS = (3, 0, 11)
DRILLS = (
    FAULT_DRILL,  # one fault, and noise beside it
    "friday-evening",  # one fault alone
    "quiet-monday",  # no fault
    "sunday-two-seasons",  # noise that comes and goes
    "thursday-noon",  # two faults
)


@functools.cache
def records(drill: str) -> tuple[Record, ...]:
    """What ``drill run DRILL --responder robot`` records with each of the seeds."""
    return play_machine(set_up(whole_catalogue(), drill, SEEDS), "robot")


@functools.cache
def trials(drill: str) -> Trials:
    return DrillTask(whole_catalogue(), drill, SEEDS).run()


def shorter(catalogue: Catalogue, drill: str, minutes: float) -> Catalogue:
    """The catalogue with the horizon of one drill cut."""
    return with_drill(catalogue, drill, lambda one: replace(one, horizon_minutes=minutes))


def with_drill(catalogue: Catalogue, drill: str, change: Callable[[Drill], Drill]) -> Catalogue:
    return replace(
        catalogue, drills=tuple(change(one) if one.id == drill else one for one in catalogue.drills)
    )


def with_runbook(
    catalogue: Catalogue, runbook: str, change: Callable[[CompiledRunbook], CompiledRunbook]
) -> Catalogue:
    changed = (change(one) if one.runbook.id == runbook else one for one in catalogue.runbooks)
    return replace(catalogue, runbooks=tuple(changed))


def with_nodes(compiled: CompiledRunbook, change: Callable[[PlanNode], PlanNode]) -> CompiledRunbook:
    """The runbook with nodes of its plan changed."""
    return replace(compiled, plan=replace(compiled.plan, nodes=tuple(map(change, compiled.plan.nodes))))


def with_node(
    catalogue: Catalogue, runbook: str, node: str, change: Callable[[PlanNode], PlanNode]
) -> Catalogue:
    return with_runbook(
        catalogue,
        runbook,
        lambda compiled: with_nodes(compiled, lambda one: change(one) if one.id == node else one),
    )


# --- the figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("drill", DRILLS)
def test_a_trial_says_what_the_score_of_its_record_says(drill: str) -> None:
    """Times of all objectives, the start of harm and the burdens are those of ``drill run`` with that seed."""
    for record, trial in zip(records(drill), trials(drill).trials, strict=True):
        result = score(record)

        assert trial.seed == result.seed
        assert trial.t0_minutes == result.t0_minutes
        assert trial.minutes == {goal.id: goal.minutes for goal in result.objectives}
        assert [trial.page_minutes] == [one.since for one in result.objectives if one.id == "acknowledge"]
        borne = dict(burdens_of(record))
        assert trial.burden_minutes == {"robot": borne["team"].minutes, "none": borne["none"].minutes}


@pytest.mark.parametrize("drill", DRILLS)
def test_a_trial_says_what_was_opened_followed_and_fired(drill: str) -> None:
    """Read off the events of the whole record by hand."""
    for record, trial in zip(records(drill), trials(drill).trials, strict=True):
        opened = [payload.runbook for _, payload in record.of(Opened)]
        firings = [
            (e.minutes, e.payload) for e in record.events if getattr(e.payload, "state", "") == "firing"
        ]
        ended = [e.payload for e in record.events if e.kind in ("step", "decision")]

        assert trial.opened == (opened[0] if opened else "")
        assert trial.pages == len([1 for _, alert in firings if alert.severity == "page"])  # type: ignore[union-attr]
        names = [f"{e.runbook}/{getattr(e, 'step', '') or e.decision}" for e in ended]  # type: ignore[union-attr]
        assert list(trial.steps) == list(dict.fromkeys(names))


def test_trials_do_not_depend_on_their_batch() -> None:
    """One seed alone gives the very trial that it gives among others."""
    for place, seed in enumerate(SEEDS):
        (alone,) = DrillTask(whole_catalogue(), FAULT_DRILL, (seed,)).run().trials

        assert alone == trials(FAULT_DRILL).trials[place]


@pytest.mark.parametrize("drill", [FAULT_DRILL, "sunday-two-seasons"])
def test_what_is_recorded_briefly_is_what_is_recorded(drill: str) -> None:
    """Number, instant, actor and data of every event are the same, but for hashes and for what the service showed."""

    def played(recorders: list[Recorder]) -> list[tuple[Event, ...]]:
        stage = set_up(whole_catalogue(), drill, SEEDS)
        Session(stage, Robot(), recorders, nonces=keyed_nonces(stage)).run()
        return [recorder.record().events for recorder in recorders]

    whole = played([Recorder() for _ in SEEDS])
    brief = played([Unchained() for _ in SEEDS])

    for long, short in zip(whole, brief, strict=True):
        kept = [replace(event, hash="") for event in long if not isinstance(event.payload, Observed)]
        assert list(short) == kept
        assert len(kept) < len(long)


def test_an_interrupted_drill_is_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a batch ends the work; half a drill is never taken for a whole one."""

    def stop(self: Robot, view: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Robot, "respond", stop)
    with pytest.raises(KeyboardInterrupt):
        DrillTask(shorter(whole_catalogue(), FAULT_DRILL, 2), FAULT_DRILL, (0,)).run()


# --- checks, leave, and what could not be followed --------------------------------------------------

SHORT = 60.0
"""Minutes in which the robot turns a feature off, a pipeline back, and the feature on again."""
TURNS = ("feature-drift/amount-off", "feature-drift/pipeline-v1", "feature-drift/amount-on")


@functools.cache
def short() -> Catalogue:
    return shorter(whole_catalogue(), FAULT_DRILL, SHORT)


def trial(catalogue: Catalogue) -> Trial:
    return DrillTask(catalogue, FAULT_DRILL, (0,)).run().trials[0]


def test_a_turn_with_the_leave_it_takes_is_not_unapproved() -> None:
    """The shipped text has its controls approved before they are turned."""
    assert set(TURNS) <= set(trial(short()).steps)
    assert trial(short()).unapproved == ()


def test_a_turn_whose_approval_is_skipped_is_unapproved() -> None:
    """Steps that ask for leave become steps in words: turns come without it, as the score judges it."""
    changed = with_runbook(
        short(),
        "feature-drift",
        lambda compiled: with_nodes(
            compiled,
            lambda node: replace(node, action="instruct", with_={}) if node.action == "approve" else node,
        ),
    )
    found = trial(changed)

    assert found.unapproved == TURNS


def test_a_turn_that_no_text_asks_leave_for_is_not_unapproved() -> None:
    """With every approver of the service removed no turn lacks anybody's leave."""
    changed = short()
    for compiled in whole_catalogue().runbooks:
        changed = with_runbook(
            changed,
            compiled.runbook.id,
            lambda one: replace(
                one, runbook=replace(one.runbook, governance=replace(one.runbook.governance, approve=()))
            ),
        )
    found = trial(changed)

    assert set(TURNS) <= set(found.steps)
    assert found.unapproved == ()


def test_a_turn_without_a_check_is_unchecked() -> None:
    """The check of a step that turns a control is deleted: the step is named from then on."""
    before = trial(short())
    changed = with_node(short(), "feature-drift", "amount-off", lambda node: replace(node, check=None))

    assert "feature-drift/amount-off" not in before.unchecked
    assert "feature-drift/amount-off" in trial(changed).unchecked


def test_what_the_robot_could_not_follow_is_named_with_its_reason() -> None:
    """A decision whose answers never apply stops the robot there."""
    changed = with_node(
        short(), "feature-drift", "is-it-real", lambda node: replace(node, answers=node.answers[:0])
    )
    found = trial(changed)

    assert found.unfollowed == {"feature-drift/is-it-real": "no answer of this decision applies"}
    assert found.minutes["detect"] is None


# --- what the cache needs ---------------------------------------------------------------------------


def test_trials_can_be_written_and_read() -> None:
    """What a cache keeps as JSON comes back as the same value."""
    data = json.loads(json.dumps(plain(trials(FAULT_DRILL))))

    assert structure(data, Trials) == trials(FAULT_DRILL)


def test_a_task_can_be_sent_to_another_process() -> None:
    """It comes back the same, small, and with its key."""
    task = DrillTask(whole_catalogue(), FAULT_DRILL, SEEDS)
    sent = pickle.dumps(task)

    assert pickle.loads(sent) == task
    assert pickle.loads(sent).key == task.key
    assert len(sent) < len(pickle.dumps(whole_catalogue())) / 2


def test_trials_outlive_an_edit_to_a_runbook_that_nobody_opened() -> None:
    """They rely on the plans that were followed: an edit to another plan keeps them, one to theirs does not."""
    task = DrillTask(whole_catalogue(), FAULT_DRILL, SEEDS)
    result = trials(FAULT_DRILL)
    slower = {
        runbook: DrillTask(
            with_runbook(
                whole_catalogue(),
                runbook,
                lambda one: with_nodes(one, lambda node: replace(node, minutes=node.minutes + 5)),
            ),
            FAULT_DRILL,
            SEEDS,
        )
        for runbook in ("feature-drift", "latency-surge")
    }

    assert set(result.relies_on) == {"feature-drift"}
    assert task.holds(result)
    for changed in slower.values():
        assert changed.key == task.key
    assert not slower["feature-drift"].holds(result)
    assert slower["latency-surge"].holds(result)
    assert slower["latency-surge"].run() == result


def test_versions_of_a_varied_runbook_have_keys_of_their_own() -> None:
    """Who tries many versions of a plan keeps them side by side."""
    changed = with_node(
        whole_catalogue(), "feature-drift", "amount-off", lambda node: replace(node, minutes=30.0)
    )
    keys = {
        DrillTask(catalogue, FAULT_DRILL, SEEDS, varied="feature-drift").key
        for catalogue in (whole_catalogue(), changed)
    }

    assert len(keys) == 2


def test_a_task_says_what_it_is_and_what_it_costs() -> None:
    """Twice the seeds are twice the work."""
    few, many = (DrillTask(whole_catalogue(), FAULT_DRILL, tuple(range(n))) for n in (2, 4))

    assert few.what == "amount-unit-change, seeds 0 to 1"
    assert many.cost == 2 * few.cost > 0
