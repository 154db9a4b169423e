"""An organization in, its page and its glossary out: who is who, and how to reach them."""

from __future__ import annotations

from generator.model import EscalationPolicy, Organization, Role
from generator.site.markup import Html, anchor, contact, escape, external, heading, local, safe_url, tag
from generator.site.page import Page
from generator.site.words import duration, moment_words


def organization_page(organization: Organization) -> Page:
    """Roles, teams, channels, severities, escalation."""
    blocks = [
        heading(1, "Roles and channels"),
        heading(2, "Roles", "roles"),
        tag("ul", *[_role(organization, role) for role in organization.roles]),
        heading(2, "Teams", "teams"),
        tag("ul", *[_item(anchor("team", t.id), t.title, contact(t.contact)) for t in organization.teams]),
        heading(2, "Channels", "channels"),
        tag(
            "ul",
            *[_item(anchor("channel", c.id), c.title, _address(c.address)) for c in organization.channels],
        ),
        heading(2, "Audiences", "audiences"),
        tag(
            "ul", *[_item(anchor("audience", a.id), a.title, escape(a.needs)) for a in organization.audiences]
        ),
        heading(2, "Severities", "severities"),
        tag("ul", *_severities(organization)),
        heading(2, "Escalation", "escalation"),
        *[block for policy in organization.escalation_policies for block in _policy(organization, policy)],
    ]
    return Page("organization.md", "Roles and channels", tuple(blocks))


def glossary_page(organization: Organization) -> Page:
    """The organization's own words."""
    entries: list[Html] = []
    for term in sorted(organization.glossary, key=lambda term: term.term.lower()):
        entries += [tag("dt", term.term, id=anchor("term", term.term)), tag("dd", term.meaning)]
    return Page("glossary.md", "Words", (heading(1, "Words"), tag("dl", *entries, class_="db-terms")))


def _role(organization: Organization, role: Role) -> Html:
    team = next((team for team in organization.teams if team.id == role.team), None)
    home = [escape(" ("), local("#" + anchor("team", team.id), team.title), escape(")")] if team else []
    return tag("li", tag("b", role.title), *home, escape(f": {role.duty}"), id=anchor("role", role.id))


def _item(id: str, title: str, words: Html) -> Html:
    return tag("li", tag("b", title), *([escape(": "), words] if words else []), id=id)


def _address(address: str) -> Html:
    return external(address, address) if safe_url(address) else contact(address)


def _severities(organization: Organization) -> list[Html]:
    return [
        _item(
            anchor("severity", s.id),
            f"{s.id} {s.title}",
            escape(f"{s.meaning} Update every {duration(s.update_minutes)}."),
        )
        for s in organization.severities
    ]


def _policy(organization: Organization, policy: EscalationPolicy) -> list[str]:
    titles = {role.id: role.title for role in organization.roles}
    rungs = [
        tag(
            "li",
            tag("b", moment_words(rung.after_minutes)),
            escape(f": {titles.get(rung.to, rung.to)}"),
        )
        for rung in policy.rungs
    ]
    return [heading(3, policy.title, anchor("policy", policy.id)), tag("ol", *rungs)]
