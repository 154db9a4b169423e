"""A compiled runbook in, its page out: the first screen first, what is read on quiet days last."""

from __future__ import annotations

from generator.model import Dependency
from generator.site.alerts import came
from generator.site.diagrams.lineage import lineage_diagram
from generator.site.diagrams.plan import plan_diagram
from generator.site.markup import Html, escape, heading, join, tag
from generator.site.page import Page
from generator.site.pages.card import card
from generator.site.pages.detection import detection
from generator.site.pages.fold import fold
from generator.site.pages.incident import incident_bar
from generator.site.pages.people import (
    changelog,
    communication,
    escalation,
    governance,
    grounds,
    roles,
)
from generator.site.pages.plain import plain_words
from generator.site.pages.postmortem import postmortem
from generator.site.pages.proven import proven
from generator.site.pages.response import containment, mitigation, restoration
from generator.site.view import View, page_of
from generator.site.views import FACILITATOR, view_links


def runbook_page(view: View) -> Page:
    """The whole page of one runbook."""
    runbook = view.runbook
    blocks = [
        heading(1, runbook.title),
        came(view.catalogue, view.service, f"runbooks/{runbook.id}.html"),
        card(view),
        view_links(view),
        incident_bar(view),
        tag("div", view.prose(runbook.summary), class_="db-summary"),
        *plain_words(view),
        *detection(view),
        *_plan(view),
        *containment(view),
        *mitigation(view),
        *restoration(view),
        *escalation(view),
        *communication(view),
        *roles(view),
        *_background(view),
        *postmortem(view),
        *_proven(view),
        *governance(view),
        *_drills(view),
        *grounds(view),
        *changelog(view),
    ]
    tags = (view.service.title, runbook.severity, runbook.symptom)
    return Page(page_of(runbook.id), runbook.title, tuple(blocks), tags, sought=True)


def _proven(view: View) -> list[str]:
    title, *inside = proven(view)
    line = "What was rehearsed, exercised, reviewed, and is due"
    shown = [Html(block) for block in inside]
    return [title, fold(line, *shown, readers=(FACILITATOR,))]


def _plan(view: View) -> list[str]:
    words = "Every box leads to its step. Dashed lines are taken when a step fails."
    line = f"Diagram of the way from the first look to the end: {len(view.compiled.plan.nodes)} steps"
    drawing = fold(line, tag("p", words, class_="db-meta"), plan_diagram(view), readers=(FACILITATOR,))
    return [heading(2, "Plan", "plan"), drawing]


def _background(view: View) -> list[str]:
    runbook, service = view.runbook, view.service
    cascade = {id for dependency in runbook.dependencies for id in dependency.cascades_to}
    suspects = {dependency.node for dependency in runbook.dependencies} - cascade
    page = f"../services/{service.id}.html"
    drawing = lineage_diagram(
        service.lineage, f"Lineage of {service.title}", suspects=suspects, cascade=cascade, href=page
    )
    listed = [_dependency(view, dependency) for dependency in runbook.dependencies]
    legend = [tag("span", "where it starts", class_="db-key db-key-suspect"), escape(" ")]
    legend.append(tag("span", "suffers with it", class_="db-key db-key-cascade"))
    return [
        heading(2, "Problem", "problem"),
        fold("What goes wrong, and why", view.prose(runbook.problem)),
        heading(2, "Dependencies", "dependencies"),
        fold(
            f"Where it starts, and what suffers with it: {len(listed)}",
            tag("p", *legend, class_="db-meta"),
            drawing,
            tag("ul", *listed),
        ),
    ]


def _dependency(view: View, dependency: Dependency) -> Html:
    words = [view.node(dependency.node), escape(": "), view.text(dependency.role_in_incident)]
    if dependency.cascades_to:
        words += [
            escape(" Cascades to "),
            join(", ", [view.node(id) for id in dependency.cascades_to]),
            escape("."),
        ]
    return tag("li", *words)


def _drills(view: View) -> list[str]:
    """How many drills there are; what they hold stays sealed."""
    runbook = view.runbook.id
    count = sum(1 for drill in view.catalogue.drills if drill.truth.runbook == runbook)
    kept = view.catalogue.kept(runbook)
    if count:
        words = f"{count} drill{'s' * (count > 1)} of this runbook."
    elif kept.exercises or (kept.proof is not None and kept.proof.drills):
        words = "Its drills are for facilitators: who may have to answer one does not read it before."
    else:
        words = "No drill rehearses this runbook yet."
    return [heading(2, "Drills", "drills"), tag("p", words)]
