"""Telemetry from a Prometheus server: what it holds of a service, and nothing that it may answer breaks anything."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from generator.model import MetricLabel, MetricName, Metrics
from simulator.live.asking import RefusedError, UnreachableError
from simulator.live.process import free_port
from simulator.live.prometheus import PrometheusSource
from simulator.live.scraping import UnreadableError
from simulator.world.telemetry import series
from tests.simulator.stages import stage

OK, FAILED = (
    series("model_inference_requests_total", code="200"),
    series("model_inference_requests_total", code="503"),
)
MEAN, BELOW = series("model_prediction_mean"), series("model_inference_duration_seconds_bucket", le="0.1")
IDENTITIES = [OK, FAILED, MEAN, BELOW]
METRICS = Metrics(
    labels=(MetricLabel("job", 'a "b" & c'),),
    names=(
        MetricName("model_inference_requests_total", "request_total"),
        MetricName("model_inference_duration_seconds", "predict_seconds"),
    ),
)
SERVICE = replace(stage().service, metrics=METRICS)


class Server:
    """Answers every question with the next of what it was given, the last again and again; notes the questions."""

    def __init__(self) -> None:
        self.answers: list[bytes] = [b""]
        self.status = 200
        self.asked: list[tuple[str, dict[str, list[str]], str | None]] = []
        self.url = ""

    def will(self, *answers: Any, status: int = 200) -> None:
        self.status = status
        self.answers = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in answers]


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append((self.path, parse_qs(sent), self.headers["Authorization"]))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Desk) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
        thread.start()
        found.url = f"http://127.0.0.1:{serving.server_port}"
        yield found
        serving.shutdown()
        thread.join()


@contextmanager
def source(url: str, **changes: Any) -> Iterator[PrometheusSource]:
    found = PrometheusSource(IDENTITIES, SERVICE, url, **changes)
    yield found
    found.close()


def matrix(*found: tuple[str, Mapping[str, str], Sequence[tuple[float, str]]]) -> dict[str, Any]:
    own = {"job": 'a "b" & c'}
    result = [
        {"metric": {"__name__": name} | own | dict(labels), "values": [list(one) for one in values]}
        for name, labels, values in found
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def test_one_question_asks_for_all_series_of_the_service(server: Server) -> None:
    """Its own names, its own labels, and no more than what is fresh."""
    server.will(matrix())
    with source(f"{server.url}/prometheus/", fresh_s=2.5, token="secret") as asked:
        asked.sample()

    ((path, sent, shown),) = server.asked
    assert path == "/prometheus/api/v1/query"
    assert shown == "Bearer secret"
    assert sent == {
        "query": [
            '{__name__=~"model_prediction_mean|predict_seconds_bucket|request_total",'
            'job="a \\"b\\" & c"}[2s500ms]'
        ]
    }


def test_the_newest_sample_of_each_series_counts(server: Server) -> None:
    server.will(
        matrix(
            ("request_total", {"code": "200"}, [(10.0, "5"), (12.0, "7"), (11.0, "6")]),
            ("predict_seconds_bucket", {"le": "0.10"}, [(10.0, "3")]),
            ("model_prediction_mean", {}, [(10.0, "NaN")]),
        )
    )
    with source(server.url) as asked:
        found = asked.sample()

    assert np.array_equal(found, [7.0, np.nan, np.nan, 3.0], equal_nan=True)


def test_what_is_not_fresh_is_missing(server: Server) -> None:
    server.will(matrix(("model_prediction_mean", {}, [(10.0, "1")])), matrix())
    with source(server.url) as asked:
        assert asked.sample()[2] == 1.0
        assert np.isnan(asked.sample()).all()


def test_a_process_that_is_replaced_takes_none_of_its_count_away(server: Server) -> None:
    """Counters of several processes add up; one that came later counts from when it was first seen."""

    def counted(**by_pod: str) -> dict[str, Any]:
        return matrix(
            *(("request_total", {"code": "200", "pod": pod}, [(1.0, n)]) for pod, n in by_pod.items())
        )

    server.will(counted(a="100", b="50"), counted(a="110", c="40"), counted(a="5", c="47"))
    with source(server.url) as asked:
        found = [asked.sample()[0] for _ in range(3)]

    assert found == [150.0, 160.0, 172.0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b"null",
        {"status": "success"},
        {"status": "success", "data": {"resultType": "vector", "result": []}},
        {"status": "success", "data": {"resultType": "matrix", "result": {}}},
        {"status": "success", "data": {"resultType": "matrix", "result": [1]}},
        {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": [], "values": []}]}},
        {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": []}]}},
        {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}},
        {
            "status": "success",
            "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1, "x"]]}]},
        },
        {
            "status": "success",
            "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[{}, "1"]]}]},
        },
    ],
    ids=range(13),
)
def test_what_is_no_answer_of_prometheus_cannot_be_read(server: Server, answer: Any) -> None:
    server.will(answer)
    with source(server.url) as asked, pytest.raises(UnreadableError):
        asked.sample()


def test_a_refusal_says_what_prometheus_said(server: Server) -> None:
    server.will({"status": "error", "errorType": "bad_data", "error": "parse error"}, status=400)
    with source(server.url) as asked, pytest.raises(RefusedError, match="answers 400: parse error"):
        asked.sample()


def test_it_goes_on_where_nobody_answered(server: Server) -> None:
    """Every sample asks anew."""
    with (
        source(f"http://127.0.0.1:{free_port()}") as asked,
        pytest.raises(UnreachableError, match="no Prometheus"),
    ):
        asked.sample()


@pytest.mark.parametrize("url", ["", "127.0.0.1:9090", "file:///etc/passwd", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a Prometheus server"), source(url):
        pass
