"""A runbook and a version or a day in, the text that was in force out, with who had approved it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.compile import SourceErrors, load_catalogue
from generator.content import content_hash
from generator.located import compose
from generator.model import Catalogue, CompiledRunbook
from generator.publishing.branch import Shelf, Version, history, holding, known_tip
from generator.publishing.errors import PublishError
from generator.publishing.provenance import Provenance, RunbookProvenance
from generator.publishing.repository import Repository, repository_of
from generator.revisions import UnknownRevisionError, sources_at
from generator.source import likely

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class InForce:
    """A runbook as a published version has it."""

    provenance: Provenance
    runbook: RunbookProvenance
    published_at: str
    """When the branch got the version, in UTC."""
    published_by: str
    """The commit of the branch that brought it."""
    source: str
    """The text of the runbook's source file."""
    catalogue: Catalogue | None
    """The sources of the commit compiled for the version's audience; None when they have errors by now."""
    problems: tuple[str, ...] = ()
    """What breaks the chain from the text to the version."""

    @property
    def compiled(self) -> CompiledRunbook | None:
        return self.catalogue.runbook(self.runbook.id) if self.catalogue else None


def in_force(
    root: Path, runbook: str, at: str, *, branch: str = "gh-pages", remote: str = "origin"
) -> InForce:
    """The text of a runbook in a version, or on the evening of a day; PublishError when that cannot be told."""
    repository = repository_of(root)
    tip = known_tip(repository, branch, remote)
    if tip is None:
        raise PublishError(
            f"nothing is published here: there is no branch '{branch}' ('git fetch {remote} {branch}:{branch}'"
            " brings it, --branch names another)"
        )
    version = _version(repository, tip, at)
    published = _published(repository, tip, version)
    made = Shelf(repository, published).provenance(version)
    if made is None:
        raise PublishError(
            f"version {version} does not say what it was made of: 'runbook publish' did not write it"
        )
    of_runbook = _of(made, runbook)
    problems = [f"the files of version {version} were changed on the branch after they were published"] * (
        _tree(repository, tip, version) != _tree(repository, published, version)
    )
    source, catalogue = _sources(root, made, runbook)
    hashed = _hash(source, catalogue, runbook)
    if hashed != of_runbook.hash:
        problems.append(f"the text of the commit has the hash {hashed[:12]}, not the one that was published")
    moment = repository.moment(published)
    return InForce(made, of_runbook, moment, published, source, catalogue, tuple(problems))


def _version(repository: Repository, tip: str, at: str) -> str:
    """The version that a name, an alias or a day means."""
    versions = Shelf(repository, tip).versions()
    for one in versions:
        if at == one.name or at in one.aliases:
            return one.name
    if not _DAY.fullmatch(at):
        raise PublishError(
            f"unknown version '{at}' ({_listed(versions, at)}; or name a day, such as 2026-11-22)"
        )
    try:
        day = date.fromisoformat(at)
    except ValueError:
        raise PublishError(f"there is no day {at}") from None
    return _version_on(repository, tip, day)


def _version_on(repository: Repository, tip: str, day: date) -> str:
    """The version in force at the end of a day, in UTC."""
    # The last commit that was there by then; a clock that went wrong does not hide the ones before.
    then = next(history(repository, tip, before=f"{day.isoformat()}T23:59:59Z"), None)
    version = holding(Shelf(repository, then).versions()) if then else None
    if version is None:
        first = list(history(repository, tip))[-1]
        begun = repository.moment(first)
        raise PublishError(f"no version had been published by {day}: the branch begins on {begun[:10]}")
    return version.name


def _published(repository: Repository, tip: str, version: str) -> str:
    """The commit of the branch that brought a version."""
    added = repository.word(
        "log",
        "--first-parent",
        "--diff-filter=A",
        "--format=%H",
        tip,
        "--",
        f":(top,literal){version}/provenance.json",
    )
    found = (added or "").split()
    return found[0] if found else tip


def _of(made: Provenance, runbook: str) -> RunbookProvenance:
    for one in made.runbooks:
        if one.id == runbook:
            return one
    known = [one.id for one in made.runbooks]
    hint = likely(runbook, known) or "there are: " + ", ".join(known)
    raise PublishError(f"version {made.version} holds no runbook '{runbook}' ({hint})")


def _sources(root: Path, made: Provenance, runbook: str) -> tuple[str, Catalogue | None]:
    """The source of the runbook in the version's commit, and the commit's sources compiled."""
    try:
        with sources_at(root, made.commit) as tree:
            file = tree / "runbooks" / runbook / "runbook.yaml"
            source = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
            try:
                return source, load_catalogue(tree, made.audience or None)
            except SourceErrors:
                return source, None
    except UnknownRevisionError:
        raise PublishError(
            f"version {made.version} was made of commit {made.commit}, which is not here: 'git fetch --unshallow',"
            " or 'git fetch --all', brings it"
        ) from None


def _hash(source: str, catalogue: Catalogue | None, runbook: str) -> str:
    if catalogue is not None:
        found = (one.hash for one in catalogue.runbooks if one.runbook.id == runbook)
        return next(found, "")
    composed = compose(source, "")
    return "" if composed.findings else content_hash(composed.data)


def _tree(repository: Repository, commit: str, version: str) -> str | None:
    return repository.word("rev-parse", "--verify", "--quiet", f"{commit}:{version}")


def _listed(versions: Sequence[Version], name: str) -> str:
    names = [one.name for one in versions]
    return likely(name, names) or ("there are: " + ", ".join(names) if names else "none is published")
