"""A runbook in, its first screen at 3 am out: is it real, what to do, when to stop, whom to wake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.model import Condition, Link, Step
from generator.site.markup import NOTHING, Html, anchor, escape, external, join, local, tag
from generator.site.mentions import Finder, id_finder, linked, named
from generator.site.pages.proven import badge
from generator.site.pages.rehearsed import proof_badge
from generator.site.steps import jump
from generator.site.view import View, severity_mark
from generator.site.words import condition, duration, moment_words

SECTIONS = (
    ("#detection", "Signals"),
    ("#plan", "Plan"),
    ("#containment", "Contain"),
    ("#mitigation", "Mitigate"),
    ("#restoration", "Restore"),
    ("#communication", "Messages"),
)
MOST_WAYS = 2
"""To reach somebody; the section on escalation has the others."""
MOST_DASHBOARDS = 2
"""Beside the question whether it is real; the signals name the others."""


def card(view: View) -> Html:
    """The card: three things, the clock, whom to wake, and the way to the rest."""
    given, moves = view.runbook.card, _moves(view)
    rows = (
        ("Is it real?", given.confirm, "db-confirm", _to_look_at(view)),
        ("Do this first", given.act, "db-act", _first_move(view, moves)),
        ("Stop when", given.stop, "db-stop", _way_back(view, moves)),
    )
    three = [
        tag("li", tag("p", tag("b", label), *links), tag("span", _words(view, words, moves)), class_=class_)
        for label, words, class_, links in rows
    ]
    return tag(
        "section",
        _labels(view),
        tag("ol", *three, class_="db-three"),
        _wake(view),
        _clock(view),
        tag(
            "nav",
            *[jump(href, text) for href, text in SECTIONS],
            class_="db-jumps db-bar",
            aria_label="Sections",
        ),
        class_="db-card",
    )


def _words(view: View, words: str, moves: Finder) -> Html:
    """A sentence of the card; controls lead to the step that turns them."""
    return view.worded(
        words, lambda text: linked(text, view.artifacts, rest=lambda rest: linked(rest, moves))
    )


def _moves(view: View) -> Finder:
    """The controls that the plan turns, each with the first step that does."""
    first: dict[str, str] = {}
    for step in _ahead(view):
        if isinstance(step, Step) and step.do == "set-control":
            first.setdefault(str(step.with_.get("control", "")), step.id)
    return id_finder({control: "#" + anchor("step", id) for control, id in first.items() if control})


def _ahead(view: View) -> Iterator[object]:
    """The steps on the way forward, without the rollbacks."""
    for path in view.runbook.containment.paths:
        yield from path.steps
    for remedy in view.runbook.mitigation.remedies:
        yield from remedy.steps


def _to_look_at(view: View) -> list[Html]:
    """The dashboards that the words do not name: those of the signals that page."""
    links: dict[str, Link] = {link.id: link for link in view.service.artifacts.dashboards}
    if named(view.runbook.card.confirm, view.artifacts):
        return [local("#confirm", "Steps", class_="db-way-on")]
    counts = Counter(s.dashboard for s in view.runbook.detection.signals if s.severity == "page")
    found = [links[id] for id, _ in counts.most_common(MOST_DASHBOARDS) if id in links]
    return [
        *[external(link.url, link.title) for link in found],
        local("#confirm", "Steps", class_="db-way-on"),
    ]


def _first_move(view: View, moves: Finder) -> list[Html]:
    """The step of the control that is named first; without one, the first way to contain."""
    controls = named(view.runbook.card.act, moves)
    if controls:
        return [local(moves.href(controls[0]), "Step", class_="db-way-on")]
    paths = view.runbook.containment.paths
    return [local("#" + anchor("path", paths[0].id), "Step", class_="db-way-on")] if paths else []


def _way_back(view: View, moves: Finder) -> list[Html]:
    """How to undo the path that the first move belongs to."""
    controls = named(view.runbook.card.act, moves)
    for path in view.runbook.containment.paths:
        steps = {"#" + anchor("step", step.id) for step in path.steps}
        if path.rollback.steps and (not controls or moves.href(controls[0]) in steps):
            return [local("#" + anchor("rollback", path.id), "Undo", class_="db-way-on")]
    return []


def _labels(view: View) -> Html:
    runbook, organization = view.runbook, view.catalogue.organization
    meaning = next((s.title for s in organization.severities if s.id == runbook.severity), "")
    # "Severity 2" says no more than sev2.
    same = meaning[-1:] in ("", runbook.severity[-1:])
    words = runbook.severity if same else f"{runbook.severity} · {meaning}"
    return tag(
        "p",
        severity_mark(view, words),
        escape(" "),
        local(f"../services/{view.service.id}.html", view.service.title),
        escape(" "),
        badge(view),
        escape(" "),
        proof_badge(view),
        class_="db-labels",
    )


def _wake(view: View) -> Html:
    """The first rungs of whom to wake, with how to reach them."""
    timed = [rung for rung in view.runbook.escalation if rung.after_minutes is not None]
    rows = []
    for rung in (timed or view.runbook.escalation)[:2]:
        when = tag("small", _moment(view, rung.after_minutes, rung.when))
        who = join(" · ", [view.role(rung.to), *view.ways(rung.to)[:MOST_WAYS]])
        rows.append(tag("li", tag("b", "Wake"), escape(" "), who, escape(" "), when))
    return tag("ul", *rows, class_="db-wake", aria_label="Wake") if rows else NOTHING


def _moment(view: View, after: float | None, when: Condition | None) -> Html:
    parts = [escape(moment_words(after))] if after is not None else []
    if when is not None:
        parts.append(Html(escape("when ") + condition(when, view.name)))
    return join(", ", parts)


def _clock(view: View) -> Html:
    goals = view.runbook.objectives
    cells = (
        ("Detect", goals.detect_minutes),
        ("Acknowledge", goals.acknowledge_minutes),
        ("Contain", goals.contain_minutes),
        ("Mitigate", goals.mitigate_minutes),
    )
    shown = [
        tag("li", tag("b", duration(minutes)), tag("span", label), data_minutes=f"{minutes:g}")
        for label, minutes in cells
    ]
    return tag("ol", *shown, class_="db-clock", aria_label="Objectives, from the start of harm")
