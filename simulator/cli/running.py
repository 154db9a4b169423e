"""``drill run``: a drill in, its record, score and reports out."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import INTERRUPTED, with_given_catalogue
from simulator.cli.against import Against, against_options
from simulator.cli.group import drill, sources_of
from simulator.cli.outcome import finish, keep_record
from simulator.cli.resuming import recording, resume
from simulator.cli.speeds import Speed

if TYPE_CHECKING:
    from generator.model import Catalogue, Drill, Setting
    from simulator.events import Record
    from simulator.keeping import Folder
    from simulator.session.play import People, Screen

PACE_OF_HANDS = 4.0
"""Of a live drill that people answer: an hour of it takes a quarter of an hour."""
RESPONDERS = ("human", "none", "oracle", "robot")


@drill.command(
    epilog="""\b
Examples:
  drill run amount-unit-change
  drill run amount-unit-change --responder robot --seed 7 --speed max --json
  drill run amount-unit-change --responder robot --keep
  drill run quiet-monday --responder none --out /tmp/quiet
  drill run distance-in-kilometres --live           in front of a real service, with real requests
  drill run --resume runs/2026-11-22T201500         go on with a drill that was cut off
"""
)
@click.argument("name", metavar="DRILL", required=False)
@click.option(
    "--responder", type=click.Choice(RESPONDERS), default="human", show_default=True,
    help="Who answers: you; nobody; one who knows the truth; one who follows the runbook to the letter.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="The same seed, the same incident; default: any."
)
@click.option(
    "--speed", type=Speed(),
    help="Factor of real time, or max; unpaced: time passes as you say. "
    "Default: 1 for people, 4 for people live, max for machines.",
)  # fmt: skip
@click.option(
    "--live", is_flag=True,
    help="Play it in front of a real service, by default one that comes with Drillbook; as fast as its file says.",
)  # fmt: skip
@click.option(
    "--facilitator", is_flag=True, help="This terminal is the facilitator's: it shows what comes and why."
)
@click.option(
    "--table", is_flag=True,
    help="Set a table: others sit down at it from their own terminals ('drill join'); this is the facilitator's.",
)  # fmt: skip
@click.option(
    "--from",
    "from_",
    metavar="HH:MM|MINUTES",
    help="Play up to this moment at once, and wait there for 'start'.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the record; default: runs/<now>.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep beside the runbook which of its texts were gone through, for its page, and the record.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the score for programs.")
@click.option(
    "--resume",
    "cut_off",
    metavar="RECORD",
    type=click.Path(exists=True, path_type=Path),
    help="In place of a drill: go on with the one whose record was cut off, from its last event.",
)
@click.option(
    "--sealed",
    "sealed_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to keep what the drill hides, for --resume; default: .sealed/ beside the folder of the record.",
)
@click.option(
    "--alerts", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="With --live: let a Prometheus and an Alertmanager tell what fires; their files are written there.",
)  # fmt: skip
@against_options
@with_given_catalogue
def run(
    catalogue: Catalogue,
    *,
    root: Path,
    name: str | None,
    responder: str,
    seed: int | None,
    speed: float | None,
    live: bool,
    alerts: Path | None,
    against: Against,
    facilitator: bool,
    table: bool,
    from_: str | None,
    out: Path | None,
    keep: bool,
    as_json: bool,
    cut_off: Path | None,
    sealed_file: Path | None,
) -> int:
    """Run a drill: record it, score it, report it.

    Each is one incident of a simulated service, or with --live of a real one that serves nobody. The record, the score
    and the report are written to a folder.
    """
    if cut_off is not None:
        from simulator.events import file_of

        screen = functools.partial(_seated, folder=file_of(cut_off).parent)
        path, record = resume(catalogue, cut_off, sealed_file=sealed_file, speed=speed, screen=screen)
        return _told(path, record, catalogue, root=root, keep=keep, as_json=as_json)
    if name is None:
        raise click.UsageError(
            "name a drill ('drill list' lists them), or with --resume one that was cut off"
        )
    known_drill(catalogue, name)
    if keep and responder in ("none", "oracle"):
        message = f"'{responder}' follows no runbook, so there is nothing to keep (human and robot do)"
        raise click.BadParameter(message, param_hint="--keep")
    if live:
        _as_in_life(catalogue.drill(name), speed=speed, from_=from_)
        speed = _for_hands(catalogue.drill(name)) if speed is None and responder == "human" else speed
    elif against.is_asked or alerts is not None:
        raise click.UsageError("a real service, and real alerts, are drilled with --live alone: add it")
    _only_people(responder, speed=speed, facilitator=facilitator, table=table, from_=from_)
    seat = {
        "facilitator": facilitator,
        "table": table,
        "from_minutes": _minutes_into(catalogue.drill(name), from_),
    }
    chosen = secrets.randbits(48) if seed is None else seed
    played = (
        functools.partial(_played_live, against=against, speed=speed, alerts=alerts)
        if live
        else functools.partial(_played, speed=speed, sealed_file=sealed_file)
    )
    with _new_folder(out or root / "runs" / datetime.now().strftime("%Y-%m-%dT%H%M%S")) as folder:
        record = played(catalogue, name, chosen, who=responder, folder=folder, seat=seat)
    return _told(folder.path, record, catalogue, root=root, keep=keep, as_json=as_json)


@contextmanager
def _new_folder(path: Path) -> Iterator[Folder]:
    """A folder for a record; what was made for one that never began is removed."""
    from simulator.keeping import Folder, NotEmptyError

    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        folder = Folder.create(path)
    except NotEmptyError as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    except OSError as error:
        raise click.BadParameter(f"{error.filename}: {error.strerror}", param_hint="--out") from error
    try:
        yield folder
    finally:
        with suppress(OSError):  # one that holds anything stays, and so do those around it
            for empty in made:
                empty.rmdir()


def _played(
    catalogue: Catalogue,
    name: str,
    seed: int,
    *,
    who: str,
    speed: float | None,
    folder: Folder,
    sealed_file: Path | None,
    seat: Mapping[str, Setting],
) -> Record:
    """A new drill, from its first event to its reveal."""
    from simulator.faults.solving import UnreachableError
    from simulator.session.play import play
    from simulator.world.lineage import LineageError

    try:
        with recording(folder, sealed_file, seat=seat) as (recorder, seal):
            return play(
                catalogue, name, seed, who=who, speed=speed, recorder=recorder,
                screen=_seated(seat, folder=folder.path), seal=seal,
            )  # fmt: skip
    except (LineageError, UnreachableError) as error:
        raise click.UsageError(str(error)) from error


def _played_live(
    catalogue: Catalogue,
    name: str,
    seed: int,
    *,
    who: str,
    folder: Folder,
    seat: Mapping[str, Setting],
    against: Against,
    speed: float | None,
    alerts: Path | None,
) -> Record:
    """A new drill in front of a real service. A crash ends it: nobody could give it back the minutes it was away."""
    from simulator.cli.live import played_live
    from simulator.cli.resuming import written

    with written(folder.path, is_live=True), folder.recording() as recorder:
        screen = _seated(seat, folder=folder.path)
        return played_live(
            catalogue,
            name,
            seed,
            who=who,
            recorder=recorder,
            screen=screen,
            against=against,
            speed=speed,
            alerts=alerts,
        )


def _as_in_life(one: Drill, *, speed: float | None, from_: str | None) -> None:
    """Wrong usage where a real service is asked for what only a simulated one can do."""
    if from_ is not None:
        raise click.BadParameter("a real service has no minutes to skip: leave it out", param_hint="--from")
    fastest = one.live.compression if one.live is not None else None
    if speed is not None and fastest is not None and not 1 <= speed <= fastest:
        message = f"a real service takes its time: from 1 to {fastest:g}, as its file says under live"
        raise click.BadParameter(message, param_hint="--speed")


def _for_hands(one: Drill) -> float | None:
    """How fast people play live, unless they say otherwise; None: the drill is not for it."""
    return None if one.live is None else min(PACE_OF_HANDS, one.live.compression)


def _told(path: Path, record: Record, catalogue: Catalogue, *, root: Path, keep: bool, as_json: bool) -> int:
    """Score, reports and, if that is wanted, what is kept; the exit code."""
    code = finish(path, record, as_json=as_json, catalogue=catalogue)
    return (keep_record(path, catalogue, root) or code) if keep and code != INTERRUPTED else code


def _only_people(
    responder: str, *, speed: float | None, facilitator: bool, table: bool, from_: str | None
) -> None:
    """Wrong usage where a machine is asked for what only people do."""
    asked = {
        "--speed unpaced": speed == 0,
        "--facilitator": facilitator,
        "--table": table,
        "--from": from_ is not None,
    }
    for option, is_given in asked.items():
        if is_given and responder != "human":
            raise click.BadParameter(f"is for people; '{responder}' answers by itself", param_hint=option)


def _minutes_into(one: Drill, from_: str | None) -> float:
    """Minutes from the start of a drill to the moment that was asked for."""
    from simulator.console.times import minutes_between

    minutes = 0.0 if from_ is None else minutes_between(one.time, from_)
    if minutes is None:
        raise click.BadParameter(
            f"'{from_}' is no time: write 02:55, or minutes such as 15", param_hint="--from"
        )
    if not 0 <= minutes < one.horizon_minutes:
        message = (
            f"'{from_}' is not in the drill, which lasts {one.horizon_minutes:g} minutes from {one.time}"
        )
        raise click.BadParameter(message, param_hint="--from")
    return minutes


def _seated(seat: Mapping[str, Setting], *, folder: Path) -> Screen:
    """Where people answer, at a terminal that is set up as those options say; others come by the run's folder."""

    sources = sources_of(click.get_current_context())

    def screen(speed: float | None) -> People:
        from simulator import console

        return console.human(
            1.0 if speed is None else speed,
            facilitator=bool(seat["facilitator"]),
            from_minutes=float(seat["from_minutes"]),
            table=folder if seat.get("table") else None,
            sources=sources,
        )

    return screen


def known_drill(catalogue: Catalogue, name: str) -> None:
    from generator.source import likely

    known = [one.id for one in catalogue.drills]
    if not known:
        message = "there is no drill here (a site's catalogue keeps them sealed; 'runbook export catalogue' does not)"
        raise click.BadParameter(message, param_hint="DRILL")
    if name not in known:
        hint = likely(name, known) or "there are: " + ", ".join(known)
        raise click.BadParameter(f"unknown drill '{name}' ({hint})", param_hint="DRILL")
