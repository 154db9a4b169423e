"""A run in; a watchdog that watches it, out: what the drill calls, at first and whenever its watchdog has died."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from simulator import shell
from simulator.live import runs
from simulator.live.process import announced
from simulator.live.runs import RunError
from simulator.shell import Running

FIRST_WORD_S = 20.0
COMPLAINTS = "watchdog.errors"


@dataclass(frozen=True, slots=True)
class Called:
    """A watchdog that is up."""

    control: str
    running: Running


def call(folder: Path) -> Called:
    """Start a watchdog for the run in ``folder`` and wait until it watches; RunError when it does not."""
    marks = runs.marks(folder, "watchdog")
    command = [sys.executable, "-m", "simulator.live.watchdog", "--run", str(folder)]
    try:
        running = shell.start(command, Path.cwd(), environment=marks, complaints=folder / COMPLAINTS)
    except OSError as error:
        raise RunError(f"the watchdog cannot be started: {error}") from None
    line = running.first_line(FIRST_WORD_S)
    try:
        return Called(str(announced(line)["control"]), running)
    except (ValueError, KeyError):
        shell.end(running.identity)
        running.forget()
        raise RunError(f"the watchdog did not come up: see {folder / COMPLAINTS}") from None
