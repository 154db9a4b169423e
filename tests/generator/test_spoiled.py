"""Sources that were spoiled at random come out as findings, whatever is in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generator.corpus import ROOT
from tests.generator.spoiling import outcome, sources, spoiled

TEXTS = sources()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for spoiled sources, beside a sound panel."""
    folder = tmp_path_factory.mktemp("spoiled")
    shutil.copytree(ROOT / "runbooks/services/fraud-scorer", folder / "runbooks/services/fraud-scorer")
    return folder


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_no_spoiled_source_is_answered_by_a_traceback(seed: int, folder: Path) -> None:
    """Loading, checking and every format go on to the end, and each finding stands where there is text."""
    outcome(spoiled(TEXTS, seed), folder)


def test_most_of_what_is_spoiled_is_found(folder: Path) -> None:
    """The seeds do spoil: a harmless change would prove nothing."""
    found = [outcome(spoiled(TEXTS, seed), folder) for seed in range(20)]

    assert sum(bool(findings) for findings in found) >= 12
