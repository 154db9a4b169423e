"""``runbook check --changed``: what a change touches or causes, in every format."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from generator import cli
from tests.generator.test_revisions import commit, git, write

SERVICE = "runbooks/services/scorer.yaml"
RUNBOOK = "runbooks/drift/runbook.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a service and a runbook that are full of findings, in one commit."""
    for name in ("GITHUB_BASE_REF", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init")
    write(tmp_path, "runbooks/organization.yaml", "id: harbour")
    write(tmp_path, SERVICE, "id: scorer", "colour: red")
    write(tmp_path, RUNBOOK, "id: drift", "service: scorer", "colour: blue")
    commit(tmp_path)
    return tmp_path


def check(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str, str]:
    """The exit code of ``runbook check``, and what it said."""
    monkeypatch.setattr(sys, "argv", ["runbook", "check", "--root", str(root), *options])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_without_a_change_nothing_is_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old findings are counted, and fail nobody's pull request."""
    code, out, _ = check(root, monkeypatch, capsys, "--changed", "HEAD")

    assert code == 0
    assert out.startswith("no findings (")
    assert out.endswith(" older findings left out)\n")


def test_findings_on_changed_lines_are_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who touches a line answers for it, be its finding old."""
    write(root, RUNBOOK, "id: drift", "service: scorer", "colour: green")

    code, out, _ = check(root, monkeypatch, capsys, "--changed", "HEAD", "--format", "json")

    told = json.loads(out)
    assert code == 1
    assert [(f["path"], f["line"]) for f in told["findings"]] == [(RUNBOOK, 3)]
    assert told["left_out"] > 5


def test_findings_that_a_change_causes_elsewhere_are_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service that goes away is missed in a file that nobody touched."""
    (root / SERVICE).unlink()

    code, out, _ = check(root, monkeypatch, capsys, "--changed", "HEAD")

    assert code == 1
    assert f"{RUNBOOK}:2:10: error: unknown service 'scorer'" in out


def test_findings_that_moved_are_old(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comment above moves every line, and causes nothing."""
    write(root, RUNBOOK, "# new", "", "id: drift", "service: scorer", "colour: blue")

    code, out, _ = check(root, monkeypatch, capsys, "--changed", "HEAD", str(root / RUNBOOK))

    assert (code, out[:13]) == (0, "no findings (")


def test_an_unknown_revision_is_wrong_usage(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and what to do."""
    code, _, err = check(root, monkeypatch, capsys, "--changed", "nowhere")

    assert code == 2
    assert "there is no revision 'nowhere' here" in err


def test_a_workflow_gets_its_page_and_the_lines_of_the_pull_request_first(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The environment says where the page is, what the base is, and where the checkout begins."""
    page = tmp_path / "page.md"
    page.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root.parent))
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    write(root, SERVICE, "id: scorer", "colour: green")

    code, out, _ = check(root, monkeypatch, capsys, "--format", "github")

    assert code == 1
    assert out.startswith(f"::error file={root.name}/{SERVICE},line=2,endLine=2,")
    assert page.read_text(encoding="utf-8").startswith("before\n## runbook check\n")


def test_a_workflow_without_its_base_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shallow clone costs the order of the annotations, not the check."""
    monkeypatch.setenv("GITHUB_BASE_REF", "main")

    code, out, err = check(root, monkeypatch, capsys, "--format", "github")

    assert (code, out[:8]) == (1, "::error ")
    assert "not sorted by what the pull request changes: there is no revision 'origin/main'" in err
