"""A machine on which something may have gone wrong in; no fault, and nothing of any run left, out.

Needs nothing but what stands on the disk and in ``/proc``: no drill, no watchdog, no event loop.
It never ends a process that is not of a run: id, start and boot have to be those that were noted down,
or the process carries the mark of a run in its environment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from simulator.live import turned
from simulator.live.ending import Ending, Panicked
from simulator.live.found import found

AT_ONCE = 16
BEYOND = "beyond reach"


@dataclass(frozen=True, slots=True)
class Told:
    """What there was on the machine; ``runs`` has those where there was anything to do or to say."""

    runs: tuple[Panicked, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left."""
        return not any(one.left for one in self.runs)


def panic(
    *,
    drills: bool = True,
    say: Callable[[str], None] = lambda text: None,
    hurry: threading.Event | None = None,
) -> Told:
    """End every fault on this machine, and every process of a live run; safe to call again. Raises nothing.

    ``drills``: the drills too, as they would ask for their faults again; never this process or one above it.
    ``say``: what is waited for, in sentences; ``hurry``: set by somebody who does not want to wait.
    """
    there, hurried = found(), hurry or threading.Event()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = [*pool.map(lambda folder: _one(folder, drills=drills, say=say, hurry=hurried), there.folders)]
    told.append(Panicked(BEYOND, "", left=[*there.beyond]))
    return Told(tuple(one for one in told if one.ended or one.left or one.notes))


def _one(folder: Path, *, drills: bool, say: Callable[[str], None], hurry: threading.Event) -> Panicked:
    told = Panicked(folder.name, str(folder))
    try:
        Ending(folder, told, say=say, hurry=hurry).end(drills=drills)
        told.notes += (f"{line}; then delete {folder / turned.FILE}" for line in turned.left(folder))
    # One broken run must not keep the others from being ended.
    except Exception as error:
        told.left.append(f"{folder.name} could not be ended whole: {error!r} (end its processes by hand)")
    return told
