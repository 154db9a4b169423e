"""The pattern of an alert's label in, what is wrong with it out; and whether a value matches.

Only what means the same in Python and in a browser, and cannot run away on any value: characters, classes,
``.`` (any character), alternatives of the whole, and few repetitions. In a browser it is
``new RegExp("^(?:" + pattern + ")$", "su")``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_CHARACTERS = 200
"""Of a value; a longer one is refused unread."""
MOST_VARYING = 3
"""Repetitions of no fixed number in one alternative: a value is read in at most its length to that power."""
MOST_ALTERNATIVES = 20
_SYNTAX = r"^$\.*+?()[]{}|/"
_ATOM = re.compile(
    rf"""
    (?P<class>\[\^?+(?:[^\\\[\]]|\\[\\\[\]^\-])+\])
    |(?P<escaped>\\[{re.escape(_SYNTAX)}])
    |(?P<any>\.)
    |(?P<literal>[^\\^$.*+?()\[\]{{}}|])
    """,
    re.VERBOSE,
)
_REPEATED = re.compile(r"[*+?]|\{(\d{1,3})(,(\d{0,3}))?\}")
_MEMBER = re.compile(r"\\.|.", re.DOTALL)


def problem(pattern: str) -> str:
    """What is wrong with a pattern, in words; nothing when it may be used."""
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in pattern):
        return "it holds a character that cannot be seen"
    if pattern.count("|") >= MOST_ALTERNATIVES:
        return f"it has more than {MOST_ALTERNATIVES} alternatives"
    at = varying = 0
    while at < len(pattern):
        if pattern[at] == "|":
            at, varying = at + 1, 0
            continue
        atom = _ATOM.match(pattern, at)
        if atom is None:
            return _unreadable(pattern, at)
        if words := _class_problem(atom["class"] or ""):
            return words
        at = atom.end()
        if repeated := _REPEATED.match(pattern, at):
            at = repeated.end()
            if words := _count_problem(repeated):
                return words
            varying += not (repeated[1] and not repeated[2])
        if varying > MOST_VARYING:
            return f"an alternative has more than {MOST_VARYING} of * + ? {{m,n}}"
    return ""


def fits(pattern: str, value: str) -> bool:
    """Whether the value matches from end to end; the pattern must be one without a problem."""
    return len(value) <= MOST_CHARACTERS and re.fullmatch(pattern, value, re.DOTALL) is not None


def _unreadable(pattern: str, at: int) -> str:
    rest = pattern[at : at + 2]
    if rest[0] in "()":
        return "groups are not read: write each alternative out, with '|' between them"
    if rest[0] in "^$":
        return f"'{rest[0]}' is not read: a value has to match from end to end anyway"
    if rest[0] in "*+?{":
        return f"'{rest[0]}' has nothing to repeat, or repeats a repetition"
    if rest[0] == "\\":
        return f"'{rest}' is not read: write a class such as [0-9]"
    return f"'{rest[0]}' is out of place: put a backslash before it"


def _class_problem(text: str) -> str:
    """What is wrong with the ranges of a class such as ``[a-z_]``."""
    members = list(_members(text[1:-1].removeprefix("^")))
    for index, member in enumerate(members):
        if member == "-" and 0 < index < len(members) - 1:
            low, high = members[index - 1][-1], members[index + 1][-1]
            if low > high or (index > 1 and members[index - 2] == "-"):
                return f"'{text}' is no class: its range {low}-{high} is none"
    doubled = next((two for two in ("&&", "--", "||", "~~") if two in text), "")
    return f"'{doubled}' in {text} means something else elsewhere: write it once" if doubled else ""


def _members(text: str) -> Iterator[str]:
    yield from _MEMBER.findall(text)


def _count_problem(repeated: re.Match[str]) -> str:
    least, most = repeated[1], repeated[3]
    if least and int(most or least) > MOST_CHARACTERS:
        return f"a value has at most {MOST_CHARACTERS} characters"
    return f"'{repeated[0]}' counts down" if least and most and int(least) > int(most) else ""
