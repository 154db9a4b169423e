"""A folder in, a git repository with a copy of some shipped sources out."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.generator.changes.edits import Edit

RUNBOOK = "runbooks/feature-drift/runbook.yaml"


def git(root: Path, *arguments: str) -> str:
    """What git answers, as somebody whom no configuration knows."""
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run([*command, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, words: str) -> str:
    """Commit everything; the name of the commit."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", words)
    return git(root, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    """One commit with an organization, a service, a runbook and its drills."""
    root, _ = Edit("none", RUNBOOK, (), ()).write(folder)
    git(root, "init", "--quiet")
    commit(root, "Begin")
    return root


def edit(root: Path, old: str, new: str) -> None:
    """Replace a text of the runbook."""
    text = (root / RUNBOOK).read_text(encoding="utf-8")
    assert old in text
    (root / RUNBOOK).write_text(text.replace(old, new, 1), encoding="utf-8")
