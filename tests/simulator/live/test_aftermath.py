"""After a drill the target is compared with what it was before: clean, or dirty with every difference."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.aftermath import Places, Probe, State, blind, compare, state_of
from simulator.live.asking import Caller, UnreachableError
from simulator.live.binding import UnreadControlError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PROBES = (Probe("one", "/predict", {"case": 1}), Probe("two", "/v2/ask"))


@contextmanager
def target(answers: dict[str, Any]) -> Iterator[Caller]:
    """Answers each path with what stands there; a whole number is a status."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = answers.get(self.path, 404)
            status = found if isinstance(found, int) else 200
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 (the name that the library asks for)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    caller = Caller(f"http://127.0.0.1:{server.server_port}")
    try:
        yield caller
    finally:
        caller.close()
        server.shutdown()
        server.server_close()
        thread.join()


def healthy() -> dict[str, Any]:
    return {
        "/predict": {"id": "anything", "score": 0.25, "decision": "pass"},
        "/v2/ask": [1, 2],
        "/health": {"ok": True},
        "/state": {"standing": {"versions": {"model": 2}, "digest": "abc"}, "now": {"answers": 17}},
        "/controls": [{"control": "split", "value": 1.0}, {"control": "safe-mode", "value": "off"}],
        "/leases": {"leases": [{"id": "old", "live": False}]},
    }


def looked_at(caller: Caller) -> State:
    places = Places(caller, control=caller, through=caller, proxy=caller, health="/health")
    return state_of(places, PROBES)


def test_a_target_that_is_as_it_was_is_clean() -> None:
    """Whatever it counts meanwhile."""
    answers = healthy()
    with target(answers) as caller:
        before = looked_at(caller)
        answers["/state"] = {**answers["/state"], "now": {"answers": 99}}
        answers["/predict"] = {"id": "another", "score": 0.25 + 1e-13, "decision": "pass"}

        assert compare(before, looked_at(caller)).verdict == "clean"


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        (
            "/controls",
            [{"control": "split", "value": 0.5}],
            "controls.split is 0.5, and was 1.0 before the drill",
        ),
        ("/controls", [{"control": "split", "value": 0.5}], 'controls.safe-mode is nothing, and was "off"'),
        ("/state", {"standing": {"digest": "abc"}}, "versions is nothing, and was"),
        (
            "/state",
            {"standing": {"digest": "xyz", "versions": {"model": 2}}},
            'digest is "xyz", and was "abc"',
        ),
        ("/state", 500, "the sandbox could not be read after the drill"),
        ("/state", [], "digest is nothing"),
        ("/controls", 7, "the sandbox could not be read after the drill"),
        ("/leases", {"leases": [{"id": "slow", "live": True}]}, "the lease 'slow' is still in force"),
        ("/leases", {"leases": "none"}, "the leases of the proxy could not be read after the drill"),
        ("/leases", b"<html>", "the leases of the proxy could not be read after the drill"),
        ("/health", 503, "the health path could not be read after the drill: GET /health: 503"),
        (
            "/predict",
            {"score": 0.25, "decision": "block"},
            """the probe 'one' gets answer.decision "block", and got""",
        ),
        ("/predict", 500, "the probe 'one' could not be read after the drill: POST /predict: 500"),
        ("/v2/ask", [1, 3], "the probe 'two' gets answer[1] 3, and got 2 before the drill"),
        ("/v2/ask", [1, True], "the probe 'two' gets answer[1] true, and got 2"),
        ("/v2/ask", "\x1b[2J\nhello", "hello"),
    ],
)
def test_each_difference_is_a_sentence(path: str, answer: object, sentence: str) -> None:
    """Where, what it is, what it was."""
    answers = healthy()
    with target(answers) as caller:
        before = looked_at(caller)
        answers[path] = answer

        found = compare(before, looked_at(caller))

    assert found.verdict == "dirty"
    assert any(sentence in one for one in found.differences), found.differences
    assert all(letter.isprintable() for one in found.differences for letter in one)


def test_a_fault_that_the_proxy_denies_is_seen() -> None:
    """It says that no lease is left, and answers otherwise than the target does."""
    with target(healthy()) as caller, target({**healthy(), "/predict": {"decision": "block"}}) as proxy:
        places = Places(caller, through=proxy)
        found = compare(state_of(places, PROBES), state_of(places, PROBES))

    assert found.verdict == "dirty"
    assert any(
        'gets answer.decision "block" through the proxy, and "pass" past it' in one
        for one in found.differences
    )


def test_a_target_that_is_gone_is_dirty() -> None:
    """Nothing can be said of it, and that is said."""
    with target(healthy()) as caller:
        before = looked_at(caller)
    gone = looked_at(Caller(caller.url, timeout_s=0.5))

    found = compare(before, gone)

    assert found.verdict == "dirty"
    assert any(
        "the sandbox could not be read after the drill: nobody answers" in one for one in found.differences
    )
    assert any(
        "the probe 'one' could not be read after the drill: nobody answers" in one
        for one in found.differences
    )


def test_what_was_not_read_before_is_not_called_clean() -> None:
    """There is nothing to compare it with."""
    with target({}) as caller:
        state = looked_at(caller)

    assert compare(state, state).verdict == "dirty"


def test_another_target_is_judged_by_what_can_be_asked() -> None:
    """It has no control plane of ours."""
    with target(healthy()) as caller:
        places = Places(caller, health="/health")
        state = state_of(places, PROBES)

        assert compare(state, state_of(places, PROBES)).verdict == "clean"
    assert state.standing == {}
    assert not state.unread


@pytest.mark.parametrize(
    "path", ["/score/", "/v1/models/m:predict", "/a%20b", "/invocations;v=1", "/f(x)=~me/@a,b!$&'*+", "/"]
)
def test_a_target_is_asked_at_its_path_to_the_letter(path: str) -> None:
    """What is asked somewhere else fails in the same way before and after, whatever has changed."""
    answers = {path: {"decision": "pass"}, f"/health{path}": "well"}
    probes = [Probe("one", path, {"case": 1}), Probe("two", path)]
    with target(answers) as caller:
        places = Places(caller, health=f"/health{path}")
        before = state_of(places, probes)
        answers[path] = {"decision": "block"}
        found = compare(before, state_of(places, probes))

    assert not before.unread
    assert not blind(before)
    assert found.differences == tuple(
        f"""the probe '{id}' gets answer.decision "block", and got "pass" before the drill"""
        for id in ("one", "two")
    )


@pytest.mark.parametrize("answer", [307, 404, 422, 503, b"<html>"])
def test_what_is_refused_before_and_after_is_not_called_clean(answer: object) -> None:
    """Two refusals are alike, and tell nothing of what the target answers otherwise."""
    with target({**healthy(), "/predict": answer}) as caller:
        places = Places(caller, health="/health")
        state = state_of(places, PROBES)
        found = compare(state, state_of(places, PROBES))

    assert found.verdict == "dirty"
    assert len(found.differences) == 2
    assert all("the probe 'one' could not be read" in one for one in found.differences)
    assert not blind(state)


def test_a_target_that_is_down_all_the_time_is_not_called_clean() -> None:
    """Before a drill begins, it is told that nothing could be compared."""
    with target({}) as gone:
        pass
    state = state_of(Places(gone), PROBES)

    assert compare(state, state).verdict == "dirty"
    assert blind(state).startswith("the probe 'one': nobody answers at")


def test_a_health_path_that_never_was_well_is_not_called_clean() -> None:
    """It is alike before and after."""
    with target({**healthy(), "/health": 404}) as caller:
        state = state_of(Places(caller, health="/health"), PROBES)

    assert "the health path could not be read before the drill" in compare(state, state).differences[0]


def test_a_target_that_was_not_looked_at_is_not_called_clean() -> None:
    """Without a probe and a health path there is nothing to compare."""
    with target(healthy()) as caller:
        state = state_of(Places(caller))

    assert compare(state, state).verdict == "dirty"
    assert "neither a health path nor a case" in compare(state, state).differences[0]


def test_a_probe_that_fails_now_and_then_is_asked_again() -> None:
    """Once is no difference."""
    with target(healthy()) as caller:
        asked: list[str] = []

        class Shaky(Caller):
            def verbatim(self, where: str, *, data: object | None = None) -> bytes:
                asked.append(where)
                if len(asked) % 3:
                    raise UnreachableError("for a moment")
                return super().verbatim(where, data=data)

        shaky = Shaky(caller.url)
        assert not state_of(Places(shaky, health="/health"), PROBES).unread
        shaky.close()
    assert asked == [path for path in ("/health", "/predict", "/v2/ask") for _ in range(3)]


def test_many_differences_are_cut_short() -> None:
    """A report is read by people."""
    before = State(standing={str(number): 1 for number in range(500)})

    found = compare(before, replace(before, standing={}))

    assert len(found.differences) == 41
    assert found.differences[-1] == "and more"


@given(JSON, JSON)
def test_whatever_a_target_answers_can_be_compared(one: object, other: object) -> None:
    """What is equal is clean, and nothing is raised."""
    before, after = State(answers={"x": one}), State(answers={"x": other})

    assert compare(before, before).verdict == "clean"
    assert compare(before, after).verdict in ("clean", "dirty")


def test_controls_of_somebodys_service_are_compared() -> None:
    """Where its bindings say how they are read."""
    stands: dict[str, object] = {"split": 1.0, "safe-mode": "off"}

    def unread() -> Any:
        raise UnreadControlError("it answered 503")

    with target(healthy()) as caller:
        asks = {control: partial(stands.__getitem__, control) for control in stands}
        places = Places(caller, health="/health", settings=asks)  # type: ignore[arg-type]
        before = state_of(places)
        stands["split"] = 0.5
        turned = compare(before, state_of(places))
        gone = compare(before, state_of(replace(places, settings={**places.settings, "split": unread})))

    assert before.standing == {"controls": {"split": 1.0, "safe-mode": "off"}}
    assert turned.differences == ("controls.split is 0.5, and was 1.0 before the drill",)
    assert gone.differences == ("the control 'split' could not be read after the drill: it answered 503",)
