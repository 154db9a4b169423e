"""The catalogue of the shipped sources: plans, hashes and places."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from generator.compile import SourceErrors, load_catalogue
from generator.load import load
from generator.model import ENDINGS, Catalogue, Condition, Runbook
from generator.plan import next_nodes
from generator.values import plain, structure
from tests.generator.corpus import ROOT

RUNBOOK = "runbooks/feature-drift/runbook.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What this repository ships."""
    return load_catalogue(ROOT)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the shipped sources, to be changed."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def test_every_way_of_a_plan_leads_to_a_node_or_an_ending(catalogue: Catalogue) -> None:
    """Paths, remedies and lists are gone: the robot only ever meets nodes."""
    for compiled in catalogue.runbooks:
        known = {node.id for node in compiled.plan.nodes} | set(ENDINGS)

        assert {way for node in compiled.plan.nodes for way in next_nodes(node)} <= known
        assert {guard.go for guard in compiled.plan.guards} <= known


def test_a_path_is_entered_at_its_first_step(catalogue: Catalogue) -> None:
    """A target that names a path means its first step."""
    compiled = catalogue.runbook("feature-drift")
    path = compiled.runbook.containment.paths[0]

    entered = {way for node in compiled.plan.nodes for way in next_nodes(node)}

    assert path.id not in entered
    assert path.steps[0].id in entered


def test_a_phase_sets_its_share_and_passes_its_gate(catalogue: Catalogue) -> None:
    """A phase of restoration turns its control, and its gate counts from when the share is in force."""
    compiled = catalogue.runbook("feature-drift")
    first, second, *_ = compiled.runbook.mitigation.restoration.phases

    node = compiled.plan.node(first.id)

    assert (node.action, node.with_) == ("set-control", {"control": first.control, "value": first.share})
    assert node.check is not None
    assert node.check.that.all == (Condition(control=first.control, equals=first.share), first.gate.when)
    assert node.check.hold_minutes == first.hold_minutes
    assert (node.on_success, node.phase) == (second.id, "restoration")


def test_a_rollback_is_guarded_while_its_path_is_walked(catalogue: Catalogue) -> None:
    """The trigger of a rollback is watched at every step of its path."""
    compiled = catalogue.runbook("feature-drift")
    path = compiled.runbook.containment.paths[0]

    guard = next(g for g in compiled.plan.guards if g.go == path.rollback.steps[0].id)

    assert guard.nodes == tuple(step.id for step in path.steps)
    assert compiled.plan.node(guard.go).part == f"{path.id}-rollback"


def test_layout_and_comments_do_not_change_a_hash(catalogue: Catalogue, repository: Path) -> None:
    """Whoever only tidies a file keeps its evidence."""
    change(repository / RUNBOOK, "severity: sev2\n", "\n# A remark.\nseverity:   'sev2'\n")

    changed = load_catalogue(repository)

    assert changed.hash == catalogue.hash
    assert changed.runbook("feature-drift").hash == catalogue.runbook("feature-drift").hash


def test_a_change_of_a_number_changes_the_hash(catalogue: Catalogue, repository: Path) -> None:
    """A threshold is content; so the evidence is of another text."""
    change(repository / RUNBOOK, "hold_minutes: 2\n", "hold_minutes: 3\n")

    changed = load_catalogue(repository)

    assert changed.hash != catalogue.hash
    assert changed.runbook("feature-drift").hash != catalogue.runbook("feature-drift").hash


def test_a_change_of_the_panel_changes_only_the_catalogue(catalogue: Catalogue, repository: Path) -> None:
    """The panel belongs to the service: the runbook stays what it was."""
    with (repository / "runbooks/services/fraud-scorer/panel.csv").open("a", encoding="utf-8") as panel:
        panel.write("27.54,1,1,165,0.868,0.708,0,0.000692857\n")

    changed = load_catalogue(repository)

    assert changed.hash != catalogue.hash
    assert changed.runbook("feature-drift").hash == catalogue.runbook("feature-drift").hash


def test_every_node_and_signal_has_its_place(catalogue: Catalogue) -> None:
    """What a drill says of a step can be clicked."""
    compiled = catalogue.runbook("feature-drift")
    ids = [node.id for node in compiled.plan.nodes] + [s.id for s in compiled.runbook.detection.signals]

    assert all(re.fullmatch(rf"{RUNBOOK}:\d+:\d+", catalogue.places[f"feature-drift/{id}"]) for id in ids)


def test_errors_are_raised_with_their_findings(repository: Path) -> None:
    """What cannot be compiled says why."""
    change(repository / RUNBOOK, "severity: sev2\n", "severity: sev22\n")

    with pytest.raises(SourceErrors) as raised:
        load_catalogue(repository)

    assert [finding.rule for finding in raised.value.findings] == ["references"]


def test_values_and_data_are_the_same_thing(catalogue: Catalogue) -> None:
    """A runbook survives the way to data and back; a setting stays number or text."""
    for document in load(ROOT).documents:
        if document.kind == "runbook":
            runbook = structure(document.data, Runbook)

            assert structure(plain(runbook), Runbook) == runbook
