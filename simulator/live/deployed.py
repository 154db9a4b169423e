"""A deployment of a service and what a token allows there in; the venue of a live drill against it out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from generator.model import Deployment, Live, Service
from generator.values import brief
from simulator.live.aftermath import Places
from simulator.live.answering import value_at
from simulator.live.asking import Caller
from simulator.live.binding import Secrets
from simulator.live.bound import BoundHands
from simulator.live.clock import Compression
from simulator.live.effects import prepared
from simulator.live.injecting import Injector
from simulator.live.lease import Cap, Lease
from simulator.live.observer.paths import METRICS
from simulator.live.probing import probes
from simulator.live.process import LOOPBACK, free_port
from simulator.live.prometheus import PrometheusSource
from simulator.live.proxy.bounds import laxer
from simulator.live.runs import Process, Room, Spec
from simulator.live.scraping import Scraper
from simulator.live.target import Closing, LiveTarget, Parts
from simulator.live.translating import NotLiveError, laxest, leases
from simulator.live.venue import clock_options, load_options, options
from simulator.session.opening import Place
from simulator.session.stage import Stage
from simulator.world.exposed import identities_of
from simulator.world.flow import Floats
from simulator.world.telemetry import Series

ROUNDING = 1e-9
PROBED = 5
"""So many cases of the panel are asked before and after, past the proxy."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A service as a team runs it, behind our fault proxy."""

    live: Live
    deployment: Deployment
    target: str
    """Its address, as the token names it."""
    cap: Cap
    allowed: tuple[str, ...] = ()
    """Programs that its bindings may run."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the alert, for bindings that ask for them."""
    secrets: Secrets = field(default_factory=Secrets)
    permit: Callable[[], None] = lambda: None
    """Uses the token up; ArmError where it was used meanwhile, or is over."""

    @property
    def place(self) -> Place:
        return Place(self.deployment.environment, compression_of(self.live, self.deployment))

    @property
    def ours(self) -> bool:
        return False

    @property
    def is_observed(self) -> bool:
        return self.deployment.metrics.kind == "observer"

    @property
    def rooms(self) -> Sequence[Room]:
        return ("observer", "proxy", "load") if self.is_observed else ("proxy", "load")

    def leases(self, stage: Stage) -> Sequence[tuple[float, float, Lease]]:
        found = leases(stage, 0, Compression(self.place.compression), deployment=self.deployment)
        if amiss := _beyond(self.cap, needed(found), found):
            raise NotLiveError(f"{amiss}: make a token that allows it ('drill arm')")
        return found

    def specs(self, stage: Stage, folder: Path) -> tuple[Spec, ...]:
        environment = {"--environment": self.deployment.environment}
        compression, most_per_s = self.place.compression, self.live.requests_per_s
        shared = {**clock_options(stage, folder, compression, most_per_s), **environment}
        proxy = {
            "--journal": str(folder / "journal.jsonl"),
            "--cap": json.dumps(brief(self.cap)),
            "--spare": json.dumps(about(self.deployment, self.target)),
        }
        load = {"--direct": self.target, **load_options(stage, folder)}
        if not self.is_observed:
            return (
                Spec("proxy", options({**proxy, "--target": self.target})),
                Spec("load", options({**shared, **load, "--target": "{proxy.url}"})),
            )
        # Clients meet the observer in front of the proxy, and the proxy meets it again behind.
        back = str(free_port())
        observer = {"--target": self.target, "--via": "{proxy.url}", "--back-port": back}
        return (
            Spec("proxy", options({**proxy, "--target": f"http://{LOOPBACK}:{back}"})),
            Spec("observer", options({**shared, **observer})),
            Spec("load", options({**shared, **load, "--target": "{observer.url}"})),
        )

    def metrics(self, processes: Mapping[Room, Process]) -> str:
        if self.is_observed:
            return f"{processes['observer'].url}{METRICS}"
        return self.deployment.metrics.url if self.deployment.metrics.kind == "exposition" else ""

    def begin(self) -> None:
        self.permit()

    def reach(self, stage: Stage, folder: Path, processes: Mapping[Room, Process], token: str) -> LiveTarget:
        service, identities = stage.service, identities_of(stage.service)
        load, proxy = (Caller(processes[room].control, token) for room in ("load", "proxy"))
        target = Caller(self.target, timeout_s=10.0)
        sample, asked = self._sample(service, identities, processes)
        hands = BoundHands(
            service,
            self.deployment.environment,
            allowed=self.allowed,
            labels=self.labels,
            secrets=self.secrets,
            keep=folder,
            until=self.cap.until,
        )
        return LiveTarget(
            Parts(
                sample=sample,
                width=len(identities),
                step_s=stage.drill.step_seconds,
                apart_s=Compression(self.place.compression).wall_s(stage.drill.step_seconds / 60),
                load=load,
                hands=hands,
                injector=Injector(self.leases(stage), proxy),
                looked_at=Places(
                    target, proxy=proxy, health=self.deployment.health, settings=hands.settings()
                ),
                probes=probes(service, stage.panel, self.deployment, PROBED),
                callers=(load, proxy, target, *asked),
                judged=partial(judged, self.deployment),
                left=hands.left,
            )
        )

    def _sample(
        self, service: Service, identities: Sequence[Series], processes: Mapping[Room, Process]
    ) -> tuple[Callable[[], Floats], Sequence[Closing]]:
        """How its metrics are read, and whom that asks."""
        metrics = self.deployment.metrics
        if metrics.kind == "prometheus":
            server = PrometheusSource(identities, service, metrics.url)
            return server.sample, (server,)
        scraper = Scraper(identities, service)
        parts = urlsplit(self.metrics(processes))
        caller = Caller(urlunsplit((parts.scheme, parts.netloc, "", "", "")), timeout_s=5.0)
        path = asked_for(parts)
        return lambda: scraper.sample(caller.text(*path)), (caller,)


def asked_for(address: SplitResult) -> Sequence[str]:
    """The parts of a path, the last with its query, as a caller encodes them.

    >>> asked_for(urlsplit("http://10.0.0.1:9000/a%20b/metrics?format=text"))
    ['a b', 'metrics?format=text']
    """
    whole = f"{address.path}?{address.query}" if address.query else address.path
    return [unquote(part) for part in whole.removeprefix("/").split("/")]


def about(deployment: Deployment, target: str) -> Sequence[str]:
    """The paths of a target at which it is watched, as requests name them there."""
    base = urlsplit(target).path.rstrip("/")
    metrics = urlsplit(deployment.metrics.url).path if deployment.metrics.kind == "exposition" else ""
    return [path for path in (deployment.health, metrics.removeprefix(base)) if path]


def judged(deployment: Deployment, answer: Any) -> Any:
    """What an answer decides: what else stands in it, such as times and ids, may differ from answer to answer."""
    value = value_at(deployment, json.dumps(answer.get("answer")).encode())
    return answer if value is None else {**answer, "answer": value}


def compression_of(live: Live, deployment: Deployment) -> float:
    """By how much the drill's clock is faster there: an observer follows it, metrics of others are as they are."""
    return live.compression if deployment.metrics.kind == "observer" else deployment.metrics.compression


def _beyond(cap: Cap, wanted: Cap, found: Sequence[tuple[float, float, Lease]]) -> str:
    """What of a drill the token does not allow; empty: nothing."""
    if wanted.share > cap.share + ROUNDING:
        return f"the drill touches {wanted.share:.0%} of the requests, and the token allows {cap.share:.0%}"
    for name, allowed, asked in (
        ("effect", cap.effects, wanted.effects),
        ("field", cap.fields, wanted.fields),
    ):
        strange = sorted(set(asked) - set(allowed)) if allowed else []
        if strange:
            return f"the drill needs the {name} '{strange[0]}', and the token allows {', '.join(allowed)}"
    if cap.stop is None:
        return ""
    return next(
        (f"{lease.id}: {amiss}" for _, _, lease in found if (amiss := laxer(lease.stop, cap.stop))), ""
    )


def needed(found: Sequence[tuple[float, float, Lease]]) -> Cap:
    """The least that a token has to allow for these leases."""
    effects = sorted({effect.kind for _, _, lease in found for effect in lease.effects})
    fields = sorted({name for _, _, lease in found for name in prepared(lease).fields})
    share = min(1.0, sum(lease.share for _, _, lease in found))
    return Cap(share, tuple(effects), tuple(fields), stop=laxest(lease.stop for _, _, lease in found))


def widest(caps: Sequence[Cap]) -> Cap:
    """What allows all of them, one at a time."""
    return replace(
        Cap(),
        share=max((cap.share for cap in caps), default=1.0),
        effects=tuple(sorted({effect for cap in caps for effect in cap.effects})),
        fields=tuple(sorted({name for cap in caps for name in cap.fields})),
        stop=laxest(cap.stop for cap in caps),
    )
