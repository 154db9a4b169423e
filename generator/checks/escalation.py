"""An escalation ends at somebody who can be reached, and time alone is enough to wake somebody.

An escalation that waits for a condition does not come when the signal itself is broken,
and a role without a team, or a team without a contact, is a name that nobody can call at 3 am.

Give the role a team and the team a contact in the organization's file;
give the runbook at least one entry with ``after_minutes`` and without ``when``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "escalation"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Roles that are called and cannot be reached, and runbooks that never escalate by time alone."""
    organization = sources.organization
    if organization is not None:
        yield from _unreachable(sources, organization)
    for document in sources.sound("runbook"):
        if not any("when" not in entry for entry in document.data["escalation"]):
            message = "nobody is woken by time alone: every entry waits for a condition"
            hint = "add an entry with after_minutes and without when"
            yield Finding(document.place(("escalation",)), name, severity, message, hint)


def _unreachable(sources: Sources, organization: Document) -> Iterator[Finding]:
    """Each at its root: the role without a team, or the team without a contact."""
    called = _called(sources, organization)
    teams = {team["id"]: (index, team) for index, team in enumerate(organization.data["teams"])}
    silent: set[str] = set()
    for index, role in enumerate(organization.data["roles"]):
        if role["id"] not in called:
            continue
        if "team" not in role:
            place = organization.place(("roles", index, "id"))
            message = f"'{role['id']}' is woken by escalations, and belongs to no team"
            yield Finding(place, name, severity, message, "add its team, so that somebody can be called")
        elif role["team"] in teams and role["team"] not in silent:
            at, team = teams[role["team"]]
            silent.add(role["team"])
            yield from _without_contact(organization, at, team, role["id"])


def _without_contact(
    organization: Document, index: int, team: Mapping[str, Any], role: str
) -> Iterator[Finding]:
    if not str(team.get("contact", "")).strip() and not team.get("reach"):
        place = organization.place(("teams", index, "id"))
        message = f"'{team['id']}', the team of '{role}', is woken by escalations, and has no contact"
        yield Finding(place, name, severity, message, "add its contact: an address, a number or a link")


def _called(sources: Sources, organization: Document) -> set[str]:
    """The roles that some policy or runbook wakes."""
    rungs = [rung for policy in organization.data["escalation_policies"] for rung in policy["rungs"]]
    entries = [entry for runbook in sources.sound("runbook") for entry in runbook.data["escalation"]]
    return {entry["to"] for entry in [*rungs, *entries]}
