"""Controls of somebody's service are turned by their bindings, and back, the last one first; what is not is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.model import Binding, HttpBinding, HttpReading, Reading, Service, Setting
from simulator.live import turned
from simulator.live.aftermath import State
from simulator.live.binding import Secrets, UnreadControlError
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
    holds: dict[str, object] = field(default_factory=dict)
    """Where controls stand, as it tells whoever asks."""
    comes: Callable[[], None] = lambda: None
    """Done before it answers, when something is turned."""


@contextmanager
def flags() -> Iterator[Flags]:
    found = Flags()

    class Answers(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.comes()
            found.holds[self.path.strip("/")] = json.loads(body)["to"]
            found.said.append(f"{self.path} {body}")
            self.send_response(503 if found.refuses else 200)
            said = found.echo + self.headers.get("Authorization", "").encode()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            said = json.dumps({"flag": {"to": found.holds.get(self.path.strip("/"))}}).encode()
            self.send_response(503 if found.refuses else 200)
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


def service_at(url: str, *bound: str, secret: str = "", is_read: bool = False) -> Service:
    """The shipped service, of which these controls alone are bound."""

    def bindings(control: str) -> tuple[Binding, ...]:
        http = HttpBinding("PUT", f"{url}/{control}", '{"to": {{ value }}}', secret)
        read = Reading(HttpReading(f"{url}/{control}", "flag.to")) if is_read else None
        return (Binding("staging", http=http, read=read),) if control in bound else ()

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


# --- while something is being turned ---------------------------------------------------------------------


def test_nothing_is_turned_back_while_it_is_still_being_turned(tmp_path: Path) -> None:
    """A roll-out that takes long would come after what puts it back, and stay."""
    with flags() as at:
        service = service_at(at.url, SPLIT)
        bound = hands(service, tmp_path)
        asked, goes_on = threading.Event(), threading.Event()

        def slow() -> None:
            asked.set()
            assert goes_on.wait(60)

        at.comes = slow
        turning = threading.Thread(target=bound.turn, args=(SPLIT, 0.0))
        turning.start()
        assert asked.wait(60)
        back: list[object] = []
        putting = threading.Thread(target=lambda: back.extend(bound.put_back(State(), State())))
        putting.start()
        putting.join(0.5)
        assert putting.is_alive()
        assert bound.left()
        assert [*turned.left(tmp_path)] == list(bound.left())
        at.comes = lambda: None
        goes_on.set()
        turning.join(60)
        putting.join(60)

        assert at.said == [f'/{SPLIT} {{"to": 0}}', f'/{SPLIT} {{"to": 1}}']
        assert at.holds[SPLIT] == service.control(SPLIT).default
        assert not bound.left()


def test_nothing_is_turned_any_more_once_it_is_being_turned_back(tmp_path: Path) -> None:
    """An order that was given in the same moment would be left behind."""
    with flags() as at:
        bound = hands(service_at(at.url, SPLIT), tmp_path)
        assert not [*bound.put_back(State(), State())]
        acted = bound.turn(SPLIT, 0.0)

        assert not acted.ok
        assert "the drill is over" in acted.why
        assert not at.said


# --- what cannot be noted --------------------------------------------------------------------------------


def test_what_the_disk_takes_no_note_of_is_not_turned(tmp_path: Path) -> None:
    """A drill that is killed then could tell nobody what is to be turned back."""
    with flags() as at:
        bound = hands(service_at(at.url, SPLIT), tmp_path / "full")
        acted = bound.turn(SPLIT, 0.0)

        assert not acted.ok
        assert "the disk takes no note of it" in acted.why
        assert "turn it by hand" in acted.why
        assert not at.said
        assert not bound.left()


def test_what_was_noted_is_turned_back_though_the_disk_is_full(tmp_path: Path) -> None:
    """To undo something takes no disk."""
    folder, full = tmp_path / "run", tmp_path / "full"
    folder.mkdir()
    with flags() as at:
        bound = hands(service_at(at.url, SPLIT, VERSION), folder)
        for control in (SPLIT, VERSION):
            bound.turn(control, bound._service.control(control).values[0])
        folder.rename(full)

        assert [one.ok for one in bound.put_back(State(), State())] == [True, True]
        assert not bound.left()


# --- a control that can be read --------------------------------------------------------------------------


def other(service: Service, *values: Setting) -> Setting:
    """A value of the split that is none of these."""
    return next(one for one in service.control(SPLIT).values if one not in values)


def test_a_control_that_can_be_read_is_put_back_to_where_it_stood(tmp_path: Path) -> None:
    """A team's environment need not stand at the default of the service's file."""
    with flags() as at:
        service = service_at(at.url, SPLIT, is_read=True)
        default = service.control(SPLIT).default
        stood = other(service, default)
        at.holds[SPLIT] = stood
        bound = hands(service, tmp_path)
        assert {control: ask() for control, ask in bound.settings().items()} == {SPLIT: stood}
        assert bound.turn(SPLIT, other(service, default, stood)).ok
        (line,) = turned.left(tmp_path)

        assert line.endswith(f"see to it that it is at {stood} there")
        assert list(bound.left()) == [line]
        assert [(one.value, one.ok) for one in bound.put_back(State(), State())] == [(stood, True)]
        assert at.holds[SPLIT] == stood


def test_a_control_that_should_be_read_and_cannot_be_is_not_turned(tmp_path: Path) -> None:
    """Nobody could put it back to where it stood."""
    with flags() as at:
        service = service_at(at.url, SPLIT, is_read=True)
        at.holds[SPLIT] = 0.123
        bound = hands(service, tmp_path)
        with pytest.raises(UnreadControlError, match="none of its values"):
            bound.settings()[SPLIT]()
        acted = bound.turn(SPLIT, 0.0)

        assert not acted.ok
        assert "nobody knows where it stands" in acted.why
        assert not at.said
        assert not (tmp_path / turned.FILE).exists()


def test_where_a_control_stood_is_what_was_read_first(tmp_path: Path) -> None:
    """After the drill it is read again, to be compared."""
    with flags() as at:
        service = service_at(at.url, SPLIT, is_read=True)
        at.holds[SPLIT] = service.control(SPLIT).default
        bound = hands(service, tmp_path)
        ask = bound.settings()[SPLIT]
        ask()
        value = other(service, service.control(SPLIT).default)
        bound.turn(SPLIT, value)

        assert ask() == value
        assert [one.value for one in bound.put_back(State(), State())] == [service.control(SPLIT).default]
