"""A service says once, for each environment of its own, where it runs and where its metrics are read.

A live drill takes its target from there. Two entries for one environment would leave it to chance which one is hit;
one for 'sandbox' would never be read, as that environment comes with Drillbook.

Keep one deployment an environment. An observer measures beside the target and has no address; a Prometheus server
has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.bindings import OURS
from generator.checks.sources import Sources
from generator.source import Finding, Pointer, Severity

name = "deployments"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Deployments that no drill could be played against, or not against that one."""
    for document in sources.sound("service"):
        seen: set[str] = set()
        for index, deployment in enumerate(document.data.get("deployments", ())):
            for where, message, hint in _problems(deployment, seen):
                place = document.place(("deployments", index, *where))
                yield Finding(place, name, severity, message, hint)
            seen.add(deployment["environment"])


def _problems(deployment: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[Pointer, str, str]]:
    environment, metrics = deployment["environment"], deployment["metrics"]
    if environment in OURS:
        message = f"'{environment}' comes with Drillbook, and nothing of yours is deployed there"
        yield ("environment",), message, "name an environment of your own, such as staging"
    elif environment in seen:
        yield ("environment",), f"there is a deployment in '{environment}' already", "keep one of them"
    if metrics["kind"] == "observer" and metrics.get("url"):
        yield (
            ("metrics", "url"),
            "an observer is started beside the target, and has no address",
            "delete the url",
        )
    if metrics["kind"] == "prometheus" and not metrics.get("url"):
        hint = "write the server's address, as in url: http://127.0.0.1:9090"
        yield ("metrics", "kind"), "nobody knows where this Prometheus server is", hint
