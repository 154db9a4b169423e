"""A record in, what is printed, written and kept of it out; and the exit code. What several commands share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.entry import AMISS, GOOD, INTERRUPTED

if TYPE_CHECKING:
    from generator.model import Catalogue
    from simulator.events import Record
    from simulator.scoring import Score


def finish(path: Path, record: Record, *, as_json: bool, catalogue: Catalogue | None = None) -> int:
    """Write score and reports beside the record, print one of them; the exit code."""
    from simulator import report
    from simulator.events import Ended
    from simulator.keeping import write_reports
    from simulator.scoring import score

    result = score(record)
    try:
        write_reports(path, result, record, catalogue)
    except OSError as error:
        raise click.ClickException(
            f"{error.filename}: {error.strerror}: the record is whole, but not all of its reports could be written\n"
            f"Make room, and have them again with: drill report {path}"
        ) from error
    if as_json:
        click.echo(report.score_json(result))
    else:
        click.echo(on_terminal(result, record, catalogue), nl=False)
        click.echo(f"\nrecord: {path / 'events.jsonl'}\nreport: {path / 'report.html'}")
    ended = record.first(Ended)
    if ended is not None and ended[1].reason == "interrupted":
        return INTERRUPTED
    return code_of(result)


def on_terminal(result: Score, record: Record, catalogue: Catalogue | None = None) -> str:
    """The summary as the terminal shows it: with colours where it has any and nobody asks for none."""
    from simulator import report

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else report.WIDTH
    return report.terminal_text(result, record, catalogue, colour=colour, width=width)


def keep_record(path: Path, catalogue: Catalogue, root: Path) -> int:
    """Keep what the record on the disk proves, and say where; stdout may be for programs."""
    from simulator.events import content_of
    from simulator.exercises import NotKeptError
    from simulator.keeping import keep
    from simulator.scoring import score

    record = read_record(path)
    try:
        files = keep(record, score(record), catalogue, root, content=content_of(path))
    except NotKeptError as error:
        click.echo(f"{path}: not kept: {error}", err=True)
        return AMISS
    for file in files:
        click.echo(f"kept: {file}", err=True)
    if not files:
        click.echo(f"{path}: nothing to keep: no step of a runbook was gone through", err=True)
    return GOOD


def code_of(result: Score) -> int:
    """AMISS when an objective was missed, the record does not hold, or a real target is not as it was; else GOOD."""
    missed = any(objective.met is False for objective in result.objectives)
    dirty = any(gate.id == "target" and gate.passed is False for gate in result.gates)
    return AMISS if missed or dirty or not result.scored else GOOD


def record_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """``RECORD``, a folder or its events.jsonl, handed over as ``path``."""
    return click.argument(
        "path", metavar="RECORD", type=click.Path(exists=True, path_type=Path, dir_okay=True)
    )(function)


def read_record(path: Path) -> Record:
    """The record at a path that the user named; wrong usage when it cannot be read."""
    from simulator.events import read

    try:
        return read(path)
    except OSError as error:
        raise click.BadParameter(
            f"{error.filename}: {error.strerror}; name a record folder or its events.jsonl",
            param_hint="RECORD",
        ) from error
