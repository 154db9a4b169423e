"""Each control that a runbook turns can be turned in every environment that the runbook claims.

A step that says "set the traffic split to 0" and finds no knob in production costs the minutes that matter most,
and somebody turns the knob by hand, in a way that nobody has tried.

Give the control a binding for the environment in the service's file, with an HTTP call or a command;
or take the environment out of ``environments`` until there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.checks.sources import Sources
from generator.model import Runbook
from generator.plan import plan_of
from generator.source import Document, Finding, Severity

name = "bindings"
severity: Severity = "error"

OURS = ("simulated", "sandbox")
"""Environments that come with Drillbook: their controls need neither a call nor a command."""


def check(sources: Sources) -> Iterator[Finding]:
    """Controls without a knob, and environments in which the service has none at all."""
    for document in sources.sound("runbook"):
        service = sources.sound_service_of(document)
        if service is None:
            continue
        turned = _turned(sources.runbooks[document.path])
        controls = service.data["controls"]
        for index, environment in enumerate(document.data.get("environments", ())):
            place = document.place(("environments", index))
            for message, hint in _problems(service, controls, turned, environment):
                yield Finding(place, name, severity, message, hint)


def _turned(runbook: Runbook) -> Sequence[str]:
    """The controls that steps and phases turn, in the order of the page."""
    nodes = plan_of(runbook).nodes
    return tuple(dict.fromkeys(str(n.with_["control"]) for n in nodes if n.action == "set-control"))


def _problems(
    service: Document, controls: Sequence[Mapping[str, Any]], turned: Sequence[str], environment: str
) -> Iterator[tuple[str, str]]:
    bound = {control["id"] for control in controls if _is_bound(control, environment)}
    unbound = [id for id in turned if id not in bound and any(c["id"] == id for c in controls)]
    if unbound and not bound:
        message = f"no control of '{service.name}' can be turned in '{environment}'"
        yield message, f"bind them in {service.path}, or delete '{environment}' here"
        return
    for id in unbound:
        message = f"the control '{id}', which this runbook turns, cannot be turned in '{environment}'"
        yield message, f"bind it in {service.path} by http or command, or delete '{environment}' here"


def _is_bound(control: Mapping[str, Any], environment: str) -> bool:
    """Whether something happens when the control is turned there."""
    return any(
        binding["environment"] == environment
        and (environment in OURS or "http" in binding or bool(binding.get("command")))
        for binding in control["bindings"]
    )
