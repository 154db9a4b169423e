"""A condition of a runbook and the board in, since when it holds out."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model import Condition
from simulator.console.board import Board, Reading
from simulator.responders.view import Scene


def since(given: Condition, board: Board, *, scene: Scene, runbook: str, wanted: bool = True) -> float | None:
    """Seconds from the start, as far as the record shows; None while it does not hold.

    ``wanted``: False asks since when it does not.
    """

    def part(inner: Condition, is_wanted: bool = wanted) -> float | None:
        return since(inner, board, scene=scene, runbook=runbook, wanted=is_wanted)

    if given.not_ is not None:
        return part(given.not_, not wanted)
    if inner := given.all or given.any:
        found = [part(each) for each in inner]
        known = [t for t in found if t is not None]
        if bool(given.all) is wanted:
            return max(known) if len(known) == len(found) else None
        return min(known, default=None)
    if given.control is not None:
        equal = board.in_force[given.control] == given.equals
        return board.in_force_t.get(given.control, 0.0) if equal is wanted else None
    key = scene.signals[scene.signal_row(runbook, given.signal or "")].key
    if given.is_ is not None:
        return _alert(board, key, fires=(given.is_ == "firing") is wanted)
    return _readings(board.readings.get(key, ()), given, wanted)


def _alert(board: Board, key: str, *, fires: bool) -> float | None:
    alert = board.firing.get(key)
    if fires:
        return alert.since_t if alert else None
    return None if alert else board.quiet_t.get(key, 0.0)


def _readings(readings: Sequence[Reading], given: Condition, wanted: bool) -> float | None:
    """The first of the readings up to now that are all on one side of the limit."""
    first = None
    for t, value in reversed(readings):
        if _beyond(value, given) is not wanted:
            break
        first = t
    return first


def _beyond(value: float | None, given: Condition) -> bool:
    """A missing value is neither above nor below."""
    if value is None:
        return False
    if given.above is not None:
        return value > given.above
    return given.below is not None and value < given.below
