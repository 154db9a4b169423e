from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.check import check
from generator.load import load
from generator.schemas import resolve
from generator.starting import StartError, repository_files, write_new
from simulator.events import CouldNotFollow, Declared, Opened, Resolved
from simulator.scoring import score
from tests.generator.starting.repositories import ROOT, begun, contents, payloads, played, run


def test_a_fresh_repository_has_no_findings(tmp_path: Path) -> None:
    """It is green from the first commit on, under any names that are allowed."""
    done = run("init", str(tmp_path / "ours"), "--organization", 'Acme: "Cards"', "--service", "card-scorer")

    assert "wrote runbooks/services/card-scorer.yaml" in done.output
    assert "runbook check" in done.output
    assert check(load(tmp_path / "ours")) == ()


def test_a_fresh_repository_builds_its_site(tmp_path: Path) -> None:
    """`runbook build` works at once, and its pages hold the example."""
    root = begun(tmp_path)

    done = run("build", "--root", str(root))

    assert done.return_value == 0, done.output
    assert "The age of mail addresses drifts" in (root / "site/runbooks/input-drift.html").read_text("utf-8")


def test_the_robot_gets_the_first_drill_under_control(tmp_path: Path) -> None:
    """It follows the first runbook to its end, and meets every objective."""
    for record in played(begun(tmp_path), "wednesday-morning", seeds=(1, 2, 3, 4)):
        assert [one.runbook for one in payloads(record, Opened)] == ["input-drift"]
        assert not payloads(record, CouldNotFollow)
        assert payloads(record, Resolved)
        assert [one.id for one in score(record).objectives if not one.met] == []


def test_the_robot_declares_nothing_in_the_quiet_drill(tmp_path: Path) -> None:
    """The campaign stays below every threshold."""
    for record in played(begun(tmp_path), "monday-morning", seeds=(1, 2, 3, 4)):
        assert not payloads(record, Declared)


def test_the_panel_is_what_its_script_makes(tmp_path: Path) -> None:
    """The script that stays beside the panel writes the same bytes again."""
    root = begun(tmp_path)
    panel = root / "runbooks/services/signup-scorer/panel.csv"
    before = panel.read_bytes()
    panel.unlink()

    subprocess.run([sys.executable, panel.with_name("make_panel.py")], check=True, capture_output=True)

    assert panel.read_bytes() == before


def test_the_first_line_of_each_source_leads_to_a_schema(tmp_path: Path) -> None:
    """Editors find the schemas without a network."""
    root = begun(tmp_path)
    marks = {
        path: path.read_text("utf-8").splitlines()[0].partition("$schema=")[2]
        for path in (root / "runbooks").rglob("*.yaml")
    }

    assert len(marks) == 5
    assert [path for path, mark in marks.items() if not (path.parent / mark).is_file()] == []
    assert (root / "schema/runbook.schema.json").read_bytes() == (
        ROOT / "schema/runbook.schema.json"
    ).read_bytes()
    assert resolve("common.schema.json#/definitions/id")


def test_what_machines_read_is_yaml(tmp_path: Path) -> None:
    """The files for GitHub, GitLab and pre-commit parse; the workflow may only read, and sees the past."""
    root = begun(tmp_path)
    workflow = yaml.safe_load((root / ".github/workflows/runbooks.yml").read_text("utf-8"))
    gitlab = yaml.safe_load((root / ".gitlab-ci.yml").read_text("utf-8"))
    hooks = yaml.safe_load((root / ".pre-commit-config.yaml").read_text("utf-8"))

    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["check"]["steps"][0]["with"]["fetch-depth"] == 0
    assert {"check", "build", "diff"} <= set(gitlab)
    assert hooks["repos"][0]["hooks"][0]["entry"] == "runbook check"


def test_the_projects_own_hook_hands_over_runbooks() -> None:
    """pre-commit can take the hook from the repository of the project."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert (hook["id"], hook["language"], hook["entry"]) == ("runbook-check", "python", "runbook check")
    assert (hook["files"], hook["pass_filenames"]) == ("^runbooks/", True)


def test_files_that_exist_are_kept_and_named(tmp_path: Path) -> None:
    """A repository of git with a README keeps it."""
    (tmp_path / "README.md").write_text("ours\n", encoding="utf-8")

    done = run("init", str(tmp_path))

    assert "kept README.md: it was there before" in done.output
    assert (tmp_path / "README.md").read_text("utf-8") == "ours\n"
    assert check(load(tmp_path)) == ()


def test_a_folder_with_runbooks_is_refused(tmp_path: Path) -> None:
    """A second init changes nothing, and says why."""
    before = contents(begun(tmp_path))

    done = run("init", str(tmp_path))

    assert f"{tmp_path / 'runbooks'} exists already" in str(done.exception)
    assert contents(tmp_path) == before


def test_schemas_are_renewed_and_nothing_else(tmp_path: Path) -> None:
    """After an update, --update-schemas brings the copies up to date."""
    before = contents(begun(tmp_path))
    (tmp_path / "schema/runbook.schema.json").write_text("{}", encoding="utf-8")

    run("init", str(tmp_path), "--update-schemas")

    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("service", "organization"), [("Fraud Scorer", "Ours"), ("ok", "---"), ("ok", "a\nb")]
)
def test_names_that_cannot_be_are_refused(service: str, organization: str, tmp_path: Path) -> None:
    """Nothing is written under a name that the check would not take."""
    done = run("init", str(tmp_path / "new"), "--service", service, "--organization", organization)

    assert "write" in str(done.exception)
    assert not (tmp_path / "new").exists()


def test_an_interrupted_init_leaves_nothing_behind(tmp_path: Path) -> None:
    """What was moved before a file could not be is taken away again."""
    files = repository_files(service="ours", organization="Ours", version="1")
    (tmp_path / "schema").write_text("a file where a folder belongs", encoding="utf-8")

    with pytest.raises(OSError):  # noqa: PT011
        write_new(tmp_path, files, unless="runbooks")

    assert set(contents(tmp_path)) == {"schema"}
    assert [path.name for path in tmp_path.iterdir()] == ["schema"]


def test_schemas_are_not_put_where_there_are_no_runbooks(tmp_path: Path) -> None:
    """A typing error in the folder does not litter it."""
    done = run("init", str(tmp_path), "--update-schemas")

    assert "has no runbooks/" in str(done.exception)
    assert isinstance(done.exception.__cause__, StartError)
