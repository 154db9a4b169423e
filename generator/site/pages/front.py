"""A catalogue in, the front page out: what do you see, and what is there for it."""

from __future__ import annotations

from generator.model import Catalogue, CompiledRunbook
from generator.site.markup import Html, anchor, escape, heading, local, tag
from generator.site.page import Page
from generator.site.view import view_of


def front_page(catalogue: Catalogue) -> Page:
    """Symptoms first, services second."""
    blocks = [
        heading(1, catalogue.organization.title),
        heading(2, "What do you see?", "symptoms"),
        *_by_symptom(catalogue),
        heading(2, "Services", "services"),
        tag("div", *[_service(catalogue, service.id, service.title) for service in catalogue.services]),
    ]
    return Page("index.md", "Home", tuple(blocks), contents=False)


def _by_symptom(catalogue: Catalogue) -> list[str]:
    symptoms: dict[str, list[CompiledRunbook]] = {}
    for compiled in catalogue.runbooks:
        symptoms.setdefault(compiled.runbook.symptom, []).append(compiled)
    blocks: list[str] = []
    for symptom, found in sorted(symptoms.items()):
        title = symptom.replace("-", " ").replace("_", " ").capitalize()
        blocks.append(heading(3, title, anchor("symptom", symptom)))
        blocks += [_entry(catalogue, compiled) for compiled in found]
    return blocks or [tag("p", "There is no runbook yet.")]


def _entry(catalogue: Catalogue, compiled: CompiledRunbook) -> Html:
    """One runbook as somebody meets it: its name, and how it shows."""
    runbook, view = compiled.runbook, view_of(catalogue, compiled)
    page = f"runbooks/{runbook.id}.html"
    pages = [signal for signal in runbook.detection.signals if signal.severity == "page"]
    seen = [
        tag("li", local(f"{page}#{anchor('signal', signal.id)}", signal.title), escape(" fires"))
        for signal in pages
    ]
    seen += [
        tag("li", tag("b", view.text(cue.who)), escape(": "), view.text(cue.notices))
        for cue in runbook.detection.cues
    ]
    return tag(
        "section",
        tag(
            "p",
            local(page, runbook.title, class_="db-entry"),
            escape(f" · {view.service.title} · {runbook.severity}"),
        ),
        tag("ul", *seen),
        class_="db-card db-listed",
    )


def _service(catalogue: Catalogue, id: str, title: str) -> Html:
    runbooks = [compiled.runbook for compiled in catalogue.runbooks_of(id)]
    links = [tag("li", local(f"runbooks/{book.id}.html", book.title)) for book in runbooks]
    return tag("section", tag("p", local(f"services/{id}.html", title, class_="db-entry")), tag("ul", *links))
