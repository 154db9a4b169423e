"""Something to do in, how long it takes out: the least of several tries, which other work disturbs least."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

TRIES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """Ours against a peer, measured in turns in the same run."""

    what: str
    ours_s: float
    peer: str
    peer_s: float

    @property
    def ratio(self) -> float:
        return self.ours_s / self.peer_s


def versus(
    what: str, ours: Callable[[], object], peer: str, other: Callable[[], object], *, per: int = 1
) -> Row:
    """Both in turns, ``TRIES`` times; times are for one of ``per`` units that each call does."""
    mine, theirs = [], []
    for _ in range(TRIES):
        mine.append(_seconds(ours))
        theirs.append(_seconds(other))
    return Row(what, min(mine) / per, peer, min(theirs) / per)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def table(rows: list[Row]) -> str:
    """A Markdown table of the rows."""
    head = "| what | ours | peer | its time | ours / peer |\n|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {row.what} | {_time(row.ours_s)} | {row.peer} | {_time(row.peer_s)} | {row.ratio:.2f} |"
        for row in rows
    )


def _time(seconds: float) -> str:
    """Two digits are enough.

    >>> _time(0.00042), _time(0.042), _time(4.2), _time(158.3)
    ('0.42 ms', '42 ms', '4.2 s', '160 s')
    """
    value, unit = (seconds, "s") if seconds >= 1 else (1000 * seconds, "ms")
    return f"{float(f'{value:.2g}'):g} {unit}"
