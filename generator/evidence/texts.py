"""A runbook in; the content hash of its text on disk and in git, and the commit that holds it, out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from generator import shell
from generator.content import content_hash
from generator.located import compose

_ENVIRONMENT: Mapping[str, str | None] = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_DIR": None,
    "GIT_WORK_TREE": None,
    "GIT_INDEX_FILE": None,
}


def file_of(runbook: str) -> str:
    """The source of a runbook, relative to the root."""
    return f"runbooks/{runbook}/runbook.yaml"


def hash_now(root: Path, runbook: str) -> str | None:
    """The content hash of the present text; None when it cannot be read."""
    file = root / file_of(runbook)
    return _hash(file.read_bytes()) if file.is_file() else None


def hash_at(root: Path, runbook: str, revision: str) -> str | None:
    """The content hash of the text in a revision; None when there is none."""
    answer = git(root, "show", f"{revision}:./{file_of(runbook)}")
    return None if answer is None else _hash(answer)


def revision_of(root: Path, runbook: str, hash: str) -> str:
    """The commit that is checked out, when it holds the text of that hash; else, or without git, empty."""
    head = git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if head is None or hash_at(root, runbook, "HEAD") != hash:
        return ""
    return os.fsdecode(head.strip())


def git(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None when it does not, or is not there."""
    try:
        answer = shell.ask(
            ("git", "-c", "log.showSignature=false", *arguments), root, environment=_ENVIRONMENT
        )
    except FileNotFoundError:
        return None
    return answer.output if answer.code == 0 else None


def _hash(content: bytes) -> str | None:
    composed = compose(content.decode("utf-8-sig", "replace"), "")
    return None if composed.findings else content_hash(composed.data)
