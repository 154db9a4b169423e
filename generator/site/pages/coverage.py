"""A catalogue in, the page out that says how far runbooks are proven, and which faults are drilled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import kinds
from generator.model import Catalogue, CompiledRunbook, Drill, Exercise, Service
from generator.site.markup import Html, escape, heading, join, local, tag
from generator.site.page import Page
from generator.site.pages.table import table
from generator.site.standing import BY, Standing, judgements, proof_standing, standing

PATH = "coverage.md"
NONE = "none"


def coverage_page(catalogue: Catalogue) -> Page:
    """Runbooks with their evidence; kinds of fault with their drills, for those who may know of drills."""
    blocks: list[str] = [heading(1, "Coverage"), heading(2, "Runbooks", "runbooks"), _runbooks(catalogue)]
    if catalogue.drills:
        words = (
            "What can go wrong with each service, and whether a drill rehearses it. "
            "Which drill does is not told here."
        )
        blocks += [heading(2, "Faults", "faults"), tag("p", words)]
        for service in catalogue.services:
            blocks += _service(catalogue, service)
    else:
        blocks.append(tag("p", "Which faults are drilled is not told to the readers of this edition."))
    return Page(PATH, "Coverage", tuple(blocks))


def _runbooks(catalogue: Catalogue) -> Html:
    rows = [_runbook(catalogue, compiled) for compiled in catalogue.runbooks]
    return table(("Runbook", "Evidence", "Proof", "Exercised last", "Approved by"), rows)


def _runbook(catalogue: Catalogue, compiled: CompiledRunbook) -> list[Html]:
    kept, runbook = catalogue.kept(compiled.runbook.id), compiled.runbook
    titles = {role.id: role.title for role in catalogue.organization.roles}
    approved = [review for review in judgements(compiled, kept) if review.verdict == "approved"]
    return [
        local(f"runbooks/{runbook.id}.html", runbook.title),
        _badge(standing(compiled, kept)),
        _badge(proof_standing(compiled, kept)),
        _last(kept.exercises),
        join("; ", [_approval(titles.get(one.role, one.role), one.date) for one in approved])
        or _none("nobody"),
    ]


def _badge(found: Standing) -> Html:
    return tag("span", found.words, class_=f"db-badge db-badge-{found.light}")


def _service(catalogue: Catalogue, service: Service) -> list[str]:
    nodes = {node.kind for node in service.lineage.nodes}
    declared = kinds.load("faults").values()
    fitting = [kind for kind in declared if nodes & set(kind.declaration.get("nodes", ()))]
    drills = {kind.name: _drills(catalogue, service, kind.name) for kind in fitting}
    drilled = sum(bool(found) for found in drills.values())
    rows = [_fault(catalogue, kind, drills[kind.name]) for kind in fitting]
    return [
        heading(3, service.title, f"faults-{service.id}"),
        tag("p", f"{drilled} of {len(fitting)} kinds of fault that can strike it are drilled."),
        table(("Fault", "Runbooks", "Drills", "Exercised last"), rows),
    ]


def _drills(catalogue: Catalogue, service: Service, kind: str) -> list[Drill]:
    return [
        drill
        for drill in catalogue.drills
        if drill.service == service.id and any(fault.kind == kind for fault in drill.faults)
    ]


def _fault(catalogue: Catalogue, kind: kinds.Kind, drills: Sequence[Drill]) -> list[Html]:
    known = {compiled.runbook.id: compiled.runbook for compiled in catalogue.runbooks}
    named = dict.fromkeys(drill.truth.runbook for drill in drills if drill.truth.runbook in known)
    books, ids = [known[id] for id in named if id is not None], {drill.id for drill in drills}
    return [
        tag("span", tag("b", kind.title), tag("small", kind.summary)),
        join(", ", [local(f"runbooks/{book.id}.html", book.title) for book in books]) or _none(NONE),
        escape(str(len(drills))) if drills else _none(NONE),
        _last([one for one in _all_exercises(catalogue) if one.drill in ids]),
    ]


def _all_exercises(catalogue: Catalogue) -> Iterator[Exercise]:
    for compiled in catalogue.runbooks:
        yield from catalogue.kept(compiled.runbook.id).exercises


def _last(found: Sequence[Exercise]) -> Html:
    if not found:
        return _none("never")
    last = max(found, key=lambda exercise: exercise.date)
    return Html(tag("time", last.date) + escape(f", by {BY[last.responder]}"))


def _approval(role: str, day: str) -> Html:
    return Html(escape(f"{role}, ") + tag("time", day))


def _none(words: str) -> Html:
    return tag("span", words, class_="db-none")
