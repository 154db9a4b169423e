"""A catalogue in, the front page out: by what one sees, by service, by severity; and whom to wake else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from generator.model import Catalogue, Runbook, Severity
from generator.site.markup import NOTHING, Html, anchor, escape, heading, join, local, tag
from generator.site.page import Page
from generator.site.reach import followed, team_of
from generator.site.symptoms import symptom_rank, symptom_words
from generator.site.view import View, severity_mark, severity_rank, view_of

UNFOLDED = 30
"""Runbooks that a front page shows at once; of more, each group stays folded until somebody opens it."""
WAYS = (("#symptoms", "What you see"), ("#services", "Service"), ("#severities", "Severity"))

Words = Callable[[Runbook], Html]


def front_page(catalogue: Catalogue) -> Page:
    """Three ways to a runbook, and the people for when none fits."""
    views = [view_of(catalogue, compiled) for compiled in catalogue.runbooks]
    views.sort(key=lambda view: (severity_rank(view), view.runbook.title, view.runbook.id))
    blocks = [
        heading(1, catalogue.organization.title),
        _filter(len(views)),
        tag("nav", *[local(*way) for way in WAYS], class_="db-bar", aria_label="Ways to a runbook"),
        _section("symptoms", "What do you see?", _by_symptom(views)) or tag("p", "There is no runbook yet."),
        _section("services", "By service", _by_service(catalogue, views), filtered=False),
        _section("severities", "By severity", _by_severity(catalogue, views), filtered=False),
        _section("nobody", "Nothing fits?", [_on_call(catalogue)], filtered=False),
    ]
    return Page("index.md", "Home", tuple(blocks), contents=False)


def _filter(runbooks: int) -> Html:
    """A field that a script brings to life; without the script it is not shown."""
    field = tag(
        "input", type="search", id="filter", placeholder="Filter by word: declined, late, old …",
        autocomplete="off", spellcheck="false", enterkeyhint="go",
    )  # fmt: skip
    label = tag("label", "Filter the runbooks", for_="filter", class_="db-unseen")
    told = tag("p", class_="db-meta", role="status", data_count=str(runbooks))
    return tag("div", label, field, told, class_="db-filter", hidden="")


def _section(id: str, title: str, groups: Iterable[Html], *, filtered: bool = True) -> Html:
    """A way in; those that are not filtered step aside while somebody filters."""
    inner = [group for group in groups if group]
    if not inner:
        return NOTHING
    aside = None if filtered else ""
    inside = tag("div", *inner, class_="db-groups")
    return tag("section", tag("h2", title, id=id), inside, class_="db-way", data_aside=aside)


def _group(title: Html, words: Html, count: int, inner: Html, *, id: str, folded: bool) -> Html:
    """Runbooks under one title."""
    if folded:
        head = tag("summary", tag("h3", title, id=id), tag("small", str(count)))
        return tag("details", head, words, inner, class_="db-group")
    return tag("section", tag("h3", title, id=id), words, inner, class_="db-group")


def _by_symptom(views: list[View]) -> Iterator[Html]:
    def key(view: View) -> tuple[int, str]:
        return symptom_rank(view.runbook.symptom)

    for (_, symptom), found in groupby(sorted(views, key=key), key):
        entries = [_entry(view) for view in found]
        yield _group(
            escape(symptom_words(symptom)), NOTHING, len(entries), tag("div", *entries, class_="db-entries"),
            id=anchor("symptom", symptom), folded=len(views) > UNFOLDED,
        )  # fmt: skip


def _entry(view: View) -> Html:
    """One runbook as somebody meets it: its name, and how it shows."""
    runbook = view.runbook
    pages = [signal for signal in runbook.detection.signals if signal.severity == "page"]
    cues = runbook.detection.cues
    return tag(
        "article",
        tag("p", _open(runbook), escape(" "), severity_mark(view), escape(f" {view.service.title}")),
        tag("p", tag("b", "Alert"), escape(f" {pages[0].title}")) if pages else NOTHING,
        tag("p", tag("b", view.text(cues[0].who)), escape(" "), view.text(cues[0].notices))
        if cues
        else NOTHING,
        _all(view) if len(pages) > 1 or len(cues) > 1 else NOTHING,
        class_="db-listed",
        data_words=_words(view),
    )


def _open(runbook: Runbook) -> Html:
    return local(f"runbooks/{runbook.id}.html", runbook.title, class_="db-entry")


def _all(view: View) -> Html:
    """Every signal that wakes somebody and everything that people notice, folded."""
    page, found = f"runbooks/{view.runbook.id}.html", view.runbook.detection
    pages = [signal for signal in found.signals if signal.severity == "page"]
    signals = [tag("li", local(f"{page}#{anchor('signal', s.id)}", s.title)) for s in pages]
    cues = [tag("li", tag("b", view.text(c.who)), escape(" "), view.text(c.notices)) for c in found.cues]
    counts = [_counted(len(pages), "alert"), _counted(len(cues), "thing")]
    counted = ", ".join(count for count in counts if count) + (" that people notice" if cues else "")
    return tag("details", tag("summary", f"All: {counted}"), tag("ul", *signals, *cues))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""


def _words(view: View) -> str:
    """What the filter finds an entry by besides what is shown."""
    runbook = view.runbook
    signals = [word for signal in runbook.detection.signals for word in (signal.id, signal.title)]
    return " ".join([symptom_words(runbook.symptom), runbook.symptom, runbook.id, view.service.id, *signals])


def _by_service(catalogue: Catalogue, views: list[View]) -> Iterator[Html]:
    for service in catalogue.services:
        found = [view for view in views if view.service.id == service.id]
        title = local(f"services/{service.id}.html", service.title)
        words = NOTHING if found else tag("p", "No runbook yet.", class_="db-meta")
        yield _group(title, words, len(found), _links(found, with_service=False),
                     id=anchor("service", service.id), folded=len(views) > UNFOLDED)  # fmt: skip


def _by_severity(catalogue: Catalogue, views: list[View]) -> Iterator[Html]:
    known = {severity.id: severity for severity in catalogue.organization.severities}
    for _, group in groupby(views, severity_rank):
        found = list(group)
        id = found[0].runbook.severity
        severity = known.get(id, Severity(id, "", "", 0))
        title = join(" ", [severity_mark(found[0]), escape(severity.title)])
        meaning = tag("p", severity.meaning, class_="db-meta") if severity.meaning else NOTHING
        yield _group(title, meaning, len(found), _links(found, with_service=True),
                     id=anchor("severity", id), folded=len(views) > UNFOLDED)  # fmt: skip


def _links(views: list[View], *, with_service: bool) -> Html:
    items = [
        tag(
            "li",
            _open(view.runbook),
            tag("small", view.service.title) if with_service else severity_mark(view),
        )
        for view in views
    ]
    return tag("ul", *items, class_="db-links") if items else NOTHING


def _on_call(catalogue: Catalogue) -> Html:
    """Who has the watch over each service, and how to reach them."""
    organization = catalogue.organization
    titles = {team.id: team.title for team in organization.teams}
    titles |= {role.id: role.title for role in organization.roles}
    rows = []
    for service in catalogue.services:
        ways = followed(team_of(organization, service.on_call))
        who = tag("b", titles.get(service.on_call, service.on_call))
        rows.append(tag("li", escape(f"{service.title}: wake "), join(" · ", [who, *ways])))
    return tag("ul", *rows) if rows else NOTHING
