"""Alerts that do not arrive are told with what came instead; what strangers send shows on nobody's screen."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.live import told
from simulator.live.asking import Caller
from simulator.live.runs import RunError
from simulator.live.told import told_by_webhooks
from simulator.session.opening import Place
from tests.simulator.stages import catalogue, stage

STRANGE = {
    "version": "4",
    "alerts": [{"status": "firing", "startsAt": "2026-01-01T00:00:00Z", "labels": {"a\x1b[2Jb": 5}}],
}


def test_no_alert_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what was refused meanwhile, and moves no cursor."""
    monkeypatch.setattr(told, "HEARD_WITHIN_S", 0.0)
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "The drill begins when" in line:
            url = (tmp_path / "receiver.url").read_text().strip()
            caller = Caller(url.removesuffix("/alerts"), (tmp_path / "receiver.token").read_text())
            with pytest.raises(ValueError, match="alerts"):
                caller.post("alerts", data=STRANGE)
            caller.close()

    with (
        pytest.raises(
            RunError, match=r"tell your Alertmanager once.*what came: a webhook was refused"
        ) as error,
        told_by_webhooks(catalogue(), stage(), Place("staging", 1.0), "", folder=tmp_path, say=say),
    ):
        raise AssertionError("nothing has arrived")

    assert str(error.value).isprintable()
    token = (tmp_path / "receiver.token").read_text()
    assert token not in f"{said} {error.value}"


def test_what_a_stranger_sends_is_read_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Everybody on the machine can reach the port; the drill's own terminal stays the drill's."""
    monkeypatch.setattr(told, "HEARD_WITHIN_S", 0.0)
    answers: list[bytes] = []

    def say(line: str) -> None:
        if "The drill begins when" not in line:
            return
        port = urlsplit((tmp_path / "receiver.url").read_text().strip()).port
        for raw in (b"Authorization: \xff\xfe", b"X: \x1b[2J\x00"):
            with socket.create_connection(("127.0.0.1", port or 0), timeout=30) as line_:
                line_.sendall(b"POST /alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n" + raw + b"\r\n\r\n")
                answers.append(line_.recv(12))

    with (
        caplog.at_level(logging.DEBUG, logger=""),
        pytest.raises(RunError),
        told_by_webhooks(catalogue(), stage(), Place("staging", 1.0), "", folder=tmp_path, say=say),
    ):
        raise AssertionError("nothing has arrived")

    assert answers == [b"HTTP/1.1 401", b"HTTP/1.0 400"]
    assert not [one for one in caplog.records if one.name.startswith("aiohttp")]
