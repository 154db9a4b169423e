"""Hosts with a new configuration refuse requests that they should serve; with a ramp, more and more hosts have it."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Parameters
from simulator.world.flow import Flow, Reach, either


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    there = reach.unless(reach.reverted).on_hosts()
    return replace(flow, refused=either(flow.refused, parameters["refused"] * there))
