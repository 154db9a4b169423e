"""A runbook's postmortem in, what to keep, ask and follow up out."""

from __future__ import annotations

from generator.model import Evidence
from generator.prose import INCIDENT, references
from generator.site.markup import NOTHING, Html, anchor, escape, heading, tag
from generator.site.pages.fold import fold
from generator.site.pages.response import facts
from generator.site.view import View

TIMELINE = f"{INCIDENT}timeline"


def postmortem(view: View) -> list[str]:
    """Who attends, what is asked, what follows."""
    found, days = view.runbook.postmortem, view.runbook.objectives.postmortem_days
    items = found.action_items
    follow_up = Html(
        view.role(items.owner) + escape(f", due in {items.due_days} days, in ") + view.text(items.backlog)
    )
    return [
        heading(2, "Postmortem", "postmortem"),
        fold(
            f"Due in {days:g} days: who attends, what is asked, what follows",
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
        ),
        fold("Template", *_template(view), id="postmortem-template"),
        fold(f"Evidence to keep: {len(found.evidence)}", *[_evidence(view, one) for one in found.evidence],
             id="evidence"),
    ]  # fmt: skip


def postmortem_outline(view: View) -> str:
    """The template as Markdown with its blanks; one without a place for the timeline gets one at its end."""
    template = view.runbook.postmortem.template.strip()
    name = f"# Postmortem of {{{{ {INCIDENT}name }}}}: {' '.join(view.runbook.title.split())}"
    if TIMELINE in references(template):
        return f"{name}\n\n{template}"
    return f"{name}\n\n{template}\n\n## Timeline\n\n{{{{ {TIMELINE} }}}}"


def postmortem_text(view: View) -> bytes:
    """The same as a file, with the blanks marked as they are on the page."""
    return (view.blanks(postmortem_outline(view)) + "\n").encode()


def postmortem_file(runbook: str) -> str:
    """The name of the template as a download, beside the runbook's page."""
    return f"{runbook}-postmortem.md.txt"


def _template(view: View) -> list[Html]:
    name = postmortem_file(view.runbook.id)
    link = tag("a", "Download the empty template", href=name, download=name.removesuffix(".txt"))
    return [
        tag(
            "pre",
            tag("code", view.text(postmortem_outline(view))),
            class_="db-message no-copy",
            data_file="postmortem",
        ),
        tag("p", link),
    ]


def _evidence(view: View, one: Evidence) -> Html:
    if not view.catalogue.organization.may_read(view.catalogue.audience, one.classification):
        name = tag("p", tag("b", tag("code", one.id)))
        return tag("section", name, tag("p", one.what, class_="db-meta"), id=anchor("evidence", one.id))
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
