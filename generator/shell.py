"""A command in, its exit code and output out: the one door for processes in this package."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


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


@dataclass(slots=True)
class Running:
    """A command that goes on by itself, in a group of processes of its own."""

    process: subprocess.Popen[bytes]
    _said: IO[bytes]

    @property
    def code(self) -> int | None:
        """How it ended; None while it goes on."""
        return self.process.poll()

    def output(self) -> str:
        """What it has said on both streams, in order."""
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")

    def stop(self) -> None:
        """End it with all that it started, and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._said.close()


def start(command: Sequence[str], folder: Path) -> Running:
    """Begin a command without a shell and do not wait; whoever starts it stops it."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the command is stopped)
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Running(process, said)
