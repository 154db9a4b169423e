"""A service says once, for each environment of its own, where it runs and where its metrics are read.

A live drill takes its target from there. Two entries for one environment would leave it to chance which one is hit;
one for 'sandbox' would never be read, as that environment comes with Drillbook.
No fault ever falls on health and metrics, so a drill whose requests went there would be one without faults.

Keep one deployment an environment. An observer measures beside the target and has no address; a Prometheus server
has one. Let ``path`` be where requests are decided and ``health`` another path, and let ``answer.field`` lead to one
value, as in ``predictions[0]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.bindings import OURS
from generator.checks.sources import Sources
from generator.model import fields, paths
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


Problem = tuple[Pointer, str, str]


def _problems(deployment: Mapping[str, Any], seen: set[str]) -> Iterator[Problem]:
    environment = deployment["environment"]
    if environment in OURS:
        message = f"'{environment}' comes with Drillbook, and nothing of yours is deployed there"
        yield ("environment",), message, "name an environment of your own, such as staging"
    elif environment in seen:
        yield ("environment",), f"there is a deployment in '{environment}' already", "keep one of them"
    yield from _of_paths(deployment["path"], deployment.get("health", ""))
    yield from _of_field(deployment["answer"]["field"])
    yield from _of_metrics(deployment["metrics"])


def _of_paths(path: str, health: str) -> Iterator[Problem]:
    """Paths at which no fault would ever fall."""
    spared = next((part for part in paths.parts(path) if part in paths.SPARED), "")
    if spared:
        message = f"no fault would ever fall on '{path}': paths with '{spared}' in them are spared"
        yield ("path",), message, "name the path where requests are decided, as in /invocations"
    elif health and paths.parts(health) == paths.parts(path):
        message = f"no fault would ever fall on '{path}': it is the path of health, which is spared"
        yield (
            ("health",),
            message,
            "name a path that only says whether it is well, as in /health, or leave it out",
        )


def _of_field(field: str) -> Iterator[Problem]:
    try:
        fields.parsed(field)
    except ValueError:
        if fields.is_unclosed(field):
            yield ("answer", "field"), "unclosed '['", "as in predictions[0]"
        else:
            yield ("answer", "field"), f"'{field[:100]}' leads nowhere", fields.HOW


def _of_metrics(metrics: Mapping[str, Any]) -> Iterator[Problem]:
    if metrics["kind"] == "observer" and metrics.get("url"):
        message = "an observer is started beside the target, and has no address"
        yield ("metrics", "url"), message, "delete the url"
    if metrics["kind"] == "prometheus" and not metrics.get("url"):
        hint = "write the server's address, as in url: http://127.0.0.1:9090"
        yield ("metrics", "kind"), "nobody knows where this Prometheus server is", hint
