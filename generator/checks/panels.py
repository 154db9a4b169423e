"""The panel of a service is there, and holds every field, classes as labels and shares of traffic as weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.checks.sources import Sources
from generator.panel import PanelError
from generator.source import Document, Finding, Pointer, Severity, likely

name = "panels"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Panels that cannot be read, and columns that they lack."""
    for service in sources.sound("service"):
        panel, found = service.data["profile"]["panel"], sources.panels[service.path]
        if isinstance(found, PanelError):
            place = service.place(("profile", "panel", "file"))
            yield Finding(place, name, severity, str(found), "mend the panel, or name another file")
            continue
        columns = found.columns
        if set(panel.values()) <= {panel["file"], *columns}:
            yield from _unweighable(service, columns)
        for pointer, column in _wanted(service):
            if column not in columns:
                hint = likely(column, columns) or "there are: " + ", ".join(columns)
                message = f"the panel has no column '{column}'"
                yield Finding(service.place(pointer), name, severity, message, hint)


def _unweighable(service: Document, columns: Mapping[str, Sequence[float]]) -> Iterator[Finding]:
    """Weights that are no shares of traffic, and labels that are no classes."""
    panel = service.data["profile"]["panel"]
    weights, labels = columns[panel["weight"]], columns[panel["label"]]
    for key, right, message in (
        ("weight", min(weights) >= 0 and sum(weights) > 0, "the weights are below 0, or all of them are 0"),
        ("label", set(labels) <= {0.0, 1.0}, "a label is neither 0 nor 1"),
    ):
        if not right:
            place = service.place(("profile", "panel", key))
            yield Finding(place, name, severity, message, "mend the panel, or name another column")


def _wanted(service: Document) -> Iterator[tuple[Pointer, str]]:
    """The columns that a service asks for, and where it does."""
    for key in ("label", "weight"):
        yield ("profile", "panel", key), service.data["profile"]["panel"][key]
    for index, node in enumerate(service.data["lineage"]["nodes"]):
        for at, field in enumerate(node.get("fields", ())):
            yield ("lineage", "nodes", index, "fields", at), field
