"""The requests that pass a lease in, whether it may fall on one more of them out."""

from __future__ import annotations

from math import sqrt

SLACK, DEVIATIONS = 5, 5
"""So many more than the share may be hit, and so many standard deviations of independent draws: what ids that are no
more alike than others come to once in a million requests."""


class Ration:
    """Whoever names requests himself may give many of them one name, and with it one fate: a share is to stay one."""

    __slots__ = ("_due", "_variance", "taken")

    def __init__(self) -> None:
        self.taken = 0
        """So many it has fallen on."""
        self._due = self._variance = 0.0

    def left(self, reach: float) -> bool:
        """Another request passes; ``reach``: the share of all that it is to fall on now."""
        self._due += reach
        self._variance += reach * (1 - reach)
        over = self.taken + 1 - SLACK - self._due
        return over <= 0 or over <= DEVIATIONS * sqrt(self._variance)
