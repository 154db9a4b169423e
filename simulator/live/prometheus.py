"""The address of a Prometheus server in, one sample of the series that the world knows out: one question a scrape.

It is asked for the samples themselves over a short window, not for a vector: a vector repeats what is old for as long
as the server looks back, five minutes unless somebody told it otherwise. What is older than the window is missing.
"""

from __future__ import annotations

import http.client
import json
import math
import ssl
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from generator.model import Service
from generator.queries import duration, matchers
from simulator.live.asking import MOST_BYTES, TIMEOUT_S, RefusedError, UnreachableError
from simulator.live.scraping import Grown, Sample, Scraper, UnreadableError
from simulator.world.flow import Floats
from simulator.world.telemetry import Series

FRESH_S = 90.0
"""One and a half times the interval at which Prometheus scrapes when nobody says otherwise."""
QUERY = "/api/v1/query"


class PrometheusSource:
    """Asks a server again and again; a connection is kept. Axes of a sample: (series,), NaN where nothing is fresh."""

    def __init__(
        self,
        identities: Sequence[Series],
        service: Service,
        url: str,
        *,
        fresh_s: float = FRESH_S,
        token: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """``url``: of the server, up to ``/api``. ``fresh_s``: seconds of the wall, more than two of its scrapes.

        ValueError when it is no address, or when the service has names that PromQL cannot hold.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no address of a Prometheus server, such as http://127.0.0.1:9090")
        self.url = url
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + QUERY
        self._scraper = Scraper(identities, service)
        self.query = _query(self._scraper.names, service, fresh_s)
        self._token, self._timeout_s = token, timeout_s
        # A process that Prometheus sees for the first time may have counted for long.
        self._grown = Grown(newcomers_count=False)
        self._line: http.client.HTTPConnection | None = None

    def sample(self) -> Floats:
        """The newest value of each series; UnreachableError, RefusedError, UnreadableError."""
        newest = _newest(_result(self._asked()))
        return self._scraper.joined(self._grown.after(newest))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _asked(self) -> Any:
        try:
            status, body = self._exchange()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise UnreachableError(
                f"no Prometheus answers at {self.url}: {error or type(error).__name__}"
            ) from error
        if len(body) > MOST_BYTES:
            self.close()
            raise UnreadableError(
                f"{self.url} answers with more than {MOST_BYTES:,} bytes: is this its own service?"
            )
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if status != 200:
            raise RefusedError(status, f"{self.url} answers {status}: {_why(found)}")
        return found

    def _exchange(self) -> tuple[int, bytes]:
        for is_last in (False, True):
            try:
                return self._once()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # A kept connection may have been closed since.
                self.close()
                if is_last:
                    raise
        raise AssertionError("unreachable")

    def _once(self) -> tuple[int, bytes]:
        if self._line is None:
            self._line = self._connection()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        self._line.request("POST", self._path, urlencode({"query": self.query}), headers)
        response = self._line.getresponse()
        return response.status, response.read(MOST_BYTES + 1)

    def _connection(self) -> http.client.HTTPConnection:
        if self._scheme == "http":
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)


def _query(names: Sequence[str], service: Service, fresh_s: float) -> str:
    """Every series of the service, as a range of samples."""
    own = matchers(service)
    return f'{{__name__=~"{"|".join(names)}"{"," * bool(own)}{own}}}[{duration(fresh_s / 60)}]'


def _result(found: Any) -> Sequence[Any]:
    data = found.get("data") if isinstance(found, dict) and found.get("status") == "success" else None
    if (
        not isinstance(data, dict)
        or data.get("resultType") != "matrix"
        or not isinstance(data.get("result"), list)
    ):
        raise UnreadableError(f"this is no answer of Prometheus to a range of samples: {_why(found)}")
    result: Sequence[Any] = data["result"]
    return result


def _newest(result: Sequence[Any]) -> Iterator[Sample]:
    """The newest sample of each series."""
    for one in result:
        try:
            labels = {str(name): str(value) for name, value in one["metric"].items()}
            at, value = max(
                ((float(when), text) for when, text in one["values"]), key=lambda sample: sample[0]
            )
            number = float(value)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise UnreadableError(
                f"a series of Prometheus' answer cannot be read: {str(one)[:120]}"
            ) from error
        if math.isfinite(at):
            yield labels.pop("__name__", ""), labels, number


def _why(found: Any) -> str:
    """What an answer says is amiss, in few characters."""
    said = found.get("error") if isinstance(found, dict) else None
    return str(said if said is not None else found)[:200]
