"""A catalogue and its commit in, ``provenance.json`` out: what a version was made of; and back."""

from __future__ import annotations

import json
from dataclasses import dataclass

from generator.crash import version_of_drillbook
from generator.given import GivenError, data_of
from generator.model import Catalogue, CompiledRunbook, Exercise, Review
from generator.publishing.errors import PublishError
from generator.values import StructureError, brief, structure

NAME = "provenance.json"


@dataclass(frozen=True, slots=True)
class Before:
    """The version that another one replaced, and the commit of its sources."""

    version: str
    commit: str


@dataclass(frozen=True, slots=True)
class RunbookProvenance:
    """A runbook of a version, and what was known about its text."""

    id: str
    title: str
    hash: str
    reviews: tuple[Review, ...] = ()
    """Those that approved this very text."""
    exercises: tuple[Exercise, ...] = ()
    """Those that went through at least one step whose text is still the same."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a version was made of; nothing in it depends on when it was published."""

    version: str
    title: str
    commit: str
    committed_at: str
    """In UTC, to the second."""
    audience: str
    catalogue: str
    """The hash of the catalogue."""
    engine: str
    runbooks: tuple[RunbookProvenance, ...]
    before: Before | None = None


def provenance_of(
    catalogue: Catalogue, *, version: str, title: str, commit: str, committed_at: str, before: Before | None
) -> Provenance:
    """What the version of a catalogue was made of."""
    return Provenance(
        version=version,
        title=title,
        commit=commit,
        committed_at=committed_at,
        audience=catalogue.audience,
        catalogue=catalogue.hash,
        engine=version_of_drillbook(),
        runbooks=tuple(_runbook(catalogue, compiled) for compiled in catalogue.runbooks),
        before=before,
    )


def write(provenance: Provenance) -> bytes:
    """The provenance as JSON, by its schema."""
    return (json.dumps(brief(provenance), indent=1, ensure_ascii=False) + "\n").encode()


def read(content: bytes, *, path: str) -> Provenance:
    """The provenance that the bytes hold; PublishError when they hold none."""
    try:
        return structure(data_of(content, "provenance", path=path), Provenance)
    except (GivenError, StructureError) as error:
        raise PublishError(f"{error}; the branch does not hold what 'runbook publish' wrote") from error


def _runbook(catalogue: Catalogue, compiled: CompiledRunbook) -> RunbookProvenance:
    kept = catalogue.kept(compiled.runbook.id)
    return RunbookProvenance(
        compiled.runbook.id,
        compiled.runbook.title,
        compiled.hash,
        tuple(one for one in kept.reviews if one.verdict == "approved" and one.hash == compiled.hash),
        tuple(one for one in kept.exercises if _still_holds(one, compiled)),
    )


def _still_holds(exercise: Exercise, compiled: CompiledRunbook) -> bool:
    return any(compiled.parts.get(step) == text for step, text in exercise.parts.items())
