"""Score and record in, one HTML file out: it needs no script, no network and no other file, and prints.

Every text of the record goes through ``svg.safe``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simulator.events import Event, Record, Revealed, Started
from simulator.report import phrases
from simulator.report.charts import charts
from simulator.report.svg import safe
from simulator.report.timeline import timeline
from simulator.scoring import Dimension, Gate, Loss, ObjectiveResult, Score, TaskResult
from simulator.scoring.words import clock, points, share

STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MARKS = {True: "good", False: "bad", None: "unknown"}
RING = 314.16
"""Around a circle of radius 50."""


def html(score: Score, record: Record) -> str:
    """The report as a page for people; it holds for a record that was cut off, too."""
    found = record.first(Started)
    sections = [*_top(score, record)]
    if found is not None:
        sections += [*_picture(score, record, found[1])]
    sections += [*_scorecard(score), *_lists(score, record)]
    if found is not None:
        sections += [*_metrics(score, record, found[1])]
    sections += [*_log(record), *_foot(score)]
    title = safe(f"Drill report: {score.drill or score.service}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>\n{STYLE.read_text(encoding='utf-8')}</style></head>\n<body><main>\n"
        + "\n".join(sections)
        + "\n</main></body></html>\n"
    )


def _top(score: Score, record: Record) -> Iterator[str]:
    yield f'<p class="eyebrow">Drill report · {safe(phrases.about(score))}</p>'
    yield '<section><div class="top" style="margin:0">'
    yield _ring(score)
    yield f'<div class="say"><h1>{safe(phrases.verdict(score, record))}</h1>'
    if score.rating:
        kind = {"P": "good", "S": "good", "M": "unknown", "U": "bad"}[score.rating]
        rated = f"{score.rating} · {phrases.RATINGS[score.rating]}"
        yield f'<p><span class="pill {kind}">{safe(rated)}</span> {safe(score.rating_why)}</p>'
    yield "</div></div>"
    for warning in _warnings(score, record):
        yield f'<p class="warning">{safe(warning)}</p>'
    if score.objectives:
        yield f'<div class="tiles">{"".join(_tile(o) for o in score.objectives)}{_more_tiles(score)}</div>'
    yield "</section>"


def _ring(score: Score) -> str:
    total = score.total
    shown = "–" if total is None else points(total)
    under = "not scored" if total is None else "of 100"
    arc = RING * min(1.0, (total or 0.0) / 100)
    turned = f'transform="rotate(-90 60 60)" stroke-dasharray="{arc:.1f} 400"'
    full = f'<circle class="full" cx="60" cy="60" r="50" {turned}/>'
    return (
        f'<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="{safe(phrases.headline(score))}">'
        f'<circle class="track" cx="60" cy="60" r="50"/>{full if arc > 0 else ""}'
        f'<text class="big" x="60" y="67" text-anchor="middle">{shown}</text>'
        f'<text class="small" x="60" y="85" text-anchor="middle">{under}</text></svg>'
    )


def _warnings(score: Score, record: Record) -> Iterator[str]:
    if score.reason and score.reason != phrases.verdict(score, record):
        yield score.reason
    if score.of_evaluated is not None and score.coverage < 1:
        part = f"which is {share(score.coverage)} of the rubric"
        whole = f"{points(score.of_evaluated)} of 100 over what was evaluated"
        yield f"{whole}, {part}; what was not earns nothing."
    yield from record.problems


def _tile(objective: ObjectiveResult) -> str:
    allowed = "" if objective.limit is None else f"objective {phrases.limit(objective)}"
    note = objective.note if objective.met is None else allowed
    sign = {True: "✓", False: "✗", None: "·"}[objective.met]
    return (
        f'<div class="tile"><span class="name">{safe(objective.title)}</span>'
        f"<b>{safe(phrases.took(objective))}</b>"
        f'<span class="pill {MARKS[objective.met]}">{sign} {phrases.met(objective)}</span>'
        f'<div class="note">{safe(note)}</div></div>'
    )


def _more_tiles(score: Score) -> str:
    avoided = "–" if score.impact_avoided is None else share(score.impact_avoided)
    return (
        f'<div class="tile"><span class="name">Impact avoided</span><b>{avoided}</b>'
        f'<div class="note">{points(score.alarms_per_hour)} alarms per hour</div></div>'
    )


def _picture(score: Score, record: Record, started: Started) -> Iterator[str]:
    yield "<section><h2>What happened</h2>"
    found = record.first(Revealed)
    if found is not None:
        robot = '<span class="l-robot">robot</span>' if found[1].impact.robot else ""
        yield (
            '<div class="legend"><span>team</span><span class="l-none">nobody acts</span>'
            f'<span class="l-oracle">oracle</span>{robot}<span class="l-received">message received</span>'
            '<span class="l-sent">message sent</span></div>'
        )
    yield f'<div class="wide">{timeline(score, record, started)}</div></section>'


def _scorecard(score: Score) -> Iterator[str]:
    if not score.dimensions:
        return
    yield '<section class="long"><h2>Scorecard</h2>'
    yield from map(_dimension, score.dimensions)
    if score.deductions:
        lost = points(sum(loss.points for loss in score.deductions))
        yield f'<div class="dimension"><header><span>False alarms</span><span>−{lost}</span></header>'
        yield f"{_reasons(score.deductions)}</div>"
    yield "</section>"


def _dimension(dimension: Dimension) -> str:
    won = 100 * dimension.points / dimension.weight
    gap = 100 * (dimension.weight - dimension.evaluated) / dimension.weight
    return (
        f'<div class="dimension"><header><span>{safe(dimension.title)}</span>'
        f"<span>{points(dimension.points)} / {points(dimension.weight)}</span></header>"
        f'<div class="meter"><div class="won" style="width:{won:.1f}%"></div>'
        f'<div class="gap" style="width:{gap:.1f}%"></div></div>'
        f'<p class="how">{safe(dimension.how)}</p>{_reasons(dimension.losses)}</div>'
    )


def _reasons(losses: tuple[Loss, ...]) -> str:
    rows = "".join(_reason(loss) for loss in losses)
    return f'<ul class="losses">{rows}</ul>' if rows else ""


def _reason(loss: Loss) -> str:
    place = phrases.where(loss.minutes, loss.seq, loss.missing, loss.step)
    link = f'<a href="#event-{loss.seq}">{safe(place)}</a>' if loss.seq is not None else safe(place)
    cost = f'<span class="cost">−{points(loss.points)}</span>'
    return f"<li>{cost}<span>{safe(loss.why)} <small>{link}</small></span></li>"


def _lists(score: Score, record: Record) -> Iterator[str]:
    yield '<div class="columns">'
    found = record.first(Revealed)
    if found is not None:
        yield _truth(found[1])
    if score.tasks:
        yield f"<section><h2>Critical tasks</h2><table>{''.join(map(_task, score.tasks))}</table></section>"
    yield f"<section><h2>Gates</h2><table>{''.join(map(_gate, score.gates))}</table></section></div>"


def _truth(reveal: Revealed) -> str:
    rows = "".join(
        f"<li>{safe(fault.kind)} at {safe(fault.node)} from {clock(fault.onset_minutes)}: "
        f"{'did no harm' if fault.t0_minutes is None else f'harm from {clock(fault.t0_minutes)}'}, "
        f"impact up to {share(fault.peak_impact)}</li>"
        for fault in reveal.faults
    )
    best = ", ".join(f"{control} = {value}" for control, value in sorted(reveal.oracle_controls.items()))
    held = f'<p class="how">The oracle holds {safe(best)}.</p>' if best else ""
    return (
        f"<section><h2>What was wrong</h2><p>{safe(reveal.explanation)}</p>"
        f'<ul class="plain">{rows}</ul>{held}</section>'
    )


def _task(task: TaskResult) -> str:
    good = task.done != task.must_not
    word = "done" if task.done else "not done"
    ban = "Must not: " if task.must_not else ""
    return (
        f'<tr><td class="n"><span class="pill {MARKS[good]}">{"✓" if good else "✗"} {word}</span></td>'
        f'<td>{ban}{safe(task.title)}<br><span class="how">{safe(task.note)}</span></td></tr>'
    )


def _gate(gate: Gate) -> str:
    word = {True: "✓ passed", False: "✗ not passed", None: "· not judged"}[gate.passed]
    return (
        f'<tr><td class="n"><span class="pill {MARKS[gate.passed]}">{word}</span></td>'
        f'<td>{safe(gate.title)}<br><span class="how">{safe(gate.why)}</span></td></tr>'
    )


def _metrics(score: Score, record: Record, started: Started) -> Iterator[str]:
    drawn = "".join(charts(record, started, score.t0_minutes))
    if drawn:
        yield '<section class="long"><h2>What the service showed</h2>'
        key = "Shaded: past the threshold. Lines: the start of harm, and controls taking effect."
        yield f'<p class="how">{key}</p>'
        yield f'<div class="charts">{drawn}</div></section>'


def _log(record: Record) -> Iterator[str]:
    rows = "".join(map(_logged, phrases.log(record)))
    head = "".join(f"<th>{name}</th>" for name in ("", "Time", "Who", "What", ""))
    yield (
        '<section class="long"><h2>Log</h2><div class="wide">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _logged(event: Event) -> str:
    return (
        f'<tr id="event-{event.seq}"><td class="n">{event.seq}</td><td class="n">{clock(event.minutes)}</td>'
        f"<td>{safe(event.actor)}</td><td>{event.kind}</td>"
        f'<td class="say-it">{safe(phrases.sentence(event))}</td></tr>'
    )


def _foot(score: Score) -> Iterator[str]:
    yield (
        f"<footer>Record {safe(score.record)} · scored by the rules of version {safe(score.scorer)} · "
        "the observer's rating is final.</footer>"
    )
