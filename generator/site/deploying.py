"""A built site in, a commit that holds it under its version and its aliases out: the one door to mike.

mike works on the repository of the folder that its process runs in, so it gets a process of its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import shell


class DeployError(ValueError):
    """mike did not do it; the message has its words."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is put where, on the branch of a repository."""

    site: str
    """The folder with the built site."""
    branch: str
    version: str
    title: str
    aliases: tuple[str, ...]
    """Names that move to this version from whichever has them."""
    default: str
    """The version or alias that the branch's own front page leads to; empty: the newest version by its name."""
    message: str


def deploy(repository: Path, order: Order, *, environment: Mapping[str, str | None]) -> None:
    """Commit a site to the branch of the repository at that folder; DeployError when that fails.

    Aliases are copies, which every host of static files serves and git stores once.
    """
    command = [sys.executable, "-m", __name__, json.dumps(dataclasses.asdict(order))]
    # mike writes aliases in the order of a set.
    answer = shell.ask(command, repository, environment={**environment, "PYTHONHASHSEED": "0"})
    if answer.code:
        last = answer.complaint.strip().splitlines() or [f"it ended with exit code {answer.code}"]
        raise DeployError(last[-1])


def main(text: str) -> None:
    """Carry out an order, in the repository of the working directory."""
    from mike import commands, git_utils

    order = Order(**json.loads(text))
    site = {"site_dir": order.site, "use_directory_urls": False}
    with commands.deploy(
        site,
        order.version,
        order.title,
        list(order.aliases),
        update_aliases=True,
        alias_type=commands.AliasType.copy,
        branch=order.branch,
        message=order.message,
        allow_empty=True,
    ):
        pass  # it is built already
    default = order.default or str(next(iter(commands.list_versions(order.branch))).version)
    with contextlib.suppress(git_utils.GitEmptyCommit):  # it leads there already
        commands.set_default(default, branch=order.branch, message=f"Lead to {default}")


if __name__ == "__main__":
    main(sys.argv[1])
