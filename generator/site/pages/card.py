"""A runbook in, its first screen at 3 am out: is it real, what to do, when to stop, whom to wake."""

from __future__ import annotations

from generator.model import Condition
from generator.site.markup import NOTHING, Html, escape, join, local, tag
from generator.site.steps import jump
from generator.site.view import View
from generator.site.words import condition, duration, moment_words

SECTIONS = (
    ("#detection", "Signals"),
    ("#plan", "Plan"),
    ("#containment", "Contain"),
    ("#mitigation", "Mitigate"),
    ("#restoration", "Restore"),
    ("#communication", "Messages"),
)


def card(view: View) -> Html:
    """The card: three things, the clock, whom to wake, and the way to the rest."""
    runbook = view.runbook
    rows = (
        ("Is it real?", runbook.card.confirm, "db-confirm"),
        ("Do this first", runbook.card.act, "db-act"),
        ("Stop when", runbook.card.stop, "db-stop"),
    )
    three = [
        tag("li", tag("b", label), tag("span", view.text(words)), class_=class_)
        for label, words, class_ in rows
    ]
    return tag(
        "section",
        _labels(view),
        tag("ol", *three, class_="db-three"),
        _wake(view),
        _clock(view),
        tag("nav", *[jump(href, text) for href, text in SECTIONS], class_="db-jumps", aria_label="Sections"),
        class_="db-card",
    )


def _labels(view: View) -> Html:
    runbook, organization = view.runbook, view.catalogue.organization
    meaning = next((s.title for s in organization.severities if s.id == runbook.severity), "")
    severity = runbook.severity if meaning in ("", runbook.severity) else f"{runbook.severity} · {meaning}"
    return tag(
        "p",
        tag("b", severity, class_="db-severity"),
        escape(" "),
        local(f"../services/{view.service.id}.html", view.service.title),
        class_="db-labels",
    )


def _wake(view: View) -> Html:
    """The first rungs of whom to wake, with how to reach them."""
    lines = []
    timed = [rung for rung in view.runbook.escalation if rung.after_minutes is not None]
    for rung in (timed or view.runbook.escalation)[:2]:
        when = _moment(view, rung.after_minutes, rung.when)
        lines.append(Html((view.call(rung.to) or view.role(rung.to)) + escape(" ") + when))
    if not lines:
        return NOTHING
    return tag("p", tag("b", "Wake"), escape(" "), join("; ", lines), class_="db-wake")


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
    shown = [tag("li", tag("b", duration(minutes)), tag("span", label)) for label, minutes in cells]
    return tag("ol", *shown, class_="db-clock", aria_label="Objectives, from the start of harm")
