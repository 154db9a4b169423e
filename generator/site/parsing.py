"""HTML and a parser of it in, the calls that the parser's ``feed`` would make of its methods out, sooner.

What builders write is regular: it falls apart at every ``<``, and most tags are written the same again and again.
What is not regular is left to the parser itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

_RAW = re.compile(r"<(script|style)\b([^<>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_NAME = "[a-zA-Z][a-zA-Z0-9:-]*"
_ATTRIBUTE = r"""\s+([^\s=<>"'/`]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`/]+)))?"""
_BEGUN = re.compile(rf"({_NAME})((?:{_ATTRIBUTE})*)\s*(/?)")
_ENDED = re.compile(rf"/({_NAME})\s*")
_COMMENT = re.compile(r"!--(?!-?>)((?:(?!--).)*)--", re.DOTALL)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_RAW_ELSEWHERE = frozenset(
    {"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "xmp"}
)
"""Elements whose text some versions of the parser do not take apart."""

Attributes = tuple[tuple[str, str | None], ...]


class _IrregularError(Exception):
    """The parser could read this in another way."""


Calls = list[tuple[Callable[..., object], *tuple[object, ...]]]


def is_fed(parser: HTMLParser, html: str) -> bool:
    """Do what ``feed`` does of a parser that was given nothing yet; False: it is not regular, nothing was done."""
    try:
        calls = _calls(parser, html)
    except _IrregularError:
        return False
    for call, *arguments in calls:
        call(*arguments)
    return True


def _calls(parser: HTMLParser, html: str) -> Calls:
    calls: Calls = []
    at = 0
    for raw in _RAW.finditer(html):
        if "<!--" in raw[3]:
            raise _IrregularError
        _add(calls, parser, html[at : raw.start()])
        begun = _tag(f"{raw[1]}{raw[2]}", raw=True)
        calls.append((parser.handle_starttag, begun[1], list(begun[2])))
        if raw[3]:
            calls.append((parser.handle_data, raw[3]))
        calls.append((parser.handle_endtag, begun[1]))
        at = raw.end()
    _add(calls, parser, html[at:])
    return calls


def _add(calls: Calls, parser: HTMLParser, html: str) -> None:
    """The calls for HTML without scripts and style sheets."""
    first, *pieces = html.split("<")
    begin, end, data = parser.handle_starttag, parser.handle_endtag, parser.handle_data
    if first:
        calls.append((data, unescape(first)))
    for piece in pieces:
        inside, closed, text = piece.partition(">")
        if not closed:
            raise _IrregularError
        kind, name, attributes = _tag(inside)
        if kind == "end":
            calls.append((end, name))
        elif kind == "begin":
            calls.append((begin, name, list(attributes)))
        elif kind == "both":
            calls.append((parser.handle_startendtag, name, list(attributes)))
        else:
            calls.append((parser.handle_comment if kind == "comment" else parser.handle_decl, name))
        if text:
            calls.append((data, unescape(text) if "&" in text else text))


@functools.lru_cache(maxsize=20_000)
def _tag(inside: str, *, raw: bool = False) -> tuple[str, str, Attributes]:
    """What stands between ``<`` and ``>``: its kind, its name (or its words), its attributes."""
    found = _BEGUN.fullmatch(inside)
    if found is not None:
        name = found[1].lower()
        if name in _RAW_ELSEWHERE and not (raw and not found[found.lastindex or 0]):
            raise _IrregularError
        return ("both" if inside.endswith("/") else "begin"), name, _attributes(found[2])
    found = _ENDED.fullmatch(inside)
    if found is not None:
        return "end", found[1].lower(), ()
    found = _COMMENT.fullmatch(inside)
    if found is not None:
        return "comment", found[1], ()
    if inside.lower().startswith("!doctype "):
        return "declaration", inside[1:], ()
    raise _IrregularError


def _attributes(text: str) -> Attributes:
    return tuple((found[1].lower(), _value(found)) for found in _ATTRIBUTES.finditer(text))


def _value(found: re.Match[str]) -> str | None:
    given = next((value for value in found.group(2, 3, 4) if value is not None), None)
    return unescape(given) if given else given
