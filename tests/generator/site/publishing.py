"""A small repository whose site is published twice, and the git that the tests ask about it."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.content import content_hash, part_hashes
from generator.evidence import exercises, reviews
from generator.load import load
from generator.model import Exercise, Review
from generator.publishing import Published, Request, publish
from generator.starting import repository_files, write_new

RUNBOOK = "input-drift"
FILE = f"runbooks/{RUNBOOK}/runbook.yaml"
DRILL = f"runbooks/{RUNBOOK}/drills/wednesday-morning.yaml"
ADDRESS = "https://runbooks.example.com/latest/"
QUIET = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.test",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.test",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Twice:
    """A repository, its remote, and the branch of the remote as files."""

    root: Path
    remote: Path
    files: Path
    commits: tuple[str, str]


def git(folder: Path, *arguments: str, date: str = "") -> str:
    """What git answers, as somebody whose settings are nobody's."""
    command = ["git", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", *arguments]
    dated = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **QUIET, **dated}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(root: Path, *, date: str = "") -> str:
    """Commit everything; the commit's name."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A change", date=date)
    return git(root, "rev-parse", "HEAD")


def begin(root: Path) -> None:
    """A repository with an approved runbook, a page that will go, and no commit yet."""
    write_new(
        root, repository_files(service="signup-scorer", organization="Acme", version="1.0"), unless="runbooks"
    )
    replace(
        root, "runbooks/organization.yaml", "site_url: https://runbooks.example.com/", f"site_url: {ADDRESS}"
    )
    source = root / FILE
    source.write_text(re.sub(r"\b20\d\d-\d\d-\d\d\b", "2026-10-30", source.read_text()), encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs/index.md").write_text("# Read me\n", encoding="utf-8")
    (root / "docs/once.md").write_text("# Only in the first version\n", encoding="utf-8")
    runbook = next(one for one in load(root).documents if one.kind == "runbook")
    role = "incident-commander"
    reviews.write(
        root, Review(RUNBOOK, content_hash(runbook.data), role, "approved", "2026-11-01", "Read twice.")
    )
    exercises.write(
        root,
        Exercise(
            RUNBOOK, content_hash(runbook.data), "robot", "simulated", "2026-11-01", "ab" * 32,
            part_hashes(runbook.data), "wednesday-morning", 90.0, objectives_met=True,
        ),
    )  # fmt: skip
    git(root, "init", "--quiet")


def replace(root: Path, file: str, old: str, new: str) -> None:
    """Change a source in one place."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def published(root: Path, version: str, *aliases: str, date: str = "", **options: object) -> Published:
    """Publish as ``runbook publish`` does, at a date of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (QUIET | ({"GIT_COMMITTER_DATE": date} if date else {})).items():
            patch.setenv(name, value)
        return publish(root, Request(version, aliases, **options))  # type: ignore[arg-type]


def checked_out(repository: Path, folder: Path, branch: str = "gh-pages") -> Path:
    """The branch as files, as a host has them."""
    folder.mkdir()
    git(repository, f"--work-tree={folder}", "checkout", "--force", branch, "--", ".")
    return folder


def state(repository: Path) -> tuple[str, str]:
    """All branches of a repository, and what is not committed in its work tree."""
    is_bare = git(repository, "rev-parse", "--is-bare-repository") == "true"
    return git(repository, "for-each-ref"), "" if is_bare else git(repository, "status", "--porcelain")


class _Silent(SimpleHTTPRequestHandler):
    """A host of static files, as plain as any."""

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address of a folder, on loopback, for as long as the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/"
        finally:
            running.shutdown()
            thread.join()


def publish_twice(folder: Path) -> Twice:
    """Versions 1.0 and 1.1, a week apart; the second changes a threshold and a drill, and drops a page."""
    root, remote = folder / "root", folder / "remote.git"
    root.mkdir()
    git(folder, "init", "--quiet", "--bare", str(remote))
    begin(root)
    git(root, "remote", "add", "origin", str(remote))
    first = commit(root, date="2026-11-01T12:00:00Z")
    published(root, "1.0", "latest", date="2026-11-02T12:00:00Z", title="1.0, first")
    replace(root, FILE, "threshold: 0.25", "threshold: 0.3")
    replace(root, DRILL, "horizon_minutes: 110", "horizon_minutes: 100")
    (root / "docs/once.md").unlink()
    second = commit(root, date="2026-11-08T12:00:00Z")
    published(root, "1.1", "latest", date="2026-11-09T12:00:00Z")
    git(root, "push", "--quiet", "origin", "HEAD:main")
    return Twice(root, remote, checked_out(remote, folder / "files"), (first, second))
