"""A drill that says how it is played live in, the finished record of a real incident out; and nothing left behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from generator.catalogue_file import write
from generator.model import Catalogue, Drill, Live
from simulator.events import WORLD, Event, Record, Recorder
from simulator.live import runs
from simulator.live.presence import Presence
from simulator.live.runs import Process, Room
from simulator.live.told import told_by_webhooks
from simulator.live.venue import CATALOGUE, Sandbox, Venue
from simulator.live.world import LiveWorld
from simulator.responders.paced import Paced
from simulator.session.loop import Alarms, Session
from simulator.session.opening import Place
from simulator.session.play import MACHINES, Screen, attend, keyed_nonces, robot_impact
from simulator.session.reveal import reveal
from simulator.session.rulers import measure
from simulator.session.stage import Stage, set_up

UP_S, POLL_S = 160.0, 0.1
LIVE_MACHINES = ("none", "robot")


class NotPlayableError(ValueError):
    """The drill cannot be played live; the message says why, and what to do."""


def play_live(
    catalogue: Catalogue,
    drill: str,
    seed: int,
    *,
    who: str,
    recorder: Recorder,
    screen: Screen,
    venue: Venue | None = None,
    alerts: Path | None = None,
    heard: Callable[[Event], None] = lambda event: None,
    say: Callable[[str], None] = lambda text: None,
) -> Record:
    """One drill in front of a real service; NotPlayableError, NotLiveError, RunError before anything has begun.

    ``venue``: where; None: our own sandbox. ``alerts``: a folder with the files of a Prometheus and an Alertmanager,
    which tell what fires; None: the rules of the signals do, on what is scraped.
    ``heard`` is told of each event when a machine answers; ``say``: what goes on meanwhile, in sentences.
    """
    at = venue or Sandbox(live_of(catalogue.drill(drill)))
    _answerable(who)
    stage = set_up(catalogue, drill, [seed])
    at.leases(stage)
    say(f"What it takes is being started: {', '.join(at.rooms)}.")
    with _running(catalogue, stage, at) as folder, Presence(folder) as presence, ExitStack() as stack:
        processes = _processes(folder, at.rooms)
        target = at.reach(stage, folder, processes, runs.token(folder))
        target.lost = presence.lost
        stack.callback(target.close)
        stack.callback(target.end)
        if trouble := target.trouble():
            raise NotPlayableError(f"{at.target} does not answer as it should: {trouble}")
        alarms = (
            None
            if alerts is None
            else stack.enter_context(
                told_by_webhooks(catalogue, stage, at.place, at.metrics(processes), folder=alerts, say=say)
            )
        )
        say(f"All is up: {at.place.compression:g} minutes of the drill pass in each minute.")
        before, world = target.state(), LiveWorld(stage, target)
        session = _played(
            stage, world, at.place, alarms, who=who, recorder=recorder, screen=screen, heard=heard
        )
        target.end()
        world.settle()
        for found in (*target.injected(stage.clockwork.step_seconds), *target.inspected(before)):
            recorder.append(recorder.events[-1].t, WORLD, found)
    reveal(
        session, measure(stage), robot=world.impact if who == "robot" else robot_impact(stage), by_twin=True
    )
    return recorder.record()


def live_of(drill: Drill) -> Live:
    """How a drill says that it is played live; NotPlayableError where it does not."""
    if drill.live is None:
        raise NotPlayableError(
            f"'{drill.id}' is for a table alone: say in its file how fast it is played, as live: {{compression: 24}}"
        )
    return drill.live


def _answerable(who: str) -> None:
    if who in MACHINES and who not in LIVE_MACHINES:
        raise NotPlayableError(
            f"'{who}' knows the truth, and no real service tells it: it plays at a table alone"
        )


def _played(
    stage: Stage,
    world: LiveWorld,
    place: Place,
    alarms: Alarms | None,
    *,
    who: str,
    recorder: Recorder,
    screen: Screen,
    heard: Callable[[Event], None],
) -> Session:
    """The session, to its end."""
    begun = partial(Session, stage, world=world, place=place, alarms=alarms)
    if who in MACHINES:
        recorder.heard = heard
        paced = Paced(MACHINES[who](measure(stage)), place.compression)
        session = begun(paced, [recorder], nonces=keyed_nonces(stage))
        session.run()
        return session
    people = screen(place.compression)
    session = begun(people, [recorder], nonces=[secrets.token_hex(16)])
    attend(session, people, recorder)
    return session


@contextmanager
def _running(catalogue: Catalogue, stage: Stage, venue: Venue) -> Iterator[Path]:
    """The folder of a run with what its processes are to be started as."""
    folder, run = runs.begin(stage.drill.id, target=venue.target, ours=venue.ours, specs=())
    (folder / CATALOGUE).write_bytes(write(catalogue))
    run = replace(run, specs=venue.specs(stage, folder))
    runs.write(folder, run)
    yield folder


def _processes(folder: Path, rooms: Collection[Room]) -> Mapping[Room, Process]:
    """Where the processes are, as soon as all of them have said so."""
    until = time.monotonic() + UP_S
    while time.monotonic() < until:
        found = {one.room: one for one in runs.read(folder).processes if one.control}
        if found.keys() >= set(rooms):
            return found
        time.sleep(POLL_S)
    raise NotPlayableError(f"what it needs did not come up within {UP_S:g} s: see the logs in {folder}")
