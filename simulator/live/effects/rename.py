"""A field is called something else, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects import editing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Field, Text
from simulator.live.effects.streams import Streams

PARAMETERS = (Field("field"), Text("to", least=1, most=200), editing.IN)
"""``to``: its new last name; ``inputs.weather.wind`` to ``gust`` is ``inputs.weather.gust``."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    field, to = parameters["field"], parameters["to"]
    return editing.act("rename", parameters, lambda document, _: document.rename(field, to))
