"""Score and record in, a Markdown page out: for a pull request, a chat, or a postmortem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from simulator.events import Record, Revealed
from simulator.report import phrases
from simulator.scoring import Score
from simulator.scoring.words import clock, points, share

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~&$^=:@.])")


def escape(text: str) -> str:
    """Text in which no character means anything to Markdown or HTML.

    >>> escape("<b>|*x*")
    '\\\\<b\\\\>\\\\|\\\\*x\\\\*'
    """
    return _MARKS.sub(r"\\\1", phrases.clean(text))


def markdown(score: Score, record: Record) -> str:
    """Headline, objectives, scorecard, every lost point, tasks, gates, truth and log."""
    sections = (_objectives, _scorecard, _losses, _tasks, _gates)
    lines = [line for section in sections for line in section(score)]
    return "\n".join([*_top(score, record), *lines, *_truth(record), *_log(record)]) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _top(score: Score, record: Record) -> Iterator[str]:
    yield f"# Drill report: {escape(score.drill or score.service)}"
    yield ""
    rated = f", {score.rating} – {phrases.RATINGS[score.rating]}" if score.rating else ""
    yield f"**{phrases.headline(score)}{rated}.** {escape(phrases.verdict(score, record))}"
    yield ""
    yield escape(phrases.about(score))
    yield ""
    if score.of_evaluated is not None and score.coverage < 1:
        whole = points(score.of_evaluated)
        yield f"{whole} of 100 over what was evaluated, which is {share(score.coverage)} of the rubric."
        yield ""


def _objectives(score: Score) -> Iterator[str]:
    yield "## Objectives"
    yield ""
    rows = (
        (o.title, phrases.took(o), phrases.limit(o), phrases.met(o), escape(o.note)) for o in score.objectives
    )
    yield from _table(("Objective", "Took", "Allowed", "", ""), rows)
    yield f"{points(score.alarms_per_hour)} alarms per hour."
    yield ""


def _scorecard(score: Score) -> Iterator[str]:
    yield "## Scorecard"
    yield ""
    rows = [
        (d.title, points(d.points), points(d.weight), points(d.evaluated), escape(d.how))
        for d in score.dimensions
    ]
    if score.deductions:
        rows.append(("False alarms", f"−{points(sum(loss.points for loss in score.deductions))}", "", "", ""))
    yield from _table(("Dimension", "Points", "Of", "Evaluated", "How"), rows)


def _losses(score: Score) -> Iterator[str]:
    if score.losses:
        yield "## Why points were lost"
        yield ""
    for loss in score.losses:
        place = phrases.where(loss.minutes, loss.seq, loss.missing, loss.step)
        yield f"- **−{points(loss.points)}** {escape(loss.why)}{f' ({escape(place)})' if place else ''}"
    yield ""


def _tasks(score: Score) -> Iterator[str]:
    if not score.tasks:
        return
    yield "## Critical tasks"
    yield ""
    for task in score.tasks:
        good = task.done != task.must_not
        ban = "must not: " if task.must_not else ""
        yield f"- [{'x' if good else ' '}] {ban}{escape(task.title)}: {escape(task.note)}"
    yield ""


def _gates(score: Score) -> Iterator[str]:
    yield "## Gates"
    yield ""
    words = {True: "passed", False: "**not passed**", None: "not judged"}
    for gate in score.gates:
        yield f"- {gate.title}: {words[gate.passed]}, {escape(gate.why)}"
    yield ""


def _truth(record: Record) -> Iterator[str]:
    found = record.first(Revealed)
    if found is None:
        return
    yield "## What was wrong"
    yield ""
    yield escape(found[1].explanation)
    yield ""
    for fault in found[1].faults:
        harm = "did no harm" if fault.t0_minutes is None else f"harm from {clock(fault.t0_minutes)}"
        begun = clock(fault.onset_minutes)
        yield f"- {escape(fault.kind)} at {escape(fault.node)} from {begun}, {harm}"
    yield ""


def _log(record: Record) -> Iterator[str]:
    yield "## Log"
    yield ""
    rows = (
        (
            str(event.seq),
            clock(event.minutes),
            escape(event.actor),
            event.kind,
            escape(phrases.sentence(event)),
        )
        for event in phrases.log(record)
    )
    yield from _table(("", "Time", "Who", "What", ""), rows)
