"""Two lists of named things in; which stayed, came, went and moved out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Matched:
    """Indexes into both lists, by name, in the order of the new one (of the old one for what went)."""

    stayed: tuple[tuple[str, int, int], ...]
    came: tuple[tuple[str, int], ...]
    went: tuple[tuple[str, int], ...]


def match(old: Sequence[Any], new: Sequence[Any], keys: Sequence[str]) -> Matched:
    """Match things by what stands under their keys; a name that is given again is matched in turn."""
    was = {name: index for index, name in enumerate(_names(old, keys))}
    now = {name: index for index, name in enumerate(_names(new, keys))}
    return Matched(
        tuple((name, was[name], index) for name, index in now.items() if name in was),
        tuple((name, index) for name, index in now.items() if name not in was),
        tuple((name, index) for name, index in was.items() if name not in now),
    )


def _names(items: Sequence[Any], keys: Sequence[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for item in items:
        given = [str(item.get(key, "")) for key in keys] if isinstance(item, Mapping) else []
        name = " ".join(given)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def moves(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The fewest names that moved, each with where it stands now among the names that stayed.

    >>> [*moves(["a", "b", "c", "d"], ["a", "d", "b", "c"])]
    [('d', 'now comes before b, was after')]
    """
    stayed = {*old} & {*new}
    order = [name for name in old if name in stayed]
    names = [name for name in new if name in stayed]
    at = {name: index for index, name in enumerate(order)}
    still = {names[i] for i in _longest_run([at[name] for name in names])}
    for index, name in enumerate(names):
        if name not in still:
            before = [other for other in names[:index] if at[other] > at[name]]
            if before:
                yield name, f"now comes after {before[-1]}, was before"
            else:
                after = next(other for other in names[index + 1 :] if at[other] < at[name])
                yield name, f"now comes before {after}, was after"


def _longest_run(numbers: Sequence[int]) -> list[int]:
    """Indexes of a longest rising run, gaps allowed."""
    ends: list[int] = []  # the smallest last number of a run of each length
    length: list[int] = []
    for number in numbers:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
        length.append(place)
    run: list[int] = []
    wanted = len(ends) - 1
    for index in range(len(numbers) - 1, -1, -1):
        if length[index] == wanted and (not run or numbers[index] < numbers[run[-1]]):
            run.append(index)
            wanted -= 1
    return run[::-1]
