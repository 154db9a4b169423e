"""Controls of somebody's service are turned by their bindings, and back, the last one first; what is not is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.model import Binding, HttpBinding, Service
from simulator.live import turned
from simulator.live.aftermath import State
from simulator.live.binding import Secrets
from simulator.live.bound import BoundHands
from tests.simulator.stages import whole_catalogue

TOGGLE, SPLIT, VERSION = "distance-toggle", "traffic-split", "model-version"


@dataclass
class Flags:
    """A service that holds settings, and may refuse to."""

    url: str = ""
    said: list[str] = field(default_factory=list)
    refuses: bool = False
    echo: bytes = b"done"


@contextmanager
def flags() -> Iterator[Flags]:
    found = Flags()

    class Answers(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.said.append(f"{self.path} {body}")
            self.send_response(503 if found.refuses else 200)
            said = found.echo + self.headers.get("Authorization", "").encode()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()


def service_at(url: str, *bound: str, secret: str = "") -> Service:
    """The shipped service, of which these controls alone are bound."""

    def bindings(control: str) -> tuple[Binding, ...]:
        http = HttpBinding("PUT", f"{url}/{control}", '{"to": {{ value }}}', secret)
        return (Binding("staging", http=http),) if control in bound else ()

    service = whole_catalogue().service("delay-predictor")
    return replace(
        service, controls=tuple(replace(one, bindings=bindings(one.id)) for one in service.controls)
    )


def hands(
    service: Service,
    folder: Path | None = None,
    *,
    secrets: Secrets | None = None,
    until: float | None = None,
    now: float = 0.0,
) -> BoundHands:
    return BoundHands(
        service,
        "staging",
        allowed=(),
        labels={},
        secrets=secrets or Secrets(),
        keep=folder,
        until=until,
        wall=lambda: now,
    )


def test_what_was_turned_is_turned_back_the_last_one_first(tmp_path: Path) -> None:
    with flags() as at:
        service = service_at(at.url, SPLIT, VERSION)
        bound = hands(service, tmp_path)
        for control in (SPLIT, VERSION, SPLIT):
            value = next(one for one in service.control(control).values)
            assert bound.turn(control, value).ok
        at.said.clear()
        back = [*bound.put_back(State(), State())]

        assert [(one.control, one.value, one.ok) for one in back] == [
            (control, service.control(control).default, True) for control in (VERSION, SPLIT)
        ]
        assert [line.split()[0] for line in at.said] == [f"/{VERSION}", f"/{SPLIT}"]
        assert not bound.left()
        assert not [*bound.put_back(State(), State())]


def test_a_control_without_a_binding_is_for_hands_and_is_not_turned_back() -> None:
    service = service_at("http://127.0.0.1:9", SPLIT)
    bound = hands(service)
    acted = bound.turn(TOGGLE, service.control(TOGGLE).values[0])

    assert (acted.ok, acted.status) == (False, -1)
    assert "no binding in 'staging': turn it there by hand" in acted.why
    assert not [*bound.put_back(State(), State())]


def test_what_was_refused_before_anything_was_sent_is_not_turned_back(tmp_path: Path) -> None:
    """Nobody turned it: its default may be another than what stands there."""
    service = service_at("http://127.0.0.1:9", SPLIT)
    bound = hands(service, tmp_path)

    assert not bound.turn(SPLIT, 0.123).ok
    assert not [*bound.put_back(State(), State())]
    assert not (tmp_path / turned.FILE).exists()


def test_what_failed_may_have_been_done_and_is_turned_back() -> None:
    with flags() as at:
        service = service_at(at.url, SPLIT)
        bound = hands(service)
        at.refuses = True
        assert not bound.turn(SPLIT, service.control(SPLIT).values[0]).ok
        at.refuses = False

        assert [one.ok for one in bound.put_back(State(), State())] == [True]


def test_what_cannot_be_turned_back_is_told_and_may_be_tried_again(tmp_path: Path) -> None:
    """To whoever asks, and to whoever reads the run's folder when the drill is no more."""
    with flags() as at:
        service = service_at(at.url, SPLIT)
        bound = hands(service, tmp_path)
        bound.turn(SPLIT, service.control(SPLIT).values[0])
        assert [*turned.left(tmp_path)] == list(bound.left())
        at.refuses = True

        assert [one.ok for one in bound.put_back(State(), State())] == [False]
        (line,) = bound.left()
        assert line == (
            f"'{SPLIT}' may still be turned in 'staging': see to it that it is at "
            f"{service.control(SPLIT).default} there"
        )
        at.refuses = False
        assert [one.ok for one in bound.put_back(State(), State())] == [True]
        assert not [*turned.left(tmp_path)]


def test_it_stands_on_the_disk_before_anything_is_sent(tmp_path: Path) -> None:
    """A drill may be killed while it waits for an answer."""
    with flags() as at:
        service = service_at(at.url, SPLIT)
        bound = hands(service, tmp_path)
        at.refuses = True
        bound.turn(SPLIT, service.control(SPLIT).values[0])

        found = json.loads((tmp_path / turned.FILE).read_text())
        assert found == {"environment": "staging", "defaults": {SPLIT: service.control(SPLIT).default}}
        assert (tmp_path / turned.FILE).stat().st_mode & 0o077 == 0


def test_after_the_token_has_expired_controls_are_turned_back_alone() -> None:
    with flags() as at:
        service = service_at(at.url, SPLIT, VERSION)
        early, bound = hands(service, until=10.0, now=9.0), hands(service, until=10.0, now=10.0)
        assert early.turn(SPLIT, service.control(SPLIT).values[0]).ok
        at.said.clear()

        acted = bound.turn(SPLIT, service.control(SPLIT).values[0])
        assert not acted.ok
        assert "the time for which the drill was armed is over" in acted.why
        assert at.said == []


def test_no_secret_is_in_what_is_kept_or_told(tmp_path: Path) -> None:
    """Even of a service that sends it back."""
    secret = "tok-0123456789abcdef"
    with flags() as at:
        service = service_at(at.url, SPLIT, secret="STAGING_TOKEN")
        bound = hands(service, tmp_path, secrets=Secrets({"STAGING_TOKEN": secret}))
        at.echo = b"thank you for "
        acted = bound.turn(SPLIT, service.control(SPLIT).values[0])

        assert acted.ok
        kept = [path.read_text() for path in tmp_path.iterdir()]
        assert any("[secret STAGING_TOKEN]" in text for text in kept)
        assert secret not in f"{kept} {acted} {bound.left()} {bound._secrets!r}"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"environment": 1}', '{"environment": 1, "defaults": 3}']
)
def test_a_torn_note_says_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / turned.FILE).write_text(content)

    assert not [*turned.left(tmp_path)]


def test_a_note_moves_no_cursor(tmp_path: Path) -> None:
    (tmp_path / turned.FILE).write_text(json.dumps({"environment": "a\x1b[2J", "defaults": {"x\n": "y"}}))
    (line,) = turned.left(tmp_path)

    assert line.isprintable()
