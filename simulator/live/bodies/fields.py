"""The name of a field in, the ways in which it is looked for out."""

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
            raise ValueError(
                f"'{field[:100]}' is no field: write names with dots between them, [*] for all items of a list, "
                f"[0] for the first, and a backslash before a dot or bracket that belongs to a name"
            )
        if found["name"]:
            steps.append(_ESCAPED.sub(r"\1", found["name"]))
        else:
            steps.append(ALL if found["index"] == "*" else int(found["index"]))
        place = found.end()
    return tuple(steps)


@lru_cache(maxsize=4096)
def ways(field: str) -> tuple[Steps, ...]:
    """The steps by which a field is looked for, one way after the other: as a path, then as one name.

    >>> ways("inputs.a.b")
    (('inputs', 'a', 'b'), ('inputs.a.b',), ('a', 'b'), ('a.b',))
    """
    steps = parsed(field)
    each = [steps, steps[1:]] if steps[0] == "inputs" and len(steps) > 1 else [steps]
    found: list[Steps] = []
    for way in each:
        found.append(way)
        names = [step for step in way if isinstance(step, str)]
        if len(names) == len(way) > 1:
            found.append((".".join(names),))
    return tuple(found)


@lru_cache(maxsize=4096)
def columns(field: str) -> tuple[tuple[str, int | None], ...]:
    """The names under which a tensor or a column may have it, each with the place on the tensor's last axis.

    >>> columns("inputs.schedule-feed.distance_miles")
    (('inputs.schedule-feed.distance_miles', None), ('schedule-feed.distance_miles', None))
    >>> columns("predict[3]")
    (('predict', 3),)
    """
    steps = parsed(field)
    place = steps[-1] if isinstance(steps[-1], int) else None
    names = steps[:-1] if place is not None else steps
    kept = [step for step in names if isinstance(step, str)]
    if not kept or len(kept) != len(names):
        return ()
    found = [(".".join(kept), place)]
    if kept[0] == "inputs" and len(kept) > 1:
        found.append((".".join(kept[1:]), place))
    return tuple(found)


def renamed(field: str, name: str, to: str) -> str:
    """What a column of that name is called where the last name of the field is another one.

    >>> renamed("schedule-feed.distance_miles", "schedule-feed.distance_miles", "distance_km")
    'schedule-feed.distance_km'
    """
    last = parsed(field)[-1]
    return name[: -len(last)] + to if isinstance(last, str) and name.endswith(last) else to
