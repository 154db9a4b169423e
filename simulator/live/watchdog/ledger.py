"""Steps in; a line in the log of the run, and what lives in its file, out. A full disk stops neither."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from simulator.live import runs
from simulator.live.runs import Process, Room, Run, RunError

LOG = "watchdog.log"


class Ledger:
    """What a watchdog knows of its run, and has put down."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run
        self.is_behind = False
        """Whether the file says something else than we know, as the disk did not take it."""

    def say(self, sentence: str) -> None:
        """Add a line to the log; where that is not possible, say it on standard error."""
        line = f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {sentence}\n"
        try:
            handle = os.open(self.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with open(handle, "wb", buffering=0) as file:
                file.write(line.encode())
        except OSError:
            try:
                sys.stderr.write(line)
            except OSError:
                return

    def note(self, process: Process) -> bool:
        """Put a process down as the one of its room; whether the disk took it. It is known here in any case."""
        self.run = self.run.having(process)
        return self.write()

    def write(self) -> bool:
        try:
            runs.write(self.folder, self.run)
        except RunError as error:
            if not self.is_behind:
                self.say(str(error))
            self.is_behind = True
            return False
        self.is_behind = False
        return True

    def process(self, room: Room) -> Process | None:
        return self.run.process(room)
