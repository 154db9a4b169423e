"""Where a control stands is asked for by what its binding says, under the same rules as turning it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from generator.model import Binding, HttpReading, Reading, Setting
from simulator.live.binding import Secrets, UnreadControlError, standing, told_reading
from tests.simulator.live.binding.bench import SECRETS, TOKEN, answering, by_http, control, ok

TURNS = by_http("http://127.0.0.1:9/split", body="{{ value }}")
VALUES = (0.0, 0.5, 1.0, "off", "v2")


def read(
    how: Reading,
    *,
    values: tuple[Setting, ...] = VALUES,
    seconds: float = 30.0,
    labels: Mapping[str, str] | None = None,
    allowed: tuple[str, ...] = (),
    secrets: Secrets = SECRETS,
) -> Setting:
    binding = replace(TURNS, read=how, timeout_seconds=seconds)
    return standing(
        binding,
        control(binding, values=values),
        environment="staging",
        allowed=allowed,
        labels=labels or {},
        secrets=secrets,
    )


def printing(folder: Path, code: str) -> tuple[Reading, tuple[str, ...]]:
    """What runs these lines, and what has to be allowed for that."""
    (folder / "tells.py").write_text(code)
    return Reading(command=(sys.executable, str(folder / "tells.py"))), (sys.executable,)


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        (b"0.5", "", 0.5),
        (b" 1\n", "", 1.0),
        (b"v2\n", "", "v2"),
        (b'"off"', "", "off"),
        (b'{"split": {"model": 0.5}}', "split.model", 0.5),
        (b'{"split": "0.5"}', "split", 0.5),
        (b'{"routes": [{"to": "v2"}]}', "routes[0].to", "v2"),
    ],
)
def test_a_setting_is_read_from_an_answer(said: bytes, field: str, value: Setting) -> None:
    with answering(ok(said)) as server:
        assert read(Reading(HttpReading(f"{server.url}/split?of=model", field))) == value

    assert server.asked[0].startswith(b"GET /split?of=model HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "field", "why"),
    [
        (ok(b"0.7"), "", "'0.7' is none of its values: 0.0 or 0.5 or 1.0 or off or v2"),
        (ok(b""), "", "is none of its values"),
        (ok(b"true"), "", "is none of its values"),
        (ok(b'{"split": 0.5}'), "share", "what stands at 'share' of the answer is none of its values"),
        (ok(b'{"split": [0.5, 1.0]}'), "split", "none of its values"),
        (ok(b"<html>"), "split", "none of its values"),
        (ok(b"[" * 100_000), "split", "none of its values"),
        (ok(b"\xff" * 2_000_000), "", "too long for a setting"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "", "a redirect, which is not"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n0.5", "", "answered 404"),
    ],
)
def test_what_cannot_be_read_is_said(answer: bytes, field: str, why: str) -> None:
    with answering(answer) as server, pytest.raises(UnreadControlError, match=r"\A[^\n]*\Z") as found:
        read(Reading(HttpReading(f"{server.url}/", field)))

    assert why in str(found.value)


def test_what_a_program_prints_is_the_setting_and_what_it_complains_of_is_not(tmp_path: Path) -> None:
    how, allowed = printing(tmp_path, "import sys; print(' v2 '); print('deprecated', file=sys.stderr)")

    assert read(how, allowed=allowed) == "v2"


def test_a_program_that_nobody_allowed_is_not_run(tmp_path: Path) -> None:
    how, _ = printing(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(UnreadControlError, match="may not be run"):
        read(how)

    assert not (tmp_path / "ran").exists()


def test_a_program_that_fails_tells_nothing(tmp_path: Path) -> None:
    how, allowed = printing(tmp_path, "print(0.5); raise SystemExit(3)")
    with pytest.raises(UnreadControlError, match="ended with status 3"):
        read(how, allowed=allowed)


def test_it_takes_no_longer_than_turning_may(tmp_path: Path) -> None:
    how, allowed = printing(tmp_path, "import time; time.sleep(600)")
    with pytest.raises(UnreadControlError, match=r"had not ended after 0.5 s"):
        read(how, allowed=allowed, seconds=0.5)


def test_a_token_is_sent_and_never_told() -> None:
    with answering(ok(TOKEN.encode())) as server, pytest.raises(UnreadControlError) as found:
        read(Reading(HttpReading(f"{server.url}/", secret="STAGING_TOKEN")))

    assert f"Authorization: Bearer {TOKEN}".encode() in server.asked[0]
    assert TOKEN not in str(found.value)


def test_a_token_is_not_sent_in_the_clear_to_another_machine() -> None:
    with pytest.raises(UnreadControlError, match="would be sent unencrypted"):
        read(Reading(HttpReading("http://staging.example.com/", secret="STAGING_TOKEN")))


def test_secrets_are_those_that_readings_name_too() -> None:
    binding = replace(TURNS, read=Reading(HttpReading("https://a.example.com/", secret="READER")))

    assert Secrets.of([binding], environment={"READER": TOKEN}).value("READER") == TOKEN


def test_a_label_is_filled_in_and_a_setting_is_not() -> None:
    """Which one it is, is the question."""
    with answering(ok(b"0.5")) as server:
        assert (
            read(Reading(HttpReading(f"{server.url}/{{{{ alert.region }}}}")), labels={"region": "a/b"})
            == 0.5
        )
    assert server.asked[0].startswith(b"GET /a%2Fb ")

    with pytest.raises(UnreadControlError, match=r"may not hold \{\{ value \}\}"):
        read(Reading(command=(sys.executable, "{{ value }}")), allowed=(sys.executable,))


def told(binding: Binding) -> str:
    return told_reading(binding, control(binding), environment="staging", allowed=())


def test_what_would_be_asked_is_told() -> None:
    http = HttpReading("https://a.example.com/{{ alert.region }}", "split", "STAGING_TOKEN")

    assert told(replace(TURNS, read=Reading(http))).startswith(
        "traffic-split as it stands in staging: sends GET https://a.example.com/‹region›, "
        "Authorization: Bearer $STAGING_TOKEN"
    )
    assert "REFUSED" in told(replace(TURNS, read=Reading(command=("{{ value }}",))))
    assert told(TURNS) == ""
