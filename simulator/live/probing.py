"""A deployment and a panel in; a few requests by which one can tell whether it answers as it did, out."""

from __future__ import annotations

import json

from generator.model import Deployment, PanelRows, Service
from simulator.live.aftermath import Probe
from simulator.live.load.protocols import prepared

ITS_OWN = ("id", "model_version")
"""What differs from answer to answer, or only names who gave it."""


def probes(service: Service, panel: PanelRows, deployment: Deployment, count: int) -> tuple[Probe, ...]:
    """``count`` cases, spread over the panel; to be sent past the proxy, before and after."""
    bodies, cases = prepared(service, panel, deployment), len(panel.columns[service.profile.panel.label])
    return tuple(
        Probe(f"case {case}", deployment.path, json.loads(bodies.body(f"probe-{case}", case, 0.0)), ITS_OWN)
        for case in range(0, cases, max(1, cases // count))[:count]
    )
