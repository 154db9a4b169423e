"""The connection ends without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import Parameter
from simulator.live.effects.streams import Streams

PARAMETERS: tuple[Parameter, ...] = ()


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    def fall(fate: Fate, *_: object) -> None:
        fate.reset = True
        fate.told["reset"] = True

    return Act(fall)
