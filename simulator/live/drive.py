"""A drill that says how it is played live in, the finished record of a real incident out; and nothing left behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from generator.catalogue_file import write
from generator.model import Catalogue, Drill, Live
from simulator.events import WORLD, Event, Record, Recorder
from simulator.live import runs
from simulator.live.clock import Compression
from simulator.live.presence import Presence
from simulator.live.process import LOOPBACK, free_port
from simulator.live.runs import Spec
from simulator.live.sandboxed import Places, Sandboxed
from simulator.live.translating import leases
from simulator.live.world import LiveWorld
from simulator.responders.paced import Paced
from simulator.responders.view import Responder
from simulator.session.loop import Session
from simulator.session.opening import Place
from simulator.session.play import MACHINES, People, Screen, attend, keyed_nonces, robot_impact
from simulator.session.reveal import reveal
from simulator.session.rulers import measure
from simulator.session.stage import Stage, set_up

UP_S, POLL_S = 60.0, 0.1
CATALOGUE = "catalogue.json"
LIVE_MACHINES = ("none", "robot")
SANDBOX = "sandbox"


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
    heard: Callable[[Event], None] = lambda event: None,
    say: Callable[[str], None] = lambda text: None,
) -> Record:
    """One drill in front of our own sandbox; NotPlayableError, NotLiveError, RunError before anything has begun.

    ``heard`` is told of each event when a machine answers; ``say``: what goes on meanwhile, in sentences.
    """
    live = _live(catalogue.drill(drill), who)
    stage, compression = set_up(catalogue, drill, [seed]), Compression(live.compression)
    injected = leases(stage, 0, compression)
    say("The sandbox, its proxy and its traffic are being started.")
    with _running(catalogue, stage, live, seed) as folder, Presence(folder):
        target = Sandboxed(stage.service, injected, places=_places(folder), token=runs.token(folder))
        say(f"They are up: {live.compression:g} minutes of the drill pass in each minute.")
        try:
            before, place = target.state(), Place(SANDBOX, compression.factor)
            world = LiveWorld(stage, target)
            if who in MACHINES:
                recorder.heard = heard
                session = _by_machine(stage, world, recorder, MACHINES[who](measure(stage)), place)
            else:
                session = _by_people(stage, world, recorder, screen(compression.factor), place)
            target.end()
            world.settle()
            recorder.append(recorder.events[-1].t, WORLD, target.inspected(before))
        finally:
            target.end()
            target.close()
    reveal(
        session, measure(stage), robot=world.impact if who == "robot" else robot_impact(stage), by_twin=True
    )
    return recorder.record()


def _live(drill: Drill, who: str) -> Live:
    if drill.live is None:
        raise NotPlayableError(
            f"'{drill.id}' is for a table alone: say in its file how fast it is played, as live: {{compression: 24}}"
        )
    if who in MACHINES and who not in LIVE_MACHINES:
        raise NotPlayableError(
            f"'{who}' knows the truth, and no real service tells it: it plays at a table alone"
        )
    return drill.live


def _by_machine(
    stage: Stage, world: LiveWorld, recorder: Recorder, machine: Responder, place: Place
) -> Session:
    paced = Paced(machine, place.compression)
    session = Session(stage, paced, [recorder], nonces=keyed_nonces(stage), world=world, place=place)
    session.run()
    return session


def _by_people(stage: Stage, world: LiveWorld, recorder: Recorder, people: People, place: Place) -> Session:
    session = Session(stage, people, [recorder], nonces=[secrets.token_hex(16)], world=world, place=place)
    attend(session, people, recorder)
    return session


@contextmanager
def _running(catalogue: Catalogue, stage: Stage, live: Live, seed: int) -> Iterator[Path]:
    """The folder of a run with what its processes are to be started as."""
    folder, run = runs.begin(stage.drill.id, target="sandbox", ours=True, specs=())
    (folder / CATALOGUE).write_bytes(write(catalogue))
    run = replace(run, specs=_specs(stage, live, folder, seed))
    runs.write(folder, run)
    yield folder


def _specs(stage: Stage, live: Live, folder: Path, seed: int) -> tuple[Spec, ...]:
    drill, port = stage.drill, str(free_port())
    common = {
        "--catalogue": str(folder / CATALOGUE),
        "--service": drill.service,
        "--seed": str(seed),
        "--compression": f"{live.compression:g}",
        "--weekday": drill.weekday,
        "--time": drill.time,
        "--step-seconds": f"{drill.step_seconds:g}",
        # One second 0 for what sends values and what tells their age, also after one of them was started anew.
        "--origin": repr(time.monotonic()),
    }
    # It has to know the way back to itself before there is a proxy on it.
    sandbox = {"--keep": str(folder / "controls.json"), "--hop": f"http://{LOOPBACK}:{port}"}
    proxy = {"--target": "{sandbox.url}", "--port": port, "--journal": str(folder / "journal.jsonl")}
    load = {
        "--target": "{proxy.url}",
        "--direct": "{sandbox.url}",
        "--keep": str(folder / "begun.json"),
        "--steps": str(stage.clockwork.steps + 1),
        **({} if live.requests_per_s is None else {"--requests-per-s": f"{live.requests_per_s:g}"}),
    }
    return (
        Spec("sandbox", _options({**common, **sandbox})),
        Spec("proxy", _options(proxy)),
        Spec("load", _options({**common, **load})),
    )


def _options(named: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for pair in named.items() for word in pair)


def _places(folder: Path) -> Places:
    """Where the processes are, as soon as all of them have said so."""
    until = time.monotonic() + UP_S
    while time.monotonic() < until:
        now = runs.read(folder)
        found = {one.room: one for one in now.processes if one.control}
        if {"sandbox", "proxy", "load"} <= found.keys():
            return Places(
                found["sandbox"].url,
                found["sandbox"].control,
                found["proxy"].control,
                found["load"].control,
            )
        time.sleep(POLL_S)
    raise NotPlayableError(f"the sandbox did not come up within {UP_S:g} s: see the logs in {folder}")
