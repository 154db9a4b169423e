"""A request takes longer, by a time that its id decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects import distributions
from simulator.live.effects.fate import Act, Fate
from simulator.live.effects.parameters import Anything, Choice, Parameter
from simulator.live.effects.streams import Streams

_KINDS = Choice("distribution", tuple(distributions.PARAMETERS), default="lognormal")
_NAMES = {parameter.name for known in distributions.PARAMETERS.values() for parameter in known}
PARAMETERS: tuple[Parameter, ...] = (_KINDS, *(Anything(name) for name in sorted(_NAMES)))
"""What each distribution takes of them: ``distributions.PARAMETERS``."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    given = {name: parameters[name] for name in _NAMES if parameters[name] is not None}
    quantile = distributions.quantile(parameters["distribution"], given)
    draw = streams.by_request("delay")

    def fall(fate: Fate, _: object, id: str) -> None:
        fate.delay_s += min(quantile(draw(id)), distributions.LONGEST_MS) / 1000
        fate.told["delay_ms"] = fate.delay_s * 1000

    return Act(fall)
