"""A number is off by a normal error, another one in each request: a silent corruption of answers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from statistics import NormalDist
from typing import Any

from simulator.live.bodies.document import Document
from simulator.live.effects import editing
from simulator.live.effects.arithmetic import limited, number
from simulator.live.effects.chance import SMALLEST
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Choice, Field, Number
from simulator.live.effects.streams import Streams

PARAMETERS = (
    Field("field"),
    Number("sd", 0, 1e12, "the field's unit", above=True),
    Number("least", -1e12, 1e12, "the field's unit", default=None),
    Number("most", -1e12, 1e12, "the field's unit", default=None),
    Choice("in", ("request", "answer"), default="answer"),
)
"""``least`` and ``most``: no error goes beyond them, as with a probability."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    field, least, most = parameters["field"], parameters["least"], parameters["most"]
    draw, normal = streams.of("noise"), NormalDist(0, parameters["sd"]).inv_cdf

    def at(size: float) -> Act:
        def edit(document: Document, id: str) -> int:
            numbers = count()

            def off(value: float) -> float:
                error = size * normal(max(draw(f"{id}/{next(numbers)}"), SMALLEST))
                return limited(value, value + error, least, most)

            return document.edit(field, number(off))

        return editing.act("noise", parameters, edit)

    return editing.growing(at)
