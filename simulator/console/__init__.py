"""What the process stands on in, the people at it out: a screen on a terminal, lines anywhere else."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.console.people import Human

DUMB = ("", "dumb")


def human(speed: float, *, environ: Mapping[str, str] = os.environ) -> Human:
    """The people at this process' terminal, at that factor of real time.

    At an infinite speed, time passes only by the commands ``wait`` and ``until``: for scripts.
    """
    from simulator.console.people import Human

    paced = None if math.isinf(speed) else speed
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty() and environ.get("TERM", "") not in DUMB
    if on_terminal and paced is not None:
        from simulator.console.screen import Screen

        return Human(Screen(colours="NO_COLOR" not in environ), speed=paced)
    from simulator.console.lines import LineTerminal

    return Human(LineTerminal(sys.stdin.fileno(), sys.stdout), speed=paced)
