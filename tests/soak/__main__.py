"""``make soak``: kill drills, spoil sources at random, and write what was found to the docs.

``python -m tests.soak living``: the processes of live drills alone, and their part of the page.
``python -m tests.soak living KILLS STOPS``: so many of them, and no page.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.simulator.stages import ROOT
from tests.simulator.test_killed import killed, missing, torn
from tests.soak import living, returning
from tests.soak.spoiled import Trial, trials
from tests.zoo import __main__ as zoo

PAGE = ROOT / "docs" / "explanation" / "soak.md"
KILLS = 100
RETURNS = 200
SPOILED = 10_000
LINES = (4, 34)
"""A drill of the script shows this many lines between its beginning and the end of what is typed."""


def main() -> None:
    lost, cut = _killed()
    gone_on = returning.told(RETURNS)
    struck = living.told()
    tried = list(_told(SPOILED))
    PAGE.write_text(
        _page(lost, cut) + returning.section(gone_on) + living.section(struck) + _section(tried),
        encoding="utf-8",
    )
    bad = [trial for trial in gone_on if trial.failure]
    for one in bad[:5]:
        print(f"seed {one.seed}: {one.failure}")
    zoo.main()
    failed = [trial for trial in tried if trial.failure]
    for trial in failed[:5]:
        print(f"seed {trial.seed}:\n{trial.failure}")
    broken = sum(bool(living.failure(one)) for one in struck)
    if lost or bad or failed or broken:
        raise SystemExit(
            f"{lost} lines were shown and are not in a record; {len(bad)} drills did not go on well; "
            f"{broken} promises about live drills were broken; {len(failed)} tracebacks"
        )


def _living(counts: Sequence[str]) -> None:
    """That part alone."""
    struck = living.told(*(int(count) for count in counts))
    told = living.section(struck)
    print(told)
    if not counts:
        PAGE.write_text(_renewed(PAGE.read_text(encoding="utf-8"), told), encoding="utf-8")
    if broken := sum(bool(living.failure(one)) for one in struck):
        raise SystemExit(f"{broken} promises about live drills were broken")


def _renewed(page: str, section: str) -> str:
    """The page with one section in the place of what stood under its heading, or at the end."""
    heading = section.strip().partition("\n")[0]
    before, _, rest = page.partition(f"\n{heading}\n")
    _, _, after = rest.partition("\n## ")
    return before + section + (f"\n## {after}" if after else "")


def _killed() -> tuple[int, int]:
    rng = random.Random(20261122)
    lost, cut = 0, 0
    for turn in range(KILLS):
        with tempfile.TemporaryDirectory() as folder:
            shown = killed(Path(folder), after_lines=rng.randint(*LINES))
            lost += missing(Path(folder), shown)
            cut += torn(Path(folder))
        print(f"\r{turn + 1} of {KILLS} kills, {lost} lines missing", end="", flush=True)
    print()
    return lost, cut


def _told(count: int) -> Iterator[Trial]:
    for turn, trial in enumerate(trials(count)):
        print(f"\r{turn + 1} of {count} spoiled repositories", end="", flush=True)
        yield trial
    print()


def _section(tried: Sequence[Trial]) -> str:
    average = sum(trial.seconds for trial in tried) / len(tried)
    slowest = max(trial.seconds for trial in tried)
    return f"""
## What survives spoiled sources

The tests do the same two hundred times.

The sources of a service and its runbook are spoiled in one to four places.
Values are deleted, doubled, swapped, wrapped, renamed, or replaced by hostile ones.
Bytes are cut, inserted and flipped, lines are indented and repeated, encodings changed.
Then all is loaded and checked, and told in every format.

- Spoiled repositories: {len(tried):,}
- Answered by a traceback: {sum(bool(trial.failure) for trial in tried)}
- Answered by findings: {sum(trial.findings > 0 for trial in tried):,}
- Still sound: {sum(not trial.findings and not trial.failure for trial in tried):,}
- Findings: {sum(trial.findings for trial in tried):,}
- Seconds for one: {average:.2f} on average, {slowest:.2f} for the slowest
- Most memory of a process: {max(trial.megabytes for trial in tried):.0f} MB
"""


def _page(lost: int, cut: int) -> str:
    return f"""# What survives

Made by `make soak`.

## What survives a kill

The tests do the same four times.

A person's drill runs in a process of its own, and commands are typed.
The process is killed with SIGKILL once it has shown a random number of lines.
Then its record is read: each message, alert and deed that was shown must stand in it.

- Kills: {KILLS}
- Lines that were shown and are missing: {lost}
- Records whose last line was being written: {cut}
"""


if __name__ == "__main__":  # the processes that spoil sources import this module too
    if sys.argv[1:2] == ["living"]:
        _living(sys.argv[2:])
    else:
        main()
