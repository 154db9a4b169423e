"""Slots for labels of an alert in, what a page's script fills them by out; without a script they read ‹region›."""

from __future__ import annotations

import json

from generator.contexts import Slot
from generator.model import Catalogue, Service
from generator.site.markup import NOTHING, Html, tag


def slot(given: Slot) -> Html:
    """A marked place for a label; one that nothing may fill is text alone."""
    words = f"‹{given.label}›"
    if given.is_shut:
        return tag("span", words)
    contexts = " ".join(given.contexts)
    return tag("span", words, class_="db-from-alert", data_label=given.label, data_context=contexts)


def came(catalogue: Catalogue, service: Service, page: str) -> Html:
    """Where a page shows what came with the alert; the labels that it takes, and the pages to hand them on to."""
    if not service.alert_labels:
        return NOTHING
    runbooks = [f"runbooks/{compiled.runbook.id}.html" for compiled in catalogue.runbooks_of(service.id)]
    labels = [
        {"name": label.name, "title": label.title, "pattern": label.pattern} for label in service.alert_labels
    ]
    return tag(
        "div",
        class_="db-came",
        hidden="",
        data_labels=json.dumps(labels, ensure_ascii=False),
        data_page=page,
        data_pages=json.dumps([f"services/{service.id}.html", *runbooks]),
    )
