"""The sources of a repository in, what a new runbook can be made from out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from generator.load import Loaded, load
from generator.model import Organization, PanelRows, Service
from generator.panel import PanelError, read_text, rows_of
from generator.source import Document
from generator.values import StructureError, structure

T = TypeVar("T", Organization, Service)


class StartError(Exception):
    """It cannot be begun like this; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The names that a new runbook uses, and those that are taken."""

    root: Path
    organization: Organization
    services: Mapping[str, Service]
    panels: Mapping[str, PanelRows]
    runbooks: frozenset[str]
    drills: frozenset[str]
    signals: frozenset[str] = frozenset()
    """Ids that runbooks give their signals; the same again would make their records speak of two."""


def ground_of(root: Path) -> Ground:
    """What a repository offers; StartError when its organization or services cannot be used."""
    loaded = load(root)
    documents = {
        kind: [d for d in loaded.documents if d.kind == kind] for kind in ("organization", "service")
    }
    if not documents["organization"] or not documents["service"]:
        raise StartError(
            f"{root} has no organization and service to write a runbook for: run 'runbook init' first"
        )
    _sound(loaded)
    (organization,) = documents["organization"]
    services = {d.name: _structured(d, Service) for d in documents["service"]}
    return Ground(
        root=root,
        organization=_structured(organization, Organization),
        services=services,
        panels={id: _panel(root, service) for id, service in services.items()},
        runbooks=frozenset(d.name for d in loaded.documents if d.kind == "runbook"),
        drills=frozenset(d.name for d in loaded.documents if d.kind == "drill"),
        signals=frozenset(one for d in loaded.documents if d.kind == "runbook" for one in _signals(d)),
    )


def _signals(runbook: Document) -> Iterator[str]:
    """The ids of a runbook's signals, as far as it has any."""
    detection = runbook.data.get("detection")
    for one in (detection.get("signals") or ()) if isinstance(detection, dict) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield one["id"]


def _sound(loaded: Loaded) -> None:
    """Nothing is made from names that may be wrong; StartError with the first error."""
    from generator.check import check  # all rules are needed only here

    used = ("runbooks/organization.yaml", "runbooks/services/")
    for finding in check(loaded):
        if finding.severity == "error" and finding.place.path.startswith(used):
            raise StartError(f"mend what 'runbook check' finds first: {finding}")


def _structured(document: Document, type_: type[T]) -> T:
    try:
        return structure(document.data, type_)
    except StructureError as error:
        raise StartError(
            f"{document.path} has errors ({error}): mend what 'runbook check' finds first"
        ) from None


def _panel(root: Path, service: Service) -> PanelRows:
    try:
        return rows_of(read_text(root, service.profile.panel.file))
    except PanelError as error:
        raise StartError(f"the panel of '{service.id}' cannot be read: {error}") from None
