"""A service gives another name only to metrics that there are, and one to each.

Signals, alerts and drills ask for metrics under canonical names, and look up what the service calls them.
A name for a metric that nobody asks for is never used, and the one that was meant keeps its canonical name: an alert
then watches a series that does not exist, and is quiet for ever.

Write the canonical name as the signal's page has it, without ``_bucket`` behind a histogram's.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import kinds
from generator.checks.sources import Sources
from generator.source import Finding, Severity, likely

name = "metrics"
severity: Severity = "error"

_ROUTES = "model_route_requests_total"
"""Drills read it to tell how much the fallback decides; no kind is about it."""


def check(sources: Sources) -> Iterator[Finding]:
    """Names for metrics that nobody knows, and second names."""
    known = canonical()
    for document in sources.sound("service"):
        seen: set[str] = set()
        for index, mapping in enumerate(document.data.get("metrics", {}).get("names", ())):
            metric = mapping["metric"]
            place = document.place(("metrics", "names", index, "metric"))
            if metric not in known:
                hint = likely(metric.removesuffix("_bucket"), known) or "there are: " + ", ".join(
                    sorted(known)
                )
                yield Finding(place, name, severity, f"unknown metric '{metric}'", hint)
            elif metric in seen:
                yield Finding(place, name, severity, f"'{metric}' has a name already", "keep one of them")
            seen.add(metric)


def canonical() -> frozenset[str]:
    """The metrics that a service may show, by the names under which kinds ask for them."""
    declared = (
        kind.declaration.get("metrics", ())
        for table in ("signals", "faults")
        for kind in kinds.load(table).values()
    )
    return frozenset({_ROUTES}.union(*declared))
