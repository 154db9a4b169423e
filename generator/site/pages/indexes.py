"""A catalogue in, the pages beside the runbooks out: coverage, calendar, the page for alerts without a runbook."""

from __future__ import annotations

from generator.model import Catalogue
from generator.site.page import Page
from generator.site.pages.alert import alert_page
from generator.site.pages.calendar import calendar_page
from generator.site.pages.coverage import coverage_page


def index_pages(catalogue: Catalogue) -> list[Page]:
    """Every page that speaks of all runbooks at once, but the front page."""
    return [alert_page(catalogue), coverage_page(catalogue), calendar_page(catalogue)]
