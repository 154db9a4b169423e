"""Every edit of ``tests/edits/`` is told in the words of an incident, and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.changes import Comparison, compare_documents, compare_roots
from generator.load import load
from tests.generator.changes.edits import Edit, edits

EDITS = edits()


def lines(comparison: Comparison) -> list[str]:
    return [change.text for group in comparison.groups for change in group.changes]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_says_what_it_means(edit: Edit, tmp_path: Path) -> None:
    """The lines are those of the case, in their order, and each stands where its file says so."""
    before, after = edit.write(tmp_path)

    comparison = compare_roots(before, after, since="main")

    assert lines(comparison) == list(edit.says)
    for group in comparison.groups:
        for change in group.changes:
            root = before if change.was else after
            text = (root / change.place.path).read_text(encoding="utf-8").splitlines()
            assert 1 <= change.place.line <= len(text)


@pytest.mark.parametrize("edit", [e for e in EDITS if e.says], ids=lambda edit: edit.name)
def test_an_edit_taken_back_is_told_too(edit: Edit, tmp_path: Path) -> None:
    """Whatever is said of a change, something is said of the way back."""
    before, after = edit.write(tmp_path)

    assert compare_documents(load(after).documents, load(before).documents)


def test_there_are_edits_that_mean_nothing() -> None:
    """The corpus holds edits of the text that change nothing in an incident."""
    assert len([edit for edit in EDITS if not edit.says]) >= 6
