"""A text with ``{{ value }}`` and ``{{ alert.NAME }}`` in it in, its pieces out: text, and slots in their contexts.

A slot is filled in the reader's browser, with a value from an address that anybody may have written.
Its contexts say, from the inside out, how the value has to be written so that it stays where it stands:
``regex``, ``promql`` (a string of PromQL), ``json`` (a string of JSON), ``url`` (a part behind the host),
``shell`` (inside single quotes), or ``text``. A slot in no such place is ``shut``: nothing may fill it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from generator.model import Setting
from generator.prose import ALERT, REFERENCE, printed

Context = Literal["regex", "promql", "json", "url", "shell", "text", "shut"]
SHUT: Context = "shut"
VALUE = "value"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a label of the alert."""

    label: str
    contexts: tuple[Context, ...]
    """From the inside out."""

    def inside(self, context: Context) -> Slot:
        """The same slot, with one more context around it."""
        return Slot(self.label, (*self.contexts, context))

    @property
    def is_shut(self) -> bool:
        """Whether nothing may fill it."""
        return SHUT in self.contexts


Piece = str | Slot
_STRING = re.compile(r"""(=~|!~|=|!=)\s*(["'`])(?:(?!\2)[^\\]|\\.)*\Z""", re.DOTALL)
_SCRIPT = re.compile(r"-[a-zA-Z]*[ce]|--(?:eval|exec|command|execute)=?.*|eval|exec")
"""What comes before a program's text."""
_READING_AGAIN = ("ssh", "eval", "watch", "su", "xargs", "env")
"""Programs that hand their words to a shell, or run them."""
_SYNTAX = re.compile(r"[\s;|&$`()<>]")
_HOST = re.compile(r"https?://[^/?#]+[/?#]", re.IGNORECASE)


def of_text(before: str) -> tuple[Context, ...]:
    """The contexts of a slot in a sentence behind this much of it; in a string of PromQL it is one of PromQL."""
    return _promql(before) or ("text",)


def in_command(words: Sequence[str], value: Setting = "") -> list[list[Piece]]:
    """The pieces of each word of a command; a slot that a second program would read as its own text is shut."""
    found = []
    for index, word in enumerate(words):
        pieces = _pieces(word, _plainly, _promql, value)
        if _is_read_again(words, index) or (_SYNTAX.search(static(pieces)) and not _is_query(pieces)):
            pieces = [piece if isinstance(piece, str) else piece.inside(SHUT) for piece in pieces]
        found.append(pieces)
    return found


def in_url(url: str, value: Setting = "") -> list[Piece]:
    """The pieces of an address; a slot that could change the host is shut."""
    return _pieces(url, lambda given, _: quote(printed(given), safe=""), _of_url, value)


def in_body(body: str, value: Setting = "") -> list[Piece]:
    """The pieces of what a request carries; a slot that is not inside a string of JSON is shut."""
    sound = _is_json(body)

    def written(given: Setting, before: str) -> str:
        if _in_string(before):
            return json.dumps(printed(given), ensure_ascii=False)[1:-1]
        is_word = isinstance(given, bool | str)
        return json.dumps(given, ensure_ascii=False) if is_word else printed(given)

    def contexts(before: str) -> tuple[Context, ...]:
        if not sound or not _in_string(before):
            return (SHUT,)
        return (*_promql(before.replace('\\"', '"')), "json")

    return _pieces(body, written, contexts, value)


def static(pieces: list[Piece]) -> str:
    """The text without its slots."""
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _pieces(
    text: str,
    written: Callable[[Setting, str], str],
    contexts: Callable[[str], tuple[Context, ...]],
    value: Setting = "",
) -> list[Piece]:
    """Text and slots in order; ``{{ value }}`` is written out, other references stay as they are.

    ``written`` and ``contexts`` are told what stands before.
    """
    found: list[Piece] = []
    before = ""
    for index, part in enumerate(REFERENCE.split(text)):
        if index % 2 and part.startswith(ALERT):
            found.append(Slot(part.removeprefix(ALERT), contexts(before)))
            before += "x"
            continue
        if index % 2 and part == VALUE:
            part = written(value, before)
        elif index % 2:
            part = f"{{{{ {part} }}}}"
        found.append(part)
        before += part
    return [piece for piece in found if piece]


def _plainly(given: Setting, _: str) -> str:
    return printed(given)


def _promql(before: str) -> tuple[Context, ...]:
    """The contexts of a place inside the string of a matcher, such as ``up{region="``."""
    opened = _STRING.search(before)
    if opened is None:
        return ()
    if opened[2] == "`":
        return (SHUT,)  # nothing can be escaped in there
    return ("regex", "promql") if "~" in opened[1] else ("promql",)


def _of_url(before: str) -> tuple[Context, ...]:
    return (*_promql(unquote(before)), "url") if _HOST.match(before) else (SHUT,)


def _is_read_again(words: Sequence[str], index: int) -> bool:
    """Whether a word names the program, or is likely to be read as a program's text."""
    return (
        index == 0
        or words[0].rpartition("/")[2] in _READING_AGAIN
        or _SCRIPT.fullmatch(words[index - 1]) is not None
        or _SCRIPT.fullmatch(words[index].partition("=")[0] + "=") is not None
    )


def _is_query(pieces: list[Piece]) -> bool:
    return all(isinstance(piece, str) or "promql" in piece.contexts for piece in pieces)


def _is_json(body: str) -> bool:
    """Whether it is JSON, whatever stands in its slots."""
    filled = REFERENCE.sub(lambda found: "0", body)
    try:
        json.loads(filled)
    except (ValueError, RecursionError):
        return False
    return True


def _in_string(before: str) -> bool:
    """Whether what follows this much of some JSON stands inside a string."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', before)) % 2 == 1
