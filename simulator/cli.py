"""``drill``: options in, one call, one rendering, one exit code out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.crash import version_of_drillbook
from generator.entry import AMISS, GOOD, INTERRUPTED, enter, with_given_catalogue

if TYPE_CHECKING:
    from generator.model import Catalogue
    from simulator.events import Record
    from simulator.scoring import Score

RESPONDERS = ("human", "none", "oracle", "robot")
TABLES = ("faults", "signals", "controls")

_EPILOG = """\b
Examples:
  drill list                                        what there is to drill
  drill run amount-unit-change                      you answer, in real time
  drill run amount-unit-change --speed 10           the same, ten times as fast
  drill run amount-unit-change --responder robot    the runbook, followed to the letter
  drill report runs/2026-11-22T201500               the report of a drill, again

\b
Exit codes: 0 good; 1 objectives missed, or a record that does not hold; 2 wrong usage;
3 a bug of ours, with a log to paste; 130 interrupted.
"""


def main() -> None:
    """``drill``, from the shell."""
    enter(drill, "drill")


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version_of_drillbook(), prog_name="drill")
def drill() -> None:
    """Drill the response to incidents of AI services, and score it."""


@drill.command("list", epilog="\b\nExample:\n  drill list --json | jq '.[].id'\n")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_given_catalogue
def list_(catalogue: Catalogue, *, root: Path, as_json: bool) -> int:
    """List the drills. For facilitators: titles may give the cause away."""
    rows = [
        {
            "id": one.id,
            "service": one.service,
            "horizon_minutes": one.horizon_minutes,
            "faults": len(one.faults),
            "title": one.title,
        }
        for one in catalogue.drills
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return GOOD
    width = max((len(str(row["id"])) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['id']:<{width}}  {row['service']}  {row['horizon_minutes']:g} min  {row['title']}")
    return GOOD


def _table_command(table: str) -> click.Command:
    @click.option("--json", "as_json", is_flag=True, help="For programs: the whole declarations.")
    def command(as_json: bool) -> int:
        from generator import kinds

        declared = kinds.load(table)
        if as_json:
            rows = [kind.declaration for kind in declared.values()]
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
            return GOOD
        for kind in declared.values():
            click.echo(f"{kind.name}: {kind.summary}")
            for name, schema in kind.parameters.get("properties", {}).items():
                click.echo(f"    {name}: {schema.get('description', '')}")
        return GOOD

    text = f"List the kinds of {table[:-1]} there are, with their parameters."
    return drill.command(table, help=text)(command)


for _table in TABLES:
    _table_command(_table)


class Speed(click.ParamType[float]):
    """A factor of real time, or ``max``: infinity."""

    name = "X|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if value == "max":
            return float("inf")
        try:
            speed = float(value)
        except (TypeError, ValueError):
            speed = 0.0
        if not speed > 0:
            self.fail(f"'{value}' is no speed: give a factor above 0, such as 1 or 20, or max", param, ctx)
        return speed


@drill.command(
    epilog="""\b
Examples:
  drill run amount-unit-change
  drill run amount-unit-change --responder robot --seed 7 --speed max --json
  drill run amount-unit-change --responder robot --keep
  drill run quiet-monday --responder none --out /tmp/quiet
"""
)
@click.argument("name", metavar="DRILL")
@click.option(
    "--responder", type=click.Choice(RESPONDERS), default="human", show_default=True,
    help="Who answers: you; nobody; one who knows the truth; one who follows the runbook to the letter.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="The same seed, the same incident; default: any."
)
@click.option(
    "--speed", type=Speed(), help="Factor of real time, or max; default: 1 for people, max for machines."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the record; default: runs/<now>.",
)
@click.option(
    "--keep", is_flag=True, help="Keep beside the runbook which of its texts were gone through, for its page."
)
@click.option("--json", "as_json", is_flag=True, help="Print the score for programs.")
@with_given_catalogue
def run(
    catalogue: Catalogue,
    *,
    root: Path,
    name: str,
    responder: str,
    seed: int | None,
    speed: float | None,
    out: Path | None,
    keep: bool,
    as_json: bool,
) -> int:
    """Run a drill: record it, score it, report it.

    Each is one incident of a simulated service. The record, the score and the report are written to a folder.
    """
    from simulator.keeping import Folder, NotEmptyError
    from simulator.session.play import play
    from simulator.world.lineage import LineageError

    _known_drill(catalogue, name)
    if keep and responder in ("none", "oracle"):
        message = f"'{responder}' follows no runbook, so there is nothing to keep (human and robot do)"
        raise click.BadParameter(message, param_hint="--keep")
    try:
        folder = Folder.create(out or root / "runs" / datetime.now().strftime("%Y-%m-%dT%H%M%S"))
    except NotEmptyError as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    chosen = secrets.randbits(48) if seed is None else seed
    try:
        with folder.recording() as recorder:
            record = play(
                catalogue, name, chosen, who=responder, speed=speed, recorder=recorder, screen=_screen
            )
    except LineageError as error:
        raise click.UsageError(str(error)) from error
    code = _finish(folder.path, record, as_json=as_json)
    return (_keep(folder.path, catalogue, root) or code) if keep and code != INTERRUPTED else code


def _screen(speed: float | None) -> Any:
    from simulator import console

    return console.human(1.0 if speed is None else speed)


def _known_drill(catalogue: Catalogue, name: str) -> None:
    from generator.source import likely

    known = [one.id for one in catalogue.drills]
    if not known:
        message = "there is no drill here (a site's catalogue keeps them sealed; 'runbook export catalogue' does not)"
        raise click.BadParameter(message, param_hint="DRILL")
    if name not in known:
        hint = likely(name, known) or "there are: " + ", ".join(known)
        raise click.BadParameter(f"unknown drill '{name}' ({hint})", param_hint="DRILL")


def _finish(path: Path, record: Record, *, as_json: bool) -> int:
    """Write score and reports beside the record, print one of them; the exit code."""
    from simulator import report
    from simulator.events import Ended
    from simulator.keeping import write_reports
    from simulator.scoring import score

    result = score(record)
    write_reports(path, result, record)
    if as_json:
        click.echo(report.FORMATS["json"](result, record))
    else:
        click.echo(report.FORMATS["terminal"](result, record))
        click.echo(f"\nrecord: {path / 'events.jsonl'}\nreport: {path / 'report.html'}")
    ended = record.first(Ended)
    if ended is not None and ended[1].reason == "interrupted":
        return INTERRUPTED
    return _code(result)


def _keep(path: Path, catalogue: Catalogue, root: Path) -> int:
    """Keep what the record on the disk proves, and say where; stdout may be for programs."""
    from simulator.exercises import NotKeptError
    from simulator.keeping import keep
    from simulator.scoring import score

    record = _read(path)
    try:
        files = keep(record, score(record), catalogue, root)
    except NotKeptError as error:
        click.echo(f"{path}: not kept: {error}", err=True)
        return AMISS
    for file in files:
        click.echo(f"kept: {file}", err=True)
    if not files:
        click.echo(f"{path}: nothing to keep: no step of a runbook was gone through", err=True)
    return GOOD


def _code(result: Score) -> int:
    missed = any(objective.met is False for objective in result.objectives)
    return AMISS if missed or not result.scored else GOOD


def _record_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument(
        "path", metavar="RECORD", type=click.Path(exists=True, path_type=Path, dir_okay=True)
    )(function)


def _read(path: Path) -> Record:
    from simulator.events import read

    try:
        return read(path)
    except OSError as error:
        raise click.BadParameter(
            f"{error.filename}: {error.strerror}; name a record folder or its events.jsonl",
            param_hint="RECORD",
        ) from error


@drill.command(epilog="\b\nExample:\n  drill verify runs/2026-11-22T201500\n")
@_record_argument
def verify(path: Path) -> int:
    """Check that nothing in a record was removed, edited, moved or added."""
    from simulator.events import verify as problems_of

    record = _read(path)
    problems = problems_of(record)
    for problem in problems:
        click.echo(f"{path}: {problem}", err=True)
    if not problems:
        click.echo(f"{path}: {len(record.events)} events, unbroken; {record.head}")
    return AMISS if problems else GOOD


@drill.command(
    epilog="\b\nExamples:\n  drill score runs/2026-11-22T201500\n  drill score RECORD --json | jq .total\n"
)
@_record_argument
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def score(path: Path, as_json: bool) -> int:
    """Score a drill from its record alone."""
    from simulator import report
    from simulator.scoring import score as score_of

    record = _read(path)
    result = score_of(record)
    click.echo(report.FORMATS["json" if as_json else "terminal"](result, record))
    return _code(result)


@drill.command("keep", epilog="\b\nExample:\n  drill keep runs/2026-11-22T201500\n")
@_record_argument
@with_given_catalogue
def keep_(catalogue: Catalogue, *, root: Path, path: Path) -> int:
    """Keep what a drill proves, beside the runbook that was followed.

    A file in the runbook's evidence/exercises/ says which steps were gone through, with the hash of each text.
    It is to be committed, and the runbook's page tells it until the text changes. The same record is kept once.
    """
    return _keep(path, catalogue, root)


@drill.command("report", epilog="\b\nExample:\n  drill report RECORD --format html > report.html\n")
@_record_argument
@click.option(
    "--format", "format_", type=click.Choice(["terminal", "markdown", "html", "json"]), default="terminal",
    show_default=True,
)  # fmt: skip
def report_(path: Path, format_: str) -> int:
    """Report a drill from its record alone."""
    from simulator import report
    from simulator.scoring import score as score_of

    record = _read(path)
    click.echo(report.FORMATS[format_](score_of(record), record))
    return GOOD
