"""A field is multiplied, and something added, as when miles become kilometres or Fahrenheit Celsius.

Half of a factor is its square root, so that two halves make a whole; of one that is not positive, half the way to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.arithmetic import affine
from simulator.live.effects.editing import IN, changing, growing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Field, Number
from simulator.live.effects.streams import Streams

PARAMETERS = (
    Field("field"),
    Number("factor", -1e9, 1e9),
    Number("offset", -1e12, 1e12, "the field's unit, after scaling", default=0),
    IN,
)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    factor, offset = parameters["factor"], parameters["offset"]

    def at(size: float) -> Act:
        part = factor**size if factor > 0 else 1 + (factor - 1) * size
        return changing("scale", parameters, affine(part, offset * size))

    return growing(at)
