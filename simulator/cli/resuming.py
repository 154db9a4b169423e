"""A drill under way in, its record whole or ready to go on out; and ``drill run --resume``, which goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from simulator.cli.speeds import WORDS

if TYPE_CHECKING:
    from generator.model import Catalogue, Setting
    from simulator.events import Record, Recorder, Sealed, Started
    from simulator.keeping import Folder
    from simulator.session.play import Screen, Seal

REFUSED = {"name": "DRILL", "responder": "--responder", "seed": "--seed", "out": "--out"}
"""What the record says already."""
LIVE_ENDS = (
    "a live drill that was cut off does not go on, for nobody can give a real service back the minutes that it was "
    "away: it is scored as far as it goes; 'drill panic' says whether anything of it is left; play another one"
)
PATIENCE_S, EVERY_S = 1.0, 0.2
MADE_BY = {"drillbook": "drillbook", "numpy": "numpy", "faker": "Faker"}


def how(folder: Path) -> str:
    """The command that goes on with a record that was cut off."""
    return f"drill run --resume {folder}"


def hint(path: Path, record: Record) -> str:
    """What to do about a record that only lacks its end; empty for every other."""
    from simulator.events import Started, file_of, is_unfinished
    from simulator.events.file import is_being_written

    if not is_unfinished(record):
        return ""
    file = file_of(path)
    if is_being_written(file):
        return f"{path}: the drill still runs"
    first = record.first(Started)
    if first is not None and first[1].is_live:
        return f"{path}: {LIVE_ENDS}"
    return f"{path}: go on with the drill: {how(path)}"


@contextmanager
def recording(
    folder: Folder, sealed_file: Path | None, *, seat: Mapping[str, Setting]
) -> Iterator[tuple[Recorder, Seal]]:
    """A recorder for a new drill, and what puts away what the drill hides until it is told.

    ``seat``: how the terminal was set up.
    """
    from simulator.events import Revealed
    from simulator.keeping import SealError, forget

    kept: list[Path] = []

    def seal(sealed: Sealed) -> None:
        try:
            kept.append(folder.seal(replace(sealed, seat=seat), sealed_file))
        except SealError as error:
            if sealed_file is not None:
                raise click.BadParameter(str(error), param_hint="--sealed") from error
            click.echo(f"this drill could not go on after a crash: {error}", err=True)

    with written(folder.path), folder.recording() as recorder:
        yield recorder, seal
        if isinstance(recorder.events[-1].payload, Revealed):
            for file in kept:
                forget(file)


def resume(
    catalogue: Catalogue,
    path: Path,
    *,
    sealed_file: Path | None,
    speed: float | None,
    screen: Callable[[Mapping[str, Setting]], Screen],
) -> tuple[Path, Record]:
    """Go on with the drill of a record; its folder, and the record when it is whole.

    ``screen``: where people answer, for a terminal that is set up as it was.
    """
    from simulator.events import file_of
    from simulator.events.file import InUseError
    from simulator.keeping import Folder

    _refuse_what_is_recorded()
    file = file_of(path)
    if file.name != "events.jsonl":
        raise _wrong("a record is named by its folder, or by the events.jsonl in it")
    if not file.is_file():
        raise _wrong(f"{file}: there is no record here")
    folder = Folder(file.parent)
    try:
        return folder.path, _resumed(folder, catalogue, sealed_file=sealed_file, speed=speed, screen=screen)
    except InUseError as error:
        raise _wrong(f"{error}: end that one first, or go on in its terminal") from error
    except OSError as error:
        raise _wrong(f"{error.filename}: {error.strerror}") from error


def _resumed(
    folder: Folder,
    catalogue: Catalogue,
    *,
    sealed_file: Path | None,
    speed: float | None,
    screen: Callable[[Mapping[str, Setting]], Screen],
) -> Record:
    from simulator.keeping import forget, now
    from simulator.session.play import resume as play_on
    from simulator.session.replaying import MismatchError, Replay

    with written(folder.path), folder.reopened() as file:
        record = file.read()
        started = _able_to_go_on(folder, record, sealed_file)
        sealed = _unsealed(folder, started.commitment, sealed_file)
        _same_world(catalogue, sealed, started)
        if started.responder == "human":
            speed = _speed(started.pace, speed)
        replay = Replay(record.events, lambda: file.continued(record), now=now, progress=_progress())
        try:
            whole = play_on(catalogue, sealed, replay, speed=speed, screen=screen(sealed.seat))
        except MismatchError as error:
            raise _stuck(f"{folder.file}: {error}") from error
        forget(sealed_file or folder.sealed_file(started.commitment))
        return whole


def _refuse_what_is_recorded() -> None:
    context = click.get_current_context()
    for name, option in REFUSED.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and context.params.get(name):
            raise _wrong(f"leave out {option}: the record says it")


def _able_to_go_on(folder: Folder, record: Record, sealed_file: Path | None) -> Started:
    """The first event of a record that was cut off; an error for every other record, with what to do."""
    from simulator.events import Revealed, Started, is_unfinished
    from simulator.keeping import forget

    first = record.first(Started)
    if not record.events and _never_began(record.problems[0]):
        raise _stuck(f"{folder.file}: the drill was cut off before anything was recorded; run it anew")
    if record.first(Revealed) is not None and not record.problems:
        if first is not None:
            forget(sealed_file or folder.sealed_file(first[1].commitment))
        raise _wrong(f"{folder.path}: the record is whole; score it with: drill score {folder.path}")
    if first is None or not is_unfinished(record):
        raise _stuck(
            f"{folder.file}: {(*record.problems, 'line 1: begins no drill')[0]}\n"
            "A drill goes on from a record as it was written: take a copy that nobody changed. Nothing was written."
        )
    if first[1].is_live:
        raise _stuck(f"{folder.path}: {LIVE_ENDS}")
    return first[1]


def _never_began(problem: str) -> bool:
    return "is missing" in problem or "was being written" in problem


def _unsealed(folder: Folder, commitment: str, sealed_file: Path | None) -> Sealed:
    from simulator.keeping import SealError

    try:
        return folder.unseal(commitment, sealed_file)
    except SealError as error:
        raise click.BadParameter(str(error), param_hint="--sealed") from error


def _same_world(catalogue: Catalogue, sealed: Sealed, started: Started) -> None:
    """An error when the drill would not be the same with this catalogue, or this engine."""
    from simulator.session.opening import engine

    drill = next((one for one in catalogue.drills if one.id == sealed.drill), None)
    if catalogue.hash != started.catalogue or drill is None:
        raise _stuck(
            f"the drill was begun with catalogue {started.catalogue[:12]}, and this is {catalogue.hash[:12]}: other "
            "sources (go back to the revision it was begun with, or name its catalogue with --catalogue)"
        )
    then, now = started.engine, engine(drill)
    if then != now:
        raise _stuck(
            "the drill was begun by another engine: "
            + "; ".join(
                f"{word} {getattr(then, name) or 'none'}, and this is {getattr(now, name) or 'none'}"
                for name, word in MADE_BY.items()
                if getattr(then, name) != getattr(now, name)
            )
            + " (install what it was begun with, and go on)"
        )


def _speed(pace: str, asked: float | None) -> float:
    """The factor that people's drill began at, as ``--speed`` names it; 0: unpaced."""
    if asked is not None:
        raise click.BadParameter("the drill goes on at the pace that it had", param_hint="--speed")
    from simulator.console.clock import speed_of

    try:
        return WORDS[pace] if pace in WORDS else speed_of(pace) or WORDS["max"]
    except ValueError as error:
        raise _wrong(f"its first line names a pace that there is not: {error}") from error


def _progress() -> Callable[[int, int], None]:
    """Says how far the way back is, where it takes long."""
    begun = said = time.monotonic()
    if not sys.stderr.isatty():
        return lambda done, total: None

    def tell(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - begun > PATIENCE_S and now - said > EVERY_S and done < total:
            said = now
            click.echo(f"\rback to where the drill was: {100 * done // total} %", nl=False, err=True)
        if done == total and said > begun:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)

    return tell


@contextmanager
def written(folder: Path, *, is_live: bool = False) -> Iterator[None]:
    """A record that cannot be written ends the command, with what to do."""
    from simulator.events.file import NotWrittenError

    try:
        yield
    except NotWrittenError as error:
        cut = f"{error}: the drill was cut off, and all that was shown is in the record"
        if is_live:
            raise _stuck(f"{cut}\nIts faults have ended. Make room, and play another one.") from error
        raise _stuck(f"{cut}\nMake room, and go on with: {how(folder)}") from error


def _stuck(message: str) -> click.ClickException:
    """Ends the command with exit code 1: something is amiss, and the message says what to do."""
    return click.ClickException(message)


def _wrong(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="--resume")
