"""A catalogue in, the page out for an alert that names no runbook: the nearest ones, and whom to ask.

A link leads here as ``alert.html?alertname=LatencyHigh&service=fraud-scorer&severity=page``; a script puts the
nearest runbooks first. Without one, every service stands here with its owner and its runbooks.
"""

from __future__ import annotations

import re

from generator.model import Catalogue, Runbook, Service
from generator.site.markup import Html, anchor, escape, heading, join, local, tag
from generator.site.page import Page
from generator.site.reach import team_of, ways_of
from generator.site.symptoms import symptom_words

PATH = "alert.md"
TITLE = "Alert without a runbook"


def alert_page(catalogue: Catalogue) -> Page:
    """Every service with its owner and its runbooks, for a script to sort."""
    blocks = [
        heading(1, TITLE),
        tag("div", class_="db-nearest", hidden=""),
        tag(
            "p", "Find the service, look whether one of its runbooks fits what you see, and reach its owner."
        ),
        *[_service(catalogue, service) for service in catalogue.services],
        heading(2, "Write the missing runbook", "write"),
        _writing(),
    ]
    return Page(PATH, TITLE, tuple(blocks), contents=False)


def _service(catalogue: Catalogue, service: Service) -> Html:
    books = [compiled.runbook for compiled in catalogue.runbooks_of(service.id)]
    listed = tag("ul", *[_runbook(book) for book in books]) if books else tag("p", "It has no runbook yet.")
    return tag(
        "section",
        tag("h2", local(f"services/{service.id}.html", service.title), id=anchor("service", service.id)),
        tag("p", *_owner(catalogue, service), class_="db-owner"),
        listed,
        class_="db-alerted",
        data_service=service.id,
        data_labels=" ".join(label.name for label in service.alert_labels),
    )


def _owner(catalogue: Catalogue, service: Service) -> list[Html]:
    """Who owns the service, who is on call, and how to reach them."""
    organization = catalogue.organization
    team = team_of(organization, service.team)
    title = team.title if team else service.team
    words = [
        tag("b", "Owner"),
        escape(" "),
        local(f"organization.html#{anchor('team', service.team)}", title),
    ]
    role = next((role for role in organization.roles if role.id == service.on_call), None)
    if role is not None:
        words += [escape(", on call "), local(f"organization.html#{anchor('role', role.id)}", role.title)]
    for one in dict.fromkeys(filter(None, (team_of(organization, service.on_call), team))):
        words += [escape(" · "), join(" · ", ways_of(one))] if ways_of(one) else []
    return words


def _runbook(runbook: Runbook) -> Html:
    """One entry; what its signals are called says less than what it is called itself."""
    signals = [f"{signal.id} {signal.title}" for signal in runbook.detection.signals]
    return tag(
        "li",
        local(f"runbooks/{runbook.id}.html", runbook.title),
        escape(f" · {runbook.severity} · {symptom_words(runbook.symptom)}"),
        data_words=words_of(runbook.id, runbook.title, runbook.symptom, symptom_words(runbook.symptom)),
        data_signals=words_of(*signals),
    )


def words_of(*texts: str) -> str:
    """The words that an alert may share with these texts, each once."""
    return " ".join(sorted(set(re.findall(r"[a-z0-9]+", " ".join(texts).lower()))))


def _writing() -> Html:
    steps = [
        (
            escape("Draft it from the names of the service: "),
            "runbook new latency-surge --service fraud-scorer",
        ),
        (escape("See what is missing, at its line: "), "runbook check"),
        (escape("Drill it with the robot, before people need it: "), "drill run DRILL --responder robot"),
    ]
    shown = [tag("li", words, tag("code", command)) for words, command in steps]
    return tag("ol", *shown)
