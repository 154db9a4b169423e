"""Updates come as often as the organization promises, and every message that is prepared is sent by some step.

Whoever waits for the next update calls the people who are busy, and a template that no step posts is written
in vain: at 3 am nobody looks for it.

Name each severity once in ``communication.cadence``, with no more minutes than the organization's
``update_minutes``; and add a step ``do: post`` for each template, or delete it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.checks.sources import Sources
from generator.model import Runbook
from generator.plan import plan_of
from generator.source import Document, Finding, Pointer, Severity

name = "cadence"
severity: Severity = "error"

CADENCE: Pointer = ("communication", "cadence")


def check(sources: Sources) -> Iterator[Finding]:
    """Severities without a cadence, or with a slow one, and templates that nobody posts."""
    organization = sources.organization
    for document in sources.sound("runbook"):
        if organization is not None:
            yield from _pace(document, _promised(organization))
        yield from _unposted(document, sources.runbooks[document.path])


def _promised(organization: Document) -> Mapping[str, float]:
    """Minutes between two updates, by severity."""
    return {severity["id"]: severity["update_minutes"] for severity in organization.data["severities"]}


def _pace(document: Document, promised: Mapping[str, float]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, entry in enumerate(document.data["communication"]["cadence"]):
        given, minutes = entry["severity"], entry["minutes"]
        if given in seen:
            place = document.place((*CADENCE, index, "severity"))
            yield Finding(place, name, severity, f"the cadence of '{given}' is given twice", "delete one")
        elif minutes > promised.get(given, minutes):
            place = document.place((*CADENCE, index, "minutes"))
            message = f"updates every {minutes:g} min are rarer than the organization promises for '{given}'"
            yield Finding(place, name, severity, message, f"say {promised[given]:g} or less")
        seen.add(given)
    missing = [one for one in promised if one not in seen]
    # A name that nobody knows may be meant for the missing one; the check of references says so.
    if missing and seen <= set(promised):
        message = f"no cadence is given for {', '.join(repr(one) for one in missing)}"
        hint = f"add {{severity: {missing[0]}, minutes: {promised[missing[0]]:g}}}"
        yield Finding(document.place(CADENCE), name, severity, message, hint)


def _unposted(document: Document, runbook: Runbook) -> Iterator[Finding]:
    """Audiences that hear nothing, at the first template for them; else templates that nobody posts."""
    posted = {node.with_["template"] for node in plan_of(runbook).nodes if node.action == "post"}
    templates = runbook.communication.templates
    reached = {template.audience for template in templates if template.id in posted}
    silent: set[str] = set()
    for index, template in enumerate(templates):
        place = document.place(("communication", "templates", index, "id"))
        if template.id in posted or template.audience in silent:
            continue
        hint = f"add a step: do: post, with: {{template: {template.id}}}; or delete the template"
        if template.audience in reached:
            yield Finding(place, name, "warning", f"no step posts the template '{template.id}'", hint)
        else:
            silent.add(template.audience)
            message = f"no step posts anything to the audience '{template.audience}'"
            yield Finding(place, name, severity, message, hint)
