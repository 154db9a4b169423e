"""``runbook show ID --at``: which text was in force, who approved it, and what it said."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from generator import cli
from tests.generator.site.publishing import RUNBOOK, Twice, git


def show(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code and both streams of ``runbook show``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["runbook", "show", *arguments, "--root", str(root)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0), *capsys.readouterr()


def test_an_auditor_gets_the_text_of_a_version(twice: Twice, capsys: pytest.CaptureFixture[str]) -> None:
    """Version, moment, commit, hash, approval and the text, with the number that held then."""
    code, out, _ = show(capsys, twice.root, RUNBOOK, "--at", "1.0")

    assert code == 0
    assert "input-drift in version 1.0 (1.0, first)" in out
    assert "published 2026-11-02T12:00:00Z" in out
    assert f"commit {twice.commits[0]} of 2026-11-01T12:00:00Z" in out
    assert "  incident-commander on 2026-11-01: Read twice." in out
    assert "mail age stands above 0.25" in out


def test_a_text_that_nobody_approved_says_so(twice: Twice, capsys: pytest.CaptureFixture[str]) -> None:
    """A review of the text before does not count."""
    _, out, _ = show(capsys, twice.root, RUNBOOK, "--at", "latest")

    assert "in version 1.1" in out
    assert "Approved by nobody" in out
    assert "mail age stands above 0.3 " in out


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-11-02", "1.0"), ("2026-11-08", "1.0"), ("2026-11-09", "1.1"), ("2030-01-01", "1.1")],
)
def test_a_day_means_what_held_in_its_evening(
    twice: Twice, capsys: pytest.CaptureFixture[str], day: str, version: str
) -> None:
    """It counts when a version was published, not when its text was committed."""
    code, out, _ = show(capsys, twice.root, RUNBOOK, "--at", day, "--json")

    assert (code, json.loads(out)["version"]) == (0, version)


def test_a_program_gets_all_of_it(twice: Twice, capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts and the compiled runbook, as JSON."""
    _, out, _ = show(capsys, twice.root, RUNBOOK, "--at", "1.0", "--json")

    found = json.loads(out)
    assert found["commit"] == twice.commits[0]
    assert found["hash"] == found["runbook"]["hash"]
    assert found["problems"] == []
    assert [one["role"] for one in found["reviews"]] == ["incident-commander"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((RUNBOOK, "--at", "1.2"), "unknown version '1.2' (did you mean '1.1'?; or name a day"),
        ((RUNBOOK, "--at", "2026-13-40"), "there is no day 2026-13-40"),
        ((RUNBOOK, "--at", "2026-11-01"), "no version had been published by 2026-11-01"),
        (
            ("input-drft", "--at", "1.0"),
            "version 1.0 holds no runbook 'input-drft' (did you mean 'input-drift'?)",
        ),
        ((RUNBOOK, "--at", "1.0", "--branch", "nowhere"), "there is no branch 'nowhere'"),
    ],
)
def test_what_cannot_be_told_is_said(
    twice: Twice, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    """Each with what there is, or what to do."""
    code, _, err = show(capsys, twice.root, *arguments)

    assert code == 2
    assert words in err


def test_a_commit_that_is_not_here_is_named(
    twice: Twice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shallow clone lists the versions, and says what to fetch for the text of an old one."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", twice.remote.as_uri(), str(clone))
    git(clone, "fetch", "--quiet", "origin", "gh-pages:gh-pages")

    code, _, err = show(capsys, clone, RUNBOOK, "--at", "1.0")

    assert code == 2
    assert f"commit {twice.commits[0]}, which is not here: 'git fetch --unshallow'" in err


def test_an_edited_version_does_not_pass(
    twice: Twice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever changes a published page by hand is told of, and the text is the one that was published."""
    root, files = tmp_path / "root", tmp_path / "files"
    shutil.copytree(twice.root, root)
    git(root, "worktree", "add", "--quiet", str(files), "gh-pages")
    (files / f"1.0/runbooks/{RUNBOOK}.html").write_text("All is well.", encoding="utf-8")
    git(files, "commit", "--quiet", "--all", "--message", "Edit")

    code, out, _ = show(capsys, root, RUNBOOK, "--at", "1.0")

    assert code == 1
    assert "the files of version 1.0 were changed on the branch after they were published" in out
    assert "mail age stands above 0.25" in out
