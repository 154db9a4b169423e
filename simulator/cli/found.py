"""What a drill found about runbook steps in, annotations and SARIF out; and the sources that place it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.crash import version_of_drillbook
from generator.entry import context_of

if TYPE_CHECKING:
    from generator.model import Catalogue
    from generator.report import Context
    from generator.source import Finding
    from simulator.report import Report


def catalogue_at_hand(root: Path) -> Catalogue | None:
    """The sources in a folder; None where there are none, or where they have errors, which stderr says."""
    from generator.compile import SourceErrors, load_catalogue

    if not (root / "runbooks").is_dir():
        return None
    try:
        return load_catalogue(root)
    except SourceErrors as errors:
        count = len(errors.findings)
        message = f"the sources in {root} have {count} problems, so the report does without them"
        click.echo(f"{message} (see: runbook check)", err=True)
        return None


def _github(report: Report, root: Path) -> str:
    """Annotations; in a workflow, the whole report goes on the page below the run."""
    from generator import report as reporting
    from generator.report import MAXIMUM_BYTES
    from simulator.report import markdown

    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        text = markdown(report.score, report.record, report.known.catalogue).encode()
        with open(page, "ab") as file:
            file.write(text[: max(0, MAXIMUM_BYTES - file.tell())])
    return reporting.FORMATS["github"](_findings(report), _context(root))


def _sarif(report: Report, root: Path) -> str:
    from generator import report as reporting
    from generator.report import Rule
    from simulator.report.findings import RULES

    rules = [
        Rule(f"drill-{name}", "error" if name == "could-not-follow" else "warning", words)
        for name, words in RULES.items()
    ]
    context = replace(_context(root), rules=rules, version=version_of_drillbook())
    return reporting.FORMATS["sarif"](_findings(report), context)


def _findings(report: Report) -> tuple[Finding, ...]:
    from simulator.report.findings import source_finding

    return tuple(map(source_finding, report.findings))


def _context(root: Path) -> Context:
    from generator import workflow

    return workflow.placed(context_of(root, sys.stdout), root, os.environ)


FORMATS: Mapping[str, Callable[[Any, Path], str]] = {"github": _github, "sarif": _sarif}
