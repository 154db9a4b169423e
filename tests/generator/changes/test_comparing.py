"""No change of a value is silent, and no change of the layout is heard."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.changes import Comparison, compare_documents, compare_roots
from generator.load import load
from generator.source import Document, Pointer
from tests.generator.changes.edits import Edit
from tests.generator.corpus import ROOT

RUNBOOK = "runbooks/feature-drift/runbook.yaml"
DRILL = "runbooks/feature-drift/drills/quiet-monday.yaml"
PARTS = ("runbooks/organization.yaml", "runbooks/services/fraud-scorer.yaml", "runbooks/feature-drift/")
SHIPPED = [document for document in load(ROOT).documents if document.path.startswith(PARTS)]
DOCUMENTS = pytest.mark.parametrize("document", SHIPPED, ids=lambda d: f"{d.kind}-{d.name}")


def said(old: Document, new: Document) -> list[str]:
    groups = compare_documents([old], [new])
    return [change.text for group in groups for change in group.changes]


def leaves(value: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The way to every value that holds no other."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*pointer, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*pointer, index))
    else:
        yield pointer


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value} zq" if isinstance(value, str) and " " in value else f"{value}zq"


def with_value(document: Document, pointer: Pointer, value: object) -> Document:
    """The document with another value at one place."""
    data: Any = copy.deepcopy(dict(document.data))
    inner = data
    for part in pointer[:-1]:
        inner = inner[part]
    inner[pointer[-1]] = value
    return dataclasses.replace(document, data=data)


def turned_round(value: Any) -> Any:
    """The same data with the keys of every mapping in another order, and whole numbers with a point."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed([*value])}
    if isinstance(value, list):
        return [turned_round(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@DOCUMENTS
def test_no_change_of_a_value_is_silent(document: Document) -> None:
    """Whichever value is another one, at least one line says so."""
    pointers = [*leaves(document.data)]
    step = max(1, len(pointers) // 60)
    silent = [
        pointer
        for pointer in pointers[::step]
        if not said(document, with_value(document, pointer, other(document.at(pointer))))
    ]

    assert silent == []


@DOCUMENTS
def test_the_order_of_keys_is_no_change(document: Document) -> None:
    """Mappings turned round and numbers written otherwise say nothing."""
    turned = dataclasses.replace(document, data=turned_round(document.data))

    assert said(document, turned) == []


@pytest.mark.parametrize("style", ["block", "flow", "json"])
def test_the_style_of_the_file_is_no_change(style: str, tmp_path: Path) -> None:
    """A runbook written out by a machine, in whichever style, says what it said."""
    before, after = Edit("style", RUNBOOK, (), ()).write(tmp_path)
    data = dict(load(before).documents[-1].data)
    for document in load(before).documents:
        data = dict(document.data)
        written = (
            json.dumps(data)
            if style == "json"
            else yaml.safe_dump(data, default_flow_style=style == "flow", width=60, allow_unicode=True)
        )
        (after / document.path).write_text(written, encoding="utf-8")

    assert compare_roots(before, after, since="main").groups == ()


@DOCUMENTS
def test_no_value_is_answered_by_a_traceback(document: Document) -> None:
    """Whatever stands where something else should, a change is told."""
    pointers = [pointer for pointer in document.values if pointer]
    for pointer in pointers[:: max(1, len(pointers) // 12)]:
        for odd in (None, [], [[]], {"id": []}, [{"id": {}}], True, "odd"):
            if odd != document.at(pointer):
                spoilt = with_value(document, pointer, odd)

                assert said(document, spoilt)
                assert said(spoilt, document)


def compared(tmp_path: Path, file: str, *pairs: tuple[str, str]) -> Comparison:
    before, after = Edit("edit", file, pairs, ()).write(tmp_path)
    return compare_roots(before, after, since="main")


def texts(comparison: Comparison) -> list[str]:
    return [change.text for group in comparison.groups for change in group.changes]


def test_a_signal_by_another_name_is_a_rename(tmp_path: Path) -> None:
    """Everything that refers to it goes along, so only the name is said to be new."""
    before, after = Edit("rename", RUNBOOK, (), ()).write(tmp_path)
    for file in after.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("amount-psi", "amount-index"), encoding="utf-8")

    assert texts(compare_roots(before, after, since="main")) == [
        "signal amount-psi is now called amount-index"
    ]


def test_a_control_by_another_name_is_a_rename_for_its_runbooks_too(tmp_path: Path) -> None:
    """A name that another file gives is followed into the files that use it."""
    before, after = Edit("rename", RUNBOOK, (), ()).write(tmp_path)
    for file in after.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("amount-toggle", "amount-switch"), encoding="utf-8")

    lines = texts(compare_roots(before, after, since="main"))

    assert "control amount-toggle is now called amount-switch" in lines
    assert [
        line for line in lines if "says something else" not in line and "amount-toggle is" not in line
    ] == []


def test_a_runbook_in_another_folder_is_a_rename(tmp_path: Path) -> None:
    """The same text under another id is the same runbook."""
    before, after = Edit("rename", RUNBOOK, (), ()).write(tmp_path)
    (after / "runbooks/feature-drift").rename(after / "runbooks/input-drift")
    for file in after.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        renamed = text.replace("\nid: feature-drift\n", "\nid: input-drift\n")
        file.write_text(
            renamed.replace("runbook: feature-drift\n", "runbook: input-drift\n"), encoding="utf-8"
        )

    lines = texts(compare_roots(before, after, since="main"))

    assert "the runbook is now called input-drift, was feature-drift" in lines
    assert not any("is new" in line or "is gone" in line for line in lines)


def test_a_drill_that_is_gone_is_told_where_it_stood(tmp_path: Path) -> None:
    """What has no place any more has the place that it had."""
    before, after = Edit("gone", DRILL, (), ()).write(tmp_path)
    (after / DRILL).unlink()

    (group,) = compare_roots(before, after, since="main").groups

    assert [(c.text, c.was, c.place.path) for c in group.changes] == [
        ("the drill quiet-monday is gone", True, DRILL)
    ]


def test_a_file_that_cannot_be_read_is_left_out_aloud(tmp_path: Path) -> None:
    """The others are compared all the same."""
    before, after = Edit("both", RUNBOOK, (("threshold: 0.2\n", "threshold: 0.25\n"),), ()).write(tmp_path)
    (after / DRILL).write_text("id: [", encoding="utf-8")

    comparison = compare_roots(before, after, since="main")

    assert comparison.left_out == (f"{DRILL} cannot be read (now), and is left out",)
    assert "amount-psi pages at 0.25, was 0.2" in texts(comparison)


def test_a_runbook_that_breaks_its_schema_is_compared_all_the_same(tmp_path: Path) -> None:
    """A value of the wrong type hides no change beside it."""
    lines = texts(
        compared(
            tmp_path,
            RUNBOOK,
            ("threshold: 0.2\n", "threshold: 0.25\n"),
            ("hold_minutes: 2\n", "hold_minutes: x\n"),
        )
    )

    assert "amount-psi pages at 0.25, was 0.2" in lines
    assert "amount-psi waits x min, was 2" in lines


def test_another_panel_is_told(tmp_path: Path) -> None:
    """Rows that drills draw from are no YAML, and count."""
    before, after = Edit("panel", RUNBOOK, (), ()).write(tmp_path)
    panel = after / "runbooks/services/fraud-scorer/panel.csv"
    rows = panel.read_text(encoding="utf-8").splitlines()
    panel.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")

    lines = texts(compare_roots(before, after, since="main"))

    assert lines == [
        f"the panel fraud-scorer/panel.csv holds other rows: {len(rows) - 2}, was {len(rows) - 1}"
    ]


def test_paths_limit_what_is_told(tmp_path: Path) -> None:
    """Other files may change without a word."""
    before, after = Edit("edit", RUNBOOK, (("threshold: 0.2\n", "threshold: 0.25\n"),), ()).write(tmp_path)

    comparison = compare_roots(before, after, since="main", paths=["runbooks/services"])

    assert comparison.groups == ()


def test_a_rule_that_breaks_many_times_is_told_thrice(tmp_path: Path) -> None:
    """After the third finding of a rule the rest is counted."""
    lines = texts(
        compared(tmp_path, "runbooks/organization.yaml", ("- id: ml-on-call\n", "- id: ml-oncall\n"))
    )

    broken = [line for line in lines if line.startswith("now breaks the rule references")]
    assert len([line for line in broken if "times more" not in line]) <= 3 * len(SHIPPED)
    assert lines[-1] == "role ml-on-call is now called ml-oncall"
