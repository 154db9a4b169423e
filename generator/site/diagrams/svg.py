"""Shapes in, SVG elements out; colours come from the page's style sheet by class."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence

from generator.site.markup import Html, element, escape, tag

_RECT = element("rect", "x", "y", "width", "height", "rx", "class_")
_TEXT = element("text", "x", "y", "class_")
_ANCHORED = element("text", "x", "y", "class_", "text_anchor")
_PATH = element("path", "d", "class_")
_LINK = element("a", "href")


@functools.lru_cache(maxsize=20_000)
def n(value: float) -> Html:
    """A coordinate, short."""
    return escape(f"{value:.1f}".removesuffix(".0"))


def picture(class_: str, *drawings: Html) -> Html:
    """Drawings in their frame; a search finds the text that they draw, and not them."""
    return tag("div", *drawings, class_=f"db-diagram {class_}", data_search_exclude="")


def drawing(
    width: float, height: float, title: str, description: str, shapes: list[Html], class_: str | None = None
) -> Html:
    """A drawing; it is a group and not an image, so that the links in it can be reached."""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {n(width)} {n(height)}",
        width=n(width),
        height=n(height),
        role="group",
        aria_label=f"{title}. {description}",
        class_=class_,
    )


def rect(x: float, y: float, width: float, height: float, class_: str, radius: float = 4) -> Html:
    """A box."""
    return _RECT(n(x), n(y), n(width), n(height), n(radius), class_)


def text(x: float, y: float, words: str, class_: str, anchor: str | None = None) -> Html:
    """One line of text."""
    if anchor is None:
        return _TEXT(n(x), n(y), class_, words)
    return _ANCHORED(n(x), n(y), class_, anchor, words)


def lines(
    x: float, y: float, rows: Sequence[str], class_: str, step: float, anchor: str | None = None
) -> list[Html]:
    """Lines of text below each other; ``y`` is the base line of the first."""
    return [text(x, y + i * step, row, class_, anchor) for i, row in enumerate(rows)]


def path(points: str, class_: str) -> Html:
    """A line along SVG path commands."""
    return _PATH(points, class_)


def arrow_head(x: float, y: float, direction: str, class_: str) -> Html:
    """A small triangle whose tip is at (x, y); ``down``, ``left`` or ``right``."""
    if direction == "down":
        return path(f"M{n(x)} {n(y)}l-4 -7h8z", class_)
    if direction == "right":
        return path(f"M{n(x)} {n(y)}l-7 -4v8z", class_)
    return path(f"M{n(x)} {n(y)}l7 -4v8z", class_)


def link(href: str, *shapes: Html) -> Html:
    """The shapes as a link inside the page."""
    return _LINK(href, Html("".join(shapes)))


@functools.lru_cache(maxsize=20_000)
def wrapped(words: str, characters: int, rows: int) -> tuple[str, ...]:
    """The text in at most so many rows; what does not fit ends in an ellipsis."""
    if len(words) <= characters and words == " ".join(words.split()):
        return (words,)
    return tuple(textwrap.wrap(words, max(characters, 6), max_lines=rows, placeholder="…")) or ("",)
