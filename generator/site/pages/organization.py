"""An organization in, its page and its glossary out: who is who, and how to reach them."""

from __future__ import annotations

from generator.model import Catalogue, EscalationPolicy, Organization, Role, Team
from generator.site.markup import Html, anchor, contact, escape, external, heading, join, local, safe_url, tag
from generator.site.mentions import named, term_finder
from generator.site.page import Page
from generator.site.reach import followed, ways_of
from generator.site.words import duration, moment_words

MOST_USES = 3
"""Pages that are listed beside a word at once."""


def organization_page(organization: Organization) -> Page:
    """Roles, teams, channels, severities, escalation."""
    blocks = [
        heading(1, "Roles and channels"),
        heading(2, "Roles", "roles"),
        tag("ul", *[_role(organization, role) for role in organization.roles]),
        heading(2, "Teams", "teams"),
        tag("ul", *[_team(team) for team in organization.teams]),
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


def glossary_page(catalogue: Catalogue) -> Page:
    """The organization's own words, each with the runbooks and services that use it."""
    used = _uses(catalogue)
    entries: list[Html] = []
    for term in sorted(catalogue.organization.glossary, key=lambda term: term.term.lower()):
        entries += [tag("dt", term.term, id=anchor("term", term.term)), tag("dd", term.meaning)]
        if term.term in used:
            entries.append(tag("dd", _where(used[term.term]), class_="db-meta"))
    return Page("glossary.md", "Words", (heading(1, "Words"), tag("dl", *entries, class_="db-terms")))


def _uses(catalogue: Catalogue) -> dict[str, list[Html]]:
    """The pages whose prose has a word of the glossary, by the word."""
    finder = term_finder(catalogue.organization.glossary, "")
    pages = [(f"services/{s.id}.html", s.title, s.summary) for s in catalogue.services]
    books = [compiled.runbook for compiled in catalogue.runbooks]
    pages += [(f"runbooks/{b.id}.html", b.title, f"{b.summary}\n{b.problem}") for b in books]
    used: dict[str, list[Html]] = {}
    for page, title, prose in pages:
        for term in named(prose, finder):
            used.setdefault(term, []).append(local(page, title))
    return used


def _where(pages: list[Html]) -> Html:
    """The pages in a line, or folded where they are many."""
    if len(pages) <= MOST_USES:
        return join("; ", pages)
    return tag("details", tag("summary", f"{len(pages)} pages"), join("; ", pages))


def _team(team: Team) -> Html:
    return _item(anchor("team", team.id), team.title, join(" · ", ways_of(team)))


def _role(organization: Organization, role: Role) -> Html:
    team = next((team for team in organization.teams if team.id == role.team), None)
    home = [escape(" ("), local("#" + anchor("team", team.id), team.title), escape(")")] if team else []
    ways = join(" · ", followed(team))
    reached = [escape(" "), tag("small", ways)] if ways else []
    return tag(
        "li", tag("b", role.title), *home, escape(f": {role.duty}"), *reached, id=anchor("role", role.id)
    )


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
            escape(": "),
            local("#" + anchor("role", rung.to), titles[rung.to]) if rung.to in titles else escape(rung.to),
        )
        for rung in policy.rungs
    ]
    return [heading(3, policy.title, anchor("policy", policy.id)), tag("ol", *rungs)]
