"""A number of kills in, what became of the drills that went on after them out."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.events import Returned, verify
from tests.simulator.killing import Night, difference, lost, random_kills, survive, undisturbed
from tests.simulator.stages import payloads

SEED = 20261123
TWICE = 0.2
"""So many of the drills are killed once more after they went on."""


@dataclass(frozen=True, slots=True)
class Trial:
    seed: int
    kills: int
    torn: int
    returns: int
    too_late: bool
    lost: int
    problems: tuple[str, ...]
    difference: str
    seconds: float

    @property
    def failure(self) -> str:
        found = [*self.problems, self.difference, f"{self.lost} lines lost" if self.lost else ""]
        return "; ".join(part for part in found if part)


def trials(kills: int) -> Iterator[Trial]:
    """Drills of the same script, killed at random instants, until there were so many kills."""
    with tempfile.TemporaryDirectory() as folder:
        night = undisturbed(Path(folder) / "undisturbed" / "team")
        seed, done = SEED, 0
        while done < kills:
            trial = _trial(seed, night, Path(folder) / str(seed) / "team", twice=done + 1 < kills)
            yield trial
            seed, done = seed + 1, done + trial.kills


def _trial(seed: int, night: Night, out: Path, *, twice: bool) -> Trial:
    rng, begun = random.Random(seed), time.monotonic()
    survived = survive(night, out, random_kills(rng, night, twice=twice and rng.random() < TWICE))
    differing = difference(night, survived.record)
    return Trial(
        seed,
        survived.kills,
        survived.torn,
        len(payloads(survived.record, Returned)),
        survived.too_late,
        len(lost(survived)),
        verify(survived.record),
        f"the score differs: {differing}" if differing else "",
        time.monotonic() - begun,
    )


def section(tried: list[Trial]) -> str:
    """What the page says of them."""
    anew = sum(not trial.returns and not trial.too_late for trial in tried)
    return f"""
## What goes on after a kill

The tests do the same with six kills.

A script that answers the whole incident is typed at `--speed max`.
The process is killed with SIGKILL after a random number of lines on the screen, or of milliseconds.
Then the record is read, `drill run --resume` goes on, and the rest of the script is typed.
It is typed from the first command of which nothing stood on the screen.
Some drills are killed once more.
The score, in total and by dimension, must be that of the drill that nobody killed.

- Kills: {sum(trial.kills for trial in tried)}, of {len(tried)} drills
- Records that did not hold: {sum(bool(trial.problems) for trial in tried)}
- Lines that were shown and are missing: {sum(trial.lost for trial in tried)}
- Scores that differ: {sum(bool(trial.difference) for trial in tried)}
- Drills that went on: {sum(bool(trial.returns) for trial in tried)}
- Killed before the first line was recorded, and run anew: {anew}
- Killed only after the truth was told, so that nothing was left to go on with: {sum(trial.too_late for trial in tried)}
- Records whose last line was being written: {sum(trial.torn for trial in tried)}
"""


def told(kills: int) -> list[Trial]:
    """The same, with a line on the screen that counts along."""
    tried: list[Trial] = []
    for trial in trials(kills):
        tried.append(trial)
        done, failed = sum(one.kills for one in tried), sum(bool(one.failure) for one in tried)
        print(f"\r{done} of {kills} kills, {failed} drills that did not go on well", end="", flush=True)
    print()
    return tried
