"""The branch that versions are published on: which there are, what each is made of, and which is in force."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.publishing import provenance
from generator.publishing.errors import PublishError
from generator.publishing.provenance import Provenance
from generator.publishing.repository import Repository

IN_FORCE = "latest"
"""The alias of the version that holds; where no version has it, the newest by its name does."""
LIST = "versions.json"


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, as the branch lists it."""

    name: str
    title: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The branch as one of its commits has it; without a commit, an empty one."""

    repository: Repository
    commit: str | None

    def file(self, path: str) -> bytes | None:
        """The content of a file; None when there is none."""
        if self.commit is None:
            return None
        # The end of a line belongs to the file, and is not asked for here.
        return self.repository.ask("cat-file", "blob", f"{self.commit}:{path}")

    def versions(self) -> tuple[Version, ...]:
        """The versions, newest name first; PublishError when the list is not one that mike wrote."""
        content = self.file(LIST)
        if content is None:
            return ()
        try:
            return tuple(
                Version(str(one["version"]), str(one["title"]), tuple(map(str, one["aliases"])))
                for one in json.loads(content)
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            raise PublishError(
                f"{LIST} of the branch is no list of versions: was it edited by hand?"
            ) from None

    def provenance(self, version: str) -> Provenance | None:
        """What a version was made of; None when the version does not say."""
        content = self.file(f"{version}/{provenance.NAME}")
        return None if content is None else provenance.read(content, path=f"{version}/{provenance.NAME}")

    def blobs(self, version: str) -> dict[str, str]:
        """The hash of each file of a version, by its path below the version's folder."""
        listed = (
            self.repository.ask("ls-tree", "-r", "-z", f"{self.commit}:{version}") if self.commit else None
        )
        lines = [line for line in (listed or b"").split(b"\0") if line]
        return {
            os.fsdecode(name): head.split()[2].decode()
            for head, _, name in (x.partition(b"\t") for x in lines)
        }

    def names(self) -> frozenset[str]:
        """Everything that stands at the top of the branch."""
        listed = self.repository.ask("ls-tree", "-z", "--name-only", self.commit) if self.commit else None
        return frozenset(os.fsdecode(name) for name in (listed or b"").split(b"\0") if name)


def holding(versions: Sequence[Version]) -> Version | None:
    """The version in force; None when nothing is published."""
    named = (one for one in versions if IN_FORCE in one.aliases)
    return next(named, versions[0] if versions else None)


def known_tip(repository: Repository, branch: str, remote: str) -> str | None:
    """The newest commit of the branch that is known here, without asking the remote; None: there is none."""
    return newest(
        repository, local_tip(repository, branch), repository.commit(f"refs/remotes/{remote}/{branch}")
    )


def local_tip(repository: Repository, branch: str) -> str | None:
    """The commit that the branch is at here; None when there is no such branch."""
    return repository.commit(f"refs/heads/{branch}")


def newest(repository: Repository, here: str | None, there: str | None) -> str | None:
    """The one of two commits that holds the other; of two that went apart, the one that is published."""
    if here is None or there is None:
        return here or there
    return here if repository.is_ancestor(there, here) else there


def history(repository: Repository, tip: str, *, before: str = "") -> Iterator[str]:
    """The commits of the branch, newest first; ``before`` is a moment that none of them is younger than."""
    limit = [f"--before={before}"] if before else []
    listed = repository.word("log", "--first-parent", "--format=%H", *limit, tip, "--")
    yield from (listed or "").split()
