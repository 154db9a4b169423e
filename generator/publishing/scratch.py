"""A branch and a built site in, the commit that holds both out; neither branch nor work tree is touched.

mike works in a bare repository of a few moments, which borrows its objects from ours.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from generator.publishing.errors import PublishError
from generator.publishing.repository import ENVIRONMENT, Repository
from generator.site.deploying import DeployError, Order, deploy


def committed(repository: Repository, base: str | None, order: Order) -> str:
    """The new commit on top of ``base``, in the repository's own store but on no branch yet."""
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        scratch = _scratch(repository, Path(folder, "scratch.git"))
        if base is not None:
            scratch.do("update-ref", f"refs/heads/{order.branch}", base, failing="git cannot begin")
        try:
            deploy(scratch.folder, order, environment={**ENVIRONMENT, **_identity(repository)})
        except DeployError as error:
            raise PublishError(f"mike did not commit the version: {error}") from error
        made = scratch.commit(f"refs/heads/{order.branch}")
        if made is None:
            raise PublishError("mike made no commit")
        source = str(scratch.folder)
        repository.do("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", source, made,
                      failing="the new commit was not taken over")  # fmt: skip
        return made


def _scratch(repository: Repository, folder: Path) -> Repository:
    kind = repository.word("rev-parse", "--show-object-format") or "sha1"
    repository.do(
        "init", "--quiet", "--bare", f"--object-format={kind}", "--", str(folder), failing="git cannot begin"
    )
    objects = _path(repository, "objects")
    (folder / "objects/info").mkdir(parents=True, exist_ok=True)
    (folder / "objects/info/alternates").write_bytes(os.fsencode(objects) + b"\n")
    shallow = _path(repository, "shallow")
    if shallow.is_file():
        (folder / "shallow").write_bytes(shallow.read_bytes())
    scratch = Repository(folder)
    # By its full name alone a commit may be fetched from here.
    scratch.do("config", "uploadpack.allowAnySHA1InWant", "true", failing="git cannot begin")
    return scratch


def _path(repository: Repository, name: str) -> Path:
    """Where the repository keeps something, also from a second work tree."""
    found = repository.do(
        "rev-parse", "--git-path", name, failing="git cannot tell where it keeps its objects"
    )
    return (repository.folder / found).resolve()


def _identity(repository: Repository) -> dict[str, str | None]:
    """Who publishes, as the repository has it; mike would look for it in the other one."""
    told = repository.word("var", "GIT_COMMITTER_IDENT")
    if told is None:
        raise PublishError(
            "git does not know who publishes: 'git config user.name NAME' and 'git config user.email ADDRESS' say so"
        )
    name, _, rest = told.partition(" <")
    return {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": rest.partition(">")[0]}
