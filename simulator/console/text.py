"""Text from anywhere in, text that a terminal may show out."""

from __future__ import annotations

import re
import textwrap
import unicodedata

ESCAPES = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(\x1b\\|\x07|$)|[ -/]*[0-~]?)|\x9b[0-?]*[ -/]*[@-~]", re.S
)
LONGEST = 4000
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories that steer a terminal or a reader and show nothing themselves."""


def clean(text: str) -> str:
    """One line without escape sequences and control characters, whoever wrote it.

    >>> clean("all good\\x1b[2J\\x1b]0;title\\x07\\r\\nreally\\u202e")
    'all good really'
    """
    plain = ESCAPES.sub("", text[:LONGEST]).replace("\n", " ").replace("\r", "").replace("\t", " ")
    return "".join(sign for sign in plain if unicodedata.category(sign) not in HIDDEN)


def fold(text: str, width: int, *, indent: str = "") -> list[str]:
    """The text in lines of at most that width; lines after the first are indented.

    >>> fold("one two three four five six", 20, indent="  ")
    ['one two three four', '  five six']
    """
    first = text[: len(text) - len(text.lstrip(" "))]
    return textwrap.wrap(text, max(width, 20), subsequent_indent=first + indent, break_on_hyphens=False) or [
        ""
    ]


def cut(text: str, width: int) -> str:
    """The text in exactly that many columns, with an ellipsis where it is too long.

    >>> cut("score", 7), cut("requests", 5)
    ('score  ', 'requ…')
    """
    if width <= 0:
        return ""
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"


def shown(value: float | None) -> str:
    """A reading with as many digits as a person compares.

    >>> shown(0.000684), shown(124.979), shown(None), shown(12500.0), shown(0.0)
    ('0.00068', '125', '-', '12,500', '0')
    """
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 0.00005:
        return "~0"
    return f"{value:.3g}" if abs(value) >= 0.1 else f"{value:.2g}"


def priced(points: float) -> str:
    """Points in words.

    >>> priced(1.0), priced(2.5)
    ('1 point', '2.5 points')
    """
    return f"{shown(points)} point{'' if points == 1 else 's'}"
