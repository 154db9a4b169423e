"""A command in, its exit code and output out: the one door for processes in this package."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended, and what it said on both streams, in order."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, what it answered, and what it complained about."""

    code: int
    output: bytes
    complaint: str


def run(command: Sequence[str], folder: Path, *, environment: Mapping[str, str] | None = None) -> Completed:
    """Run a command without a shell and wait for it; ``environment`` is added to our own."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Completed(done.returncode, done.stdout)


def ask(command: Sequence[str], folder: Path, *, environment: Mapping[str, str | None]) -> Answer:
    """The same with both streams apart, the answer as bytes; None takes a variable out of our own."""
    changed = {**os.environ, **environment}
    done = subprocess.run(
        list(command),
        cwd=folder,
        env={name: value for name, value in changed.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
