"""The processes of this machine in; the runs that they are of, and what is not ours to end, out.

Runs are known by the folders of our state, and wherever else somebody keeps his by the marks of their processes:
who starts a drill has another state folder than who ends it from cron, over ssh or by sudo.
"""

from __future__ import annotations

import os
import pwd
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator import shell
from simulator.live import runs
from simulator.live.runs import LIVE, RUN_VARIABLE, Process, Run, RunError
from simulator.shell import Identity

APART_VARIABLE = "DRILLBOOK_APART"
"""Processes that have the same in their environment are kept apart from all others, as tests need it that run beside
each other. Who ends runs with it ends no others, and claims nothing of them; who does without it ends no such process
of a state folder elsewhere, but says so. It has to be set for the drill and for who ends it: nothing sets it by itself.
"""
MODULES = "simulator.live."


@dataclass(frozen=True, slots=True)
class Found:
    """What there is on the machine that a live drill has begun."""

    folders: tuple[Path, ...]
    """Of the runs of our state folder, and of those that a mark names; the latter may be gone."""
    beyond: tuple[str, ...]
    """What nobody here can end, or look into, and what to do about it, a sentence each."""


@dataclass(frozen=True, slots=True)
class Living:
    """A process of a run that is there."""

    room: str
    who: Identity
    noted: Process | None
    """What was noted down of it; None: it was found by its mark."""


def apart() -> str:
    """As what we are kept apart; empty: we are not."""
    return os.environ.get(APART_VARIABLE, "")


def found() -> Found:
    """Raises nothing."""
    beyond: list[str] = []
    try:
        known = runs.folders()
    except (RunError, OSError) as error:
        known = ()
        beyond.append(f"the runs on this machine cannot be read: {error}")
    named: dict[Path, None] = {}
    others: Counter[str] = Counter()
    try:
        for who, folder in _marked():
            kept = shell.variable(who, APART_VARIABLE)
            if kept == apart() or folder.parent == runs.state_path() / LIVE:
                named[folder] = None
            elif not apart():
                others[kept] += 1
        beyond += [*_kept_apart(others), *(() if apart() else _closed())]
    except OSError as error:
        beyond.append(f"what else there is cannot be found: {error}")
    return Found((*known, *(folder for folder in named if folder not in known)), tuple(beyond))


def _marked() -> Iterator[tuple[Identity, Path]]:
    """Processes with the mark of a run, and the folder that it names."""
    for who, mark in shell.tagged(RUN_VARIABLE):
        folder = Path(mark)
        if who.pid != os.getpid() and _is_of_runs(folder):
            yield who, folder


def _is_of_runs(folder: Path) -> bool:
    """Somebody else may have a variable of that name, too."""
    return folder.is_absolute() and folder.parent.name == LIVE and bool(runs.ID.fullmatch(folder.name))


def _kept_apart(others: Counter[str]) -> Iterator[str]:
    for value, count in sorted(others.items()):
        as_what = f"{APART_VARIABLE}={_plain(value)}"
        yield (
            f"{count} process{'es' * (count > 1)} of live drills kept apart by {as_what}: "
            f"if they are to end too, type '{as_what} drill panic'"
        )


def _closed() -> Iterator[str]:
    """Processes of live drills of other users: whose they are nobody here may read."""
    for who, module in shell.closed(MODULES):
        if who.pid != os.getpid():
            name = _user(shell.owner(who.pid))
            room = _plain(module.removeprefix(MODULES).split(".")[0])
            yield (
                f"the {room} (process {who.pid}) of the user {name} may not be looked into: "
                f"type 'drill panic' as {name}, or as root"
            )


def _user(number: int | None) -> str:
    if number is None:
        return "nobody"
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])


def read(folder: Path) -> Run:
    """The run of a folder, wherever it is; RunError where others may have written what stands there.

    Only root ends what is somebody else's.
    """
    try:
        stat = folder.stat()
    except OSError as error:
        raise RunError(f"{folder} cannot be read: {error.strerror}") from None
    if stat.st_mode & 0o022 or os.geteuid() not in (0, stat.st_uid):
        raise RunError(f"{folder} belongs to somebody else, or others may write to it")
    return runs.read(folder)


def living(folder: Path, run: Run | None, *, drills: bool = True) -> list[Living]:
    """What is there of a run, but for this process and those above it. ``drills``: the drill, too."""
    spared, there = shell.ancestors(), dict[Identity, Living]()
    if run is not None:
        noted = [*run.processes, *([run.drill] if drills and run.ended is None else [])]
        owner = _owner(folder)
        # A file leads to nobody's processes but its owner's, even where root believes it.
        there = {
            one.identity: Living(one.room, one.identity, one)
            for one in noted
            if run.lives(one) and shell.owner(one.pid) == owner
        }
    for room, who in runs.marked(folder):
        there.setdefault(who, Living(room, who, None))
    return [one for who, one in there.items() if who.pid not in spared]


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None
