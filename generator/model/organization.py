"""Who there is: teams, roles, channels, severities, escalation, environments, classifications."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model.common import Waiver


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    title: str
    contact: str = ""
    reach: tuple[str, ...] = ()
    """Faster ways than the contact, the fastest first: phone numbers, links to a chat or a pager."""


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    title: str
    duty: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    title: str
    address: str
    classification: str


@dataclass(frozen=True, slots=True)
class Audience:
    id: str
    title: str
    needs: str
    channel: str


@dataclass(frozen=True, slots=True)
class Severity:
    id: str
    title: str
    meaning: str
    update_minutes: int


@dataclass(frozen=True, slots=True)
class EscalationRung:
    after_minutes: float
    to: str


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    id: str
    title: str
    rungs: tuple[EscalationRung, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Classification:
    """One rung of the organization's own ladder; the first is the most public."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Term:
    term: str
    meaning: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    title: str
    teams: tuple[Team, ...]
    roles: tuple[Role, ...]
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]
    severities: tuple[Severity, ...]
    escalation_policies: tuple[EscalationPolicy, ...]
    environments: tuple[Environment, ...]
    classifications: tuple[Classification, ...]
    site_url: str
    page_budget_per_week: float
    glossary: tuple[Term, ...] = ()
    site_audience: str | None = None
    """The classification up to which the site is built; None: the most public."""
    contact_classification: str | None = None
    """Of the contacts of teams and the addresses of channels; None: the most public."""
    waivers: tuple[Waiver, ...] = ()

    def may_read(self, audience: str, classification: str | None) -> bool:
        """Whether an audience reads what is classified so, and all that holds it; the empty one reads everything."""
        rungs = [rung.id for rung in self.classifications]
        return not audience or classification in (None, *rungs[: rungs.index(audience) + 1])
