"""Settings as people write them in, numbers for the world out, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.model import Control, Setting
from simulator.world.settings import Knob, Turn


def numeric(control: Control, turn: Turn) -> Knob:
    """A control whose settings are numbers; any number between the listed ones is a setting too."""
    return _knob(control, turn, encode=float, decode=float)


def chosen(control: Control, turn: Turn, *, order: Sequence[str]) -> Knob:
    """A control whose settings are words; the code is the place in ``order``."""
    return _knob(
        control,
        turn,
        encode=lambda value: float(order.index(str(value))),
        decode=lambda code: order[int(code)],
    )


def _knob(
    control: Control, turn: Turn, *, encode: Callable[[Setting], float], decode: Callable[[float], Setting]
) -> Knob:
    return Knob(
        id=control.id,
        minutes=control.minutes,
        default=encode(control.default),
        codes=tuple(encode(value) for value in control.values),
        values=control.values,
        turn=turn,
        encode=encode,
        decode=decode,
    )
