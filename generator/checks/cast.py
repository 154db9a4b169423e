"""Names of a drill's cast are used where they are filled in, and each of them is used.

A name that the cast does not have reaches the participants in its braces.
Only the senders, texts and choices of messages are filled in.

Write `{{ cast.NAME }}` in a message, with a NAME of the cast; for a person, also `{{ cast.NAME.first }}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.sources import Sources
from generator.inside import texts
from generator.prose import REFERENCE
from generator.source import Document, Finding, Pointer, Severity, likely

name = "cast"
severity: Severity = "error"

PREFIX = "cast."
NOW = "incident.now"
FIRST = "first"
_SHORT = re.compile(r"\{*\s*\bcast\.\w[\w.-]*\s*\}+|\{+\s*cast\.\w[\w.-]*\s*\}*")
"""What looks like a name of the cast, with too few braces, or too many."""


def check(sources: Sources) -> Iterator[Finding]:
    """Blanks that nothing fills, names that nobody speaks of."""
    for drill in sources.sound("drill"):
        cast = drill.data.get("cast", {})
        used: set[str] = set()
        for pointer, text in texts(drill.data):
            for blank in REFERENCE.finditer(text):
                reference = blank.group(1)
                used.add(_name(reference))
                problem = _problem(reference, pointer, cast)
                if problem is not None:
                    place = drill.place_in_text(pointer, blank.group(), text[: blank.start()])
                    yield Finding(place, name, severity, *problem)
            yield from _short(drill, pointer, text)
        for one in cast:
            if one not in used:
                place = drill.place(("cast", one), key=True)
                yield Finding(place, name, severity, f"no message speaks of '{one}'", "use it, or delete it")


def _name(reference: str) -> str:
    return reference.removeprefix(PREFIX).partition(".")[0] if reference.startswith(PREFIX) else ""


def _problem(reference: str, pointer: Pointer, cast: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a blank, and what to write."""
    written = f"{{{{ {reference} }}}}"
    if not _is_filled(pointer):
        return f"nothing fills in '{written}' here", "say it in words; only messages are filled in"
    if reference == NOW:
        return None
    if not reference.startswith(PREFIX):
        hint = likely(reference, [NOW, *(f"{PREFIX}{one}" for one in cast)])
        return f"nothing fills in '{written}' in a message", hint or f"a message may say {{{{ {NOW} }}}}"
    who, _, part = reference.removeprefix(PREFIX).partition(".")
    if who not in cast:
        hint = likely(who, cast) or f"there are: {', '.join(sorted(cast)) or 'none; add a cast'}"
        return f"the cast has no '{who}'", hint
    if part and (part, cast[who]) != (FIRST, "person"):
        return f"'{who}' has no '{part}'", f"a person has a {FIRST} name; all else stands as a whole"
    return None


def _is_filled(pointer: Pointer) -> bool:
    return pointer[0] == "injects" and (pointer[2:] in (("sender",), ("text",)) or pointer[-1] == "text")


def _short(drill: Document, pointer: Pointer, text: str) -> Iterator[Finding]:
    # Of the same length, so that what comes before can be told.
    for found in _SHORT.finditer(REFERENCE.sub(lambda whole: " " * len(whole.group()), text)):
        short = found.group()
        message = f"'{short.strip()}' is no name of the cast: it has too few braces, or too many"
        hint = f"write '{{{{ {short.strip(' {}')} }}}}'"
        yield Finding(
            drill.place_in_text(pointer, short, text[: found.start()]), name, severity, message, hint
        )
