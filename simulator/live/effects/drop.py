"""A field is not there any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects import editing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Field
from simulator.live.effects.streams import Streams

PARAMETERS = (Field("field"), editing.IN)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    field = parameters["field"]
    return editing.act("drop", parameters, lambda document, _: document.drop(field))
