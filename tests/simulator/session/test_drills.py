"""The shipped drills, played by machines: what the robot achieves, and what the world lets it achieve."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from generator.model import Catalogue, Edge, Span
from simulator.events import AlertChanged, Declared, Event, Observed, Record, Revealed, canonical, verify
from simulator.scoring import score
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import (
    FAULT_DRILL,
    QUIET_DRILL,
    catalogue,
    payloads,
    robot_records,
    shorter,
    stage,
    whole_catalogue,
    with_drill,
)

SEEDS = tuple(range(1, 21))


def _content(record: Record) -> list[str]:
    """What is hashed: everything but the wall clock."""
    return [
        f"{event.seq} {event.t} {event.actor} {event.kind} {canonical(event.payload)}"
        for event in record.events
    ]


def _reveal(record: Record) -> Revealed:
    return payloads(record, Revealed)[0]


def _avoided(curve: tuple[float, ...], reveal: Revealed) -> float:
    """The share of what the oracle avoids."""
    return (sum(reveal.impact.none) - sum(curve)) / (sum(reveal.impact.none) - sum(reveal.impact.oracle))


def test_the_robot_avoids_most_harm_inside_the_objectives() -> None:
    """Over twenty seeds: at least half of what the oracle avoids in each, all objectives met in at least 18."""
    records = robot_records(FAULT_DRILL, SEEDS)
    scores = [score(record) for record in records]

    assert min(_avoided(_reveal(record).impact.team, _reveal(record)) for record in records) >= 0.5
    assert sum(all(objective.met for objective in result.objectives) for result in scores) >= 18


def test_the_onset_is_drawn_between_minutes_ten_and_twenty() -> None:
    """The fault begins within its span in every seed, at another minute in each."""
    onsets = [_reveal(record).faults[0].onset_minutes for record in robot_records(FAULT_DRILL, SEEDS)]

    assert min(onsets) >= 10
    assert max(onsets) <= 20
    assert len(set(onsets)) == len(SEEDS)


def test_the_previous_pipeline_helps_and_the_previous_model_does_not() -> None:
    """What helps follows from the lineage: only the pipeline's previous version reads another feed."""
    scene = stage(FAULT_DRILL, SEEDS)

    def impact_with(control: str, value: str) -> np.ndarray:
        place = [knob.id for knob in scene.knobs].index(control)
        codes = np.tile(scene.outlooks.defaults, (len(SEEDS), 1))
        codes[:, place] = scene.knobs[place].encode(value)
        return scene.outlooks.impact(scene.rows(codes, 60.0))

    nobody = scene.outlooks.impact(scene.rows(np.tile(scene.outlooks.defaults, (len(SEEDS), 1)), 60.0))
    assert np.all(impact_with("pipeline-version", "v1") < 0.01 * nobody)
    assert np.all(impact_with("model-version", "spring-2026") > 0.8 * nobody)


def test_without_the_edge_the_symptom_vanishes() -> None:
    """Cut the edge from the feed to the pipeline: what is shown is what a world without the fault shows."""
    edge = Edge("payments-feed", "feature-pipeline", ("v2",))
    never = with_drill(
        lambda drill: replace(drill, faults=(replace(drill.faults[0], onset_minutes=Span(1e6, 1e6)),))
    )
    (faulty,) = play_machine(set_up(catalogue(), FAULT_DRILL, [7], without_edge=edge), "none")
    (healthy,) = play_machine(set_up(never, FAULT_DRILL, [7], without_edge=edge), "none")
    (whole,) = play_machine(stage(FAULT_DRILL, [7]), "none")

    assert "amount-psi" in {alert.signal for alert in payloads(whole, AlertChanged)}
    assert "amount-psi" not in {alert.signal for alert in payloads(faulty, AlertChanged)}
    assert payloads(faulty, Observed) == payloads(healthy, Observed)
    assert max(_reveal(faulty).impact.none) == 0


def test_on_a_quiet_monday_the_robot_declares_nothing() -> None:
    """At least 19 of 20 seeds without a declaration."""
    quiet = [not payloads(record, Declared) for record in robot_records(QUIET_DRILL, SEEDS)]

    assert sum(quiet) >= 19


def test_on_a_quiet_monday_doing_nothing_scores_above_declaring() -> None:
    """One declaration that nothing warrants costs points, whatever else the record holds."""
    (record,) = robot_records(QUIET_DRILL, (1,))
    declared = Declared("fraud-scorer", "input-drift", "sev2")
    events = [*record.events[:10], Event(10, record.events[9].t, "ml-on-call", declared), *record.events[10:]]
    hasty = Record(tuple(replace(event, seq=seq) for seq, event in enumerate(events)))

    nothing, something = score(record).total, score(hasty).total
    assert nothing is not None
    assert something is not None
    assert nothing > something


def test_the_same_seed_gives_the_same_record() -> None:
    """Two runs agree in everything that is hashed; another seed gives another record."""
    cut = with_drill(shorter(30))
    first, again = (play_machine(set_up(cut, FAULT_DRILL, [7]), "robot")[0] for _ in range(2))
    (other,) = play_machine(set_up(cut, FAULT_DRILL, [8]), "robot")

    assert _content(first) == _content(again)
    assert first.head == again.head
    assert first.head != other.head


def test_a_batch_of_fifty_is_fifty_single_drills() -> None:
    """Replica for replica the same record: any failure of a thousand can be replayed and watched.

    Each seed gives it in another place and in other company too; the first, the last and six between alone.
    """
    seeds = range(100, 150)
    whole = dict(zip(seeds, play_machine(stage(FAULT_DRILL, seeds), "robot"), strict=True))

    for others in (*(seeds[49 - part :: -5] for part in range(5)), *([seed] for seed in seeds[::7])):
        for seed, record in zip(others, play_machine(stage(FAULT_DRILL, others), "robot"), strict=True):
            assert record.head == whole[seed].head, f"seed {seed} of {list(others)}"


def _renamed(shipped: Catalogue) -> tuple[Catalogue, dict[str, str]]:
    """Every fault, drill and runbook under a new id; and the names by which to recognize them."""
    names: dict[str, str] = {}

    def new(old: str) -> str:
        return names.setdefault(old, f"zz-{len(names)}-{old[::-1]}")

    runbooks = tuple(
        replace(one, runbook=replace(one.runbook, id=new(one.runbook.id))) for one in shipped.runbooks
    )
    drills = tuple(
        replace(
            one,
            id=new(one.id),
            faults=tuple(replace(fault, id=new(fault.id)) for fault in one.faults),
            noise=tuple(replace(fault, id=new(fault.id)) for fault in one.noise),
            truth=replace(one.truth, runbook=new(one.truth.runbook) if one.truth.runbook else None),
            tasks=tuple(
                replace(task, measure=replace(task.measure, where=_renamed_values(task.measure.where, new)))
                for task in one.tasks
            ),
        )
        for one in shipped.drills
    )
    by_new_id = tuple(sorted(runbooks, key=lambda compiled: compiled.runbook.id))
    return replace(shipped, runbooks=by_new_id, drills=drills), names


def _renamed_values(where: object, new: object) -> dict[str, object]:
    return {key: new(value) if key == "runbook" else value for key, value in where.items()}  # type: ignore[attr-defined,operator]


@pytest.mark.parametrize("drill", [FAULT_DRILL, "saturday-change-of-crew", "wednesday-coffee"])
def test_new_names_for_faults_drills_and_runbooks_change_nothing_else(drill: str) -> None:
    """The robot reads no meaning into an id: with all of them renamed, its record differs in those ids alone."""
    renamed, names = _renamed(whole_catalogue())
    (before,) = play_machine(set_up(whole_catalogue(), drill, [7]), "robot")
    (after,) = play_machine(set_up(renamed, names[drill], [7]), "robot")
    text = "\n".join(_content(after))
    for old, new in names.items():
        text = text.replace(json.dumps(new), json.dumps(old)).replace(f'"{new}/', f'"{old}/')

    for was, became in zip(_content(before), text.split("\n"), strict=True):
        *when, payload = was.split(" ", 4)
        *when_renamed, payload_renamed = became.split(" ", 4)
        assert when_renamed == when
        assert _without_hashes(payload_renamed) == _without_hashes(payload)


def _without_hashes(payload: str) -> dict[str, object]:
    """A payload but for its hashes over ids."""
    read = json.loads(payload)
    return {key: value for key, value in read.items() if key not in ("commitment", "scenario", "digest")}


@pytest.mark.parametrize("responder", ["none", "oracle", "robot"])
def test_every_record_of_a_machine_verifies_and_tells_the_truth_last(responder: str) -> None:
    """The chain holds, the commitment is kept, and nothing before the reveal names the drill or its faults."""
    cut = with_drill(shorter(40))
    (record,) = play_machine(set_up(cut, FAULT_DRILL, [7]), responder)
    told = canonical([event.payload for event in record.events[:-1]])
    secret = _reveal(record)

    assert verify(record) == ()
    assert isinstance(record.events[-1].payload, Revealed)
    for word in (secret.drill, secret.explanation, *(fault.id for fault in secret.faults)):
        assert word not in told


def test_the_oracle_is_a_ruler_that_the_others_do_not_beat() -> None:
    """Impact with the oracle is least, with nobody acting most, with the robot between them."""
    for record in robot_records(FAULT_DRILL, SEEDS):
        curves = _reveal(record).impact
        assert sum(curves.oracle) < sum(curves.team) < sum(curves.none)
