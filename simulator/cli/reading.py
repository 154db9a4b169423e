"""``drill verify``, ``score``, ``keep`` and ``report``: a record, read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import AMISS, GOOD, root_option, with_given_catalogue
from simulator.cli.group import drill
from simulator.cli.outcome import code_of, keep_record, on_terminal, read_record, record_argument
from simulator.cli.resuming import hint

if TYPE_CHECKING:
    from generator.model import Catalogue


@drill.command(epilog="\b\nExample:\n  drill verify runs/2026-11-22T201500\n")
@record_argument
def verify(path: Path) -> int:
    """Check that nothing in a record was removed, edited, moved or added."""
    from simulator.events import verify as problems_of

    record = read_record(path)
    problems = problems_of(record)
    for problem in problems:
        click.echo(f"{path}: {problem}", err=True)
    if advice := hint(path, record):
        click.echo(advice, err=True)
    if not problems:
        click.echo(f"{path}: {len(record.events)} events, unbroken; {record.head}")
    return AMISS if problems else GOOD


@drill.command(
    epilog="\b\nExamples:\n  drill score runs/2026-11-22T201500\n  drill score RECORD --json | jq .total\n"
)
@record_argument
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def score(path: Path, as_json: bool) -> int:
    """Score a drill from its record alone."""
    from simulator import report
    from simulator.scoring import score as score_of

    record = read_record(path)
    result = score_of(record)
    click.echo(report.score_json(result) if as_json else on_terminal(result, record), nl=False)
    if advice := hint(path, record):
        click.echo(advice, err=True)
    return code_of(result)


@drill.command("keep", epilog="\b\nExample:\n  drill keep runs/2026-11-22T201500\n")
@record_argument
@with_given_catalogue
def keep_(catalogue: Catalogue, *, root: Path, path: Path) -> int:
    """Keep what a drill proves, beside the runbook that was followed.

    A file in the runbook's evidence/exercises/ says which steps were gone through, with the hash of each text;
    the record and its score stand in evidence/drills/. They are to be committed, and the runbook's page tells it
    until the text changes. The same record is kept once.
    """
    return keep_record(path, catalogue, root)


@drill.command(
    "report",
    epilog="""\b
Examples:
  drill report RECORD --format html > report.html
  drill report RECORD --format markdown          to paste into a pull request
  drill report RECORD --format github            findings beside the runbook's lines, in a workflow
""",
)
@record_argument
@click.option(
    "--format", "format_",
    type=click.Choice(["terminal", "markdown", "html", "json", "junit", "github", "sarif"]),
    default="terminal", show_default=True,
    help="For people, programs, CI, or what the drill found about runbook steps alone (github, sarif).",
)  # fmt: skip
@root_option
def report_(path: Path, format_: str, root: Path) -> int:
    """Report a drill from its record alone.

    Where the sources that were played are at hand, the report judges steps by what they state,
    and names the line of each.
    """
    from simulator import report
    from simulator.cli import found
    from simulator.scoring import score as score_of

    record = read_record(path)
    result, catalogue = score_of(record), found.catalogue_at_hand(root)
    if format_ in found.FORMATS:
        click.echo(found.FORMATS[format_](report.report_of(result, record, catalogue), root))
    elif format_ == "terminal":
        click.echo(on_terminal(result, record, catalogue), nl=False)
    else:
        click.echo(report.FORMATS[format_](result, record, catalogue), nl=False)
    return GOOD
