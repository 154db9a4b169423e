"""A remote and a branch in, where the branch stands there out; and a commit taken there, never by force."""

from __future__ import annotations

import re

from generator.publishing.branch import local_tip
from generator.publishing.errors import PublishError, UnfitNameError
from generator.publishing.repository import Repository


def base_of(repository: Repository, branch: str, remote: str, *, is_pushing: bool) -> str | None:
    """The commit to build upon; None when nothing is published yet.

    PublishError when here and there went apart, or when the remote does not answer and will be pushed to.
    """
    try:
        there = _fetched(repository, branch, remote)
    except UnfitNameError:
        raise
    except PublishError:
        if is_pushing:
            raise
        there = repository.commit(f"refs/remotes/{remote}/{branch}")
    here = local_tip(repository, branch)
    if here is None or there is None:
        return here or there
    if repository.is_ancestor(here, there):
        return there
    if repository.is_ancestor(there, here):
        return here
    raise PublishError(
        f"branch '{branch}' here and at '{remote}' went apart: nothing is forced. If what is here was never"
        f" meant to be public, 'git branch -D {branch}' takes it away, and the next publishing begins there"
    )


def push(repository: Repository, commit: str, branch: str, remote: str) -> None:
    """Move the branch of the remote forward to a commit; PublishError when it moved meanwhile."""
    words = f"the branch was not pushed to '{remote}', and nothing has changed"
    repository.do("push", "--quiet", "--", remote, f"{commit}:refs/heads/{branch}", failing=words)


def check_branch(repository: Repository, branch: str) -> None:
    """PublishError when the name is none of a branch, or the branch is one that somebody works on."""
    if repository.word("check-ref-format", "--branch", branch) != branch:
        raise UnfitNameError(f"'{branch}' is no name of a branch")
    where = repository.word("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
    if where or repository.word("symbolic-ref", "--quiet", "HEAD") == f"refs/heads/{branch}":
        raise PublishError(
            f"branch '{branch}' is checked out: publish to a branch of its own, such as gh-pages"
        )


def _fetched(repository: Repository, branch: str, remote: str) -> str | None:
    """Where the branch stands at the remote, with its commits brought here."""
    if not re.fullmatch(r"[^-\s]\S*", remote):
        raise UnfitNameError(f"'{remote}' is no remote")
    words = f"remote '{remote}' cannot be asked (name another with --remote, or keep it here with --no-push)"
    listed = repository.do("ls-remote", "--", remote, f"refs/heads/{branch}", failing=words)
    if not listed:
        return None
    repository.do(
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--",
        remote,
        f"refs/heads/{branch}",
        failing=words,
    )
    return listed.split()[0]
