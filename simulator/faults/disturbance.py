"""A model's score goes wrong: a bias and noise on its logit, more as the intensity grows."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Parameters
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats, Flow, Reach


def disturbed(flow: Flow, reach: Reach, parameters: Parameters, *, stream: str) -> Flow:
    """The flow that leaves the model; ``stream`` names the noise, which is fixed for each prototype."""
    if flow.logit is None:
        return flow
    error = parameters["bias"] + parameters["noise"] * noise(stream, len(reach.rank))
    return replace(flow, logit=flow.logit + reach.intensity[:, None] * reach.hit() * error[None, :])


def noise(stream: str, count: int) -> Floats:
    """Standard normal, one for each prototype, the same whenever it comes."""
    return Draws().at(0, stream_key(stream)).standard_normal(count)
