"""Rules whose findings stand in another file than the mistake: bindings of controls, and drills of runbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from generator.checks import bindings, exercise
from generator.checks.sources import Sources
from generator.load import load
from generator.source import Finding
from tests.generator.corpus import copied

RUNBOOK = "runbooks/feature-drift/runbook.yaml"
SERVICE = "runbooks/services/fraud-scorer.yaml"
DRILLS = "runbooks/feature-drift/drills"


def found(check: Callable[[Sources], Iterable[Finding]], root: Path) -> list[str]:
    return [str(finding) for finding in check(Sources.of(load(root)))]


def changed(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text, old
    (root / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("binding", ["", "      - {environment: staging}\n"])
def test_a_control_that_cannot_be_turned_somewhere_is_found(binding: str, tmp_path: Path) -> None:
    """Neither a missing binding nor one without a call or a command turns anything in staging."""
    bound = '      - {environment: staging, command: [deploy, feature-pipeline, "{{ value }}"]}\n'
    changed(copied(tmp_path), SERVICE, bound, binding)

    (message,) = found(bindings.check, tmp_path)
    assert message.startswith(f"{RUNBOOK}:")
    assert (
        "the control 'pipeline-version', which this runbook turns, cannot be turned in 'staging'" in message
    )
    assert SERVICE in message


def test_a_control_that_the_runbook_leaves_alone_needs_no_binding(tmp_path: Path) -> None:
    """The rule is about what is turned."""
    command = 'scale, fraud-scorer, "{{ value }}", "--region={{ alert.region }}"'
    bound = f"      - {{environment: staging, command: [{command}]}}\n"
    changed(copied(tmp_path), SERVICE, bound, "")

    assert found(bindings.check, tmp_path) == []


def test_a_runbook_without_drills_is_found_twice(tmp_path: Path) -> None:
    """It lacks a drill with a fault and one without; and nothing moves its signals."""
    for drill in (copied(tmp_path) / DRILLS).iterdir():
        drill.unlink()

    drills, quiet, *signals = found(exercise.check, tmp_path)
    assert "no drill with a fault exercises this runbook" in drills
    assert "no drill without a fault shows when this runbook is not to be followed" in quiet
    assert all("no drill of 'fraud-scorer' moves the signal" in message for message in signals)


def test_a_broken_drill_is_not_counted_as_missing(tmp_path: Path) -> None:
    """What seems to be missing may stand in the file that cannot be read."""
    for drill in (copied(tmp_path) / DRILLS).iterdir():
        drill.write_text("id: [")

    assert found(exercise.check, tmp_path) == []


def test_a_fault_that_names_no_field_moves_all_fields_of_its_node(tmp_path: Path) -> None:
    """A feed that delivers nothing takes every feature away that is computed from it."""
    drills = copied(tmp_path) / DRILLS
    for drill in drills.iterdir():
        if drill.name not in ("quiet-monday.yaml", "saturday-morning.yaml"):
            drill.unlink()
    fault = "    kind: schema-change\n"
    changed(tmp_path, f"{DRILLS}/saturday-morning.yaml", fault, "    kind: upstream-outage\n")
    changed(tmp_path, f"{DRILLS}/saturday-morning.yaml", "    with: {field: amount}\n", "")
    nulls = "with: {feature: amount}\n      compare: above\n      threshold: 0.05"
    changed(tmp_path, RUNBOOK, nulls, nulls.replace("amount", "foreign_card"))

    assert not any("'amount-nulls'" in message for message in found(exercise.check, tmp_path))


def test_a_drill_of_the_runbook_of_another_service_is_found(tmp_path: Path) -> None:
    """Who drills one service cannot be told to open the runbook of another."""
    root = copied(tmp_path)
    text = (root / SERVICE).read_text()
    (root / "runbooks/services/second-scorer.yaml").write_text(
        text.replace("id: fraud-scorer\n", "id: second-scorer\n")
    )
    changed(root, f"{DRILLS}/friday-evening.yaml", "service: fraud-scorer\n", "service: second-scorer\n")

    strangers = [message for message in found(exercise.check, root) if "friday-evening" in message]
    assert len(strangers) == 1
    assert (
        "'feature-drift' is a runbook of 'fraud-scorer', and this drill is for 'second-scorer'"
        in strangers[0]
    )
