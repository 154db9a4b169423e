"""A report in, the lists and tables of its page out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.model import Task
from simulator.events import Event, Record, Revealed, TruthOfFault
from simulator.report import effects, phrases
from simulator.report.cards import MARKS
from simulator.report.course import Message
from simulator.report.findings import StepFinding
from simulator.report.lessons import Lesson
from simulator.report.sentences import Sentences
from simulator.report.sentences import log as events_of
from simulator.report.svg import safe
from simulator.report.whole import Report
from simulator.scoring import Gate, TaskResult
from simulator.scoring.words import Clock, drawn, minutes, points, share


def _section(title: str, body: Iterable[str], *, kind: str = "") -> Iterator[str]:
    held = f' class="{kind}"' if kind else ""
    yield f"<section{held}><h2>{title}</h2>"
    yield from body
    yield "</section>"


def strengths(report: Report) -> Iterator[str]:
    if report.strengths:
        rows = "".join(f"<li>{safe(one)}</li>" for one in report.strengths)
        yield from _section("What went well", [f'<ul class="plain ticks">{rows}</ul>'])


def improvements(report: Report) -> Iterator[str]:
    """Each with its owner and its day; what people wrote down comes first."""
    if report.improvements:
        rows = "".join(map(_improvement, report.improvements))
        yield from _section("To improve", [f'<ul class="todo">{rows}</ul>'])


def _improvement(one: Lesson) -> str:
    cost = "" if one.points is None else f" −{points(one.points)}"
    kind = f' <span class="pill unknown">suggested{cost}</span>' if one.suggested else ""
    why = f'<div class="how">{safe(one.why)}</div>' if one.why else ""
    about = " · ".join(dict.fromkeys(part for part in (one.step, one.place) if part))
    step = f' · <span class="code">{safe(about)}</span>' if about else ""
    owner = safe(one.owner or phrases.NO_OWNER)
    return (
        f"<li><b>{safe(one.what)}</b>{kind}{why}"
        f'<div class="owner">{owner}, by <time>{safe(one.due)}</time>{step}</div></li>'
    )


def findings(report: Report) -> Iterator[str]:
    """What the drill found about the text of runbooks, each at its step."""
    if not report.findings:
        return
    rows = "".join(map(_finding, report.findings))
    body = [f'<ul class="losses findings">{rows}</ul>']
    yield from _section("Findings about runbook steps", body, kind="long")


def _finding(one: StepFinding) -> str:
    kind = "bad" if one.severity == "error" else "unknown"
    event = "" if one.seq is None else f' · <a href="#event-{one.seq}">event {one.seq}</a>'
    return (
        f'<li><span class="n">{one.time}</span><span><span class="pill {kind}">{one.severity}</span> '
        f'{safe(one.message)} <small><span class="code">{safe(one.where)}</span>{event}</small></span></li>'
    )


def truth(report: Report) -> Iterator[str]:
    found = report.record.first(Revealed)
    if found is None:
        return
    reveal, clock = found[1], report.clock
    rows = "".join(
        f"<li>{safe(fault.kind)} at {safe(fault.node)}{safe(drawn(effects.numbers(fault)))} "
        f"from {clock.at(fault.onset_minutes)}: "
        f"{'did no harm' if fault.t0_minutes is None else f'harm from {clock.at(fault.t0_minutes)}'}, "
        f"impact up to {share(fault.peak_impact)}{_effect(fault, report.record)}</li>"
        for fault in reveal.faults
    )
    best = ", ".join(f"{control} = {value}" for control, value in sorted(reveal.oracle_controls.items()))
    held = f'<p class="how">The oracle holds {safe(best)}.</p>' if best else ""
    body = [f"<p>{safe(reveal.explanation)}</p>", f'<ul class="plain">{rows}</ul>', held]
    yield from _section("What was wrong", body)


def _effect(fault: TruthOfFault, record: Record) -> str:
    said = effects.came_to(fault, record)
    return f"; {safe(said)}" if said else ""


def tasks(report: Report) -> Iterator[str]:
    if report.score.tasks:
        found = report.record.first(Revealed)
        asked = {task.id: task for task in found[1].tasks} if found else {}
        since = report.score.t0_minutes or 0.0
        rows = "".join(_task(task, asked.get(task.id), since, report.clock) for task in report.score.tasks)
        yield from _section("Critical tasks", [f"<table>{rows}</table>"])


def _task(task: TaskResult, asked: Task | None, since: float, clock: Clock) -> str:
    good = phrases.task_state(task)
    word = "not asked" if good is None else "done" if task.done else "not done"
    sign = {True: "✓", False: "✗", None: "·"}[good]
    ban = "Must not: " if task.must_not else ""
    at = "" if task.minutes is None else clock.exact(task.minutes)
    when = f'<a href="#event-{task.seq}">{at}</a>' if task.seq is not None and at else at
    return (
        f'<tr><td class="n"><span class="pill {MARKS[good]}">{sign} {word}</span></td>'
        f'<td>{ban}{safe(task.title)}<br><span class="how">{safe(_note(task, asked, since))}</span></td>'
        f'<td class="n">{when}</td></tr>'
    )


def _note(task: TaskResult, asked: Task | None, since: float) -> str:
    """How long it took, where it has a time; else what the score says of it."""
    if not task.done or task.must_not or task.minutes is None or asked is None:
        return task.note
    if asked.within_minutes is None or asked.inject:
        return task.note
    return f"Took {minutes(max(0.0, task.minutes - since))} of {minutes(asked.within_minutes)}."


def gates(report: Report) -> Iterator[str]:
    rows = "".join(map(_gate, report.score.gates))
    yield from _section("Gates", [f"<table>{rows}</table>"])


def _gate(gate: Gate) -> str:
    word = {True: "✓ passed", False: "✗ not passed", None: "· not judged"}[gate.passed]
    return (
        f'<tr><td class="n"><span class="pill {MARKS[gate.passed]}">{word}</span></td>'
        f'<td>{safe(gate.title)}<br><span class="how">{safe(gate.why)}</span></td></tr>'
    )


def hints(report: Report) -> Iterator[str]:
    if report.course.hints:
        rows = "".join(
            f'<li><span class="n">{report.clock.exact(one.minutes)}</span><span>{safe(one.text)} '
            f"<small>−{points(one.points)}</small></span></li>"
            for one in report.course.hints
        )
        yield from _section("Hints that were given", [f'<ul class="losses">{rows}</ul>'])


def messages(report: Report) -> Iterator[str]:
    """What became of each, and what it said."""
    if report.course.messages:
        rows = "".join(_message(one, report.clock) for one in report.course.messages)
        yield from _section("What became of each message", [f"<table>{rows}</table>"])


def _message(one: Message, clock: Clock) -> str:
    when = "–" if one.minutes is None else clock.exact(one.minutes)
    number = "" if one.number is None else f"{one.number}"
    way = f"{one.sender} → {one.to}, {one.channel}" if one.to else ""
    name = " · ".join(part for part in (one.id, way) if part)
    said = f"<div>{safe(one.text)}</div>" if one.text else ""
    return (
        f'<tr><td class="n">{number}</td><td class="n">{when}</td>'
        f'<td class="say-it"><div class="how">{safe(name)}</div>{said}<b>{safe(one.became)}</b></td></tr>'
    )


def people(report: Report) -> Iterator[str]:
    """Who took part, by pseudonym and role, and how the clock ran."""
    course = report.course
    people_ = "".join(
        f"<li>{safe(phrases.participant(one, report.clock))}</li>" for one in course.participants
    )
    pace = "".join(f"<li>{safe(sentence)}</li>" for sentence in course.pace)
    if not people_ and not pace:
        return
    body = [f'<ul class="plain">{people_}</ul>' if people_ else "", f'<ul class="plain">{pace}</ul>']
    yield from _section("Who took part, and how", body)


def log(report: Report) -> Iterator[str]:
    rows = "".join(_logged(event, report.says) for event in events_of(report.record))
    head = "".join(f"<th>{name}</th>" for name in ("Event", "Time", "Who", "Kind", "What"))
    table = f'<table class="log"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    label = 'role="region" aria-label="Log" tabindex="0"'
    yield from _section("Log", [f'<div class="wide" {label}>{table}</div>'], kind="long")


def _logged(event: Event, says: Sentences) -> str:
    return (
        f'<tr id="event-{event.seq}"><td class="n">{event.seq}</td><td class="n">{says.clock.exact(event.minutes)}</td>'
        f"<td>{safe(event.actor)}</td><td>{event.kind}</td>"
        f'<td class="say-it">{safe(says(event))}</td></tr>'
    )
