"""People's drills in a process of their own: a script is typed, SIGKILL comes, and somebody goes on.

Whoever goes on knows no more than a person would: what stood on the screen, before and after.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulator.console import telling
from simulator.console.board import Board
from simulator.events import Record, Revealed, Started, read
from simulator.scoring import Score, score
from tests.simulator.stages import FAULT_DRILL, ROOT

DRILL = (sys.executable, "-u", "-c", "from simulator.cli import main; main()", "run")
SEED = ("--seed", "7", "--speed", "max")
GOOD_NIGHT = """\
as incident-commander
as communications
as ml-on-call
until 23
acknowledge all
open feature-drift
do look
decide is-it-real 1
do declare
do save-snapshot
decide what-moved 1
do suspect-unit
as communications
tell support Some payments are refused by mistake
until 24
do approve-switch-off
do amount-off
as incident-commander note Nobody else is awake
until 26
done amount-off
do tell-engineers-amount-off
decide which-pipeline 1
do approve-pipeline
do pipeline-v1
pause
note The coffee is ready
resume
do tell-support-pipeline
do tell-engineers-pipeline
do wait-for-pipeline
until 46
done wait-for-pipeline
do save-release-log
do tell-executives-healthy
do approve-lift
decide is-amount-off 1
do amount-on
until 50
done amount-on
decide is-safe-mode-on 2
decide who-decides 1
do tell-restored
do tell-compliance
as ml-on-call
do save-decisions
resolve
end
yes
""".splitlines()
TIMED = re.compile(r"^\d\d:\d\d:\d\d ")
PASSES = ("until ", "wait ")
ENDED = "The drill was ended."
BACK = "`status` shows where things stand"


@dataclass(frozen=True, slots=True)
class Kill:
    """After so many lines on the screen, or so many seconds after the first of them."""

    after_lines: int | None = None
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """The drill as it is when nobody kills it."""

    shown: tuple[str, ...]
    record: Record
    score: Score
    seconds: float
    """From its first line on the screen to the end of the drill."""
    lines: int
    """As many stand on the screen at the end of the drill; the score follows."""
    acknowledged: tuple[tuple[str, ...], ...]
    """By command: the lines that say it was done; none where time passed, or nothing is recorded."""


def random_kills(rng: random.Random, night: Night, *, twice: bool) -> list[Kill]:
    """A kill at an instant of the whole drill; ``twice``: and one more after it went on."""
    return [_kill(rng, night.lines, night.seconds), *([_kill(rng, 60, 1.0)] if twice else [])]


def _kill(rng: random.Random, lines: int, seconds: float) -> Kill:
    if rng.random() < 0.5:
        return Kill(after_lines=rng.randint(1, lines))
    return Kill(after_s=rng.uniform(0, seconds))


class Console:
    """A drill in a process of its own."""

    def __init__(self, *arguments: str | Path, typed: Sequence[str] = ()) -> None:
        command = [*DRILL, *map(str, arguments), "--root", str(ROOT)]
        environment = {**os.environ, "COLUMNS": "1000"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self.shown: list[str] = []
        if typed:
            self.type(typed)

    def type(self, lines: Sequence[str]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it ended before it read
            self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
            self._process.stdin.flush()

    def read(self) -> bool:
        """The next line; False at the end."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line.endswith(b"\n"):
            self.shown.append(line.decode().rstrip())
        return bool(line)

    def read_until(self, sign: str) -> bool:
        """Up to the first line that holds a sign; False when there is none."""
        while self.read():
            if sign in self.shown[-1]:
                return True
        return False

    def kill(self, kill: Kill) -> None:
        """Kill it then, and read what was on its way to the screen."""
        lines = 1 if kill.after_lines is None else kill.after_lines
        while len(self.shown) < lines and self.read():
            pass
        late = threading.Timer(kill.after_s or 0.0, self._process.send_signal, [signal.SIGKILL])
        late.start()
        self.end()
        late.cancel()

    def end(self) -> tuple[int, str]:
        """Read to the end; the exit code, and what was said besides."""
        while self.read():
            pass
        assert self._process.stderr is not None
        said = self._process.stderr.read().decode()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()
        return self._process.wait(), said


def undisturbed(out: Path) -> Night:
    """The script played from its beginning to its end."""
    console = Console(FAULT_DRILL, *SEED, "--out", out, typed=GOOD_NIGHT)
    console.read()
    begun = time.monotonic()
    assert console.read_until(ENDED)
    seconds, lines = time.monotonic() - begun, len(console.shown)
    console.end()
    record = read(out)
    assert isinstance(record.events[-1].payload, Revealed)
    return Night(tuple(console.shown), record, score(record), seconds, lines, tuple(_answers(console.shown)))


def _answers(shown: Sequence[str]) -> list[tuple[str, ...]]:
    starts = [place for place, line in enumerate(shown) if line.startswith("> ")]
    assert [shown[place] for place in starts] == [f"> {line}" for line in GOOD_NIGHT]
    answers = []
    for place, after in zip(starts, [*starts[1:], len(shown)], strict=True):
        passes = shown[place].removeprefix("> ").startswith(PASSES)
        answers.append(() if passes else tuple(filter(TIMED.match, shown[place:after])))
    return answers


def left(night: Night, seen: Sequence[str]) -> Sequence[str]:
    """The script from the first command on that nobody saw acknowledged."""
    known = set(seen)
    done = [place for place, lines in enumerate(night.acknowledged) if lines and known.issuperset(lines)]
    return GOOD_NIGHT[max(done, default=-1) + 1 :]


@dataclass(frozen=True, slots=True)
class Survived:
    """What became of a drill that was killed, perhaps more than once."""

    seen: tuple[str, ...]
    record: Record
    kills: int
    torn: int
    too_late: bool
    """The truth was told before the first kill."""


def survive(night: Night, out: Path, kills: Sequence[Kill]) -> Survived:
    """Play, be killed, go on, be killed again, go on to the end."""
    console = Console(FAULT_DRILL, *SEED, "--out", out, typed=GOOD_NIGHT)
    seen: list[str] = []
    torn = 0
    for number, kill in enumerate(kills):
        console.kill(kill)
        seen += console.shown
        record = read(out) if (out / "events.jsonl").exists() else Record(())
        torn += any("was being written" in problem for problem in record.problems)
        _holds_so_far(record)
        if record.first(Revealed) is not None:
            return Survived(tuple(seen), record, number + 1, torn, too_late=True)
        console = _back(night, out, record, seen)
    console.end()
    return Survived((*seen, *console.shown), read(out), len(kills), torn, too_late=False)


def _holds_so_far(record: Record) -> None:
    assert [problem for problem in record.problems if "was cut off" not in problem] == []


def _back(night: Night, out: Path, record: Record, seen: list[str]) -> Console:
    """Somebody who goes on with the drill, and types what is left of the script."""
    if not record.events:
        (out / "events.jsonl").unlink(missing_ok=True)
        return Console(FAULT_DRILL, *SEED, "--out", out, typed=GOOD_NIGHT)
    console = Console("--resume", out)
    if console.read_until(BACK):
        console.type(left(night, [*seen, *console.shown]))
    return console


def lost(survived: Survived) -> list[str]:
    """What was shown with a time on it, and is not among what the record says."""
    recorded, board = set[str](), None
    for event in survived.record.events:
        if isinstance(event.payload, Started):
            board = Board(event.payload)
        if board is not None and board.ended is None:
            board.follow(event)
            recorded |= {text for _, text in telling.lines(event, board)}
    return [text for text in dict.fromkeys(survived.seen) if TIMED.match(text) and text not in recorded]


def difference(night: Night, record: Record) -> dict[str, tuple[object, object]]:
    """Where the score of a drill is not that of the undisturbed one."""
    found = score(record)
    pairs: dict[str, tuple[object, object]] = {"total": (night.score.total, found.total)}
    for one, other in zip(night.score.dimensions, found.dimensions, strict=True):
        pairs[one.id] = (one.points, other.points)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
