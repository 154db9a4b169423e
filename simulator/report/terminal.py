"""Score and record in, one screen for a terminal out: the headline, and why it is no better."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from simulator.events import Record
from simulator.report import phrases
from simulator.scoring import Dimension, ObjectiveResult, Score
from simulator.scoring.words import minutes, points, share

BAR = 24
LARGEST = 3
WIDTH = 100
STYLES = {True: "green", False: "red", None: "dim"}
MARKS = {True: "✓", False: "✗", None: "·"}


def terminal(score: Score, record: Record) -> RenderableType:
    """Headline, dimensions, objectives, the three largest losses. Text of the record is never markup."""
    parts: list[RenderableType] = [*_headline(score, record)]
    if score.dimensions:
        parts += [Text(), _dimensions(score), Text(), _objectives(score)]
    parts += _losses(score)
    parts += [Text(f"Record: {problem}", style="yellow") for problem in map(phrases.clean, record.problems)]
    return Group(*parts)


def terminal_text(score: Score, record: Record) -> str:
    """The same without colours, for a file or a pipe."""
    out = io.StringIO()
    Console(file=out, width=WIDTH, color_system=None, highlight=False).print(terminal(score, record))
    return out.getvalue()


def _headline(score: Score, record: Record) -> Iterator[Text]:
    yield Text(phrases.about(score), style="dim")
    line = Text(phrases.headline(score), style="bold")
    if score.rating:
        line.append(f"   {score.rating} – {phrases.RATINGS[score.rating]}", style="bold")
        line.append(f" ({phrases.clean(score.rating_why)})", style="dim")
    yield line
    yield Text(phrases.clean(phrases.verdict(score, record)))
    if score.of_evaluated is not None and score.coverage < 1:
        part = f"{points(score.of_evaluated)} of 100 over what was evaluated"
        yield Text(f"{part}, {share(score.coverage)} of the rubric", style="yellow")


def _dimensions(score: Score) -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column()
    table.add_column(justify="right")
    for dimension in score.dimensions:
        told = f"{points(dimension.points)} / {points(dimension.weight)}"
        gap = dimension.weight - dimension.evaluated
        note = f"  {points(gap)} not evaluated" if gap > 0 else ""
        table.add_row(Text(dimension.title), _bar(dimension), Text(told), Text(note, style="yellow"))
    if score.deductions:
        lost = sum(loss.points for loss in score.deductions)
        table.add_row(Text("False alarms"), Text(), Text(f"−{points(lost)}", style="red"), Text())
    return table


def _bar(dimension: Dimension) -> Text:
    full = round(BAR * dimension.points / dimension.weight)
    return Text("█" * full, style="green").append("░" * (BAR - full), style="dim")


def _objectives(score: Score) -> Table:
    table = Table.grid(padding=(0, 2))
    for objective in score.objectives:
        table.add_row(*_objective(objective))
    alarms = f"{points(score.alarms_per_hour)} alarms per hour"
    table.add_row(Text(), Text(alarms, style="dim"))
    return table


def _objective(objective: ObjectiveResult) -> Iterator[Text]:
    style = STYLES[objective.met]
    allowed = "" if objective.limit is None else f"of {minutes(objective.limit)}"
    yield Text(MARKS[objective.met], style=style)
    yield Text(objective.title)
    yield Text(phrases.took(objective), style=style)
    yield Text(f"{allowed} {phrases.met(objective)}".strip(), style="dim")
    yield Text(phrases.clean(objective.note), style="dim")


def _losses(score: Score) -> Iterator[Text]:
    losses = score.losses[:LARGEST]
    if losses:
        yield Text()
        yield Text("Largest losses", style="bold")
    for loss in losses:
        place = phrases.where(loss.minutes, loss.seq, loss.missing, loss.step)
        line = Text(f"−{points(loss.points):>4}  ", style="red").append(
            phrases.clean(loss.why), style="default"
        )
        yield line.append(f"  [{place}]" if place else "", style="dim")
    if rest := len(score.losses) - len(losses):
        yield Text(f"{rest} more, each with its reason: drill report --format markdown or html", style="dim")
