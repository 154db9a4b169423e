"""What was found clean before is not checked again, and nothing is missed by that."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from generator.check import check
from generator.known import check_again, open_cache
from generator.load import load
from tests.generator.corpus import ROOT
from tests.generator.spoiling import spoiled
from tests.generator.test_narrowly import TEXTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sources, found clean once."""
    folder = tmp_path_factory.mktemp("known")
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")
    check_again(load(folder), open_cache(folder))
    return folder


@pytest.mark.parametrize("seed", range(8))
def test_a_memory_hides_no_finding(seed: int, folder: Path) -> None:
    """Wherever clean sources are spoiled, the findings are those of a check that remembers nothing."""
    files = spoiled(TEXTS, seed)
    changed = sorted(path for path, content in files.items() if content != TEXTS[path].encode())
    for path in changed:
        (folder / path).write_bytes(files[path])
    loaded = load(folder)

    with_memory = check_again(loaded, open_cache(folder))

    assert with_memory == check(loaded)
    for path in changed:
        (folder / path).write_text(TEXTS[path], encoding="utf-8")


def test_files_beside_the_sources_count(folder: Path) -> None:
    """A panel that is gone is found, although no source changed."""
    panel = next(folder.glob("runbooks/services/*/*.csv"))
    kept = panel.read_bytes()
    check_again(load(folder), open_cache(folder))
    panel.unlink()

    findings = check_again(load(folder), open_cache(folder))

    assert any(panel.name in finding.message for finding in findings)
    panel.write_bytes(kept)


def test_clean_sources_are_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources that were found clean are not checked a second time; with a damaged memory they are."""
    check_again(load(folder), open_cache(folder))
    checked: list[object] = []
    monkeypatch.setattr("generator.known.check", lambda loaded: checked.append(loaded) or ())

    check_again(load(folder), open_cache(folder))
    assert checked == []

    kept = sorted((folder / "build/cache/checks").iterdir())
    for path in kept:
        path.write_bytes(random.Random(1).randbytes(40))
    check_again(load(folder), open_cache(folder))
    assert checked != []
