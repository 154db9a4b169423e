"""The name of a field in, the ways in which it is looked for out."""

from __future__ import annotations

from functools import lru_cache

from generator.model.fields import ALL, Step, Steps, parsed

__all__ = ["ALL", "Step", "Steps", "columns", "parsed", "renamed", "ways"]


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
