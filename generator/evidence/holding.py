"""Sources in, whether a proof still holds for them out: by content hash alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.content import content_hash
from generator.hashes import drill_hash, service_hash
from generator.model import Drill, PanelRows, Proof, Runbook, Service
from generator.model.evidence import Beside
from generator.source import Document
from generator.values import structure


@dataclass(frozen=True, slots=True)
class Present:
    """What a rehearsal of a runbook would hold for today."""

    runbook: str
    """Hash of its text."""
    service: str
    drills: Mapping[str, str]
    """Hash by id of each drill in its folder."""


def present(runbook: Document, documents: Sequence[Document], panel: PanelRows) -> Present:
    """The hashes of sources without errors: of a runbook, and of all of its service's."""
    service = str(runbook.data["service"])
    runbooks = [
        structure(d.data, Runbook) for d in documents if d.kind == "runbook" and d.data["service"] == service
    ]
    found = next(d for d in documents if d.kind == "service" and d.name == service)
    return Present(
        content_hash(runbook.data),
        service_hash(structure(found.data, Service), panel, runbooks, runbook.name),
        {d.name: drill_hash(structure(d.data, Drill)) for d in drills_of(runbook, documents)},
    )


def drills_of(runbook: Document, documents: Iterable[Document]) -> list[Document]:
    """The drills in the folder of a runbook, which are those that it is rehearsed with."""
    folder = f"{runbook.path.rpartition('/')[0]}/drills/"
    return [d for d in documents if d.kind == "drill" and d.path.startswith(folder)]


def outdated(proof: Proof, now: Present) -> tuple[Beside, ...]:
    """What is no longer as the proof has it, beside the text of the runbook."""
    changed: dict[Beside, bool] = {
        "service": proof.hashes.service != now.service,
        "drills": {one.drill: one.hash for one in proof.drills} != now.drills,
    }
    return tuple(part for part, is_other in changed.items() if is_other)
