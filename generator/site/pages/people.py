"""A runbook's people in: escalation, roles, messages and governance out."""

from __future__ import annotations

from generator.model import Approval, Change, Escalation, Template
from generator.site.markup import NOTHING, Html, anchor, escape, heading, join, tag
from generator.site.pages.response import facts
from generator.site.view import View
from generator.site.words import condition, duration, moment_words


def escalation(view: View) -> list[str]:
    """Whom to wake, when and why."""
    rungs = [_rung(view, rung) for rung in view.runbook.escalation]
    return [heading(2, "Escalation", "escalation"), tag("ul", *rungs)] if rungs else []


def roles(view: View) -> list[str]:
    """Who does what in this incident."""
    pairs = [(duty.role, view.text(duty.duty)) for duty in view.runbook.roles]
    shown = [tag("li", tag("b", view.role(role)), escape(": "), duty) for role, duty in pairs]
    return [heading(2, "Roles", "roles"), tag("ul", *shown)] if shown else []


def communication(view: View) -> list[str]:
    """How often to speak, and messages to copy."""
    found = view.runbook.communication
    cadence = [
        tag("li", tag("b", c.severity), escape(f": every {duration(c.minutes)}")) for c in found.cadence
    ]
    blocks: list[str] = [heading(2, "Communication", "communication")]
    if cadence:
        blocks.append(tag("div", tag("p", "Send an update"), tag("ul", *cadence)))
    for template in found.templates:
        blocks.append(_template(view, template))
    return blocks


def governance(view: View) -> list[str]:
    """Who owns, approves and keeps this runbook."""
    found = view.runbook.governance
    kept = found.retention
    retention = f"archived after {kept.archive_after_days} days, kept {kept.keep_days} days in {kept.where}"
    return [
        heading(2, "Governance", "governance"),
        facts(
            [
                ("Owner", view.role(found.owner)),
                ("May start it", view.roles(found.initiate)),
                ("Approvals", _approvals(view, found.approve)),
                ("Reviewed", escape(f"every {found.review_days} days")),
                ("Can be followed in", escape(", ".join(view.runbook.environments) or "simulated")),
                ("Classification", escape(view.runbook.classification)),
                ("Compliance", _listed(view, found.compliance)),
                ("Risk", view.text(found.risk)),
                ("Retention", view.text(retention)),
                ("Text", Html(escape("SHA-256 ") + tag("code", view.compiled.hash[:16]))),
            ]
        ),
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
    blocks = [heading(2, "What it rests on", "grounds"), tag("ul", *cited)] if cited else []
    if waived:
        blocks += [heading(2, "Waived rules", "waivers"), tag("ul", *waived)]
    return blocks


def changelog(view: View) -> list[str]:
    """What changed in the text, newest as the author put it."""
    shown = [_change(view, change) for change in view.runbook.changelog]
    return [heading(2, "Changelog", "changelog"), tag("ul", *shown)] if shown else []


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
        tag("pre", tag("code", view.text(template.text))),
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
