"""A request that is meant for the observer in, its answer out: labels, and metrics for who has no token.

Labels come where requests go, as to our sandbox. Metrics stand at ``/-/drillbook/metrics``, which no model server
has, on loopback: Prometheus reads them there without a token, and a page in a browser does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from simulator.live.observer.encoded import decoded
from simulator.live.observer.measures import Measures
from simulator.live.observer.paths import LABELS, METRICS
from simulator.live.plane import is_loopback
from simulator.live.proxy.answer import said
from simulator.live.proxy.head import Headers
from simulator.live.proxy.request import Request
from simulator.live.sandbox.bodies import MOST_BYTES, BodyError, json_of, labels_of
from simulator.live.sandbox.exposition import CONTENT_TYPE, Exposition

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    content_type: str
    body: bytes


class Own:
    def __init__(self, measures: Measures) -> None:
        self._measures, self._exposition = measures, Exposition(measures.service)
        self.labels = {"taken": 0, "unknown": 0}

    @staticmethod
    def is_meant(request: Request) -> bool:
        """Whether a request goes no further."""
        return request.path == METRICS or (request.method == b"POST" and request.path == LABELS)

    def metrics(self) -> str:
        return self._exposition.text(self._measures.samples())

    def answer(self, request: Request) -> Response:
        """Of a request that is all here, or too long to be."""
        headers = Headers(request.fields)
        if "Origin" in headers or not is_loopback(headers.get("Host", "")):
            return _refusal(403, "pages in a browser may not ask here")
        if request.path == METRICS:
            if request.method not in (b"GET", b"HEAD"):
                return _refusal(405, "metrics are read by GET")
            return Response(200, CONTENT_TYPE, self.metrics().encode())
        if not request.complete:
            return _refusal(413, f"labels come in at most {MOST_BYTES:,} bytes")
        return self._learn(request)

    def _learn(self, request: Request) -> Response:
        body = decoded(request.take(), request.encoding, most=MOST_BYTES)
        if body is None:
            return _refusal(415, "labels come plain or by gzip")
        try:
            labels = labels_of(json_of(body))
        except BodyError as error:
            return _refusal(400, str(error))
        taken = sum(self._measures.labels.learn(id, label) for id, label in labels)
        found = {"taken": taken, "unknown": len(labels) - taken}
        for what, count in found.items():
            self.labels[what] += count
        return Response(200, JSON, orjson.dumps(found))


def _refusal(status: int, sentence: str) -> Response:
    return Response(status, JSON, said(sentence))
