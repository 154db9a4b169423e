"""Words, code and rows in; Markdown that GitHub and the site read alike out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence


def header(*names: str) -> tuple[str, str]:
    """The two lines with which a table begins."""
    return row(*names), row(*("---" for _ in names))


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def text(words: str) -> str:
    """Plain words, with nothing in them that Markdown would take for its own."""
    return re.sub(r"([|*_\[\]`])", r"\\\1", html.escape(" ".join(words.split()), quote=False))


def prose(docstring: str) -> str:
    """A docstring: paragraphs, and code between double backquotes."""
    return html.escape(docstring.strip(), quote=False).replace("``", "`")


def code(words: str) -> str:
    """Words as code, where they hold no backquote."""
    return f"`{words}`" if "`" not in words else text(words)


def cell(words: str) -> str:
    """Code in a table, whose pipes would end the cell in one of the Markdowns that read these pages."""
    return code(words.replace("|", "∣"))


def literal(value: object) -> str:
    """A value as it stands in a source."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def fenced(words: str) -> Sequence[str]:
    """Lines that stay as they are."""
    return ("```text", words.rstrip(), "```")
