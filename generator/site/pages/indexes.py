"""A catalogue in, the pages beside the runbooks out: coverage, calendar, the page for alerts without a runbook."""

from __future__ import annotations

from generator.model import Catalogue
from generator.site.page import Page


def index_pages(catalogue: Catalogue) -> list[Page]:
    """Every page that speaks of all runbooks at once, but the front page."""
    return []
