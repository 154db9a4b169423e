"""Numbers in, the words that reasons are written in out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DAY_SECONDS = 24 * 60 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


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


@dataclass(frozen=True, slots=True)
class Clock:
    """Instants of a drill, in minutes since its start, as the clock on its screens shows them.

    >>> [Clock("23:40").at(x) for x in (0, 9.5, 75)]
    ['23:40', '23:49', '00:55']
    """

    start: str
    """The time of day, ``HH:MM``; with anything else, instants are told from the start on."""

    def at(self, value: float) -> str:
        """To the minute, for a sentence."""
        return self.exact(value)[:-3]

    def exact(self, value: float) -> str:
        """To the second, as the log of a terminal has it.

        >>> Clock("02:40").exact(25.5), Clock("").exact(25.5)
        ('03:05:30', '+0:25:30')
        """
        found = _TIME.fullmatch(self.start)
        seconds = int(value * 60 + 1e-6)
        if found is None:
            return f"+{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        seconds = (int(found[1]) * 3600 + int(found[2]) * 60 + seconds) % DAY_SECONDS
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def share(value: float) -> str:
    """A share as per cent, with as many digits as tell something.

    >>> [share(x) for x in (0, 0.004, 0.05, 0.1234, 1)]
    ['0 %', '0.4 %', '5 %', '12.3 %', '100 %']
    """
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def drawn(values: Mapping[str, float]) -> str:
    """What a seed drew for a fault, to stand behind its name; nothing where nothing was drawn.

    >>> drawn({"factor": 71.25, "ramp_minutes": 4}), drawn({})
    (' (factor 71.2, ramp minutes 4)', '')
    """
    told = ", ".join(f"{name.replace('_', ' ')} {value:.3g}" for name, value in values.items())
    return f" ({told})" if told else ""


def points(value: float) -> str:
    """Points with one digit where there is one.

    >>> [points(x) for x in (5, 4.25, 0.04, 100)]
    ['5', '4.2', '0.0', '100']
    """
    return f"{value:.1f}" if abs(value - round(value)) > 1e-9 else f"{value:.0f}"
