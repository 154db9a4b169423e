"""Score and record in, one HTML file out: it needs no script, no network and no other file, and prints.

Every text of the record goes through ``svg.safe``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.model import Catalogue
from simulator.events import Record, Revealed, Started
from simulator.report import cards, phrases, tables
from simulator.report import reality_card as reality
from simulator.report.charts import charts
from simulator.report.svg import safe
from simulator.report.timeline import timeline
from simulator.report.whole import Report, report_of
from simulator.scoring import Score

STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(score: Score, record: Record, catalogue: Catalogue | None = None) -> str:
    """The report as a page for people; it holds for a record that was cut off, too."""
    report = report_of(score, record, catalogue)
    title = safe(f"Drill report: {score.drill or score.service}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>\n{STYLE.read_text(encoding='utf-8')}</style></head>\n<body><main>\n"
        + "\n".join(_sections(report))
        + "\n</main></body></html>\n"
    )


def _sections(report: Report) -> Iterator[str]:
    yield from reality.loud(report)
    yield from cards.top(report)
    yield from reality.section(report)
    if report.started is not None:
        yield from _picture(report, report.started)
    yield '<div class="columns">'
    yield from tables.strengths(report)
    yield from tables.improvements(report)
    yield "</div>"
    yield from tables.findings(report)
    yield from cards.scorecard(report)
    yield '<div class="columns"><div>'
    yield from tables.truth(report)
    yield from tables.hints(report)
    yield from tables.gates(report)
    yield "</div><div>"
    yield from tables.tasks(report)
    yield "</div></div>"
    if report.started is not None:
        yield from _metrics(report, report.started)
    yield '<div class="columns uneven">'
    yield from tables.messages(report)
    yield from tables.people(report)
    yield "</div>"
    yield from tables.log(report)
    yield from _foot(report)


def _picture(report: Report, started: Started) -> Iterator[str]:
    yield f'<section><h2>What happened</h2><p class="how">{safe(phrases.times(started))}</p>'
    found = report.record.first(Revealed)
    if found is not None:
        robot = '<span class="l-robot">robot</span>' if found[1].impact.robot else ""
        yield (
            '<div class="legend"><span>team</span><span class="l-none">nobody acts</span>'
            f'<span class="l-oracle">oracle</span>{robot}<span class="l-received">message received</span>'
            '<span class="l-sent">message sent</span></div>'
        )
    # It scrolls on a phone, and by keyboard.
    label = 'role="region" aria-label="Timeline" tabindex="0"'
    yield '<p class="how aside">The picture is wider than this screen: move it sideways.</p>'
    yield f'<div class="wide" {label}>{timeline(report, started)}</div>'
    yield cards.burdens(report)
    yield "</section>"


def _metrics(report: Report, started: Started) -> Iterator[str]:
    told, rest = charts(report.record, started, report.score.t0_minutes)
    if not told and not rest:
        return
    yield '<section class="long" id="signals"><h2>What the service showed</h2>'
    if told:
        key = (
            '<span class="l-threshold">threshold</span><span class="l-firing">alert fires</span>'
            '<span class="l-harm">harm begins</span><span class="l-control">control takes effect</span>'
            '<span class="l-cited">cited as evidence</span>'
        )
        yield '<p class="how">Every signal that fired or was cited, on one axis of time.</p>'
        yield f'<div class="legend keys">{key}</div><div class="charts">{"".join(told)}</div>'
    if rest:
        more = "other signals and vitals" if told else "signals and vitals"
        yield f"<details><summary>{len(rest)} {more}, none of which fired or was cited</summary>"
        yield f'<div class="charts">{"".join(rest)}</div></details>'
    yield "</section>"


def _foot(report: Report) -> Iterator[str]:
    lines = phrases.provenance(report.score, report.record)
    told = "".join(f"<p>{safe(line)}</p>" for line in (*lines, *([phrases.STALE] if report.stale else [])))
    yield f"<footer>{told}</footer>"
