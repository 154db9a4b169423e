"""A runbook in, the place of its incident bar out: empty until the checklist fills it."""

from __future__ import annotations

from generator.site.markup import Html, tag
from generator.site.view import View


def incident_bar(view: View) -> Html:
    """Where the checklist shows the incident; without script it takes no room."""
    return tag("div", class_="db-incident", data_runbook=view.runbook.id, data_title=view.runbook.title)
