"""A score and its record in, what people and programs read out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.events import Record
from simulator.report.as_json import as_json
from simulator.report.html import html
from simulator.report.junit import junit
from simulator.report.markdown import markdown
from simulator.report.terminal import terminal, terminal_text
from simulator.scoring import Score

__all__ = ["FORMATS", "as_json", "html", "junit", "markdown", "terminal", "terminal_text"]

FORMATS: Mapping[str, Callable[[Score, Record], str]] = {
    "html": html,
    "json": as_json,
    "junit": junit,
    "markdown": markdown,
    "terminal": terminal_text,
}
"""What ``drill report --format`` offers; ``terminal`` is the renderable for a terminal with colours."""
