"""What is not published, with words that say why, and with nothing changed anywhere."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from generator import cli
from generator.compile import SourceErrors
from generator.publishing import PublishError, UnfitNameError
from tests.generator.site.publishing import FILE, Twice, commit, git, published, replace, state


@pytest.fixture
def ours(twice: Twice, tmp_path: Path) -> Twice:
    """A copy of repository and remote that may be spoiled."""
    root, remote = tmp_path / "root", tmp_path / "remote.git"
    shutil.copytree(twice.root, root)
    shutil.copytree(twice.remote, remote)
    git(root, "remote", "set-url", "origin", str(remote))
    return Twice(root, remote, twice.files, twice.commits)


def refused(ours: Twice, version: str, *aliases: str, **options: object) -> str:
    """Why it was not published; branches, remote and work tree are as they were."""
    before = state(ours.root), state(ours.remote)
    with pytest.raises(PublishError) as told:
        published(ours.root, version, *aliases, **options)
    after = state(ours.root), state(ours.remote)
    assert after == before
    return str(told.value)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../up", "/etc", "a\\b", ".git", "1.0.", "-v", "1 0", "1\n", "ü", "versions.json",
             "x" * 61, "1..2", "a.lock", "index.html"],
)  # fmt: skip
def test_a_name_that_is_no_folder_is_refused(ours: Twice, name: str) -> None:
    """Neither a version nor an alias may climb out, hide, or mean something else on some host."""
    assert "cannot be the name of a folder" in refused(ours, name)
    assert "cannot be the name of a folder" in refused(ours, "1.2", name)


def test_names_that_mean_something_else_are_refused(ours: Twice) -> None:
    """An alias is no version, a version is no alias, and neither takes the place of other files."""
    assert "'1.0' is a version: an alias has to be called otherwise" in refused(ours, "1.2", "1.0")
    assert "'latest' is an alias of version 1.1" in refused(ours, "latest")
    assert "cannot be a version and an alias of it" in refused(ours, "1.2", "1.2")


def test_what_is_published_is_a_commit(ours: Twice) -> None:
    """Sources and pages that are not committed are named, and so is a file that git does not know."""
    replace(ours.root, FILE, "threshold: 0.3", "threshold: 0.4")
    (ours.root / "docs/new.md").write_text("# New\n", encoding="utf-8")

    words = refused(ours, "1.2")

    assert "what is published must be a commit" in words
    assert FILE in words
    assert "docs/new.md" in words


def test_sources_with_errors_are_not_published(ours: Twice) -> None:
    """The findings of ``runbook check`` come back in place of a version."""
    replace(ours.root, FILE, "severity: page", "severity: pgae")
    commit(ours.root)
    before = state(ours.root), state(ours.remote)

    with pytest.raises(SourceErrors) as told:
        published(ours.root, "1.2")

    assert "pgae" in str(told.value)
    assert (state(ours.root), state(ours.remote)) == before


def test_a_site_with_findings_is_not_published(ours: Twice) -> None:
    """A broken link in the guide is reported at its page, and no version holds it."""
    (ours.root / "docs/index.md").write_text("[gone](nowhere.md)\n", encoding="utf-8")
    commit(ours.root)
    before = state(ours.root), state(ours.remote)

    done = published(ours.root, "1.2")

    assert any("nowhere.md" in found.message for found in done.findings)
    assert (state(ours.root), state(ours.remote)) == before


def test_a_version_never_changes(ours: Twice) -> None:
    """Other bytes under a version that is there are refused, with the name of a file that differs."""
    replace(ours.root, FILE, "threshold: 0.3", "threshold: 0.4")
    commit(ours.root)

    words = refused(ours, "1.1", "latest")

    assert "version 1.1 exists with other bytes (catalogue.json and" in words


def test_a_push_that_fails_leaves_everything(ours: Twice) -> None:
    """Where the remote refuses at the very end, the branch here has not moved either."""
    hook = ours.remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    replace(ours.root, FILE, "threshold: 0.3", "threshold: 0.4")
    commit(ours.root)

    words = refused(ours, "1.2", "latest")

    assert "was not pushed to 'origin', and nothing has changed" in words


def test_branches_that_went_apart_are_not_forced(ours: Twice) -> None:
    """What stands only here and what stands only there both stay; the words say how to choose."""
    git(ours.root, "update-ref", "refs/heads/gh-pages", ours.commits[0])

    assert "went apart: nothing is forced" in refused(ours, "1.2")


def test_a_branch_that_is_something_else_is_not_published_to(ours: Twice) -> None:
    """Neither the branch that is checked out, nor one with other things, nor what is no branch."""
    git(ours.root, "branch", "work")

    assert "is checked out" in refused(ours, "1.2", branch="main")
    assert "holds something, but no versions" in refused(ours, "1.2", branch="work", pushing=False)
    with pytest.raises(UnfitNameError, match="no name of a branch"):
        published(ours.root, "1.2", branch="a..b")


def test_a_remote_that_does_not_answer_is_named(ours: Twice) -> None:
    """The words name the way without one."""
    assert "(name another with --remote, or keep it here with --no-push)" in refused(
        ours, "1.2", remote="nowhere"
    )


def test_each_audience_has_a_branch_of_its_own(ours: Twice) -> None:
    """What is meant for few does not join the versions that many read."""
    words = refused(ours, "1.2", audience="facilitators")

    assert "give each audience a branch of its own (--branch)" in words


def test_a_link_out_of_the_repository_is_not_followed(ours: Twice, tmp_path: Path) -> None:
    """What no commit holds is not published by way of a link."""
    (tmp_path / "secret.md").write_text("# Secret\n", encoding="utf-8")
    (ours.root / "docs/more.md").symlink_to(tmp_path / "secret.md")
    commit(ours.root)

    assert "docs/more.md is a link out of the repository" in refused(ours, "1.2")


def test_a_folder_without_git_is_told_so(tmp_path: Path) -> None:
    """No traceback, and what to do."""
    with pytest.raises(PublishError, match="is not in a git repository"):
        published(tmp_path, "1.0")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("1.2", "--no-push"), 1, "Error: not published: what is published must be a commit"),
        (("../1.2",), 2, "cannot be the name of a folder on every host"),
        (("1.2", "--title", "a\nb"), 2, "the title is empty, longer than 80 characters"),
    ],
)
def test_the_command_says_why(
    ours: Twice, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Exit code 1 when it is the sources' or the branch's fault, 2 when it is the words on the line."""
    replace(ours.root, FILE, "threshold: 0.3", "threshold: 0.4")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["runbook", "publish", *arguments, "--root", str(ours.root)])
        with pytest.raises(SystemExit) as ended:
            cli.main()

    assert ended.value.code == code
    assert words in capsys.readouterr().err
