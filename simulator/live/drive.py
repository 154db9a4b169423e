"""A drill that says how it is played live in, the finished record of a real incident out; and nothing left behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from generator.catalogue_file import write
from generator.model import Catalogue, Drill, Live
from simulator.events import WORLD, Acted, Event, Injected, Inspected, Record, Recorder
from simulator.live import runs, turned
from simulator.live.aftermath import State, blind
from simulator.live.binding.telling import plain
from simulator.live.leaving import Leaving, interruptible
from simulator.live.presence import Presence
from simulator.live.runs import Process, Room
from simulator.live.target import LiveTarget
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
    """One drill in front of a real service; NotPlayableError, NotLiveError, ArmError, RunError before it has begun.

    ``venue``: where; None: our own sandbox. ``alerts``: a folder with the files of a Prometheus and an Alertmanager,
    which tell what fires; None: the rules of the signals do, on what is scraped.
    ``heard`` is told of each event when a machine answers; ``say``: what goes on meanwhile, in sentences.
    """
    at = venue or Sandbox(live_of(catalogue.drill(drill)))
    _answerable(who)
    stage = set_up(catalogue, drill, [seed])
    at.leases(stage)
    _remember(say)
    say(f"What it takes is being started: {', '.join(at.rooms)}.")
    with _running(catalogue, stage, at) as folder, Presence(folder) as presence, ExitStack() as stack:
        processes = _processes(folder, at.rooms)
        target = _reached(stage, at, folder, processes, stack)
        target.lost, target.first_step = presence.lost, int(who not in MACHINES)
        alarms = (
            None
            if alerts is None
            else stack.enter_context(
                told_by_webhooks(catalogue, stage, at.place, at.metrics(processes), folder=alerts, say=say)
            )
        )
        if unknown := target.unknown():
            say(f"{unknown}.")
        say(f"All is up: {at.place.compression:g} minutes of the drill pass in each minute.")
        before, world = _looked_at(target, at.target, say), LiveWorld(stage, target)
        found: list[Injected | Acted | Inspected] = []
        if not at.ours:
            stack.enter_context(interruptible())
        at.begin()
        with Leaving(target, before, stage.service, say=say) as leaving:
            try:
                session = _played(
                    stage,
                    world,
                    at.place,
                    alarms,
                    who=who,
                    recorder=recorder,
                    screen=screen,
                    heard=heard,
                    # People talk for long: nobody's service is to be kept waiting for that.
                    over=lambda: found.extend(_left(leaving, target, recorder)),
                )
            finally:
                _put_down(found, recorder, say)
        world.settle()
        if target.problems:
            say(f"Scrapes were missed ({len(target.problems)}), the last one at {plain(target.problems[-1])}")
    reveal(
        session,
        measure(stage),
        robot=world.impact if who == "robot" else robot_impact(stage),
        by_twin=True,
        measured=world.measured,
    )
    return recorder.record()


def _left(leaving: Leaving, target: LiveTarget, recorder: Recorder) -> Iterator[Injected | Acted | Inspected]:
    """What is to be recorded of how the target was left, and first of what was still being turned at the end."""
    told = {id(event.payload) for event in recorder.events}
    for count, one in enumerate(leaving.leave(recorder.events)):
        if count == 0:
            yield from (acted for acted in target.acted() if id(acted) not in told)
        yield one


def _put_down(
    found: Iterable[Injected | Acted | Inspected], recorder: Recorder, say: Callable[[str], None]
) -> None:
    """What became of faults and target, as far as that is known; only now, as people have judged by then."""
    for one in found:
        recorder.append(recorder.events[-1].t, WORLD, one)
        if isinstance(one, Injected) and one.why.startswith(f"{one.lease}: "):
            say(f"The fault {one.why}")


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
    over: Callable[[], None],
) -> Session:
    """The session, to its end. ``over``: what is to be done as soon as it is."""
    begun = partial(Session, stage, world=world, place=place, alarms=alarms)
    if who in MACHINES:
        recorder.heard = heard
        paced = Paced(MACHINES[who](measure(stage)), place.compression)
        session = begun(paced, [recorder], nonces=keyed_nonces(stage))
        session.run()
        over()
        return session
    people = screen(place.compression)
    session = begun(people, [recorder], nonces=[secrets.token_hex(16)])
    attend(session, people, recorder, over=over)
    return session


def _remember(say: Callable[[str], None]) -> None:
    """What earlier drills of this machine did not turn back; one that goes on still may."""
    for folder in runs.folders():
        if runs.goes_on(folder):
            continue
        for line in turned.left(folder):
            say(f"{folder.name}: {line}; then delete {folder / turned.FILE}")


def _reached(
    stage: Stage, at: Venue, folder: Path, processes: Mapping[Room, Process], stack: ExitStack
) -> LiveTarget:
    """The target; NotPlayableError where it is not as it should be before anything was done to it."""
    target = at.reach(stage, folder, processes, runs.token(folder))
    stack.callback(target.close)
    stack.callback(target.end)
    if trouble := target.trouble():
        raise NotPlayableError(f"{at.target} does not answer as it should: {trouble}")
    return target


def _looked_at(target: LiveTarget, name: str, say: Callable[[str], None]) -> State:
    """What it is like before anything is done to it; NotPlayableError where nobody could compare it afterwards."""
    before = target.state()
    if why := blind(before):
        raise NotPlayableError(
            f"nobody could tell afterwards whether {name} is as it was, as it answers no probe: {plain(why)}; "
            "see to it that it answers at the deployment's path"
        )
    for what, why in before.unread.items():
        say(
            f"{plain(f'{what} could not be read: {why}')}: after the drill the target cannot be called clean."
        )
    return before


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
        if runs.is_over(folder):
            raise NotPlayableError(f"what it needs was ended before it came up: see the logs in {folder}")
        found = {one.room: one for one in runs.read(folder).processes if one.control}
        if found.keys() >= set(rooms):
            return found
        time.sleep(POLL_S)
    raise NotPlayableError(f"what it needs did not come up within {UP_S:g} s: see the logs in {folder}")
