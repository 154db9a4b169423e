"""How far work is in, one line that moves out: what is done, what is being done, and the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from simulator.rehearsal.working.standing import Progress, Standing

EVERY_S = 0.1
WIDTH = 24
NAMED = 2
"""Of what is being worked on; the rest is counted."""


@contextmanager
def bar() -> Iterator[Progress]:
    """Shows on stderr how far a rehearsal is, where that is a terminal; else nowhere."""
    if not sys.stderr.isatty():
        yield lambda standing: None
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Bar(console, live).show


@dataclass(slots=True)
class _Bar:
    console: Console
    live: Any
    shown_at: float = 0.0
    counts: tuple[int, int] = (0, 0)

    def show(self, standing: Standing) -> None:
        """Draw it, unless that was just done and nothing is new."""
        now, counts = time.monotonic(), (standing.done, len(standing.running))
        if now - self.shown_at < EVERY_S and counts == self.counts:
            return
        self.shown_at, self.counts = now, counts
        self.live.update(self._line(standing, now), refresh=True)

    def _line(self, standing: Standing, now: float) -> Any:
        from rich.text import Text

        share = standing.share(now)
        full = round(share * WIDTH)
        line = Text("━" * full, style="green", no_wrap=True, overflow="ellipsis")
        line.append("━" * (WIDTH - full), style="dim")
        line.append(f" {share:4.0%}", style="bold")
        line.append(f"  {time_left(standing.seconds_left(now))}  ", style="")
        line.append(doing(standing), style="dim")
        return line


def doing(standing: Standing) -> str:
    """What is being worked on, as far as a line can tell."""
    names = [one.what for one in standing.running.values()]
    more = len(names) - NAMED
    told = "; ".join(names[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    deaths = f"{standing.deaths} x a worker died  " if standing.deaths else ""
    return f"{deaths}{standing.kept + standing.done} of {standing.tasks}  {told}"


def time_left(seconds: float | None) -> str:
    """In words, no finer than such a guess can be.

    >>> [time_left(seconds) for seconds in (None, 3, 44, 125, 7500)]
    ['time left: ?', '5 s left', '45 s left', '2 min left', '2 h 5 min left']
    """
    if seconds is None:
        return "time left: ?"
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min left"


def lasted(seconds: float) -> str:
    """How long something took.

    >>> lasted(3.21), lasted(61), lasted(3700)
    ('3.2 s', '1 min 1 s', '61 min 40 s')
    """
    whole = round(seconds)
    return (
        f"{seconds:.1f} s"
        if seconds < 10
        else f"{whole} s"
        if whole < 60
        else f"{whole // 60} min {whole % 60} s"
    )
