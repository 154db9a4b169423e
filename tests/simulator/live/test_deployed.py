"""Somebody's own deployment as the venue of a drill: what is started, what is read, and what a token allows there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from generator.model import (
    Answering,
    Binding,
    Deployment,
    Fault,
    HttpBinding,
    HttpReading,
    Live,
    MetricsSource,
    Reading,
)
from simulator.live.asking import RefusedError
from simulator.live.deployed import Deployed, compression_of, judged, needed, widest
from simulator.live.lease import Cap, Effect, Lease, Stop
from simulator.live.prometheus import PrometheusSource
from simulator.live.runs import Process, Room, Spec
from simulator.live.scraping import UnreadableError
from simulator.live.translating import NotLiveError
from simulator.session.stage import Stage, set_up
from simulator.world.exposed import identities_of
from tests.simulator.stages import whole_catalogue

DRILL, TARGET = "distance-in-kilometres", "http://127.0.0.1:9"
Kind = Literal["observer", "exposition", "prometheus"]


def staged() -> Stage:
    return set_up(whole_catalogue(), DRILL, [7])


def deployed(kind: Kind = "observer", url: str = "", *, cap: Cap | None = None) -> Deployed:
    metrics = MetricsSource(kind, url, compression=2.0)
    deployment = Deployment(
        "staging",
        TARGET,
        "mlflow",
        "/invocations",
        Answering("predictions[0].decision"),
        metrics,
        health="/ping",
    )
    return Deployed(Live(24.0), deployment, TARGET, cap or Cap(until=2e9))


def processes(folder: Path) -> Mapping[Room, Process]:
    (folder / "token").write_text("t" * 32)
    rooms: tuple[Room, ...] = ("proxy", "observer", "load")
    return {
        room: Process(room, 2, 0, f"http://127.0.0.1:{4000 + n}", f"http://127.0.0.1:{5000 + n}")
        for n, room in enumerate(rooms)
    }


def of(specs: tuple[Spec, ...], room: Room) -> dict[str, str]:
    options = next(one.options for one in specs if one.room == room)
    return dict(zip(options[::2], options[1::2], strict=True))


# --- what is started ------------------------------------------------------------------------------


def test_an_observer_stands_on_both_sides_of_the_proxy(tmp_path: Path) -> None:
    venue = deployed()
    specs = venue.specs(staged(), tmp_path)

    assert [one.room for one in specs] == ["proxy", "observer", "load"] == sorted(venue.rooms, key=_order)
    back = of(specs, "observer")["--back-port"]
    assert of(specs, "proxy")["--target"] == f"http://127.0.0.1:{back}"
    assert of(specs, "observer")["--target"] == TARGET
    assert of(specs, "load")["--target"] == "{observer.url}"
    assert of(specs, "load")["--direct"] == TARGET


def _order(room: str) -> int:
    return ["proxy", "observer", "load"].index(room)


@pytest.mark.parametrize("kind", ["exposition", "prometheus"])
def test_where_the_target_shows_its_own_metrics_nothing_stands_beside_it(kind: Kind, tmp_path: Path) -> None:
    venue = deployed(kind, "http://127.0.0.1:9/metrics")
    specs = venue.specs(staged(), tmp_path)

    assert [one.room for one in specs] == [*venue.rooms] == ["proxy", "load"]
    assert of(specs, "proxy")["--target"] == TARGET
    assert of(specs, "load")["--target"] == "{proxy.url}"


def test_the_proxy_is_told_the_cap_and_nothing_that_is_secret(tmp_path: Path) -> None:
    """A command line is seen by everybody on the machine."""
    cap = Cap(0.5, ("scale",), ("distance_miles",), until=2e9)
    venue = replace(deployed(cap=cap), allowed=("deploy",))
    specs = venue.specs(staged(), tmp_path)

    assert json.loads(of(specs, "proxy")["--cap"]) == {
        "share": 0.5,
        "effects": ["scale"],
        "fields": ["distance_miles"],
        "until": 2e9,
    }
    assert "drillbook1." not in str(specs)


def test_the_proxy_is_told_where_the_service_is_watched(tmp_path: Path) -> None:
    """Nothing falls on its health and its metrics, whatever they are called."""
    venue = deployed("exposition", f"{TARGET}/base/score/stats?all=1")
    watched = replace(venue.deployment, health="/score/status")
    specs = replace(venue, deployment=watched, target=f"{TARGET}/base").specs(staged(), tmp_path)
    quiet = deployed("prometheus", "http://127.0.0.1:9/prom").specs(staged(), tmp_path)

    assert json.loads(of(specs, "proxy")["--spare"]) == ["/score/status", "/score/stats"]
    assert json.loads(of(quiet, "proxy")["--spare"]) == [deployed().deployment.health]


def test_an_observer_follows_the_drill_and_metrics_of_others_are_as_they_are() -> None:
    """Their windows are as long as they are."""
    live = Live(24.0)
    assert compression_of(live, deployed().deployment) == 24.0
    assert compression_of(live, deployed("exposition", "http://a/m").deployment) == 2.0
    assert deployed("prometheus", "http://a").place.compression == 2.0


# --- what a token allows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "message"),
    [
        (Cap(share=0.1), "touches 100% of the requests, and the token allows 10%"),
        (Cap(effects=("delay",)), "needs the effect 'scale', and the token allows delay"),
        (
            Cap(effects=("scale",), fields=("other",)),
            "needs the field 'distance_miles', and the token allows other",
        ),
        (Cap(share=0.0), "the token allows 0%"),
        (Cap(stop=Stop(error_ratio=0.1)), "by the error ratio 0.5, and here it has to by 0.1 at most"),
    ],
)
def test_a_drill_that_needs_more_than_its_token_allows_does_not_begin(cap: Cap, message: str) -> None:
    with pytest.raises(NotLiveError, match=message):
        deployed(cap=cap).leases(staged())


def test_what_a_drill_needs_is_what_allows_it() -> None:
    found = deployed().leases(staged())
    cap = needed(found)

    assert cap == Cap(1.0, ("scale",), ("distance_miles",), stop=Stop(error_ratio=0.5, p99_ms=5_000.0))
    assert deployed(cap=cap).leases(staged()) == found


def test_a_drill_without_faults_needs_no_request() -> None:
    """Empty effects allow all: it is the share that allows nothing."""
    assert widest([needed(())]).share == 0.0


def test_shares_of_faults_add_up() -> None:
    """They need not fall on the same requests."""
    lease = Lease("a", (Effect("delay", {"distribution": "constant", "ms": 1.0}),), 7, share=0.3)
    found = [(0.0, 1.0, lease), (0.0, 1.0, replace(lease, id="b"))]

    assert needed(found).share == pytest.approx(0.6)


def test_a_fault_falls_on_the_requests_of_the_deployment_alone() -> None:
    for _, _, lease in deployed().leases(staged()):
        assert lease.paths == ("/invocations",)


def test_the_token_is_used_up_when_the_drill_begins_and_not_before(tmp_path: Path) -> None:
    """What cannot start costs nobody a token."""
    used: list[int] = []
    venue = replace(deployed(), permit=lambda: used.append(1))
    stage = staged()
    venue.leases(stage)
    venue.specs(stage, tmp_path)
    venue.reach(stage, tmp_path, processes(tmp_path), "t").close()
    assert not used

    venue.begin()
    assert used == [1]


# --- where metrics are read ---------------------------------------------------------------------------


@contextmanager
def exposing(text: bytes, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize("rest", ["/metrics", "/a%20b/metrics?format=text&x=1", "/metrics/", "/"])
def test_an_exposition_is_read_where_the_service_says_to_the_letter(rest: str, tmp_path: Path) -> None:
    """With its query, and with the slash that some frameworks want."""
    with exposing(b"# nothing yet\n") as (url, asked):
        venue = deployed("exposition", f"{url}{rest}")
        assert venue.metrics(processes(tmp_path)) == f"{url}{rest}"
        sample, callers = venue._sample(staged().service, identities_of(staged().service), {})
        assert np.isnan(sample()).all()
        for caller in callers:
            caller.close()

    assert asked == [rest]


def test_what_is_no_exposition_is_said(tmp_path: Path) -> None:
    with exposing(b"<html>{ sign in") as (url, _):
        venue = deployed("exposition", f"{url}/metrics")
        sample, callers = venue._sample(staged().service, identities_of(staged().service), {})
        with pytest.raises(UnreadableError):
            sample()
        for caller in callers:
            caller.close()


def test_a_redirect_is_not_followed_and_is_no_empty_exposition(tmp_path: Path) -> None:
    """It would look as if the service had no series at all."""
    with exposing(b"", 301) as (url, _):
        venue = deployed("exposition", f"{url}/metrics")
        sample, callers = venue._sample(staged().service, identities_of(staged().service), {})
        with pytest.raises(RefusedError, match="301, a redirect, which is not followed"):
            sample()
        for caller in callers:
            caller.close()


def test_an_observer_is_asked_for_what_it_measures(tmp_path: Path) -> None:
    assert deployed().metrics(processes(tmp_path)) == "http://127.0.0.1:4001/-/drillbook/metrics"


def test_a_prometheus_is_asked_by_query_and_nobody_is_to_scrape_for_it(tmp_path: Path) -> None:
    """It has the metrics already."""
    venue = deployed("prometheus", "http://127.0.0.1:9090")
    service = staged().service
    _, (source,) = venue._sample(service, identities_of(service), {})

    assert venue.metrics(processes(tmp_path)) == ""
    assert isinstance(source, PrometheusSource)
    assert source.url == "http://127.0.0.1:9090"


# --- whether it is as it was ------------------------------------------------------------------------------


def test_what_an_answer_decides_is_compared_and_not_how_long_it_took() -> None:
    """Many servers send times and ids with each answer."""
    deployment = deployed().deployment
    one, other, another = (
        {"status": 200, "answer": {"predictions": [{"decision": decision}], "took_ms": took}}
        for decision, took in (("pass", 3.2), ("pass", 4.1), ("block", 3.2))
    )

    assert judged(deployment, one) == judged(deployment, other) != judged(deployment, another)
    refused = {"status": 503}
    assert judged(deployment, refused) == refused
    strange = {"status": 200, "answer": [1, 2]}
    assert judged(deployment, strange) == strange


def test_a_fault_within_the_service_is_refused_before_anything_starts() -> None:
    """There, requests of clients are all that is ever touched."""
    stage = staged()
    (fault,) = stage.drill.faults

    def at(node: str) -> Fault:
        return replace(fault, node=node)

    inner = next(n.id for n in stage.service.lineage.nodes if n.kind in ("pipeline", "feature_store"))
    other = replace(stage, drill=replace(stage.drill, faults=(at(inner),)))
    with pytest.raises(NotLiveError, match="within 'staging'"):
        deployed().leases(other)


def test_a_control_that_can_be_read_is_read_where_it_is_turned(tmp_path: Path) -> None:
    """So that it is put back to where it stood, and compared."""
    stage, split = staged(), "traffic-split"
    read = Reading(HttpReading("http://127.0.0.1:9/split", "share"))
    bound = Binding("staging", HttpBinding("PUT", "http://127.0.0.1:9/split", "{{ value }}"), read=read)
    controls = tuple(
        replace(one, bindings=(bound,) if one.id == split else ()) for one in stage.service.controls
    )
    service = replace(stage.service, controls=controls)
    target = deployed().reach(replace(stage, service=service), tmp_path, processes(tmp_path), "t")
    unread = target.state().unread
    target.close()

    assert "nobody answers at 127.0.0.1:9" in unread[f"the control '{split}'"]
    assert "nobody answers" in unread["the health path"]
