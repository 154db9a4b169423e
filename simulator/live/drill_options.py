"""The command line of a process that plays a part in a drill in; of which service, and by which clock, out."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.live.options import minute_of_day, number
from simulator.world.traffic import DAY_MINUTES, WEEKDAYS

HIGHEST_COMPRESSION = 1000.0


def add_drill(parser: argparse.ArgumentParser) -> None:
    """The options that all of them have."""
    add = parser.add_argument
    add(
        "--catalogue",
        type=Path,
        required=True,
        metavar="FILE",
        help="as 'runbook export catalogue' writes it",
    )
    add("--service", required=True, metavar="ID")
    add(
        "--compression",
        type=number(1e-3, HIGHEST_COMPRESSION),
        required=True,
        metavar="X",
        help="drill seconds a second of the wall",
    )
    add("--seed", type=int, required=True, metavar="N")
    add("--weekday", choices=WEEKDAYS, default="monday", help="of the drill's second 0")
    add(
        "--time",
        type=minute_of_day,
        default=12 * 60,
        metavar="HH:MM",
        help="of the drill's second 0; default: 12:00",
    )
    add(
        "--step-seconds",
        type=number(1, 3600),
        default=15.0,
        metavar="S",
        help="of the drill, from scrape to scrape",
    )
    add(
        "--origin",
        type=number(-1e12, 1e12),
        metavar="SECONDS",
        help="the machine's monotonic clock at the drill's second 0; default: now. A restarted one is told it anew",
    )
    add(
        "--requests-per-s",
        type=number(0.01, 100_000),
        metavar="CAP",
        help="of the wall; traffic is never more, and was never more; default: as much as the hour brings",
    )


def week_minute(options: argparse.Namespace) -> int:
    """The minute of the week at the drill's second 0, from ``--weekday`` and ``--time``."""
    return WEEKDAYS.index(options.weekday) * DAY_MINUTES + int(options.time)
