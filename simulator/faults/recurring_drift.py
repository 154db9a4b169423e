"""One sort of requests comes and goes in waves, as by day and night: others give way to it, and come back."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.asking import asking_instead, first_of
from simulator.world.courses import Wave
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    column = reach.healthy[parameters["field"]]
    sort = (column >= parameters["least"]) & (column <= parameters["most"]) & reach.inside
    return asking_instead(
        flow,
        reach,
        who=first_of(reach.inside[None, :], reach.share * reach.intensity, reach),
        donors=sort[None, :],
    )


def course(parameters: Parameters) -> Wave:
    return Wave(parameters["period_hours"] * 60)
