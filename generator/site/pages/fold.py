"""A line and what it stands for in, one fold of a page out: closed until a tap, a link or a printer opens it."""

from __future__ import annotations

from generator.site.markup import Html, tag


def fold(
    line: str,
    *inside: Html,
    note: str | None = None,
    id: str | None = None,
    is_open: bool = False,
    readers: tuple[str, ...] = (),
) -> Html:
    """The fold; ``note`` is a second, quieter line, ``readers`` are the views that open it.

    Line and note are texts: what reacts to a tap must not hold links.
    """
    second = tag("small", note) if note else ""
    return tag(
        "details",
        tag("summary", tag("span", line), second),
        *inside,
        class_="db-fold",
        id=id,
        open="" if is_open else None,
        data_readers=" ".join(readers) or None,
    )


def counted(count: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "step"), counted(3, "step")
    ('1 step', '3 steps')
    """
    return f"{count} {noun}{'s' * (count != 1)}"
