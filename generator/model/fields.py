"""The name of a field in, the steps that lead to it out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, TypeAlias


class All:
    """All items of a list."""


ALL: Final = All()
Step: TypeAlias = str | int | All
Steps: TypeAlias = tuple[Step, ...]

LONGEST = 300
HOW = (
    "write names with dots between them, [*] for all items of a list, [0] for the first, "
    "and a backslash before a dot or bracket that belongs to a name"
)
_STEP = re.compile(
    r"""(?P<dot>\.)?
    (?: (?P<name> (?: [^.\[\]\\] | \\[.\[\]\\] )+ )
      | \[ (?P<index> \* | [0-9]{1,6} ) \] )""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")


@lru_cache(maxsize=4096)
def parsed(field: str) -> Steps:
    r"""The steps of a path; ValueError with a sentence where it is none.

    >>> parsed("schedule-feed.distance_miles")
    ('schedule-feed', 'distance_miles')
    >>> parsed(r"inputs.a\.b[2]")
    ('inputs', 'a.b', 2)
    """
    if not isinstance(field, str) or not 0 < len(field) <= LONGEST:
        raise ValueError(f"a field is named by 1 to {LONGEST} characters, not by {str(field)[:50]!r}")
    steps: list[Step] = []
    place = 0
    while place < len(field):
        found = _STEP.match(field, place)
        if found is None or bool(found["dot"]) != bool(found["name"] and steps):
            raise ValueError(f"'{field[:100]}' is no field: {HOW}")
        if found["name"]:
            steps.append(_ESCAPED.sub(r"\1", found["name"]))
        else:
            steps.append(ALL if found["index"] == "*" else int(found["index"]))
        place = found.end()
    return tuple(steps)


def is_unclosed(field: str) -> bool:
    r"""Whether a bracket is opened and not closed.

    >>> is_unclosed("predictions[0"), is_unclosed("predictions[0].a[1"), is_unclosed("a[0]"), is_unclosed(r"a\[0")
    (True, True, False, False)
    """
    plain = _ESCAPED.sub("", field)
    return plain.rfind("[") > plain.rfind("]")
