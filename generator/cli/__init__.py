"""``runbook``: options in, one call, one rendering, one exit code out; a module for each kind of work."""

from __future__ import annotations

from generator.cli import changing, checking, publishing, reading, starting
from generator.cli.group import runbook
from generator.entry import enter

__all__ = ["changing", "checking", "main", "publishing", "reading", "runbook", "starting"]


def main() -> None:
    """``runbook``, from the shell."""
    enter(runbook, "runbook")
