"""A root and the name of a version in, the version on its branch out; or nothing changed at all."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import site
from generator.compile import load_published
from generator.model import Catalogue
from generator.publishing import provenance, remotes, scratch
from generator.publishing.branch import IN_FORCE, Shelf, Version, holding, local_tip
from generator.publishing.errors import PublishError
from generator.publishing.names import check_names, check_title
from generator.publishing.notes import what_changed
from generator.publishing.provenance import Before, Provenance, provenance_of
from generator.publishing.repository import Repository, repository_of
from generator.revisions import sources_at
from generator.site.deploying import Order
from generator.site.edition import Edition
from generator.source import Finding

BUILT_FROM = ("runbooks", "docs", "mkdocs.yml")
"""What goes into a site; all of it comes from the commit."""
_MOST_LISTED = 5

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to publish, and where."""

    version: str
    aliases: tuple[str, ...] = ()
    title: str = ""
    """Empty: the version."""
    audience: str | None = None
    """None: the organization's own for its site."""
    branch: str = "gh-pages"
    remote: str = "origin"
    pushing: bool = True


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a request; with findings, nothing was published."""

    findings: tuple[Finding, ...] = ()
    words: str = ""
    hints: tuple[str, ...] = ()


def publish(root: Path, request: Request, *, progress: Progress = lambda words: None) -> Published:
    """Build the site of the last commit and put it on the branch under its version.

    PublishError, SourceErrors and UnknownAudienceError leave branch, remote and work tree as they were.
    """
    check_names(request.version, request.aliases)
    if request.title:
        check_title(request.title)
    repository = repository_of(root)
    remotes.check_branch(repository, request.branch)
    commit = _last_commit(repository)
    base = remotes.base_of(repository, request.branch, request.remote, is_pushing=request.pushing)
    shelf = Shelf(repository, base)
    versions = shelf.versions()
    _check_taken(request, shelf, versions)
    with sources_at(root, commit, also=BUILT_FROM[1:]) as tree, tempfile.TemporaryDirectory() as folder:
        _check_links_out(tree)
        catalogue, left_out = load_published(tree, request.audience)
        progress(
            f"version {request.version} for '{catalogue.audience}': {str(left_out) or 'nothing'} left out"
        )
        _check_audience(catalogue.audience, shelf, versions)
        made = _provenance(catalogue, repository, request, shelf, versions, commit)
        summary, sections = what_changed(root, tree, made.before, catalogue.audience)
        files = {provenance.NAME: provenance.write(made)}
        edition = Edition(made.version, made.title, summary, sections, files)
        out = Path(folder, "site")
        built = site.build(catalogue, tree, out, progress=progress, edition=edition)
        if built.findings:
            return Published(built.findings)
        words, tip = _placed(repository, shelf, request, made, out)
    _move(repository, request, tip)
    return Published(words=words, hints=_hints(catalogue, request))


def _last_commit(repository: Repository) -> str:
    """The commit that is checked out; PublishError when the work tree differs from it."""
    commit = repository.commit("HEAD")
    if commit is None:
        raise PublishError("there is no commit yet, and what is published must be one")
    changed = repository.uncommitted(BUILT_FROM)
    if changed:
        more = [f"and {len(changed) - _MOST_LISTED} more"] if len(changed) > _MOST_LISTED else []
        listed = ", ".join([*changed[:_MOST_LISTED], *more])
        raise PublishError(
            f"what is published must be a commit: commit these first, or take them back: {listed}"
        )
    return commit


def _check_taken(request: Request, shelf: Shelf, versions: tuple[Version, ...]) -> None:
    """PublishError when a name already means something else on the branch."""
    names = {one.name for one in versions}
    aliases = {alias: one.name for one in versions for alias in one.aliases}
    if request.version in aliases:
        taken = aliases[request.version]
        raise PublishError(f"'{request.version}' is an alias of version {taken}: name a version that is none")
    for alias in request.aliases:
        if alias in names:
            raise PublishError(f"'{alias}' is a version: an alias has to be called otherwise")
    top = shelf.names()
    if top and not versions:
        raise PublishError(
            f"branch '{request.branch}' holds something, but no versions: publish to a branch of its own (--branch)"
        )
    for name in (request.version, *request.aliases):
        if name in top - names - aliases.keys():
            raise PublishError(f"'{name}' stands on the branch and is no version: choose another name")


def _check_links_out(tree: Path) -> None:
    """PublishError when a link would bring in what no commit holds."""
    for path in tree.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(tree.resolve()):
            name = path.relative_to(tree).as_posix()
            raise PublishError(f"{name} is a link out of the repository: replace it by the file itself")


def _check_audience(audience: str, shelf: Shelf, versions: tuple[Version, ...]) -> None:
    """PublishError when the branch is read by others: whoever reads one version can read them all."""
    for one in versions:
        before = shelf.provenance(one.name)
        if before is not None and before.audience != audience:
            raise PublishError(
                f"the branch holds version {one.name} for '{before.audience}', and this one is for '{audience}':"
                " give each audience a branch of its own (--branch)"
            )


def _provenance(
    catalogue: Catalogue,
    repository: Repository,
    request: Request,
    shelf: Shelf,
    versions: tuple[Version, ...],
    commit: str,
) -> Provenance:
    """What the version is made of; of one that exists, title and version before are what they were."""
    earlier = shelf.provenance(request.version)
    title = request.title or (earlier.title if earlier else request.version)
    before = earlier.before if earlier else _before(shelf, holding(versions))
    return provenance_of(
        catalogue,
        version=request.version,
        title=title,
        commit=commit,
        committed_at=repository.moment(commit),
        before=before,
    )


def _before(shelf: Shelf, version: Version | None) -> Before | None:
    """The version that is replaced, when it says which commit it is made of."""
    found = shelf.provenance(version.name) if version else None
    return Before(found.version, found.commit) if found else None


def _placed(
    repository: Repository, shelf: Shelf, request: Request, made: Provenance, out: Path
) -> tuple[str, str | None]:
    """What was done in words, and the commit of the branch that has it."""
    versions = {one.name: one for one in shelf.versions()}
    existing = versions.get(request.version)
    if existing is not None:
        _check_same(shelf.blobs(existing.name), out, request.version, made)
        if set(request.aliases) <= set(existing.aliases):
            return f"version {request.version} is published already, with these very bytes", shelf.commit
    has_alias = IN_FORCE in request.aliases or any(IN_FORCE in one.aliases for one in versions.values())
    order = Order(
        site=str(out),
        branch=request.branch,
        version=request.version,
        title=made.title,
        aliases=tuple(sorted({*request.aliases, *(existing.aliases if existing else ())})),
        default=IN_FORCE if has_alias else "",
        message=f"Publish {request.version}: {made.commit[:12]} for '{made.audience}'",
    )
    tip = scratch.committed(repository, shelf.commit, order)
    named = f", also called {', '.join(order.aliases)}" if order.aliases else ""
    return f"version {request.version} is on branch '{request.branch}'{named}", tip


def _check_same(blobs: Mapping[str, str], out: Path, version: str, made: Provenance) -> None:
    """PublishError when a version that exists would change."""
    present = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    differing = sorted(
        name
        for name in blobs.keys() | present.keys()
        if name not in blobs or name not in present or _blob(present[name], len(blobs[name])) != blobs[name]
    )
    if differing:
        more = f" and {len(differing) - 1} other files" if len(differing) > 1 else ""
        raise PublishError(
            f"version {version} exists with other bytes ({differing[0]}{more}): a version never changes;"
            f" publish commit {made.commit[:12]} under a new one"
        )


def _blob(file: Path, digits: int) -> str:
    """What git calls the content of a file."""
    content = file.read_bytes()
    algorithm = hashlib.sha1 if digits == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _move(repository: Repository, request: Request, tip: str | None) -> None:
    """Move the remote's branch, then ours; when the first fails, neither has moved."""
    if tip is None:
        return
    if request.pushing:
        remotes.push(repository, tip, request.branch, request.remote)
    here = local_tip(repository, request.branch)
    if here != tip:
        # Ours is the one that was read, or is none: git refuses when it moved meanwhile.
        repository.do("update-ref", "-m", f"publish {request.version}", f"refs/heads/{request.branch}", tip,
                      here or "0" * len(tip), failing=f"branch '{request.branch}' was not moved")  # fmt: skip


def _hints(catalogue: Catalogue, request: Request) -> tuple[str, ...]:
    """What would surprise somebody at night."""
    address = catalogue.organization.site_url
    if address.rstrip("/").rpartition("/")[2] in (IN_FORCE, *request.aliases, request.version):
        return ()
    return (
        f"alerts link to {address}, and versions stand in folders below it:"
        f" let site_url end in /{IN_FORCE}/, and publish with --alias {IN_FORCE}",
    )
