"""A runbook's postmortem in, what to keep, ask and follow up out."""

from __future__ import annotations

from generator.model import Evidence
from generator.site.markup import NOTHING, Html, anchor, escape, heading, tag
from generator.site.pages.response import facts
from generator.site.view import View


def postmortem(view: View) -> list[str]:
    """Who attends, what is asked, what follows."""
    found, days = view.runbook.postmortem, view.runbook.objectives.postmortem_days
    items = found.action_items
    follow_up = Html(
        view.role(items.owner) + escape(f", due in {items.due_days} days, in ") + view.text(items.backlog)
    )
    return [
        heading(2, "Postmortem", "postmortem"),
        facts(
            [
                ("Due", escape(f"{days:g} days after the incident")),
                ("Attend", view.roles(found.attend)),
                ("Questions", _list(view, found.questions)),
                ("Action items", follow_up),
                ("Measures", _list(view, found.measures)),
                ("Root cause", view.text(found.verify_root_cause)),
            ]
        ),
        heading(3, "Template", "postmortem-template"),
        tag("pre", tag("code", view.text(found.template))),
        heading(3, "Evidence to keep", "evidence"),
        tag("div", *[_evidence(view, one) for one in found.evidence]),
    ]


def _evidence(view: View, one: Evidence) -> Html:
    kept = f"{one.classification}, kept {one.retention_days} days; custody: {one.custody}"
    return tag(
        "section",
        tag("p", tag("b", view.text(one.what))),
        tag("p", view.text(one.how)),
        tag("p", view.text(kept), class_="db-meta"),
        id=anchor("evidence", one.id),
    )


def _list(view: View, texts: tuple[str, ...]) -> Html:
    return tag("ul", *[tag("li", view.text(text)) for text in texts]) if texts else NOTHING
