"""Asked for some paths, the checks read no more than they need, and find what they find with everything read."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.check import check, check_paths
from generator.cli import runbook
from generator.load import load
from tests.generator.corpus import ROOT
from tests.generator.spoiling import spoiled

TEXTS = {
    file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "runbooks").rglob("*.yaml"))
}
"""Of three services, so that most of it has nothing to do with any one runbook."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("narrowly")
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")
    return folder


@pytest.mark.parametrize("seed", range(6))
def test_what_was_not_read_hides_no_finding(seed: int, folder: Path) -> None:
    """Wherever the sources are spoiled, one file asked for alone has the findings that it has among all."""
    files = spoiled(TEXTS, seed)
    changed = sorted(path for path, content in files.items() if content != TEXTS[path].encode())
    for path in changed:
        (folder / path).write_bytes(files[path])
    rng = random.Random(seed)
    for path in (*changed, rng.choice(sorted(TEXTS))):
        whole = load(folder, [folder / path])

        assert check_paths(folder, [folder / path])[1] == check(whole), path
    for path in changed:
        (folder / path).write_text(TEXTS[path], encoding="utf-8")


def test_a_runbook_is_checked_without_those_of_other_services() -> None:
    """What is passed over is known by its name, so that whoever names it is understood."""
    loaded, findings = check_paths(ROOT, [ROOT / "runbooks/feature-drift"])

    assert findings == ()
    assert ("runbook", "stale-features") in loaded.passed_over
    assert {d.name for d in loaded.documents if d.kind == "runbook"} == {
        "bad-model-release", "feature-drift", "latency-surge",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["runbooks", "runbooks/organization.yaml"])
def test_what_concerns_everybody_is_checked_with_everything(place: str) -> None:
    """The organization and the folder of all runbooks leave nothing out."""
    loaded, _ = check_paths(ROOT, [ROOT / place])

    assert loaded.passed_over == ()


def test_a_drill_of_another_services_runbook_is_found(folder: Path) -> None:
    """A runbook that is only named is read too, to see whose it is."""
    path = "runbooks/feature-drift/drills/thursday-noon.yaml"
    changed = TEXTS[path].replace("runbook: feature-drift", "runbook: stale-features")
    (folder / path).write_text(changed, encoding="utf-8")
    said = CliRunner().invoke(runbook, ["check", str(folder / path), "--root", str(folder)]).output
    (folder / path).write_text(TEXTS[path], encoding="utf-8")

    assert "'stale-features' is a runbook of 'delay-predictor'" in said
