"""The answer trickles in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import Number
from simulator.live.effects.streams import Streams

PARAMETERS = (Number("bytes_per_s", 1, 1e9, "bytes a second"),)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    pace = float(parameters["bytes_per_s"])

    def fall(fate: Fate, *_: object) -> None:
        fate.bytes_per_s = pace if fate.bytes_per_s is None else min(pace, fate.bytes_per_s)
        fate.told["bytes_per_s"] = fate.bytes_per_s

    return Act(fall)
