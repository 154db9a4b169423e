"""A runbook in, the links to its views out: the same page for one role, or in plain words."""

from __future__ import annotations

from generator.site.markup import NOTHING, Html
from generator.site.view import View


def view_links(view: View) -> Html:
    """One link a view; each can be sent."""
    return NOTHING
