"""A machine in; what ``drill panic`` would end on it, out. Nothing is touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from simulator.live.found import Living, found, living, read
from simulator.live.runs import Run, RunError

_NAMED = re.compile(r"(?P<drill>.+)-(?P<since>\d{8}-\d{6})-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A run of which something is there; what nobody can tell of it is empty."""

    run: str
    drill: str
    environment: str
    target: str
    folder: str
    since: datetime | None
    processes: tuple[tuple[str, int], ...]
    """Of each, its room and its number."""


@dataclass(frozen=True, slots=True)
class Stands:
    runs: tuple[Standing, ...]
    beyond: tuple[str, ...]
    """What there is besides, and is not ours to end, a sentence each."""


def standing() -> Stands:
    """Raises nothing."""
    there = found()
    return Stands(tuple(one for folder in there.folders if (one := _of(folder)) is not None), there.beyond)


def _of(folder: Path) -> Standing | None:
    try:
        run = read(folder)
    except RunError:
        run = None
    if not (alive := living(folder, run)):
        return None
    named = _NAMED.fullmatch(folder.name)
    return Standing(
        folder.name,
        named["drill"] if named else "",
        _environment(run),
        run.target if run else "",
        str(folder),
        _moment(named["since"]) if named else None,
        tuple(sorted(map(_process, alive), key=lambda one: one[1])),
    )


def _process(one: Living) -> tuple[str, int]:
    return one.room, one.who.pid


def _environment(run: Run | None) -> str:
    """As its processes were told."""
    if run is None:
        return ""
    for spec in run.specs:
        for option, value in pairwise(spec.options):
            if option == "--environment":
                return value
    return "sandbox" if run.ours else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
