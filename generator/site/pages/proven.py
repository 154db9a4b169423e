"""The evidence kept beside a runbook in, what was exercised and reviewed out."""

from __future__ import annotations

from generator.site.markup import NOTHING, Html
from generator.site.view import View


def chip(view: View, id: str) -> Html:
    """Beside a step: when its very text was exercised last, or that it changed since."""
    return NOTHING


def proven(view: View) -> list[str]:
    """The section that says how far the page has been proven."""
    return []
