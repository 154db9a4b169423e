"""Every text that a responder relies on says something: no placeholder, no echo of its title, no stump.

"TBD" is written on a calm afternoon and read at 3 am, by somebody who has nobody to ask.
A text that only repeats its own title looks filled to a reviewer, and is not.

Write the sentence; where there is nothing to say, say why in a few words ("No data is touched").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator import schemas
from generator.checks.sources import Sources
from generator.schemas import Reading
from generator.source import Document, Finding, Pointer, Severity

name = "substance"
severity: Severity = "error"

FEWEST_WORDS = 3
LONG_TEXTS = frozenset({"act", "confirm", "problem", "stop", "summary"})
"""Keys at the top of a runbook, and its card: what is read first says more than three words."""
FEWEST_WORDS_OF_A_LONG_TEXT = 5

# Upper case alone, so that a story about a to-do list is still allowed.
_MARKER = re.compile(
    r"\b(?:TODO|TBD|TBA|TBC|FIXME|XXX+|PLACEHOLDER|CHANGEME)\b"
    r"|(?i:\blorem ipsum\b|\bto be (?:defined|determined|filled in)\b|\bxxx+\b|\bfixme\b|\bfill (?:me|this) in\b"
    r"|\bfill in (?:here|later)\b|<(?:insert|fill|your|todo|tbd)\b[^<>]*>|\[(?:insert|fill|your|todo|tbd)\b[^\]]*\])"
)
_SIGNS = (
    "todo", "tbd", "tba", "tbc", "fixme", "xxx", "placeholder", "changeme", "lorem", "to be ", "fill ", "<", "[",
)  # fmt: skip
"""What stands in every marker, and in few texts; all of them, for the pattern is dear."""
_UNFINISHED = re.compile(r"(?<!\.)\.{3}$|…$")
_NOTHING = frozenset(
    (
        "as above, coming soon, ditto, fill in, later, n a, na, nil, no, none, not applicable, not "
        "yet, nothing, pending, placeholder, same, see above, tba, tbc, tbd, test, text, to be "
        "added, to be confirmed, to be decided, to be written, to do, todo, unknown, x, xx, yes"
    ).split(", ")
) | {""}
"""Texts that are nothing but these, whatever stands around and between the words."""
_NO_TITLES = _NOTHING - {"no", "test", "text", "unknown", "yes"}
_REFERENCE = re.compile(r"\{\{.*?\}\}")
_WORD = re.compile(r"\w[\w'’-]*")

Problem = tuple[str, str]
"""What is wrong, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Texts for people, as the schemas know them, that leave people alone."""
    for document in sources.documents:
        if document.data and sources.is_complete(document):
            for pointer, text, sentence in _texts(sources.readings[document.path], document):
                problem = _problem(document, pointer, text, sentence=sentence)
                if problem is not None:
                    yield Finding(document.place(pointer), name, severity, *problem)


def _texts(reading: Reading, document: Document) -> Iterator[tuple[Pointer, str, bool]]:
    """Where a text for people stands, the text, and whether it has to be a sentence."""
    sentence = schemas.resolve("common.schema.json#/definitions/text")
    title = schemas.resolve("common.schema.json#/definitions/title")
    long = {"communication": "text", "postmortem": "template"}
    seen: set[Pointer] = set()
    for pair in reading.texts:
        pointer, value = pair.pointer, pair.value
        if pointer in seen:
            continue
        written = bool(pointer) and long.get(str(pointer[0])) == pointer[-1]
        if pair.schema is sentence or pair.schema is title or written:
            seen.add(pointer)
            # What people say in a drill may be as short as people are.
            yield pointer, value, pair.schema is not title and pointer[0] != "injects"


def _problem(document: Document, pointer: Pointer, text: str, *, sentence: bool) -> Problem | None:
    marker = _marker(text)
    if marker is not None:
        return f"'{marker.group()}' stands where words should", "write what a responder has to know"
    said = _said(text)
    if said in (_NOTHING if sentence else _NO_TITLES):
        return f"'{' '.join(text.split())}' says nothing", "write what a responder has to know"
    if not sentence:
        return None
    if _UNFINISHED.search(text.strip()):
        return "this text breaks off", "write it to its end"
    if said in set(_names(document, pointer)):
        return "this text only repeats the title or the id", "say what they do not say"
    if len(_WORD.findall(_REFERENCE.sub("a whole text", text))) < _fewest(document, pointer):
        return f"'{' '.join(text.split())}' is too short to help anybody", "write a sentence"
    return None


def _marker(text: str) -> re.Match[str] | None:
    """What an author put in the place of words, to be replaced later."""
    lowered = text.lower()
    # Beyond ASCII, more than one letter may be the same to the pattern.
    if text.isascii() and not any(sign in lowered for sign in _SIGNS):
        return None
    return _MARKER.search(text)


def _said(text: str) -> str:
    """The words of a text alone, so that two that read the same are the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _fewest(document: Document, pointer: Pointer) -> int:
    first = document.kind == "runbook" and (len(pointer) == 1 or pointer[0] == "card")
    return FEWEST_WORDS_OF_A_LONG_TEXT if first and pointer[-1] in LONG_TEXTS else FEWEST_WORDS


def _names(document: Document, pointer: Pointer) -> Iterator[str]:
    """The title and the id of what holds a text, as words."""
    holder: Any = document.at(pointer[:-1])
    if isinstance(holder, dict):
        for key in ("id", "title"):
            if key != pointer[-1] and isinstance(holder.get(key), str):
                yield _said(holder[key])
