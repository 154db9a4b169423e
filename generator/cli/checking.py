"""``runbook check``: paths in, findings and an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.crash import version_of_drillbook
from generator.entry import code_of, context_of, root_option

if TYPE_CHECKING:
    from generator.report import Context
    from generator.source import Finding
from generator.cli.group import runbook


@runbook.command(
    epilog="""\b
Examples:
  runbook check
  runbook check runbooks/services/fraud-scorer.yaml
  runbook check --changed main               what the work since main touches or causes
  runbook check --format sarif > findings.sarif
  runbook check --external                   ask each linked address whether it answers
"""
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "github", "sarif"]), default="text",
    show_default=True, help="For people, programs, GitHub annotations, or code scanners.",
)  # fmt: skip
@click.option(
    "--external", is_flag=True, help="Also ask each linked address whether it answers; needs a network."
)
@click.option(
    "--changed", metavar="REV", help="Only what the change since this revision of git touches or causes."
)
@root_option
def check(paths: tuple[Path, ...], *, format_: str, external: bool, changed: str | None, root: Path) -> int:
    """Find every problem in the sources, each at its line and column.

    PATHs limit what is reported: these files and folders, and what depends on them.
    With --format github, a workflow's page gets a summary of the findings too.
    """
    from generator import report
    from generator.check import check_paths, nothing_asked

    for path in paths:
        if not path.resolve().is_relative_to(root.resolve()):
            raise click.BadParameter(f"{path} is not in {root}", param_hint="PATH")
    loaded, findings = check_paths(root, paths)
    dead: tuple[Finding, ...] = ()
    if external:
        from generator.external import unanswered

        dead = tuple(unanswered(loaded))
        findings = tuple(sorted({*findings, *dead}, key=lambda f: (f.place, f.rule, f.message)))
    # No error: hooks hand over every changed file, and most are none of our business.
    if nothing_asked(loaded) and not findings:
        click.echo("none of these is a source, so nothing was checked", err=True)
    context = context_of(root, sys.stdout)
    if changed is not None:
        findings, context = _since(findings, context, root=root, revision=changed, elsewhere=dead)
    if format_ == "github":
        context = _for_github(findings, context, root)
    elif format_ == "sarif":
        context = _for_scanners(context, root)
    click.echo(report.FORMATS[format_](findings, context))
    return code_of(findings)


def _since(
    findings: Sequence[Finding], context: Context, *, root: Path, revision: str, elsewhere: Sequence[Finding]
) -> tuple[tuple[Finding, ...], Context]:
    """The findings that the change since a revision is answerable for."""
    from generator.revisions import UnknownRevisionError
    from generator.since import since

    try:
        recent = since(findings, root, revision, elsewhere=elsewhere)
    except UnknownRevisionError as error:
        raise click.BadParameter(str(error), param_hint="--changed") from error
    return recent.findings, replace(context, changed=recent.changed, left_out=recent.left_out)


def _for_github(findings: Sequence[Finding], context: Context, root: Path) -> Context:
    from generator import workflow
    from generator.revisions import UnknownRevisionError

    context = workflow.placed(context, root, os.environ)
    try:
        context = workflow.compared(context, root, os.environ)
    except UnknownRevisionError as error:
        click.echo(f"findings are not sorted by what the pull request changes: {error}", err=True)
    workflow.write_page(findings, context, os.environ)
    return context


def _for_scanners(context: Context, root: Path) -> Context:
    from generator import workflow
    from generator.reference.rules import rules
    from generator.report import Rule

    known = [Rule(rule.name, rule.severity, rule.words) for rule in rules()]
    context = workflow.placed(context, root, os.environ)
    return replace(context, rules=known, version=version_of_drillbook())
