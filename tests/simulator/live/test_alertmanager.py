"""A drill whose alerts come from a real Prometheus and a real Alertmanager, which watch a real service."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from generator.model import Catalogue, Drill, Live, Span
from simulator import shell
from simulator.events import Acknowledged, AlertChanged, Opened, Record, Recorder, verify
from simulator.live import drive, runs
from simulator.live.presence import Presence
from simulator.live.prometheus import PrometheusSource
from simulator.live.scraping import COUNTERS
from simulator.live.venue import Sandbox
from simulator.live.webhook.prepared import Chain, prepare
from simulator.live.webhook.receiving import Receiving, receiving
from simulator.live.world import LiveWorld
from simulator.responders.paced import Paced
from simulator.session.loop import Alarms, Session, bank_of
from simulator.session.play import MACHINES, keyed_nonces
from simulator.session.reveal import reveal
from simulator.session.rulers import measure
from simulator.session.stage import Stage, set_up
from simulator.signals.alerts import Evaluation
from simulator.world.exposed import identities_of
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry
from tests.conftest import require_tool
from tests.simulator.stages import whole_catalogue

DRILL, MEAN, RUNBOOK = "distance-in-kilometres", "distance-mean", "upstream-schema-change"
PATIENCE_S = 60.0
ONSET, APART_MINUTES = 2.0, 6.0
"""Of the drill. A machine that is held up for some seconds tells an alert minutes later."""


@functools.cache
def _short() -> Catalogue:
    """Twelve minutes of the drill in 24 seconds, with little traffic and a fault that no chance hides."""
    whole = whole_catalogue()

    def cut(drill: Drill) -> Drill:
        faults = tuple(
            replace(fault, onset_minutes=Span(ONSET, ONSET), with_={**fault.with_, "factor": 3.0})
            for fault in drill.faults
        )
        return replace(drill, horizon_minutes=12.0, faults=faults, live=Live(30.0, 40.0))

    return replace(whole, drills=tuple(cut(one) if one.id == DRILL else one for one in whole.drills))


class _Silent:
    """Reads what the signals measure and says of none that it fires; notes when it would have said so."""

    def __init__(self, stage: Stage) -> None:
        self._bank = bank_of(stage)
        self.fired: list[tuple[float, int]] = []

    def evaluate(self, telemetry: Telemetry) -> Evaluation:
        found = self._bank.evaluate(telemetry)
        self.fired += [(telemetry.now / 60, row) for row, _ in found.fired]
        return replace(found, firing=found.firing & False, fired=(), resolved=())


@dataclass(frozen=True, slots=True)
class _Played:
    record: Record
    heard: Receiving
    bank: Sequence[tuple[float, int]]
    """Minute and signal, as our own evaluation would have had it."""
    stage: Stage
    sampled: Floats
    """What the Prometheus server says of the service after the drill, axes (series,)."""
    scraped: Floats
    """What the session's own telemetry said at its last scrape."""


@contextlib.contextmanager
def started(chain: Chain, folder: Path) -> Iterator[None]:
    """Both servers, ended in the end whatever happens."""
    with contextlib.ExitStack() as stack:
        for command in chain.commands:
            running = shell.start(
                [require_tool(command[0]), *command[1:]],
                folder,
                environment={},
                complaints=folder / f"{command[0]}.log",
            )
            stack.callback(running.forget)
            stack.callback(shell.end, running.identity, patience_s=10.0)
        yield


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Played]:
    """The robot's drill, with no alarm but what Alertmanager tells, played once for all that is asserted of it."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require_tool(program)
    folder = tmp_path_factory.mktemp("alerts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runs.STATE_VARIABLE, str(tmp_path_factory.mktemp("state")))
        yield _play(folder)


def _play(folder: Path) -> _Played:
    catalogue = _short()
    stage, recorder = set_up(catalogue, DRILL, [7]), Recorder()
    at = Sandbox(drive.live_of(catalogue.drill(DRILL)))
    with drive._running(catalogue, stage, at) as run, Presence(run), receiving(stage) as heard:
        processes = drive._processes(run, at.rooms)
        chain = prepare(
            folder,
            catalogue,
            stage.service.id,
            compression=at.place.compression,
            metrics_url=processes["sandbox"].url + "/metrics",
            receiver=heard.receiver,
            step_seconds=stage.drill.step_seconds,
        )
        target = at.reach(stage, run, processes, runs.token(run))
        try:
            with started(chain, folder):
                heard.wait(chain, within_s=PATIENCE_S)
                world, silent = LiveWorld(stage, target), _Silent(stage)
                session = _session(stage, world, recorder, _deaf(heard, silent), at)
                session.run()
                with contextlib.closing(_kept(stage, chain)) as server:
                    sampled = server.sample()
                scraped = target._parts.sample()
            world.settle()
        finally:
            target.end()
            target.close()
    reveal(session, measure(stage), robot=world.impact, by_twin=True)
    return _Played(recorder.record(), heard, silent.fired, stage, sampled, scraped)


def _kept(stage: Stage, chain: Chain) -> PrometheusSource:
    return PrometheusSource(identities_of(stage.service), stage.service, chain.prometheus, fresh_s=10.0)


def _deaf(heard: Receiving, silent: Alarms) -> Alarms:
    """Alarms that know nothing but what was told: our own evaluation says of no signal that it fires."""
    heard.alarms._read = silent
    return heard.alarms


def _session(stage: Stage, world: LiveWorld, recorder: Recorder, alarms: Alarms, at: Sandbox) -> Session:
    robot = Paced(MACHINES["robot"](None), at.place.compression)  # type: ignore[arg-type]  # the robot needs no ruler
    return Session(
        stage, robot, [recorder], nonces=keyed_nonces(stage), world=world, place=at.place, alarms=alarms
    )


def test_the_webhook_starts_the_incident(played: _Played) -> None:
    """The first alert of the record is the fault's, told by Alertmanager; the robot opens the runbook for it."""
    (first, alert), *_ = played.record.of(AlertChanged)
    assert (alert.runbook, alert.severity, alert.state) == (RUNBOOK, "page", "firing")
    assert first.minutes >= ONSET

    (acknowledged, _), *_ = played.record.of(Acknowledged)
    (_, opened), *_ = played.record.of(Opened)
    assert opened.runbook == RUNBOOK
    assert acknowledged.seq > first.seq


def test_the_exported_rules_fire_when_our_own_evaluation_would(played: _Played) -> None:
    """The mean of the distance jumps, and both see it; our own evaluation was asked, but told nobody."""
    told = [
        event.minutes
        for event, alert in played.record.of(AlertChanged)
        if (alert.signal, alert.state) == (MEAN, "firing")
    ]
    read = [minute for minute, row in played.bank if played.stage.signals[row].key == MEAN]

    assert abs(told[0] - read[0]) <= APART_MINUTES


def test_the_server_keeps_what_the_service_shows(played: _Played) -> None:
    """Every series that the target exposes is found on the server, under the names and labels of the service."""
    shown = ~np.isnan(played.scraped)

    assert shown.sum() > 20
    assert (~np.isnan(played.sampled) == shown).all()
    counts = np.array([one.name.endswith(COUNTERS) for one in identities_of(played.stage.service)])
    assert 0 < played.sampled[counts].sum() <= played.scraped[counts].sum()


def test_nothing_strange_came(played: _Played) -> None:
    assert played.heard.inbox.notes == []


def test_the_record_holds(played: _Played) -> None:
    assert verify(played.record) == ()


def test_nothing_listens_any_more(played: _Played) -> None:
    assert "webhooks" not in [thread.name for thread in threading.enumerate()]
