"""A report in, what a page begins with out: the verdict, the objectives, the scorecard with its reasons."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.report import phrases
from simulator.report.lessons import Judgement
from simulator.report.reasons import note, where
from simulator.report.svg import safe
from simulator.report.whole import Report
from simulator.scoring import Dimension, Loss, ObjectiveResult, Score
from simulator.scoring.words import Clock, minutes, points, share

MARKS = {True: "good", False: "bad", None: "unknown"}
LEVELS = {"P": "good", "S": "good", "M": "unknown", "U": "bad"}
RING = 314.16
"""Around a circle of radius 50."""


def top(report: Report) -> Iterator[str]:
    """The score as a ring, what happened as the heading, the objectives as tiles."""
    score = report.score
    yield f'<p class="eyebrow">Drill report · {safe(phrases.about(score, report.course.day))}</p>'
    yield '<section><div class="top">'
    yield _ring(score)
    yield f'<div class="say"><h1>{safe(phrases.verdict(score, report.record))}</h1>'
    if score.rating:
        rated = f"{score.rating} · {phrases.RATINGS[score.rating]}"
        yield f'<p><span class="pill {LEVELS[score.rating]}">{safe(rated)}</span> {safe(score.rating_why)}</p>'
    yield "</div></div>"
    for warning in _warnings(report):
        yield f'<p class="warning">{safe(warning)}</p>'
    if score.objectives:
        yield f'<div class="tiles">{"".join(_tiles(report))}{_more_tiles(score)}</div>'
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


def _warnings(report: Report) -> Iterator[str]:
    score = report.score
    if score.reason and score.reason not in phrases.verdict(score, report.record):
        yield score.reason
    if score.of_evaluated is not None and score.coverage < 1:
        part = f"which is {share(score.coverage)} of the rubric"
        whole = f"{points(score.of_evaluated)} of 100 over what was evaluated"
        yield f"{whole}, {part}; what was not earns nothing."
    yield from report.record.problems


def _tiles(report: Report) -> Iterator[str]:
    for objective in report.score.objectives:
        yield _tile(objective, note(report.score, objective, report.clock))


def _tile(objective: ObjectiveResult, said: str) -> str:
    allowed = "" if objective.limit is None else f"objective {phrases.limit(objective)}"
    told = [said] if objective.met is None else [allowed, *([said] if objective.met and said else [])]
    sign = {True: "✓", False: "✗", None: "·"}[objective.met]
    return (
        f'<div class="tile"><span class="name">{safe(objective.title)}</span>'
        f"<b>{safe(phrases.took(objective))}</b>"
        f'<span class="pill {MARKS[objective.met]}">{sign} {phrases.met(objective)}</span>'
        f'<div class="note">{safe("; ".join(told))}</div></div>'
    )


def _more_tiles(score: Score) -> str:
    avoided = "–" if score.impact_avoided is None else share(score.impact_avoided)
    return (
        f'<div class="tile"><span class="name">Impact avoided</span><b>{avoided}</b>'
        f'<div class="note">{points(score.alarms_per_hour)} alarms per hour</div></div>'
    )


def burdens(report: Report) -> str:
    """What users bore with each responder, as bars; nothing where nobody bore anything."""
    most = max((one.minutes for _, one in report.burdens), default=0.0)
    if most <= 0:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{safe(phrases.RESPONDERS[name].capitalize())}</th>'
        f'<td class="n">{minutes(one.minutes)}</td><td class="bar-cell"><div class="bar-line b-{name}" '
        f'style="width:{100 * one.minutes / most:.1f}%"></div></td><td class="n">{share(one.peak)}</td></tr>'
        for name, one in report.burdens
    )
    head = "<tr><th>With</th><th>Full outage</th><td></td><th>At most</th></tr>"
    caption = "What users bore: the area under each curve, and its highest point."
    return f'<table class="burdens"><caption>{caption}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>'


def scorecard(report: Report) -> Iterator[str]:
    """Every dimension with its points and every reason; an observer's rating beside the machine's level."""
    score = report.score
    if not score.dimensions:
        return
    judged = {one.dimension: one for one in report.judgements}
    yield '<section class="long"><h2>Scorecard</h2>'
    for dimension in score.dimensions:
        yield _dimension(dimension, judged.pop(dimension.id, None), report.clock)
    for name, lost in phrases.deducted(score):
        losses = tuple(loss for loss in score.deductions if phrases.deduction(loss) == name)
        yield f'<div class="dimension"><header><span>{safe(name)}</span><span>−{points(lost)}</span></header>'
        yield f"{_reasons(losses, report.clock)}</div>"
    for other in judged.values():
        yield f'<div class="dimension"><header><span>{safe(other.title)}</span></header>{_judged(other)}</div>'
    if any(one.observer for one in report.judgements):
        yield '<p class="how">The observer’s rating is final; the machine’s level stays visible.</p>'
    yield "</section>"


def _dimension(dimension: Dimension, judged: Judgement | None, clock: Clock) -> str:
    won = 100 * dimension.points / dimension.weight
    gap = 100 * (dimension.weight - dimension.evaluated) / dimension.weight
    return (
        f'<div class="dimension"><header><span>{safe(dimension.title)}</span>'
        f"<span>{points(dimension.points)} / {points(dimension.weight)}</span></header>"
        f'<div class="meter"><div class="won" style="width:{won:.1f}%"></div>'
        f'<div class="gap" style="width:{gap:.1f}%"></div></div>'
        f'<p class="how">{safe(dimension.how)}</p>{_judged(judged)}{_reasons(dimension.losses, clock)}</div>'
    )


def _judged(judged: Judgement | None) -> str:
    """The level of the machine and the rating of an observer, side by side."""
    if judged is None:
        return ""
    pills = []
    if judged.machine:
        pills.append(
            f'<span class="pill {LEVELS.get(judged.machine, "unknown")}">machine {safe(judged.machine)}</span>'
        )
    if judged.observer:
        kind = LEVELS.get(judged.observer, "unknown")
        pills.append(f'<span class="pill {kind}">observer {safe(judged.observer)}</span>')
    if judged.apart:
        pills.append('<span class="pill unknown">more than a level apart</span>')
    why = f" {safe(judged.why)}" if judged.why else ""
    return f'<p class="levels">{" ".join(pills)}{why}</p>'


def _reasons(losses: tuple[Loss, ...], clock: Clock) -> str:
    rows = "".join(_reason(loss, clock) for loss in losses)
    return f'<ul class="losses">{rows}</ul>' if rows else ""


def _reason(loss: Loss, clock: Clock) -> str:
    place = where(loss, clock)
    link = f'<a href="#event-{loss.seq}">{safe(place)}</a>' if loss.seq is not None else safe(place)
    cost = f'<span class="cost">−{points(loss.points)}</span>'
    return f"<li>{cost}<span>{safe(loss.why)} <small>{link}</small></span></li>"
