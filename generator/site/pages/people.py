"""A runbook's people in: escalation, roles, messages and governance out."""

from __future__ import annotations

from generator.model import Approval, Change, Escalation, Template
from generator.site.markup import NOTHING, Html, anchor, escape, heading, join, tag
from generator.site.pages.fold import counted, fold
from generator.site.pages.response import facts
from generator.site.view import View
from generator.site.views import FACILITATOR, approvers, senders
from generator.site.words import condition, duration, moment_words


def escalation(view: View) -> list[str]:
    """Whom to wake, when and why."""
    rungs = [_rung(view, rung) for rung in view.runbook.escalation]
    if not rungs:
        return []
    line = f"Whom to wake: {counted(len(rungs), 'rung')}"
    return [heading(2, "Escalation", "escalation"), fold(line, tag("ul", *rungs))]


def roles(view: View) -> list[str]:
    """Who does what in this incident."""
    shown = [
        tag("li", tag("b", view.role(one.role)), escape(": "), tag("span", view.text(one.duty)),
            data_duty=one.role)
        for one in view.runbook.roles
    ]  # fmt: skip
    if not shown:
        return []
    line = f"Who does what: {counted(len(shown), 'role')}"
    return [heading(2, "Roles", "roles"), fold(line, tag("ul", *shown), readers=(FACILITATOR,))]


def communication(view: View) -> list[str]:
    """How often to speak, and messages to copy."""
    found = view.runbook.communication
    cadence = [
        tag("li", tag("b", c.severity), escape(f": every {duration(c.minutes)}")) for c in found.cadence
    ]
    inside = [tag("p", "Send an update"), tag("ul", *cadence)] if cadence else []
    inside += [_template(view, template) for template in found.templates]
    line = f"{counted(len(found.templates), 'message')} to copy, and how often to speak"
    return [heading(2, "Communication", "communication"), fold(line, *inside, readers=senders(view))]


def governance(view: View) -> list[str]:
    """Who owns, approves and keeps this runbook."""
    inside = fold("Owner, approvals, risk, retention", facts(_governed(view)), readers=approvers(view))
    return [heading(2, "Governance", "governance"), inside]


def _governed(view: View) -> list[tuple[str, Html]]:
    found = view.runbook.governance
    kept = found.retention
    retention = f"archived after {kept.archive_after_days} days, kept {kept.keep_days} days in {kept.where}"
    return [
        ("Owner", view.role(found.owner)),
        ("May start it", view.roles(found.initiate)),
        ("Approvals", _approvals(view, found.approve)),
        ("Reviewed", escape(f"every {found.review_days} days")),
        ("Drilled", escape(f"every {found.days_between_drills} days")),
        ("Can be followed in", escape(", ".join(view.runbook.environments) or "simulated")),
        ("Classification", escape(view.runbook.classification)),
        ("Compliance", _listed(view, found.compliance)),
        ("Risk", view.text(found.risk)),
        ("Retention", view.text(retention)),
        ("Text", Html(escape("SHA-256 ") + tag("code", view.compiled.hash[:16]))),
    ]


def grounds(view: View) -> list[str]:
    """Published practice and incidents that the text rests on, and rules that it waives."""
    cited = [
        tag("li", tag("b", view.text(one.title)), escape(" ("), view.text(one.source), escape("): "),
            view.text(one.fact))
        for one in view.runbook.citations
    ]  # fmt: skip
    waived = [
        tag("li", tag("code", w.rule), escape(f" at {w.at}: " if w.at else ": "), view.text(w.reason))
        for w in view.runbook.waivers
    ]
    blocks = []
    if cited:
        line = f"Publications: {len(cited)}"
        blocks += [heading(2, "What it rests on", "grounds"), fold(line, tag("ul", *cited))]
    if waived:
        line = f"Rules of the check that do not apply here: {len(waived)}"
        blocks += [heading(2, "Waived rules", "waivers"), fold(line, tag("ul", *waived))]
    return blocks


def changelog(view: View) -> list[str]:
    """What changed in the text, newest as the author put it."""
    shown = [_change(view, change) for change in view.runbook.changelog]
    if not shown:
        return []
    line = f"Version {view.runbook.changelog[0].version}, and what came before"
    return [heading(2, "Changelog", "changelog"), fold(line, tag("ul", *shown))]


def _rung(view: View, rung: Escalation) -> Html:
    moments = [escape(moment_words(rung.after_minutes))] if rung.after_minutes is not None else []
    if rung.when is not None:
        moments.append(Html(escape("when ") + condition(rung.when, view.name)))
    reach = view.reach(rung.to)
    reached = Html(escape(" (") + reach + escape(")")) if reach else NOTHING
    words = [
        tag("b", view.role(rung.to)),
        reached,
        escape(" "),
        join(", ", moments),
        escape(": "),
        view.text(rung.why),
    ]
    return tag("li", *words)


def _template(view: View, template: Template) -> Html:
    organization = view.catalogue.organization
    audience = next((a.title for a in organization.audiences if a.id == template.audience), template.audience)
    channel = next((c.title for c in organization.channels if c.id == template.channel), template.channel)
    return tag(
        "details",
        tag("summary", template.title, tag("small", f"to {audience}, by {channel}")),
        tag("pre", tag("code", view.text(template.text)), class_="db-message no-copy"),
        class_="db-signal",
        id=anchor("template", template.id),
    )


def _listed(view: View, sentences: tuple[str, ...]) -> Html:
    shown = [tag("li", view.text(sentence)) for sentence in sentences]
    return tag("ul", *shown) if shown else NOTHING


def _approvals(view: View, given: tuple[Approval, ...]) -> Html:
    shown = [
        tag(
            "li",
            view.text(a.change.removesuffix(".")),
            escape(": "),
            view.role(a.role),
            _controls(view, a.controls),
        )
        for a in given
    ]
    return tag("ul", *shown) if shown else NOTHING


def _controls(view: View, ids: tuple[str, ...]) -> Html:
    if not ids:
        return NOTHING
    return Html(escape(" (") + join(", ", [view.name("control", id) for id in ids]) + escape(")"))


def _change(view: View, change: Change) -> Html:
    by = [escape(f", {change.date}, "), view.role(change.by), escape(": ")]
    return tag("li", tag("b", change.version), *by, view.text(change.change))
