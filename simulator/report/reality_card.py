"""A report in, what a page says of where it was played and of what was real out; nothing for a drill at a table."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.report.reality import Item
from simulator.report.svg import safe
from simulator.report.whole import Report


def loud(report: Report) -> Iterator[str]:
    """A service that is not as it was comes before everything that anybody has learned."""
    if report.reality is not None and report.reality.loud:
        yield f'<p class="dirty" role="alert">{safe(report.reality.loud)}</p>'


def section(report: Report) -> Iterator[str]:
    if report.reality is None:
        return
    yield '<section class="long"><h2>What was real</h2>'
    yield "".join(f"<p>{safe(sentence)}</p>" for sentence in report.reality.sentences)
    yield from _items("What was injected, and what it came to", report.reality.injected)
    yield from _items("What the bindings of controls did", report.reality.acted)
    yield "</section>"


def _items(heading: str, items: tuple[Item, ...]) -> Iterator[str]:
    if items:
        rows = "".join(_item(item) for item in items)
        yield f'<h3>{safe(heading)}</h3><ul class="losses">{rows}</ul>'


def _item(item: Item) -> str:
    kind, sign, word = ("good", "✓", "done") if item.ok else ("bad", "✗", "failed")
    return f'<li><span class="pill {kind}">{sign} {word}</span><span>{safe(item.said)}</span></li>'
