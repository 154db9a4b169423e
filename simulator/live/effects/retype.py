"""A field holds the same in another type: a number as a text, a text as a number, either as true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.bodies.document import TYPES
from simulator.live.effects import editing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Choice, Field
from simulator.live.effects.streams import Streams

PARAMETERS = (Field("field"), Choice("to", TYPES), editing.IN)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    field, to = parameters["field"], parameters["to"]
    return editing.act("retype", parameters, lambda document, _: document.retype(field, to))
