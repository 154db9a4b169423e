"""Score and record in, a Markdown page out: for a pull request, a chat, or a postmortem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.model import Catalogue
from simulator.events import Record, Revealed
from simulator.report import effects, phrases
from simulator.report.reasons import Reason, note, where
from simulator.report.sentences import log
from simulator.report.whole import Report, report_of
from simulator.scoring import Score
from simulator.scoring.words import Clock, drawn, minutes, points, share

_MARKS = re.compile(
    r"""([\\`*_{}\[\]<>#|~&$^@]"""  # what means something anywhere
    r"""|(?<=\])\("""
    r"""|(?<=www)\."""  # and what makes a link, an emoji, a list or a heading of what stands there
    r"""|:(?=[A-Za-z_+/-])"""
    r"""|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])""",
    re.IGNORECASE,
)
LONGEST_LOG = 400
"""Rows; beyond, the page would not fit into a comment."""


def escape(text: str) -> str:
    """Text in which no character means anything to Markdown or HTML.

    >>> escape("<b>|*x*")
    '\\\\<b\\\\>\\\\|\\\\*x\\\\*'
    """
    return _MARKS.sub(r"\\\1", phrases.clean(text))


def markdown(score: Score, record: Record, catalogue: Catalogue | None = None) -> str:
    """Headline, scorecard, every lost point, findings, improvements, tasks, gates, truth and log."""
    report = report_of(score, record, catalogue)
    sections = (
        _loud, _top, _real, _objectives, _burdens, _scorecard, _ratings, _losses, _strengths, _findings, _improvements,
        _tasks, _gates, _hints, _truth, _messages, _participants, _log, _foot,
    )  # fmt: skip
    return "\n".join(line for section in sections for line in section(report)) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _heading(words: str) -> Iterator[str]:
    yield f"## {words}"
    yield ""


def _loud(report: Report) -> Iterator[str]:
    """A service that is not as it was comes before everything that anybody has learned."""
    if report.reality is not None and report.reality.loud:
        yield f"> **{escape(report.reality.loud)}**"
        yield ""


def _real(report: Report) -> Iterator[str]:
    if report.reality is None:
        return
    yield from _heading("What was real")
    yield from (f"- {escape(sentence)}" for sentence in report.reality.sentences)
    for word, items in (("Injected", report.reality.injected), ("Control", report.reality.acted)):
        for item in items:
            said = f"{word}: {escape(item.said)}"
            yield f"- {said}" if item.ok else f"- **{said}**"
    yield ""


def _top(report: Report) -> Iterator[str]:
    score = report.score
    yield f"# Drill report: {escape(score.drill or score.service)}"
    yield ""
    rated = f", {score.rating} – {phrases.RATINGS[score.rating]}" if score.rating else ""
    yield f"**{phrases.headline(score)}{rated}.** {escape(phrases.verdict(score, report.record))}"
    yield ""
    yield escape(phrases.about(score, report.course.day))
    yield ""
    if report.started is not None:
        yield escape(phrases.times(report.started))
        yield ""
    if score.of_evaluated is not None and score.coverage < 1:
        whole = points(score.of_evaluated)
        yield f"{whole} of 100 over what was evaluated, which is {share(score.coverage)} of the rubric."
        yield ""
    for problem in report.record.problems:
        yield f"Record: {escape(problem)}"
        yield ""


def _objectives(report: Report) -> Iterator[str]:
    yield from _heading("Objectives")
    rows = (
        (
            o.title,
            phrases.took(o),
            phrases.limit(o),
            phrases.met(o),
            escape(note(report.score, o, report.clock)),
        )
        for o in report.score.objectives
    )
    yield from _table(("Objective", "Took", "Allowed", "", ""), rows)
    yield f"{points(report.score.alarms_per_hour)} alarms per hour."
    yield ""


def _burdens(report: Report) -> Iterator[str]:
    if not report.burdens:
        return
    yield from _heading("What users bore")
    rows = (
        (phrases.RESPONDERS[name].capitalize(), minutes(one.minutes), share(one.peak))
        for name, one in report.burdens
    )
    yield from _table(("With", "Full outage", "At most, of requests"), rows)


def _scorecard(report: Report) -> Iterator[str]:
    score = report.score
    yield from _heading("Scorecard")
    rows = [
        (d.title, points(d.points), points(d.weight), points(d.evaluated), escape(d.how))
        for d in score.dimensions
    ]
    rows += [(name, f"−{points(lost)}", "", "", "") for name, lost in phrases.deducted(score)]
    yield from _table(("Dimension", "Points", "Of", "Evaluated", "How"), rows)


def _ratings(report: Report) -> Iterator[str]:
    if not any(one.observer for one in report.judgements):
        return
    yield from _heading("Ratings")
    rows = (
        (
            escape(one.title),
            one.machine or "–",
            escape(one.observer) or "–",
            escape(one.why) + (" (more than a level apart)" if one.apart else ""),
        )
        for one in report.judgements
    )
    yield from _table(("Dimension", "Machine", "Observer", "Why"), rows)
    yield "The observer's rating is final."
    yield ""


def _losses(report: Report) -> Iterator[str]:
    if report.reasons:
        yield from _heading("Why points were lost")
        yield from (_reason(reason, report.clock) for reason in report.reasons)
        yield ""


def _reason(reason: Reason, clock: Clock) -> str:
    place = "; ".join(part for part in (where(reason.first, clock), reason.parts) if part)
    why = escape(reason.first.why)
    return f"- **−{points(reason.points)}** {why}{f' ({escape(place)})' if place else ''}"


def _strengths(report: Report) -> Iterator[str]:
    if report.strengths:
        yield from _heading("What went well")
        yield from (f"- {escape(strength)}" for strength in report.strengths)
        yield ""


def _findings(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    yield from _heading("Findings about runbook steps")
    for finding in report.findings:
        at, said = finding.time, escape(finding.message)
        yield f"- **{finding.severity}** at {at}: {said} ({escape(finding.where)})"
    yield ""


def _improvements(report: Report) -> Iterator[str]:
    if not report.improvements:
        return
    yield from _heading("To improve")
    for one in report.improvements:
        owner = escape(one.owner or phrases.NO_OWNER)
        about = escape(one.place or one.step)
        why = f": {escape(one.why)}" if one.why else ""
        cost = "" if one.points is None else f", −{points(one.points)}"
        kind = f" (suggested{cost})" if one.suggested else ""
        step = f" · {about}" if about else ""
        yield f"- [ ] **{escape(one.what)}**{kind}{why} — {owner}, by {escape(one.due)}{step}"
    yield ""


def _tasks(report: Report) -> Iterator[str]:
    if not report.score.tasks:
        return
    yield from _heading("Critical tasks")
    for task in report.score.tasks:
        box = {True: "[x]", False: "[ ]", None: "–"}[phrases.task_state(task)]
        ban = "must not: " if task.must_not else ""
        yield f"- {box} {ban}{escape(task.title)}: {escape(task.note)}"
    yield ""


def _gates(report: Report) -> Iterator[str]:
    yield from _heading("Gates")
    words = {True: "passed", False: "**not passed**", None: "not judged"}
    for gate in report.score.gates:
        yield f"- {gate.title}: {words[gate.passed]}, {escape(gate.why)}"
    yield ""


def _hints(report: Report) -> Iterator[str]:
    if report.course.hints:
        yield from _heading("Hints that were given")
        for hint in report.course.hints:
            yield f"- {report.clock.exact(hint.minutes)}, −{points(hint.points)}: {escape(hint.text)}"
        yield ""


def _truth(report: Report) -> Iterator[str]:
    found = report.record.first(Revealed)
    if found is None:
        return
    clock = report.clock
    yield from _heading("What was wrong")
    yield escape(found[1].explanation)
    yield ""
    for fault in found[1].faults:
        harm = "did no harm" if fault.t0_minutes is None else f"harm from {clock.at(fault.t0_minutes)}"
        begun = clock.at(fault.onset_minutes)
        what = f"{escape(fault.kind)} at {escape(fault.node)}{escape(drawn(effects.numbers(fault)))}"
        said = effects.came_to(fault, report.record)
        yield f"- {what} from {begun}, {harm}{f'; {escape(said)}' if said else ''}"
    yield ""


def _messages(report: Report) -> Iterator[str]:
    if not report.course.messages:
        return
    yield from _heading("What became of each message")
    rows = (
        (
            "" if one.number is None else str(one.number),
            escape(one.id),
            "" if one.minutes is None else report.clock.exact(one.minutes),
            escape(f"{one.sender} → {one.to}" if one.to else ""),
            escape(one.became),
        )
        for one in report.course.messages
    )
    yield from _table(("", "Message", "Time", "From, to", ""), rows)


def _participants(report: Report) -> Iterator[str]:
    course = report.course
    if not course.participants and not course.pace:
        return
    yield from _heading("Who took part, and how")
    for one in course.participants:
        yield f"- {escape(phrases.participant(one, report.clock))}"
    yield from (f"- {escape(sentence)}" for sentence in course.pace)
    yield ""


def _log(report: Report) -> Iterator[str]:
    yield from _heading("Log")
    events = list(log(report.record))
    rows = (
        (
            str(event.seq),
            report.clock.exact(event.minutes),
            escape(event.actor),
            event.kind,
            escape(report.says(event)),
        )
        for event in events[:LONGEST_LOG]
    )
    yield from _table(("", "Time", "Who", "What", ""), rows)
    if len(events) > LONGEST_LOG:
        yield f"{len(events) - LONGEST_LOG} more events: drill report RECORD --format html"
        yield ""


def _foot(report: Report) -> Iterator[str]:
    lines = phrases.provenance(report.score, report.record)
    yield from map(escape, (*lines, *([phrases.STALE] if report.stale else [])))
