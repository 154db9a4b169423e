"""``drill join`` and ``watch``: a seat at somebody else's table, or a view of it; ``drill forget``: who sat there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.entry import AMISS, GOOD, INTERRUPTED, with_given_catalogue
from simulator.cli.group import drill, sources_of
from simulator.cli.outcome import read_record, record_argument

if TYPE_CHECKING:
    from socket import socket

    from generator.model import Catalogue
    from simulator.console.guest import Guest
    from simulator.console.sources import Source

TABLE = click.Path(exists=True, path_type=Path)


class RunFolder(click.Path):
    """The folder of a table, which the facilitator's process makes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not Path(value).exists():
            first = f"the facilitator sets the table first, with 'drill run DRILL --table --out {value}'"
            self.fail(f"there is no folder '{value}' here, seen from {Path.cwd()}; {first}", param, ctx)
        return super().convert(value, param, ctx)


@drill.command(
    epilog='\b\nExample:\n  drill join runs/2026-11-22T201500 --name "Ana Silva" --role ml-on-call\n'
)
@click.argument("folder", metavar="RUN_FOLDER", type=RunFolder(path_type=Path))
@click.option(
    "--name", required=True, help="Yours. Others see p1, p2, ...; who that is never stands in the record."
)
@click.option("--role", metavar="ROLE", default="", help="Take this role at once; 'as ROLE' does so later.")
@with_given_catalogue
def join(catalogue: Catalogue, *, root: Path, folder: Path, name: str, role: str) -> int:
    """Sit down at a table that 'drill run --table' has set, at a terminal of your own.

    Whoever comes back under the same name goes on with the same roles.
    """
    from simulator.console.sources import TableSource
    from simulator.console.wire import Hello

    _known_role(catalogue, role)
    source = TableSource(_knock(folder), Hello(name=name, role=role))
    context = click.get_current_context()
    again = f"drill join {shlex.quote(str(folder))} --name {shlex.quote(name)}{sources_of(context)}"
    return _sit(source, catalogue, leaving=f"You left the table; the drill goes on. Come back with: {again}")


@drill.command(epilog="\b\nExample:\n  drill watch runs/2026-11-22T201500\n")
@click.argument("folder", metavar="RUN_FOLDER", type=TABLE)
@with_given_catalogue
def watch(catalogue: Catalogue, *, root: Path, folder: Path) -> int:
    """Show what participants see, on a screen for all to read; nothing can be typed there.

    Without a table, or given an events.jsonl, it follows the record.
    """
    from simulator.console.sources import RecordSource, TableSource
    from simulator.console.wire import Hello

    source: Source
    if folder.is_dir() and (folder / "table.json").exists():
        source = TableSource(_knock(folder), Hello(watch=True))
    else:
        file = folder / "events.jsonl" if folder.is_dir() else folder
        if not file.exists():
            raise click.BadParameter(f"there is no drill in {folder}", param_hint="RUN_FOLDER")
        source = RecordSource(file)
    return _sit(source, catalogue, watches=True)


@drill.command(epilog="\b\nExample:\n  drill forget runs/2026-11-22T201500 --yes\n")
@record_argument
@click.option("--yes", is_flag=True, help="Do not ask first.")
def forget(path: Path, yes: bool) -> int:
    """Erase who was who in a drill: the names behind p1, p2, ...

    The record, its score and its report hold without them.
    """
    from simulator.console import names
    from simulator.events import verify
    from simulator.events.file import is_being_written

    folder = path if path.is_dir() else path.parent
    record = read_record(path)
    if is_being_written(folder / "events.jsonl"):
        raise click.BadParameter(f"the drill in {folder} still runs; end it first", param_hint="RECORD")
    if not names.remembered(folder):
        click.echo(f"{folder}: no names are kept here")
        return GOOD
    if not yes:
        click.confirm(
            f"Erase {folder / names.FILE}? Nobody will know again who p1, p2, ... were.", abort=True
        )
    names.forget(folder)
    problems = verify(record)
    click.echo(f"{folder}: forgotten; the record {'holds' if not problems else f'says: {problems[0]}'}")
    return AMISS if problems else GOOD


def _knock(folder: Path) -> socket:
    from simulator.console.door import ClosedError, knock

    try:
        return knock(folder)
    except ClosedError as error:
        raise click.BadParameter(str(error), param_hint="RUN_FOLDER") from error


def _known_role(catalogue: Catalogue, role: str) -> None:
    from generator.source import likely

    known = [one.id for one in catalogue.organization.roles]
    if role and role not in known:
        hint = likely(role, known) or "there are: " + ", ".join(known)
        raise click.BadParameter(f"unknown role '{role}' ({hint})", param_hint="--role")


def _sit(source: Source, catalogue: Catalogue, *, watches: bool = False, leaving: str = "") -> int:
    """Be a guest until the drill ends; the exit code."""
    from simulator import console
    from simulator.console.guest import OtherCatalogueError

    guest = console.visitor(source, catalogue, watches=watches)
    try:
        parting = guest.run()
    except OtherCatalogueError as error:
        raise click.BadParameter(str(error), param_hint="--root") from error
    except KeyboardInterrupt:
        if leaving:
            click.echo(leaving)
        return INTERRUPTED
    if guest.has_left:
        click.echo(leaving)
        return GOOD
    click.echo(parting or _ending(guest, watches=watches), err=not guest.is_over)
    return GOOD if guest.is_over else AMISS


def _ending(guest: Guest, *, watches: bool) -> str:
    """What is said at the end where the table said nothing."""
    from simulator.console.wire import LOST

    if not guest.is_over:
        return LOST
    if watches:
        return guest.ending
    stay = "Stay at the table: the debriefing comes now. " if guest.is_debriefed else ""
    return f"{guest.ending} {stay}The facilitator has the score."
