"""Shapes in, SVG elements out; colours come from the page's style sheet by class."""

from __future__ import annotations

import functools
import textwrap

from generator.site.markup import Html, tag


def n(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".removesuffix(".0")


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
    return tag("rect", x=n(x), y=n(y), width=n(width), height=n(height), rx=n(radius), class_=class_)


def text(x: float, y: float, words: str, class_: str, anchor: str | None = None) -> Html:
    """One line of text."""
    return tag("text", words, x=n(x), y=n(y), class_=class_, text_anchor=anchor)


def lines(
    x: float, y: float, rows: list[str], class_: str, step: float, anchor: str | None = None
) -> list[Html]:
    """Lines of text below each other; ``y`` is the base line of the first."""
    return [text(x, y + i * step, row, class_, anchor) for i, row in enumerate(rows)]


def path(points: str, class_: str) -> Html:
    """A line along SVG path commands."""
    return tag("path", d=points, class_=class_)


def arrow_head(x: float, y: float, direction: str, class_: str) -> Html:
    """A small triangle whose tip is at (x, y); ``down``, ``left`` or ``right``."""
    if direction == "down":
        return path(f"M{n(x)} {n(y)}l-4 -7h8z", class_)
    if direction == "right":
        return path(f"M{n(x)} {n(y)}l-7 -4v8z", class_)
    return path(f"M{n(x)} {n(y)}l7 -4v8z", class_)


def link(href: str, *shapes: Html) -> Html:
    """The shapes as a link inside the page."""
    return tag("a", *shapes, href=href)


def wrapped(words: str, characters: int, rows: int) -> list[str]:
    """The text in at most so many rows; what does not fit ends in an ellipsis."""
    return list(_wrapped(words, characters, rows))


@functools.lru_cache(maxsize=20_000)
def _wrapped(words: str, characters: int, rows: int) -> tuple[str, ...]:
    """The same; a drawing is laid out more than once."""
    return tuple(textwrap.wrap(words, max(characters, 6), max_lines=rows, placeholder="…")) or ("",)
