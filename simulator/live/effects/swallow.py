"""The sender hears that the request was taken; the target never sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import Number, Text
from simulator.live.effects.refuse import answer
from simulator.live.effects.streams import Streams

EMPTY = (204, 205)
PARAMETERS = (Number("status", 200, 299, default=202, whole=True), Text("body", default=""))


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    status, body = int(parameters["status"]), parameters["body"]
    if status in EMPTY and body:
        raise ValueError(f"an answer with status {status} has no body: leave it out")
    taken = answer(status, body)

    def fall(fate: Fate, *_: object) -> None:
        fate.swallow = fate.swallow or taken
        fate.told["swallowed"] = fate.swallow.status

    return Act(fall)
