"""``make robots``: every shipped drill, answered by the robot over many seeds; the page of the docs that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from generator.model import Catalogue, Drill
from simulator.scoring import Score, score
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import ROOT, whole_catalogue

PAGE = ROOT / "docs" / "explanation" / "robot-scores.md"
SEEDS = range(20)
TIMED = ("detect", "contain", "mitigate")
NONE = "-"


@dataclass(frozen=True, slots=True)
class Played:
    """A drill and the robot's scores, one a seed."""

    drill: Drill
    scores: tuple[Score, ...]


def main() -> None:
    shipped = whole_catalogue()
    page = text([*played(shipped, [drill.id for drill in shipped.drills], SEEDS)])
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def played(catalogue: Catalogue, drills: Iterable[str], seeds: Sequence[int]) -> Iterator[Played]:
    """The drills, each played by the robot on all seeds at once."""
    for id in drills:
        drill = catalogue.drill(id)
        records = play_machine(set_up(catalogue, id, seeds), "robot")
        yield Played(drill, tuple(score(record) for record in records))


def text(rows: Sequence[Played]) -> str:
    """The page."""
    harmful = [row for row in rows if any(one.harmful for one in row.scores)]
    harmless = [row for row in rows if row not in harmful]
    seeds = len(rows[0].scores)
    return f"""# What the robot scores

Made by `make robots`: every shipped drill, answered {seeds} times by the robot, which does what the runbook says and
nothing else. Seeds are 0 to {seeds - 1}; with the same seed, `drill run DRILL --responder robot --seed N` gives the
very same record. The score is that of [how the score is computed](scoring.md). What is not evaluated earns nothing,
so coverage stands beside it.
Times are minutes from the start of harm: median, then in brackets the longest of all seeds, then the objective of the
runbook. They are skewed to the right, so there is no mean.

## Drills in which something does harm

| drill | score: median (least to most) | coverage | {" | ".join(TIMED)} | all objectives met | impact avoided |
|---|---|---|{"---|" * len(TIMED)}---|---|
{_lines(harmful, _harmful)}

## Drills in which nothing does harm

The robot is woken by pages alone, so its false alarms are those of the thresholds.

| drill | score: median (least to most) | coverage | seeds with a false alarm | alerts an hour, median |
|---|---|---|---|---|
{_lines(harmless, _harmless)}
"""


def _lines(rows: Iterable[Played], row: Callable[[Played], Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row(one))} |" for one in rows)


def _harmful(row: Played) -> Iterator[str]:
    yield row.drill.id
    yield _range([one.total for one in row.scores])
    yield _least_coverage(row.scores)
    for id in TIMED:
        yield _time(row.scores, id)
    met = [all(goal.met is not False for goal in one.objectives) for one in row.scores]
    yield f"{sum(met)} of {len(met)}"
    yield _share(np.median([one.impact_avoided or 0.0 for one in row.scores]))


def _harmless(row: Played) -> Iterator[str]:
    yield row.drill.id
    yield _range([one.total for one in row.scores])
    yield _least_coverage(row.scores)
    cried = [any(loss.dimension == "quiet" for loss in one.losses) for one in row.scores]
    yield f"{sum(cried)} of {len(cried)}"
    yield f"{np.median([one.alarms_per_hour for one in row.scores]):.1f}"


def _time(scores: Sequence[Score], id: str) -> str:
    """Median, longest and objective; how often it never happened, where that is ever."""
    goals = [goal for one in scores for goal in one.objectives if goal.id == id]
    minutes = [goal.minutes for goal in goals if goal.minutes is not None]
    limit = next((goal.limit for goal in goals if goal.limit is not None), None)
    if not minutes:
        return f"never / {limit:g}" if limit is not None else NONE
    never = len(scores) - len(minutes)
    words = f"{np.median(minutes):.1f} ({max(minutes):.1f})"
    words += f" / {limit:g}" if limit is not None else ""
    return f"{words}, {never} never" if never else words


def _range(totals: Iterable[float | None]) -> str:
    """Median, least and most of what was scored."""
    found = [total for total in totals if total is not None]
    return f"{np.median(found):.0f} ({min(found):.0f} to {max(found):.0f})" if found else "not scored"


def _least_coverage(scores: Iterable[Score]) -> str:
    return _share(min(one.coverage for one in scores))


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


if __name__ == "__main__":
    main()
