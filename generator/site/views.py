"""A runbook in, the links to its views out: the same page for one role, or in plain words."""

from __future__ import annotations

from generator.model import Step
from generator.site.markup import Html, tag
from generator.site.view import View, all_steps

PLAIN_WORDS = "plain-words"
FACILITATOR = "facilitator"


def view_links(view: View) -> Html:
    """One link a view; each can be sent. The script folds and dims, so without it there is nothing to choose."""
    links = [tag("li", _link(id, title)) for id, title in views(view).items()]
    line = tag("summary", tag("span", "Read as"), tag("b", "everybody", class_="db-view-name"))
    return tag(
        "nav",
        tag("details", line, tag("ul", *links)),
        tag("a", "Show all", href="?view=all", class_="db-view-all", data_view="all", hidden=""),
        class_="db-views",
        aria_label="Views",
    )


def views(view: View) -> dict[str, str]:
    """The title of each view by its id, in the order of the runbook's roles."""
    found = {one.role: view.title(one.role) for one in view.runbook.roles}
    found |= {step.role: view.title(step.role) for step in all_steps(view.runbook) if step.role not in found}
    if view.catalogue.drills:
        found[FACILITATOR] = "Facilitator of a drill"
    return found | {PLAIN_WORDS: "Manager or executive"}


def senders(view: View) -> tuple[str, ...]:
    """The roles that send messages."""
    sending = (s for s in all_steps(view.runbook) if isinstance(s, Step) and "template" in s.with_)
    return tuple(dict.fromkeys(step.role for step in sending))


def approvers(view: View) -> tuple[str, ...]:
    """The roles that give leave for a change."""
    return tuple(dict.fromkeys(approval.role for approval in view.runbook.governance.approve))


def _link(id: str, title: str) -> Html:
    return tag("a", title, href=f"?view={id}", data_view=id)
