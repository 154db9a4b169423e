"""``make soak``: kill people's drills at random lines, and write what was found to the docs."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.simulator.stages import ROOT
from tests.simulator.test_killed import killed, missing, torn

PAGE = ROOT / "docs" / "explanation" / "soak.md"
KILLS = 100
LINES = (4, 34)
"""A drill of the script shows this many lines between its beginning and the end of what is typed."""


def main() -> None:
    rng = random.Random(20261122)
    lost, cut = 0, 0
    for turn in range(KILLS):
        with tempfile.TemporaryDirectory() as folder:
            shown = killed(Path(folder), after_lines=rng.randint(*LINES))
            lost += missing(Path(folder), shown)
            cut += torn(Path(folder))
        print(f"\r{turn + 1} of {KILLS} kills, {lost} lines missing", end="", flush=True)
    print()
    PAGE.write_text(_page(lost, cut), encoding="utf-8")
    if lost:
        raise SystemExit(f"{lost} lines were shown and are not in a record")


def _page(lost: int, cut: int) -> str:
    return f"""# What survives a kill

Made by `make soak`; the tests do the same four times.

A person's drill runs in a process of its own, and commands are typed.
The process is killed with SIGKILL once it has shown a random number of lines.
Then its record is read: each message, alert and deed that was shown must stand in it.

- Kills: {KILLS}
- Lines that were shown and are missing: {lost}
- Records whose last line was being written: {cut}
"""


main()
