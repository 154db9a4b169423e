"""The environment of a GitHub workflow in, what a report says because of it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from generator.report import MAXIMUM_BYTES, Context, markdown
from generator.revisions import changed_lines
from generator.source import Finding

Environment = Mapping[str, str]


def placed(context: Context, root: Path, environment: Environment) -> Context:
    """The context with what leads from the checkout of a workflow to the root; nothing outside of one."""
    top, folder = Path(environment.get("GITHUB_WORKSPACE") or root).resolve(), root.resolve()
    if folder == top or not folder.is_relative_to(top):
        return context
    return replace(context, folder=f"{folder.relative_to(top).as_posix()}/")


def compared(context: Context, root: Path, environment: Environment) -> Context:
    """The context with the lines that a pull request changes; UnknownRevisionError without its base."""
    base = environment.get("GITHUB_BASE_REF")
    if not base or context.changed:
        return context
    return replace(context, changed=changed_lines(root, f"origin/{base}"))


def write_page(findings: Sequence[Finding], context: Context, environment: Environment) -> None:
    """Add the findings to the page that GitHub shows below the run, where there is one."""
    page = environment.get("GITHUB_STEP_SUMMARY")
    if page:
        with open(page, "a", encoding="utf-8") as file:
            file.write(markdown(findings, context, maximum_bytes=MAXIMUM_BYTES - file.tell()))
