"""All hints of a drill together cost no more than a score can bear.

A team that takes every hint still has to be rewarded for ending the incident; else it hides that it is stuck.

Let the hints cost 20 points together at most, the first ones little.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import Hint
from generator.source import Finding, Severity
from generator.values import structure

name = "hints"
severity: Severity = "error"

MOST = 20.0


def check(sources: Sources) -> Iterator[Finding]:
    """Hints beyond the points that they may cost together."""
    for drill in sources.sound("drill"):
        cost = 0.0
        for index, hint in enumerate(drill.data.get("hints", ())):
            before, cost = cost, cost + structure(hint, Hint).points
            if before <= MOST < cost:
                message = f"the hints cost {cost:g} points up to here, where {MOST:g} are allowed"
                yield Finding(drill.place(("hints", index)), name, severity, message, "let them cost less")
