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
