"""A field is more, or less, by a fixed amount."""

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
    Number("by", -1e12, 1e12, "the field's unit"),
    Number("least", -1e12, 1e12, "the field's unit", default=None),
    Number("most", -1e12, 1e12, "the field's unit", default=None),
    IN,
)
"""``least`` and ``most``: nothing is moved beyond them, as the simulated fault stays among healthy values."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    by, least, most = parameters["by"], parameters["least"], parameters["most"]
    return growing(lambda size: changing("shift", parameters, affine(1, by * size, least=least, most=most)))
