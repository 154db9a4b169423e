"""Where a live drill is played in; the processes that it takes, its leases and its target, out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generator.model import Live
from simulator.live.aftermath import Places
from simulator.live.asking import Caller
from simulator.live.clock import Compression
from simulator.live.hands import SandboxHands
from simulator.live.injecting import Injector
from simulator.live.lease import Lease
from simulator.live.process import LOOPBACK, free_port
from simulator.live.runs import Process, Room, Spec
from simulator.live.scraping import Scraper
from simulator.live.target import LiveTarget, Parts
from simulator.live.translating import leases, met
from simulator.session.opening import Place
from simulator.session.stage import Stage
from simulator.world.exposed import identities_of

CATALOGUE = "catalogue.json"
SANDBOX = "sandbox"


class Venue(Protocol):
    """An environment, as one drill finds it."""

    @property
    def place(self) -> Place:
        """What the record says of it."""
        ...

    @property
    def target(self) -> str:
        """Its address, or what it is called."""
        ...

    @property
    def ours(self) -> bool:
        """Whether it serves nobody: another's target is never taken its proxy."""
        ...

    @property
    def rooms(self) -> Sequence[Room]:
        """Processes without which nothing can begin."""
        ...

    def leases(self, stage: Stage) -> Sequence[tuple[float, float, Lease]]:
        """Onset and end in minutes of the drill, and the lease; NotLiveError where a fault cannot be put there."""
        ...

    def specs(self, stage: Stage, folder: Path) -> tuple[Spec, ...]:
        """What is to be started; the catalogue stands in the folder."""
        ...

    def metrics(self, processes: Mapping[Room, Process]) -> str:
        """Where its metrics are exposed; empty where a Prometheus server has them already."""
        ...

    def reach(self, stage: Stage, folder: Path, processes: Mapping[Room, Process], token: str) -> LiveTarget:
        """The target, as soon as all processes are up."""
        ...

    def begin(self) -> None:
        """All is up, and nothing was done to it yet; ArmError where it may not be done (any more)."""
        ...


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Our own: it comes with Drillbook, and serves nobody."""

    live: Live

    @property
    def place(self) -> Place:
        return Place(SANDBOX, self.live.compression)

    @property
    def target(self) -> str:
        return SANDBOX

    @property
    def ours(self) -> bool:
        return True

    @property
    def rooms(self) -> Sequence[Room]:
        return ("sandbox", "proxy", "load")

    def leases(self, stage: Stage) -> Sequence[tuple[float, float, Lease]]:
        return leases(stage, 0, Compression(self.live.compression))

    def specs(self, stage: Stage, folder: Path) -> tuple[Spec, ...]:
        # The sandbox has to know the way back to itself before there is a proxy on it.
        port = str(free_port())
        shared = clock_options(stage, folder, self.live.compression, self.live.requests_per_s)
        sandbox = {"--keep": str(folder / "controls.json"), "--hop": f"http://{LOOPBACK}:{port}"}
        if nodes := met(stage):
            sandbox["--met"] = ",".join(nodes)
        proxy = {"--target": "{sandbox.url}", "--port": port, "--journal": str(folder / "journal.jsonl")}
        load = {"--target": "{proxy.url}", "--direct": "{sandbox.url}"}
        return (
            Spec("sandbox", options({**shared, **sandbox})),
            Spec("proxy", (*options(proxy), "--ours")),
            Spec("load", options({**shared, **load, **load_options(stage, folder)})),
        )

    def metrics(self, processes: Mapping[Room, Process]) -> str:
        return f"{processes['sandbox'].url}/metrics"

    def begin(self) -> None:
        """Nobody has to be asked: it serves nobody."""

    def reach(self, stage: Stage, folder: Path, processes: Mapping[Room, Process], token: str) -> LiveTarget:
        sandbox, controls = Caller(processes["sandbox"].url), Caller(processes["sandbox"].control, token)
        load, proxy = (Caller(processes[room].control, token) for room in ("load", "proxy"))
        identities = identities_of(stage.service)
        scraper = Scraper(identities, stage.service)
        return LiveTarget(
            Parts(
                sample=lambda: scraper.sample(sandbox.text("metrics")),
                width=len(identities),
                step_s=stage.drill.step_seconds,
                apart_s=Compression(self.place.compression).wall_s(stage.drill.step_seconds / 60),
                load=load,
                hands=SandboxHands(controls),
                injector=Injector(self.leases(stage), proxy),
                looked_at=Places(sandbox, control=controls, proxy=proxy, health="/health"),
                callers=(sandbox, controls, load, proxy),
            )
        )


def clock_options(
    stage: Stage, folder: Path, compression: float, most_per_s: float | None
) -> Mapping[str, str]:
    """What every process that goes by the drill's clock is told; ``most_per_s``: requests of the wall."""
    drill = stage.drill
    return {
        "--catalogue": str(folder / CATALOGUE),
        "--service": drill.service,
        "--seed": str(stage.seeds[0]),
        "--compression": f"{compression:g}",
        "--weekday": drill.weekday,
        "--time": drill.time,
        "--step-seconds": f"{drill.step_seconds:g}",
        # One second 0 for what sends values and what tells their age, also after one of them was started anew.
        "--origin": repr(time.monotonic()),
        **({} if most_per_s is None else {"--requests-per-s": f"{most_per_s:g}"}),
    }


def load_options(stage: Stage, folder: Path) -> Mapping[str, str]:
    return {"--keep": str(folder / "begun.json"), "--steps": str(stage.clockwork.steps + 1)}


def options(named: Mapping[str, str]) -> tuple[str, ...]:
    """As they stand on a command line."""
    return tuple(word for pair in named.items() for word in pair)
