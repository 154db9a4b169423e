"""Score and record in, one screen for a terminal out: the headline, and why it is no better."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from generator.model import Catalogue
from simulator.events import Record
from simulator.report import phrases
from simulator.report.findings import StepFinding
from simulator.report.reasons import Reason, note, where
from simulator.report.whole import Report, report_of
from simulator.scoring import Dimension, ObjectiveResult, Score
from simulator.scoring.words import Clock, minutes, points, share

BAR = 24
LARGEST = 3
PEOPLE = "human"
"""Who answered where the truth is told on the screen, too: a ruler needs no debriefing."""
WIDTH = 100
STYLES = {True: "green", False: "red", None: "dim"}
MARKS = {True: "✓", False: "✗", None: "·"}
RATED = {"P": "bold green", "S": "bold green", "M": "bold yellow", "U": "bold red"}
SEVERITY = {"error": "red", "warning": "yellow"}


def terminal(score: Score, record: Record, catalogue: Catalogue | None = None) -> RenderableType:
    """Headline, truth, dimensions, objectives, the largest losses, findings; no text of the record is markup."""
    report = report_of(score, record, catalogue)
    parts: list[RenderableType] = [*_loud(report), *_headline(report), *_real(report)]
    if score.dimensions:
        parts += [Text(), _dimensions(score), Text(), _objectives(report)]
    parts += [*_losses(report), *_findings(report), *_apart(report), *_more(report)]
    parts += [Text(f"Record: {problem}", style="yellow") for problem in map(phrases.clean, record.problems)]
    return Group(*parts)


def terminal_text(
    score: Score,
    record: Record,
    catalogue: Catalogue | None = None,
    *,
    colour: bool = False,
    width: int = WIDTH,
) -> str:
    """The same as text; without colours, for a file or a pipe."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=min(width, WIDTH),
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
    )
    console.print(terminal(score, record, catalogue))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _loud(report: Report) -> Iterator[Text]:
    """A service that is not as it was comes before everything that anybody has learned."""
    if report.reality is not None and report.reality.loud:
        yield Text(report.reality.loud, style="bold red")
        yield Text()


def _real(report: Report) -> Iterator[Text]:
    """Where it was played; what was injected, and what became of the bindings of controls."""
    if report.reality is None:
        return
    yield Text(" ".join(report.reality.sentences), style="dim")
    for word, items in (("Injected", report.reality.injected), ("Control", report.reality.acted)):
        for item in items:
            mark = Text(f"{MARKS[item.ok]} ", style=STYLES[item.ok])
            yield mark.append(f"{word}: {item.said}", style="dim" if item.ok else "red")


def _headline(report: Report) -> Iterator[Text]:
    score = report.score
    yield Text(phrases.about(score), style="dim")
    line = Text(phrases.headline(score), style="bold")
    if score.rating:
        line.append(f"   {score.rating} – {phrases.RATINGS[score.rating]}", style=RATED[score.rating])
    yield line
    yield Text(phrases.clean(phrases.verdict(score, report.record)))
    if score.rating:
        yield Text(f"{score.rating}: {phrases.clean(score.rating_why)}.", style="dim")
    if score.responder == PEOPLE and (told := phrases.truth(report.record)):
        yield Text(told)
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
    for name, lost in phrases.deducted(score):
        table.add_row(Text(name), Text(), Text(f"−{points(lost)}", style="red"), Text())
    return table


def _bar(dimension: Dimension) -> Text:
    full = round(BAR * dimension.points / dimension.weight)
    return Text("█" * full, style="green").append("░" * (BAR - full), style="dim")


def _objectives(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    for objective in report.score.objectives:
        table.add_row(*_objective(objective, note(report.score, objective, report.clock)))
    alarms = f"{points(report.score.alarms_per_hour)} alarms per hour."
    bore = any(one.minutes for _, one in report.burdens)
    words = f"{phrases.burden(report.burdens)} {alarms}" if bore else alarms
    outer = Table.grid()
    outer.add_row(table)
    outer.add_row(Text(words, style="dim"))
    return outer


def _objective(objective: ObjectiveResult, said: str) -> Iterator[Text]:
    style = STYLES[objective.met]
    allowed = "" if objective.limit is None else f"of {minutes(objective.limit)}"
    yield Text(MARKS[objective.met], style=style)
    yield Text(objective.title)
    yield Text(phrases.took(objective), style=style)
    yield Text(f"{allowed} {phrases.met(objective)}".strip(), style="dim")
    yield Text(phrases.clean(said), style="dim")


def _losses(report: Report) -> Iterator[RenderableType]:
    largest = [reason for reason in report.reasons if not reason.first.gap][:LARGEST]
    if not largest:
        return
    yield Text()
    yield Text("Largest losses", style="bold")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    for reason in largest:
        table.add_row(Text(f"−{points(reason.points)}", style="red"), _why(reason, report.clock))
    yield table


def _why(reason: Reason, clock: Clock) -> Text:
    place = "; ".join(part for part in (where(reason.first, clock), reason.parts) if part)
    return Text(phrases.clean(reason.first.why)).append(f"  [{place}]" if place else "", style="dim")


def _findings(report: Report) -> Iterator[RenderableType]:
    if not report.findings:
        return
    yield Text()
    yield Text("Runbook steps", style="bold")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for finding in _gravest(report.findings):
        mark = Text(finding.time, style=SEVERITY[finding.severity])
        line = Text(phrases.clean(finding.message))
        table.add_row(mark, line.append(f"  [{phrases.clean(finding.where)}]", style="dim"))
    yield table


def _gravest(findings: tuple[StepFinding, ...]) -> list[StepFinding]:
    kept = sorted(findings, key=lambda finding: finding.severity != "error")[:LARGEST]
    return sorted(kept, key=lambda finding: finding.minutes)


def _apart(report: Report) -> Iterator[Text]:
    """Where machine and observer differ too much to leave it at that."""
    apart = [one for one in report.judgements if one.apart]
    if apart:
        yield Text()
    for one in apart:
        said = f"{one.title}: the observer says {one.observer}, the machine {one.machine}."
        yield Text(f"{said} More than one level apart: keep a note with the report of why.", style="yellow")


def _more(report: Report) -> Iterator[Text]:
    """What there is no room for."""
    left = [
        (sum(not reason.first.gap for reason in report.reasons) - LARGEST, "reason", "reasons"),
        (len(report.findings) - LARGEST, "finding", "findings"),
        (len(report.improvements), "improvement with owner and date", "improvements with owner and date"),
    ]
    told = [f"{count} {one if count == 1 else many}" for count, one, many in left if count > 0]
    if told:
        yield Text()
        yield Text(f"More: {', '.join(told)} (drill report --format markdown, or html)", style="dim")
    if report.stale:
        yield Text(phrases.STALE, style="dim")
