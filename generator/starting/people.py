"""An organization and a service in, who plays which part in a new runbook out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.model import Audience, Organization, Role, Service
from generator.starting.ground import StartError


@dataclass(frozen=True, slots=True)
class People:
    """The roles of a runbook; one role may play several parts, but nobody approves what they turn."""

    on_call: Role
    approver: Role
    owner: Role
    """Whoever mends the node that is suspected."""
    communicator: Role
    last: Role | None
    """Who is woken when it goes on."""

    @property
    def duties(self) -> dict[str, str]:
        """What each role does here, by role, in the order of the page."""
        found: dict[str, list[str]] = {}
        for role, duty in self._parts():
            found.setdefault(role.id, []).append(duty)
        return {id: " ".join(duties) for id, duties in found.items()}

    def _parts(self) -> Iterator[tuple[Role, str]]:
        yield (
            self.on_call,
            "Reads the signals, saves the evidence and turns the control, and says aloud what was turned.",
        )
        yield self.approver, "Approves each change before it is made, and decides what comes next."
        yield self.owner, "Finds what changed at the source of the trouble, and mends it there."
        yield self.communicator, "Sends the updates, and keeps their cadence until it is over."
        if self.last is not None:
            yield self.last, "Is told when it goes on, and may send more people."


def people_of(organization: Organization, service: Service, *, owner_team: str) -> People:
    """Who does what; StartError when there is nobody to approve."""
    roles = {role.id: role for role in organization.roles}
    on_call = roles.get(service.on_call)
    if on_call is None:
        raise StartError(
            f"the role '{service.on_call}', on call for '{service.id}', is not in the organization"
        )
    rungs = _rungs(organization, on_call.id)
    others = [roles[id] for id in rungs if id in roles and id != on_call.id]
    others += [role for role in organization.roles if role not in (on_call, *others)]
    if not others:
        raise StartError(
            "the organization has one role, and nobody approves their own change: add another role"
        )
    approver = others[0]
    owner = next((role for role in others[1:] if role.team == owner_team), approver)
    communicator = next((role for role in others if "communication" in role.id), approver)
    named = (on_call, approver, owner, communicator)
    last = next((role for role in others if role.id in rungs and role not in named), None)
    return People(on_call, approver, owner, communicator, last)


def audiences_of(organization: Organization) -> tuple[Audience, Audience | None]:
    """Who gets the updates; and who speaks with users, if the organization knows such people."""
    first = organization.audiences[0]
    users = next((one for one in organization.audiences[1:] if "support" in one.id), None)
    return first, users


def _rungs(organization: Organization, on_call: str) -> list[str]:
    """The ladder that begins with the role on call."""
    for policy in organization.escalation_policies:
        if policy.rungs and policy.rungs[0].to == on_call:
            return [rung.to for rung in policy.rungs]
    return []
