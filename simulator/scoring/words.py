"""Numbers in, the words that reasons are written in out."""

from __future__ import annotations


def minutes(value: float) -> str:
    """A span of time for people.

    >>> [minutes(x) for x in (0.5, 12, 12.25, 65, 120)]
    ['30 s', '12 min', '12.2 min', '1 h 5 min', '2 h']
    """
    if 0 < abs(value) < 1:
        return f"{value * 60:.0f} s"
    if abs(value) < 60:
        return f"{value:.1f}".removesuffix(".0") + " min"
    hours, rest = divmod(round(value), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def clock(value: float) -> str:
    """An instant of the drill, in minutes and seconds since its start.

    >>> [clock(x) for x in (0, 9.5, 75)]
    ['00:00', '09:30', '75:00']
    """
    whole, seconds = divmod(round(value * 60), 60)
    return f"{whole:02d}:{seconds:02d}"


def share(value: float) -> str:
    """A share as per cent, with as many digits as tell something.

    >>> [share(x) for x in (0, 0.004, 0.05, 0.1234, 1)]
    ['0 %', '0.4 %', '5 %', '12.3 %', '100 %']
    """
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def points(value: float) -> str:
    """Points with one digit where there is one.

    >>> [points(x) for x in (5, 4.25, 0.04, 100)]
    ['5', '4.2', '0.0', '100']
    """
    return f"{value:.1f}" if abs(value - round(value)) > 1e-9 else f"{value:.0f}"
