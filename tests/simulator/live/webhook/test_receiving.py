"""Webhooks over HTTP: who may send them, what becomes of bad ones, and what a session makes of them."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.events import AlertChanged, Recorder
from simulator.live.process import free_port
from simulator.live.runs import RunError
from simulator.live.webhook.prepared import Receiver, keep, kept, prepare
from simulator.live.webhook.receiving import NotHeardError, Receiving, receiving
from simulator.session.loop import Session
from simulator.session.play import MACHINES, keyed_nonces
from simulator.session.rulers import measure
from simulator.session.stage import Stage
from tests.simulator.live.webhook.messages import LABELS, alert, body
from tests.simulator.stages import catalogue, stage


@pytest.fixture(name="quiet")
def quiet_fixture() -> Stage:
    return stage("quiet-monday")


@pytest.fixture
def heard(quiet: Stage) -> Iterator[Receiving]:
    with receiving(quiet) as found:
        yield found


def posted(
    heard: Receiving, sent: bytes, *, path: str = "/alerts", headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    given = {"Authorization": f"Bearer {heard.receiver.token}"} if headers is None else headers
    line = http.client.HTTPConnection("127.0.0.1", urlsplit(heard.receiver.url).port or 0, timeout=30)
    try:
        line.request("POST", path, sent, dict(given))
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def test_a_webhook_is_taken_and_answered(heard: Receiving) -> None:
    assert posted(heard, body(alert(), alert({"alertname": "Other"}))) == (
        200,
        {"taken": 1, "passed_over": 1},
    )


def test_bad_input_is_refused_with_a_sentence_and_breaks_nothing(heard: Receiving) -> None:
    status, answer = posted(heard, b'{"version": "4"}')
    assert (status, answer["error"]) == (400, "alerts: there is no list of them")

    assert posted(heard, body(alert()))[0] == 200


def test_what_is_too_large_is_refused(heard: Receiving) -> None:
    status, answer = posted(heard, b" " * (1024**2 + 1))

    assert status == 413
    assert answer["error"].startswith("the body is larger than 1,048,576 bytes")
    assert heard.inbox.notes == [f"a webhook was refused: {answer['error']}"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer other"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
    ],
)
def test_nobody_else_may_send_them(heard: Receiving, headers: Mapping[str, str], status: int) -> None:
    """No one without the token, no page in a browser, and nothing that asks for another host."""
    own = {} if status == 401 else {"Authorization": f"Bearer {heard.receiver.token}"}

    assert posted(heard, body(alert()), headers={**own, **headers})[0] == status
    assert heard.inbox.turned() == []


def test_it_ends_with_the_drill(quiet: Stage) -> None:
    with receiving(quiet) as heard:
        port = urlsplit(heard.receiver.url).port
    with socket.socket() as tried:
        assert tried.connect_ex(("127.0.0.1", port)) != 0
    assert "webhooks" not in [thread.name for thread in threading.enumerate()]


def test_a_port_that_somebody_else_has_is_an_error(quiet: Stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        like = Receiver(f"http://127.0.0.1:{other.getsockname()[1]}/alerts", "token")
        with pytest.raises(OSError, match="address already in use"), receiving(quiet, like=like):
            pass


def test_a_folder_keeps_its_receiver(quiet: Stage, tmp_path: Path) -> None:
    """An Alertmanager that was told of it once reaches the next drill, too."""
    assert kept(tmp_path) is None
    with receiving(quiet) as first:
        keep(tmp_path, first.receiver)
    with receiving(quiet, like=kept(tmp_path)) as second:
        assert posted(first, body(alert())) == (200, {"taken": 1, "passed_over": 0})

    assert second.receiver == first.receiver


def test_a_receiver_that_leads_elsewhere_or_is_open_to_others_is_not_taken(tmp_path: Path) -> None:
    keep(tmp_path, Receiver("http://evil.example:80/alerts", "token"))
    with pytest.raises(RunError, match="is no receiver of ours"):
        kept(tmp_path)

    keep(tmp_path, Receiver("http://127.0.0.1:80/alerts", "token"))
    (tmp_path / "receiver.token").chmod(0o644)
    with pytest.raises(RunError, match="may be read by others"):
        kept(tmp_path)


def test_a_session_hears_of_alerts_by_webhooks_alone(quiet: Stage, heard: Receiving) -> None:
    """On a quiet day somebody tells of an alert: that one stands in the record, and the robot opens its runbook."""
    posted(heard, body(alert()))
    recorder = Recorder()
    Session(
        quiet, MACHINES["robot"](measure(quiet)), [recorder], nonces=keyed_nonces(quiet), alarms=heard.alarms
    ).run()

    paged = [alert for _, alert in recorder.record().of(AlertChanged) if alert.severity != "info"]
    assert [(one.signal, one.state) for one in paged] == [("amount-nulls", "firing")]


def test_the_files_of_a_chain_hold_no_token(heard: Receiving, tmp_path: Path) -> None:
    """It stands in a file that only its owner may read."""
    chain = _prepared(heard, tmp_path)
    texts = {path.name: path.read_text() for path in chain.folder.iterdir()}

    assert [name for name, text in texts.items() if heard.receiver.token in text] == ["receiver.token"]
    assert (chain.folder / "receiver.token").stat().st_mode & 0o777 == 0o600
    assert not any(heard.receiver.token in word for command in chain.commands for word in command)


def test_who_waits_in_vain_is_told_how_far_alerts_come(heard: Receiving, tmp_path: Path) -> None:
    chain = _prepared(heard, tmp_path)

    with pytest.raises(
        NotHeardError, match=r"Prometheus does not answer at .*; start it: prometheus --config.file"
    ):
        heard.wait(chain, within_s=0)


def test_who_waits_for_another_alertmanager_is_told_what_to_type(heard: Receiving) -> None:
    with pytest.raises(NotHeardError, match="amtool alert add alertname=DrillbookWatchdog"):
        heard.wait(None, within_s=0)


def test_who_waits_is_let_go_by_the_watchdog(heard: Receiving, tmp_path: Path) -> None:
    posted(heard, body(alert({"alertname": "DrillbookWatchdog"})))

    heard.wait(_prepared(heard, tmp_path), within_s=0)


def test_an_address_that_is_none_is_refused(heard: Receiving, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'localhost' is no address of metrics"):
        _prepared(heard, tmp_path, metrics_url="localhost")


def _prepared(heard: Receiving, folder: Path, *, metrics_url: str = "") -> Any:
    return prepare(
        folder / "alerts",
        catalogue(),
        LABELS["service"],
        compression=24,
        metrics_url=metrics_url or f"http://127.0.0.1:{free_port()}/metrics",
        receiver=heard.receiver,
    )
