"""``drill run --live``: a drill in front of a real service."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.against import Against, venue_of
from simulator.cli.needing import installed

if TYPE_CHECKING:
    from generator.model import Catalogue
    from simulator.events import Event, Record, Recorder
    from simulator.session.play import Screen

WIDTH = 24


def played_live(
    catalogue: Catalogue,
    name: str,
    seed: int,
    *,
    who: str,
    recorder: Recorder,
    screen: Screen,
    against: Against,
    speed: float | None,
    alerts: Path | None,
) -> Record:
    """A live drill to its reveal; wrong usage, with what to do, where it cannot begin."""
    installed()
    from simulator.faults.solving import UnreachableError
    from simulator.live.arming import ArmError
    from simulator.live.drive import NotPlayableError, play_live
    from simulator.live.runs import RunError
    from simulator.live.translating import NotLiveError

    try:
        with _shown(catalogue, name, who) as heard:
            return play_live(
                catalogue,
                name,
                seed,
                who=who,
                recorder=recorder,
                screen=screen,
                venue=venue_of(catalogue, name, against, speed=speed),
                alerts=alerts,
                heard=heard,
                say=_say,
            )
    except (NotPlayableError, NotLiveError, UnreachableError) as error:
        raise click.BadParameter(str(error), param_hint="--live") from error
    except ArmError as error:
        raise click.BadParameter(str(error), param_hint="--arm") from error
    except RunError as error:
        raise click.ClickException(str(error)) from error


def _say(text: str) -> None:
    click.echo(text, err=True)


@contextmanager
def _shown(catalogue: Catalogue, name: str, who: str) -> Iterator[Callable[[Event], None]]:
    """How far a machine's drill is, on a terminal; people have a screen of their own."""
    if who == "human" or not sys.stderr.isatty():
        yield lambda event: None
        return
    from rich.console import Console
    from rich.live import Live

    horizon = catalogue.drill(name).horizon_minutes
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield lambda event: live.update(_line(event, horizon), refresh=True)


def _line(event: Event, horizon: float) -> Any:
    from rich.text import Text

    full = min(WIDTH, round(event.minutes / horizon * WIDTH))
    line = Text("━" * full, style="green", no_wrap=True, overflow="ellipsis")
    line.append("━" * (WIDTH - full), style="dim")
    return line.append(f"  minute {event.minutes:.0f} of {horizon:g}", style="bold")
