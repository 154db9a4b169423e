"""Only the beginning of the answer comes, and then the connection ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import Number
from simulator.live.effects.streams import Streams

PARAMETERS = (Number("share", 0, 0.999, "of the answer's body, that still comes", default=0.5),)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    share = float(parameters["share"])

    def fall(fate: Fate, *_: object) -> None:
        fate.truncate = share if fate.truncate is None else min(share, fate.truncate)
        fate.told["truncated_to"] = fate.truncate

    return Act(fall)
