"""HTML in, what a parser of it would tell out, sooner.

What builders write is regular: it falls apart at every ``<``, and most tags are written the same again and again.
What is not regular is left to the parser itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Literal

_RAW = re.compile(r"<(script|style)\b([^<>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_INSIDE = re.compile(r"<([^<>]*)>")
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
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LOOSE = re.compile(r"&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);)")
"""What begins like a reference to a character, and may be none."""
_BLANK_LINE = re.compile(r"\n *\n")

Attributes = tuple[tuple[str, str | None], ...]
Kind = Literal["begin", "end", "both", "comment", "declaration"]


class _IrregularError(Exception):
    """The parser could read this in another way."""


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """What stands between ``<`` and ``>``; tags that are written the same are one."""

    kind: Kind
    name: str
    """Of a comment and of a declaration, all its words."""
    attributes: Attributes = ()
    text: str = ""
    """What a script or a style sheet holds; of all others it is not told."""
    names: frozenset[str] = frozenset()
    """Of the attributes."""


def is_fed(parser: HTMLParser, html: str, *, skipped: str = "") -> bool:
    """Do what ``feed`` does of a parser that was given nothing yet; False: it is not regular, nothing was done.

    Of an element that has the attribute ``skipped``, and no heading, only the begin and the end are told.
    """
    try:
        tokens = _tokens(html)
    except _IrregularError:
        return False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        _tell(parser, token)
        at += 1
        if isinstance(token, Tag) and skipped in token.names:
            at = _end_of(tokens, at - 1) or at
    return True


def begun(html: str) -> list[Tag] | None:
    """The tags that begin an element, each as often as there is another text in it; None: it is not regular."""
    found: list[Tag] = []
    at = 0
    try:
        for raw in _RAW.finditer(html):
            found += _begun(html[at : raw.start()])
            found.append(_raw(raw))
            at = raw.end()
        found += _begun(html[at:])
    except _IrregularError:
        return None
    return found


def apart(text: str, blocks: Collection[str]) -> list[str] | None:
    """Markdown and the blocks of raw HTML in it, in turn; None: some of it could be read in another way.

    A block is an element of one of the kinds ``blocks`` with all that it holds; it begins a line, and a blank line
    follows.
    """
    try:
        return _apart(text, blocks)
    except _IrregularError:
        return None


def _apart(text: str, blocks: Collection[str]) -> list[str]:
    first, *pieces = text.split("<")
    found: list[str] = []
    within: list[str] = []
    begin, at = 0, len(first)
    if _LOOSE.search(text):
        raise _IrregularError
    for piece in pieces:
        inside, closed, rest = piece.partition(">")
        tag = _tag(inside) if closed else None
        if tag is None or not _fits(tag, within):
            raise _IrregularError
        if tag.kind == "begin":
            if not within:
                if not _begins_block(tag, text[begin:at], blocks):
                    raise _IrregularError
                found.append(text[begin:at])
                begin = at
            within.append(tag.name)
        elif tag.kind == "end":
            within.pop()
            if not within:
                if not _BLANK_LINE.match(rest):
                    raise _IrregularError
                end = at + len(inside) + 2
                found.append(text[begin:end])
                begin = end
        at += len(piece) + 1
    if within:
        raise _IrregularError
    return [*found, text[begin:]]


def _begins_block(tag: Tag, before: str, blocks: Collection[str]) -> bool:
    is_line = not before or before.endswith("\n")
    return is_line and tag.name in blocks and "markdown" not in tag.names


def _fits(tag: Tag, within: Sequence[str]) -> bool:
    """Whether a tag can stand inside those elements: every element that begins must end in its turn."""
    if tag.kind == "end":
        return bool(within) and within[-1] == tag.name
    return tag.kind == "begin" or (tag.kind == "both" and bool(within))


def _end_of(tokens: Sequence[Tag | str], at: int) -> int | None:
    """Where the end of the element stands that begins there; None when something in it is not plain."""
    within: list[str] = []
    for index in range(at, len(tokens)):
        token = tokens[index]
        if isinstance(token, str):
            continue
        if not _fits(token, within) or token.name in _HEADINGS or token.name in _RAW_ELSEWHERE:
            return None
        if token.kind == "begin":
            within.append(token.name)
        elif token.kind == "end":
            within.pop()
            if not within:
                return index
    return None


def _tell(parser: HTMLParser, token: Tag | str) -> None:
    if isinstance(token, str):
        parser.handle_data(token)
    elif token.kind == "begin":
        parser.handle_starttag(token.name, list(token.attributes))
        if token.text:
            parser.handle_data(token.text)
    elif token.kind == "end":
        parser.handle_endtag(token.name)
    elif token.kind == "both":
        parser.handle_startendtag(token.name, list(token.attributes))
    elif token.kind == "comment":
        parser.handle_comment(token.name)
    else:
        parser.handle_decl(token.name)


def _tokens(html: str) -> list[Tag | str]:
    """Tags and the texts between them."""
    tokens: list[Tag | str] = []
    at = 0
    for raw in _RAW.finditer(html):
        tokens += _plain_tokens(html[at : raw.start()])
        tokens += [_raw(raw), Tag("end", raw[1].lower())]
        at = raw.end()
    return tokens + _plain_tokens(html[at:])


def _plain_tokens(html: str) -> list[Tag | str]:
    """Those of HTML without scripts and style sheets."""
    first, *pieces = html.split("<")
    tokens: list[Tag | str] = [unescape(first)] if first else []
    for piece in pieces:
        inside, closed, text = piece.partition(">")
        if not closed:
            raise _IrregularError
        tokens.append(_tag(inside))
        if text:
            tokens.append(unescape(text) if "&" in text else text)
    return tokens


def _begun(html: str) -> list[Tag]:
    insides = _INSIDE.findall(html)
    if len(insides) != html.count("<"):
        raise _IrregularError
    tags = [_tag(inside) for inside in dict.fromkeys(insides)]
    return [tag for tag in tags if tag.kind in ("begin", "both")]


def _raw(found: re.Match[str]) -> Tag:
    if "<!--" in found[3]:
        raise _IrregularError
    inside = f"{found[1]}{found[2]}"
    shape = _BEGUN.fullmatch(inside)
    if shape is None or shape[shape.lastindex or 0] == "/":
        raise _IrregularError
    return _begin("begin", found[1], shape[2], found[3])


@functools.lru_cache(maxsize=20_000)
def _tag(inside: str) -> Tag:
    found = _BEGUN.fullmatch(inside)
    if found is not None:
        name = found[1].lower()
        if name in _RAW_ELSEWHERE:
            raise _IrregularError
        return _begin("both" if inside.endswith("/") else "begin", name, found[2])
    found = _ENDED.fullmatch(inside)
    if found is not None:
        return Tag("end", found[1].lower())
    found = _COMMENT.fullmatch(inside)
    if found is not None:
        return Tag("comment", found[1])
    if inside.lower().startswith("!doctype "):
        return Tag("declaration", inside[1:])
    raise _IrregularError


def _begin(kind: Kind, name: str, attributes: str, text: str = "") -> Tag:
    pairs = tuple([(found[1].lower(), _value(found)) for found in _ATTRIBUTES.finditer(attributes)])
    return Tag(kind, name.lower(), pairs, text, frozenset([name for name, _ in pairs]))


def _value(found: re.Match[str]) -> str | None:
    given = found[found.lastindex] if found.lastindex in (2, 3, 4) else None
    return unescape(given) if given and "&" in given else given
