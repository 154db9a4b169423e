"""``python -m tests.zoo``: let every cheat play every drill with a fault, and write the table to the docs."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from statistics import median

from generator.model import Catalogue
from tests.simulator.stages import ROOT, whole_catalogue
from tests.zoo.keepers import BASELINE, CHEATS, FAST, ROBOT, TRICKS, Held, held

PAGE = ROOT / "docs" / "explanation" / "cheats.md"
SEEDS = (1, 2, 3, 4, 5)


def main(seeds: Sequence[int] = SEEDS, drills: Collection[str] = ()) -> None:
    """SystemExit when a cheat is worth as much as the honest baseline."""
    found = list(_told(whole_catalogue(), seeds, drills))
    if not drills:
        PAGE.write_text(page(found, seeds), encoding="utf-8")
    winners = [
        f"{one.drill}, seed {one.seed}: {name}"
        for one in found
        for name in one.above(CHEATS, one.totals[BASELINE])
    ]
    if winners:
        raise SystemExit("as good as the honest baseline, or better:\n" + "\n".join(winners))


def with_harm(catalogue: Catalogue) -> list[str]:
    """The drills in which something goes wrong."""
    return sorted(drill.id for drill in catalogue.drills if drill.truth.runbook is not None)


def _told(catalogue: Catalogue, seeds: Sequence[int], drills: Collection[str]) -> Iterator[Held]:
    for drill in drills or with_harm(catalogue):
        for one in held(catalogue, drill, seeds):
            best, total = _best(one, CHEATS)
            robot, baseline = one.totals[ROBOT], one.totals[BASELINE]
            print(
                f"{drill:26} {one.seed}  robot {robot:5.1f}  baseline {baseline:5.1f}  {total:5.1f}  {best}",
                flush=True,
            )
            yield one


def _best(one: Held, names: Collection[str]) -> tuple[str, float]:
    name = max(names, key=lambda name: one.totals[name])
    return name, one.totals[name]


def page(found: Sequence[Held], seeds: Sequence[int]) -> str:
    """The page in the documentation."""
    return "\n".join(
        [
            "# What cheats are worth",
            "",
            "Made by `python -m tests.zoo`, which `make soak` runs as well.",
            "",
            "Every cheat plays every shipped drill with a fault in the simulated world.",
            f"Each plays with the seeds {', '.join(map(str, seeds))}.",
            "The honest baseline is the robot at three times its minutes, with its last remedy left out.",
            "Every cheat must score below it; [how the score is computed](scoring.md) has the rules that see to it.",
            "",
            "## The best cheat of each drill",
            "",
            "The numbers are medians over the seeds.",
            "The margin is the smallest over the seeds.",
            "",
            "| drill | robot | baseline | best cheat | its score | margin |",
            "|---|---|---|---|---|---|",
            *_by_drill(found),
            "",
            "## Each cheat at its best",
            "",
            "The margin is what the cheat lacks to the baseline where it comes nearest.",
            "",
            "| cheat | nearest in | its score | baseline | margin |",
            "|---|---|---|---|---|",
            *_by_cheat(found, CHEATS),
            "",
            "## What is no cheat",
            "",
            "These take the runbook's own way at once, without waiting for checks.",
            "Where the runbook fits, users are better off with them than with a slow team, and the score says so.",
            "Where it does not, they pay as everybody does.",
            "Those that are untold report no step, so nothing that they say is refuted.",
            "From the record alone, nobody can tell them from people who know what they do.",
            "The other one pays for each report that was not so.",
            "",
            "| response | median | at best, against the robot | at worst, against the robot | above the baseline |",
            "|---|---|---|---|---|",
            *_against_baseline(found, FAST),
            "",
            "## What adds nothing",
            "",
            "These do what the robot does, and something besides.",
            "",
            "| response | median | at best, against the robot | at worst, against the robot |",
            "|---|---|---|---|",
            *_against_robot(found, TRICKS),
            "",
        ]
    )


def _by_drill(found: Sequence[Held]) -> Iterator[str]:
    for drill in dict.fromkeys(one.drill for one in found):
        rows = [one for one in found if one.drill == drill]
        best = max(CHEATS, key=lambda name: median(one.totals[name] for one in rows))
        margin = min(one.totals[BASELINE] - max(one.totals[name] for name in CHEATS) for one in rows)
        robot, baseline, cheat = (
            median(one.totals[name] for one in rows) for name in (ROBOT, BASELINE, best)
        )
        yield f"| {drill} | {robot:.1f} | {baseline:.1f} | {best} | {cheat:.1f} | {margin:.1f} |"


def _by_cheat(found: Sequence[Held], names: Collection[str]) -> Iterator[str]:
    nearest = {name: min(found, key=lambda one: one.totals[BASELINE] - one.totals[name]) for name in names}
    for name, one in sorted(nearest.items(), key=lambda row: row[1].totals[BASELINE] - row[1].totals[row[0]]):
        total, baseline = one.totals[name], one.totals[BASELINE]
        yield f"| {name} | {one.drill}, seed {one.seed} | {total:.1f} | {baseline:.1f} | {baseline - total:.1f} |"


def _against_baseline(found: Sequence[Held], names: Collection[str]) -> Iterator[str]:
    for name, row in zip(names, _against_robot(found, names), strict=True):
        above = sum(one.totals[name] >= one.totals[BASELINE] for one in found)
        yield f"{row} {above} of {len(found)} |"


def _against_robot(found: Sequence[Held], names: Collection[str]) -> Iterator[str]:
    for name in names:
        gains = [one.totals[name] - one.totals[ROBOT] for one in found]
        middle = median(one.totals[name] for one in found)
        yield f"| {name} | {middle:.1f} | {max(gains):+.1f} | {min(gains):+.1f} |"


if __name__ == "__main__":
    main(drills=sys.argv[1:])
