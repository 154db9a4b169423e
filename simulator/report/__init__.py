"""A score and its record in, what people and programs read out; a catalogue adds what the sources say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.model import Catalogue
from simulator.events import Record
from simulator.report.as_json import as_json, score_json
from simulator.report.html import html
from simulator.report.junit import junit
from simulator.report.markdown import markdown
from simulator.report.terminal import WIDTH, terminal, terminal_text
from simulator.report.whole import Report, report_of
from simulator.scoring import Score

__all__ = [
    "FORMATS",
    "WIDTH",
    "Report",
    "as_json",
    "html",
    "junit",
    "markdown",
    "report_of",
    "score_json",
    "terminal",
    "terminal_text",
]


class Format(Protocol):
    """Renders a report; the catalogue of the sources that were played adds places and what steps state."""

    def __call__(self, score: Score, record: Record, catalogue: Catalogue | None = None, /) -> str: ...


FORMATS: Mapping[str, Format] = {
    "html": html,
    "json": as_json,
    "junit": junit,
    "markdown": markdown,
    "terminal": terminal_text,
}
"""What ``drill report --format`` offers; ``terminal`` is the renderable for a terminal with colours."""
