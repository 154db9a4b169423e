"""What the process stands on in, the people at it out: a screen on a terminal, lines anywhere else."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from generator.model import Catalogue
    from simulator.console.desk import Seat
    from simulator.console.guest import Guest
    from simulator.console.looks import Use
    from simulator.console.people import Human
    from simulator.console.sources import Source
    from simulator.console.terminal import SharedTerminal

DUMB = ("", "dumb")


def human(
    speed: float,
    *,
    environ: Mapping[str, str] = os.environ,
    facilitator: bool = False,
    from_minutes: float = 0.0,
    table: Path | None = None,
    sources: str = "",
) -> Human:
    """The people at this process' terminal, at that factor of real time.

    At an infinite speed, time passes only by the commands ``wait`` and ``until``: for scripts. At 0 it passes by
    ``next`` too, and deeds take the minutes that they state: for a table without a clock. ``table``: the folder of
    the run, for which others can join in, ``sources``: with which options.
    """
    from simulator.console.hosting import Hosting
    from simulator.console.people import Human

    unpaced = speed == 0
    paced = None if math.isinf(speed) or unpaced else speed
    leads = facilitator or table is not None
    terminal = _terminal("all", environ, for_people=paced is not None or unpaced or leads)
    seat: Seat = "facilitator" if leads else "alone"
    return Human(
        terminal, speed=paced, seat=seat, unpaced=unpaced, from_minutes=from_minutes,
        table=None if table is None else Hosting(terminal, table, sources=sources),
    )  # fmt: skip


def visitor(
    source: Source, catalogue: Catalogue, *, watches: bool = False, environ: Mapping[str, str] = os.environ
) -> Guest:
    """Who sits at this process' terminal, and hears of a drill from elsewhere."""
    from simulator.console.guest import Guest

    terminal = _terminal("watch" if watches else "seat", environ)
    return Guest(source, terminal, catalogue, watches=watches)


def _terminal(use: Use, environ: Mapping[str, str], *, for_people: bool = True) -> SharedTerminal:
    """A screen where people sit at a terminal that can show one, else lines."""
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty() and environ.get("TERM", "") not in DUMB
    if on_terminal and for_people:
        from simulator.console.screen import Screen

        return Screen(colours="NO_COLOR" not in environ, use=use)
    from simulator.console.lines import LineTerminal

    return LineTerminal(sys.stdin.fileno(), sys.stdout)
