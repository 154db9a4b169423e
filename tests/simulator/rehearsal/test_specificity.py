"""Every kind of fault of a service: at a strength that does harm, and whether the right runbook opens."""

from __future__ import annotations

import pickle
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from generator import kinds, values
from generator.model import Fault, Service, Span
from simulator.events import Opened
from simulator.rehearsal.deep.crowd import Table
from simulator.rehearsal.deep.forced import Forced
from simulator.rehearsal.deep.specificity import Cell, ReactionTask, reaction_tasks, reactions, verdict
from simulator.rehearsal.deep.strength import cells, patient, strongest, synthetic, tolerance_of
from tests.simulator.stages import catalogue, whole_catalogue

SERVICE, RUNBOOK = "fraud-scorer", "feature-drift"
TOLERANCE = 0.05


def _service(id: str = SERVICE) -> Service:
    return catalogue().service(id)


@pytest.mark.parametrize("service", [one.id for one in whole_catalogue().services])
def test_every_cell_is_a_kind_at_a_node_where_it_may_stand(service: str) -> None:
    """Kinds stand at the nodes that their declarations name, and at all of those."""
    lineage = {node.id: node.kind for node in whole_catalogue().service(service).lineage.nodes}
    found = cells(whole_catalogue().service(service))

    assert len(set(found)) == len(found)
    for kind, node in found:
        assert lineage[node] in kinds.load("faults")[kind].declaration["nodes"]
    assert {"error-burst", "unit-change", "concept-drift", "tail-latency"} <= {kind for kind, _ in found}


def test_a_kind_that_asks_for_what_the_service_lacks_has_no_cell() -> None:
    """Nothing reaches another version of a model that has no other one: it still has the one, which does no harm."""
    service = _service()
    nodes = tuple(
        replace(node, versions=()) if node.kind == "model" else node for node in service.lineage.nodes
    )
    bare = replace(service, lineage=replace(service.lineage, nodes=nodes))

    assert "wrong-version" in {kind for kind, _ in cells(service)}
    assert "wrong-version" not in {kind for kind, _ in cells(bare)}


@pytest.mark.parametrize(
    ("kind", "node"),
    [("unit-change", "payments-feed"), ("load-surge", "scoring-endpoint"), ("memory-leak", "fraud-model")],
)
def test_a_fault_is_raised_until_it_does_harm_within_its_declared_range(kind: str, node: str) -> None:
    """Also where the examples alone harm nobody within the hour, as a leak that takes four."""
    found = strongest(catalogue(), _service(), kind, node, TOLERANCE)

    assert found.impact >= 2 * TOLERANCE
    jsonschema.validate(dict(found.fault.with_), dict(kinds.load("faults")[kind].parameters))


def test_a_fault_where_nothing_reads_does_no_harm_at_any_strength() -> None:
    """The archive feeds the old pipeline alone, which serves nobody."""
    found = strongest(catalogue(), _service(), "unit-change", "payments-archive", TOLERANCE)

    assert found.impact == 0.0


def test_what_the_drills_of_a_service_tolerate_is_the_measure() -> None:
    """And some measure there is where a service has none."""
    assert tolerance_of(replace(catalogue(), drills=()), SERVICE) == 0.05
    assert 0 < tolerance_of(catalogue(), SERVICE) < 0.2


def test_what_wakes_nobody_within_the_hour_is_given_as_long_as_labels_take() -> None:
    """So that a page on labelled accuracy is not said to be missing when it is only late."""
    drill = synthetic(_service(), Fault("x", "concept-drift", "checkout", Span(10, 15)), TOLERANCE)
    labels = _service().profile.labels.delay_minutes

    assert drill.horizon_minutes == 60
    assert patient(drill, _service()).horizon_minutes > 60 + labels


def test_a_fault_that_its_runbook_is_for_opens_it_and_is_contained() -> None:
    """Amounts in cents open the runbook on drifted features, which contains them."""
    cell = ReactionTask(catalogue(), SERVICE, "unit-change", "payments-feed", TOLERANCE, (0, 1)).run()
    (row,) = reactions([cell], catalogue(), RUNBOOK)

    assert (row.kind, row.node, row.harmful) == ("unit-change", "payments-feed", True)
    assert row.opened == {RUNBOOK: 1.0}
    assert (row.verdict, row.right, row.contained) == ("right", (RUNBOOK,), 1.0)
    assert max(row.fired.values()) == 1.0
    assert set(row.fired) <= {signal.id for signal in catalogue().runbook(RUNBOOK).runbook.detection.signals}
    assert row.woken_minutes is not None
    assert row.tried["field"] in _service().lineage.node("payments-feed").fields


def test_a_runbook_can_be_opened_by_force() -> None:
    """At its first step, though nothing fires; once, and not again after it has stood down."""
    fault = Fault(
        "x", "unit-change", "payments-archive", Span(10, 15), with_={"field": "amount", "factor": 100}
    )
    drill = replace(synthetic(_service(), fault, TOLERANCE), horizon_minutes=30)
    table = Table.of(replace(catalogue(), drills=(drill,)), drill.id, (0, 1))
    (cases,) = table.play([table.stage.runbooks], [Forced(RUNBOOK, np.array([12.0, np.nan]))])
    opened = [[event.minutes for event, _ in case.record.of(Opened)] for case in cases]

    assert opened[0] == [pytest.approx(12.25, abs=0.3)]
    assert opened[1] == []


# --- what is to be made of it ------------------------------------------------------------------------


def _cell(**more: object) -> Cell:
    harmless = Cell(SERVICE, "unit-change", "payments-feed", False, {}, 0.0, 60.0)
    return replace(harmless, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (_cell(), "harmless"),
        (_cell(harmful=True, contained=1.0, opened={"a": 1.0}, right=("a",)), "right"),
        (_cell(harmful=True, contained=0.0, opened={"": 0.7, "a": 0.3}), "unpaged"),
        (_cell(harmful=True, contained=0.0, opened={"a": 1.0}, right=("b",)), "wrong"),
        (_cell(harmful=True, contained=0.1, opened={"a": 1.0}, right=("b", "a")), "late"),
        (_cell(harmful=True, contained=0.1, opened={"a": 1.0}), "nobody"),
        (_cell(harmful=True, contained=0.0, opened={"a": 1.0}, beyond=True), "beyond"),
    ],
)
def test_each_cell_has_one_verdict(cell: Cell, expected: str) -> None:
    """Whether somebody is woken comes before which runbook they open."""
    assert verdict(cell) == expected


def test_a_runbook_shows_its_own_signals_alone() -> None:
    """Another runbook's signals are on its own page, and another service's cells on those of its runbooks."""
    cell = _cell(fired={"amount-psi": 1.0, "another/p99": 0.5})
    (row,) = reactions([cell, replace(cell, service="delay-predictor")], catalogue(), RUNBOOK)

    assert row.fired == {"amount-psi": 1.0}


def test_tasks_travel_and_their_results_are_kept() -> None:
    """A task is the same on the other side of a pipe; a result is read back as it was written."""
    task = reaction_tasks(catalogue(), SERVICE, (0, 1))[0]
    cell = _cell(tried={"field": "amount", "factor": 100.0}, opened={"": 1.0}, woken_minutes=None)

    assert pickle.loads(pickle.dumps(task)).key == task.key
    assert values.structure(values.plain(cell), task.result) == cell
    assert task.holds(cell)
    assert task.cost > 0
