"""The panel of a service is there, and holds every field, the label and the weight."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.panel import PanelError, read_text, rows_of
from generator.source import Document, Finding, Pointer, Severity, likely

name = "panels"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Panels that cannot be read, and columns that they lack."""
    for service in sources.sound("service"):
        panel = service.data["profile"]["panel"]
        try:
            columns = rows_of(read_text(sources.root, panel["file"])).columns
        except PanelError as error:
            place = service.place(("profile", "panel", "file"))
            yield Finding(place, name, severity, str(error), "mend the panel, or name another file")
            continue
        for pointer, column in _wanted(service):
            if column not in columns:
                hint = likely(column, columns) or "there are: " + ", ".join(columns)
                message = f"the panel has no column '{column}'"
                yield Finding(service.place(pointer), name, severity, message, hint)


def _wanted(service: Document) -> Iterator[tuple[Pointer, str]]:
    """The columns that a service asks for, and where it does."""
    for key in ("label", "weight"):
        yield ("profile", "panel", key), service.data["profile"]["panel"][key]
    for index, node in enumerate(service.data["lineage"]["nodes"]):
        for at, field in enumerate(node.get("fields", ())):
            yield ("lineage", "nodes", index, "fields", at), field
