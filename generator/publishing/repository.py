"""The repository of a root: what git answers about it, and the few things that are asked of it to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generator import shell
from generator.publishing.errors import PublishError

ENVIRONMENT: Mapping[str, str | None] = {
    "LC_ALL": "C",  # what git complains about is read here
    # A hook's git hands these to us, and they would not mean the repository of the root.
    "GIT_DIR": None,
    "GIT_WORK_TREE": None,
    "GIT_INDEX_FILE": None,
    "GIT_PREFIX": None,
    "GIT_OBJECT_DIRECTORY": None,
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": None,
}
_SETTINGS = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a folder is in."""

    folder: Path

    def ask(self, *arguments: str) -> bytes | None:
        """What git answers, without the line's end; None when it does not."""
        answer = self._run(*arguments)
        return answer.output.removesuffix(b"\n") if answer.code == 0 else None

    def word(self, *arguments: str) -> str | None:
        """The same as text."""
        answer = self.ask(*arguments)
        return None if answer is None else os.fsdecode(answer)

    def do(self, *arguments: str, failing: str) -> str:
        """The same, but PublishError when git does not: ``failing`` says what did not work."""
        answer = self._run(*arguments)
        if answer.code:
            lines = answer.complaint.strip().splitlines() or [f"it ended with exit code {answer.code}"]
            told = [line for line in lines if line.startswith(("fatal:", "error:", " ! "))] or lines
            raise PublishError(
                f"{failing}: {told[0].strip().removeprefix('fatal: ').removeprefix('error: ')}"
            )
        return os.fsdecode(answer.output.removesuffix(b"\n"))

    def commit(self, revision: str) -> str | None:
        """The full name of the commit that a revision means; None when there is none."""
        return self.word("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether one commit is another one, or comes before it."""
        return self._run("merge-base", "--is-ancestor", old, new).code == 0

    def moment(self, commit: str) -> str:
        """When a commit was made, in UTC."""
        seconds = self.do("log", "-1", "--format=%ct", commit, "--", failing=f"{commit} cannot be read")
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def uncommitted(self, paths: tuple[str, ...]) -> list[str]:
        """What of these differs from the last commit, each path from the top."""
        told = self.do("status", "--porcelain", "-z", "--untracked-files=all", "--", *paths,
                       failing="git cannot tell what is committed")  # fmt: skip
        return [line[3:] for line in told.split("\0") if re.match(r"[ MTADRCU?!]{2} ", line)]

    def _run(self, *arguments: str) -> shell.Answer:
        try:
            return shell.ask(("git", *_SETTINGS, *arguments), self.folder, environment=ENVIRONMENT)
        except FileNotFoundError:
            raise PublishError("git is not installed, and versions are kept with it: install git") from None


def repository_of(root: Path) -> Repository:
    """The repository that the root is in; PublishError when it is in none, or has no commit yet."""
    repository = Repository(root)
    if repository.ask("rev-parse", "--git-dir") is None:
        raise PublishError(f"{root} is not in a git repository: 'git init' and a first commit make it one")
    return repository
