"""Numbers of JSON in, others out: a whole one stays whole where it can."""

from __future__ import annotations

from collections.abc import Callable

from simulator.live.bodies.document import Change, Value

FARTHEST = 2.0**53
"""Beyond it, not every whole number is a float."""


def number(change: Callable[[float], float]) -> Change:
    """The same for whatever a field holds: what is no number stays as it is."""

    def changed(value: Value) -> Value:
        if type(value) is float:
            return float(change(value))
        if type(value) is int:
            return whole(change(value))
        return value

    return changed


def whole(value: float) -> Value:
    """As a whole number, where it is one.

    >>> whole(7330.0), whole(0.5)
    (7330, 0.5)
    """
    if isinstance(value, float) and value.is_integer() and -FARTHEST < value < FARTHEST:
        return int(value)
    return value


def affine(factor: float, offset: float, *, least: float | None = None, most: float | None = None) -> Change:
    """``value * factor + offset``; where limits are given, no value is moved beyond them."""
    if least is None and most is None:
        return _line(factor, offset)

    def moved(value: float) -> float:
        return limited(value, value * factor + offset, least, most)

    return number(moved)


def _line(factor: float, offset: float) -> Change:
    """As ``number`` would, of the change that is made most often, in one step."""

    def changed(value: Value) -> Value:
        if type(value) is float:
            return float(value * factor + offset)
        if type(value) is int:
            return whole(value * factor + offset)
        return value

    return changed


def limited(value: float, new: float, least: float | None, most: float | None) -> float:
    """The new value within limits; what lies beyond them already stays there.

    >>> limited(5, 12, 0, 10), limited(11, 12, 0, 10)
    (10, 11)
    """
    if most is not None and new > most:
        new = max(most, value) if new > value else new
    if least is not None and new < least:
        new = min(least, value) if new < value else new
    return new
