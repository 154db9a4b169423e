"""A service in, its page out: what feeds what, which knobs there are and what they cost."""

from __future__ import annotations

from generator import kinds
from generator.model import Catalogue, Control, Link, Node, Service
from generator.site.alerts import came
from generator.site.diagrams.lineage import lineage_diagram
from generator.site.markup import Html, anchor, escape, external, heading, join, local, tag
from generator.site.mentions import Once, linked, term_finder
from generator.site.page import Page
from generator.site.pages.response import facts
from generator.site.reach import followed, team_of, ways_of
from generator.site.view import GLOSSARY
from generator.site.words import duration, number, setting


def service_page(catalogue: Catalogue, service: Service) -> Page:
    """The whole page of one service."""
    blocks = [
        heading(1, service.title),
        came(catalogue, service, f"services/{service.id}.html"),
        tag("p", linked(service.summary, term_finder(catalogue.organization.glossary, GLOSSARY), Once())),
        _owners(catalogue, service),
        heading(2, "Runbooks", "runbooks"),
        _runbooks(catalogue, service),
        heading(2, "Lineage", "lineage"),
        lineage_diagram(service.lineage, f"Lineage of {service.title}"),
        tag("ul", *[_node(catalogue, node) for node in service.lineage.nodes]),
        heading(2, "Controls", "controls"),
        tag("div", *[_control(control) for control in service.controls], class_="db-signals"),
        heading(2, "Signals", "signals"),
        _signals(catalogue, service),
        heading(2, "Objectives", "objectives"),
        _objectives(service),
        heading(2, "Artifacts", "artifacts"),
        _artifacts(service),
    ]
    return Page(f"services/{service.id}.md", service.title, tuple(blocks), (service.title,))


def _owners(catalogue: Catalogue, service: Service) -> Html:
    return facts(
        [
            ("Team", _person(catalogue, service.team)),
            ("On call", _person(catalogue, service.on_call)),
            ("Classification", escape(service.classification)),
        ]
    )


def _person(catalogue: Catalogue, id: str) -> Html:
    organization = catalogue.organization
    for role in organization.roles:
        if role.id == id:
            title = local(f"../organization.html#{anchor('role', id)}", role.title)
            return join(" · ", [title, *followed(team_of(organization, id))])
    for team in organization.teams:
        if team.id == id:
            ways = ways_of(team)
            return Html(_team(catalogue, id) + (" (" + join(", ", ways) + ")" if ways else ""))
    return escape(id)


def _team(catalogue: Catalogue, id: str) -> Html:
    titles = [team.title for team in catalogue.organization.teams if team.id == id]
    return local(f"../organization.html#{anchor('team', id)}", titles[0]) if titles else escape(id)


def _runbooks(catalogue: Catalogue, service: Service) -> Html:
    found = [compiled.runbook for compiled in catalogue.runbooks_of(service.id)]
    if not found:
        return tag("p", "No runbook yet.")
    links = [
        tag("li", local(f"../runbooks/{book.id}.html", book.title), escape(f" · {book.severity}"))
        for book in found
    ]
    return tag("ul", *links)


def _node(catalogue: Catalogue, node: Node) -> Html:
    versions = f" Versions: {', '.join(v.id for v in node.versions)}." if node.versions else ""
    words = [
        tag("b", node.title),
        escape(f" ({node.kind.replace('_', ' ')}, owner "),
        _team(catalogue, node.owner),
        escape("). "),
    ]
    return tag(
        "li", *words, escape(f"When it fails: {node.cascade}"), escape(versions), id=anchor("node", node.id)
    )


def _control(control: Control) -> Html:
    known = kinds.load("controls").get(control.kind)
    values = ", ".join(setting(value) for value in control.values)
    where = ", ".join(binding.environment for binding in control.bindings)
    kind = known.title if known else control.kind
    return tag(
        "section",
        tag("h4", tag("code", control.id), escape(f" {control.title}")),
        tag(
            "p",
            tag("b", f"Takes effect in {duration(control.minutes)}"),
            escape(f" · {kind}"),
            class_="db-level",
        ),
        tag("p", tag("b", "Cost"), escape(f" {control.cost}")),
        tag("p", tag("b", "Values"), escape(f" {values} (normally {setting(control.default)})")),
        tag("p", f"Bound in: {where}", class_="db-meta"),
        class_="db-signal",
        id=anchor("control", control.id),
    )


def _signals(catalogue: Catalogue, service: Service) -> Html:
    items = [
        tag(
            "li",
            local(f"../runbooks/{compiled.runbook.id}.html#{anchor('signal', signal.id)}", signal.title),
            escape(f" · {signal.severity} · {signal.compare} {number(signal.threshold)}"),
        )
        for compiled in catalogue.runbooks_of(service.id)
        for signal in compiled.runbook.detection.signals
    ]
    return tag("ul", *items) if items else tag("p", "No signal yet.")


def _objectives(service: Service) -> Html:
    items = [
        tag(
            "li",
            tag("b", slo.title),
            escape(f": {number(slo.objective * 100)} % over {slo.window_days} days"),
        )
        for slo in service.slos
    ]
    return tag("ul", *items) if items else tag("p", "None stated.")


def _artifacts(service: Service) -> Html:
    found = service.artifacts
    pairs = [
        ("Model card", external(found.model_card, found.model_card)),
        ("Data dictionary", external(found.data_dictionary, found.data_dictionary)),
        ("Dependency tree", external(found.dependency_tree, found.dependency_tree)),
        ("Dashboards", _links(found.dashboards)),
        ("Logs", _links(found.logs)),
    ]
    return facts(pairs)


def _links(links: tuple[Link, ...]) -> Html:
    return join(", ", [external(link.url, link.title) for link in links])
