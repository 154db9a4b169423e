"""A role or a team in, the ways to reach it out."""

from __future__ import annotations

from urllib.parse import urlsplit

from generator.model import Organization, Team
from generator.site.markup import Html, contact, contact_url, contact_words, escape, external, tag

KNOWN = {
    "chat": ("chat", "slack", "teams", "mattermost", "zulip", "matrix"),
    "pager": ("pager", "opsgenie", "oncall", "on-call"),
}
"""What an address is for, by a part of its host."""


def team_of(organization: Organization, id: str) -> Team | None:
    """The team of that id, or the one that fills the role of that id."""
    home = next((role.team for role in organization.roles if role.id == id), id)
    return next((team for team in organization.teams if team.id == home), None)


def ways_of(team: Team) -> list[Html]:
    """Every way to reach a team, as a link where it is one; the fastest first."""
    return [contact(way) for way in (*team.reach, team.contact) if way]


def followed(team: Team | None) -> list[Html]:
    """The ways that can be followed, in a word each; a number stands beside its word where there is room."""
    given = (*team.reach, team.contact) if team else ()
    pairs = [(address, way) for way in given if (address := contact_url(way))]
    return [external(address, _words(address, way)) for address, way in pairs]


def _words(address: str, way: str) -> Html:
    scheme, host = urlsplit(address).scheme.lower(), urlsplit(address).hostname or ""
    if scheme == "tel":
        return Html(escape("call") + tag("span", f" {contact_words(way)}", class_="db-number"))
    if scheme == "mailto":
        return escape("mail")
    return escape(
        next((word for word, hosts in KNOWN.items() if any(part in host for part in hosts)), "link")
    )
