"""Sources as they were, and the lines that changed since, from real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from generator.revisions import UnknownRevisionError, changed_lines, sources_at

WHO = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.test",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.test",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
FILE = "runbooks/organization.yaml"


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", *arguments]
    subprocess.run(command, cwd=folder, env={**os.environ, **WHO}, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "A change", "--allow-empty")


def write(root: Path, path: str, *lines: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit of one source of six lines."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init")
    write(root, FILE, "one", "two", "three", "four", "five", "six")
    commit(root)
    return root


def test_the_sources_are_those_of_the_revision(root: Path) -> None:
    """Later commits and the work tree do not show; the folder goes when it is no longer needed."""
    write(root, FILE, "changed")
    write(root, "runbooks/drift/runbook.yaml", "new")
    commit(root)
    write(root, FILE, "changed again")

    with sources_at(root, "HEAD~1") as folder:
        files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        text = (folder / FILE).read_text(encoding="utf-8")

    assert files == {FILE}
    assert text == "one\ntwo\nthree\nfour\nfive\nsix\n"
    assert not folder.exists()
    assert (root / FILE).read_text(encoding="utf-8") == "changed again\n"


def test_nothing_of_the_repository_is_touched(root: Path) -> None:
    """What is staged stays staged, and the index is the same byte for byte."""
    write(root, FILE, "staged")
    git(root, "add", FILE)
    (root / FILE).touch()
    index = (root / ".git/index").read_bytes()

    with sources_at(root, "HEAD"):
        pass
    changed_lines(root, "HEAD")

    assert (root / ".git/index").read_bytes() == index


def test_the_root_may_be_a_folder_of_the_repository(tmp_path: Path) -> None:
    """Paths are those of the root, and what lies beside it does not count."""
    git(tmp_path, "init")
    write(tmp_path, f"ops/on call/{FILE}", "one", "two")
    write(tmp_path, FILE, "another's")
    commit(tmp_path)
    write(tmp_path, f"ops/on call/{FILE}", "one", "2")
    write(tmp_path, FILE, "another's, changed")
    root = tmp_path / "ops" / "on call"

    with sources_at(root, "HEAD") as folder:
        text = (folder / FILE).read_text(encoding="utf-8")

    assert text == "one\ntwo\n"
    assert changed_lines(root, "HEAD") == {FILE: frozenset({2})}


def test_a_revision_before_the_first_runbook_has_none(tmp_path: Path) -> None:
    """The folder is there and empty, so that everything is new since."""
    git(tmp_path, "init")
    write(tmp_path, "README.md", "soon")
    commit(tmp_path)
    write(tmp_path, FILE, "one")

    with sources_at(tmp_path, "HEAD") as folder:
        assert list((folder / "runbooks").iterdir()) == []
    assert changed_lines(tmp_path, "HEAD") == {FILE: None}


def test_hooks_may_ask(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The repository is that of the root, whatever a hook's environment says of another."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other-index"))

    with sources_at(root, "main") as folder:
        assert (folder / FILE).exists()
    assert changed_lines(root, "main") == {}


def test_links_and_odd_names_are_kept_as_they_are(root: Path, tmp_path: Path) -> None:
    """A link is not followed, and a name may hold what a patch or a shell would read."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "runbooks/out").symlink_to(outside, target_is_directory=True)
    odd = 'runbooks/a "b"\t$(c)\nä/-d.yaml'
    write(root, odd, "one")
    commit(root)
    write(root, odd, "two")
    write(root, "runbooks/trailing space /e.yaml", "new")

    with sources_at(root, "HEAD") as folder:
        text = (folder / odd).read_text(encoding="utf-8")
        link = (folder / "runbooks/out").readlink()

    assert (text, link) == ("one\n", outside)
    assert list(outside.iterdir()) == []
    assert changed_lines(root, "HEAD") == {odd: frozenset({1}), "runbooks/trailing space /e.yaml": None}


@pytest.mark.parametrize(
    ("lines", "changed"),
    [
        (("one", "two", "3", "4", "five", "six"), {3, 4}),
        (("one", "two", "new", "three", "four", "five", "six", "seven"), {3, 8}),
        (("one", "two", "five", "six"), {3}),
        (("two", "three", "four", "five", "six"), {1}),
        (("one", "two", "three", "four", "five"), {6}),
        (("--- a/x", "+++ b/y", "@@ -1 +1 @@", "four", "five", "six"), {1, 2, 3}),
    ],
)
def test_changed_lines_are_those_of_the_work_tree(
    lines: tuple[str, ...], changed: set[int], root: Path
) -> None:
    """New and changed lines count, and the line that follows what was deleted."""
    write(root, FILE, *lines)

    assert changed_lines(root, "HEAD") == {FILE: frozenset(changed)}


def test_staged_committed_and_untracked_changes_count_alike(root: Path) -> None:
    """What matters is the work tree, however far it is on its way."""
    write(root, "runbooks/a.yaml", "committed")
    commit(root)
    write(root, "runbooks/b.yaml", "staged")
    git(root, "add", "--all")
    write(root, "runbooks/c.yaml", "untracked")
    write(root, ".gitignore", "runbooks/d.yaml")
    write(root, "runbooks/d.yaml", "ignored by git, and still read by us")

    assert changed_lines(root, "HEAD~1") == {f"runbooks/{name}.yaml": None for name in "abcd"}


def test_a_file_that_moved_counts_for_its_changed_lines_alone(root: Path) -> None:
    """A renamed file is not a new one; a deleted one counts for its first line."""
    write(root, "runbooks/gone.yaml", "short")
    commit(root)
    (root / FILE).rename(root / "runbooks/moved.yaml")
    write(root, "runbooks/moved.yaml", "one", "two", "three", "four", "5", "six")
    (root / "runbooks/gone.yaml").unlink()
    git(root, "add", "--all")

    changed = changed_lines(root, "HEAD")

    assert changed == {"runbooks/moved.yaml": frozenset({5}), "runbooks/gone.yaml": frozenset({1})}


def test_settings_of_a_person_change_nothing(root: Path) -> None:
    """Colours, prefixes and tools of somebody's git are theirs."""
    for setting in (
        "color.ui=always",
        "diff.noprefix=true",
        "diff.external=false",
        "diff.interHunkContext=9",
    ):
        git(root, "config", *setting.split("="))
    write(root, FILE, "1", "two", "three", "four", "five", "6")

    assert changed_lines(root, "HEAD") == {FILE: frozenset({1, 6})}


@pytest.mark.parametrize("revision", ["--output=stolen", "-p", "", " ", "a\0b", "a\nb"])
def test_what_is_no_revision_is_refused(revision: str, root: Path) -> None:
    """An option is never handed on to git."""
    with pytest.raises(UnknownRevisionError, match="is no revision: name a branch"):
        changed_lines(root, revision)

    assert not (root / "stolen").exists()


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~9", "HEAD:runbooks", "main..main", "v1.0"])
def test_an_unknown_revision_is_told(revision: str, root: Path) -> None:
    """The message says what lists the revisions, and what brings more."""
    with pytest.raises(UnknownRevisionError, match=r"there is no revision .* 'git fetch' brings more"):
        changed_lines(root, revision)


def test_a_folder_without_git_is_told(tmp_path: Path) -> None:
    """A repository of runbooks need not be one of git."""
    with (
        pytest.raises(UnknownRevisionError, match="is not in a git repository: 'git init'"),
        sources_at(tmp_path, "HEAD"),
    ):
        pass


def test_a_machine_without_git_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing else needs git, so it may well be missing."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnknownRevisionError, match="git is not installed"):
        changed_lines(root, "HEAD")
