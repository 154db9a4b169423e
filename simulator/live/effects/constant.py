"""A field holds one value, whatever it was: a sentinel that looks valid, or null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.editing import IN, changing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Field, Scalar
from simulator.live.effects.streams import Streams

PARAMETERS = (Field("field"), Scalar("value"), IN)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    value = parameters["value"]
    return changing("constant", parameters, lambda _: value)
