"""A binding by HTTP goes where its text says, once, within its time, and says what became of it."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from simulator.live.binding import Secrets
from tests.conftest import require_tool
from tests.simulator.live.binding.bench import SECRETS, TOKEN, acted, answering, by_http, ok

BODY = '{"share": {{ value }}, "why": "{{ alert.region }}"}'


def test_a_setting_is_sent_as_the_text_says(tmp_path: Path) -> None:
    """Typed in JSON, encoded in the address, with the token in its header; what is answered is kept privately."""
    with answering(ok(b"it is set")) as server:
        found = acted(
            by_http(
                f"{server.url}/split/{{{{ alert.region }}}}?to={{{{ value }}}}",
                body=BODY,
                secret="STAGING_TOKEN",
            ),
            labels={"region": 'a b/"ü'},
            keep=tmp_path,
        )

    (asked,) = server.asked
    assert (found.ok, found.status, found.by, found.why, found.value) == (True, 200, "http", "", 0.5)
    assert asked.startswith(b"PUT /split/a%20b%2F%22%C3%BC?to=0.5 HTTP/1.1\r\n")
    assert asked.endswith('{"share": 0.5, "why": "a b/\\"ü"}'.encode())
    assert f"\r\nAuthorization: Bearer {TOKEN}\r\n".encode() in asked
    assert found.output == hashlib.sha256(b"it is set").hexdigest()
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == b"it is set"
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 500, "answered 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", 200, "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 200, "did not answer in HTTP"),
        (b"220 mail.example.com ESMTP\r\n", -1, "did not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", -1, "did not answer in HTTP"),
        (b"", -1, "did not answer in HTTP"),
    ],
)
def test_what_is_no_good_answer_is_a_failure_that_says_so(answer: bytes, status: int, why: str) -> None:
    """A control whose binding failed did not take effect, and the sentence says why."""
    with answering(answer) as server:
        found = acted(by_http(f"{server.url}/split"))

    assert not found.ok
    assert why in found.why
    assert found.status in (status, -1)


def test_nobody_there_is_a_failure() -> None:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    found = acted(by_http(f"http://127.0.0.1:{port}/split"))

    assert (found.ok, found.status) == (False, -1)
    assert found.why == f"nobody answers at 127.0.0.1:{port}: Connection refused"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """Neither the request nor the token goes to whom an answer names."""
    with answering(ok()) as other:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {other.url}/steal\r\nContent-Length: 0\r\n\r\n"
        with answering(head.encode()) as server:
            found = acted(by_http(f"{server.url}/split", secret="STAGING_TOKEN"))

    assert other.asked == []
    assert (found.ok, found.status) == (False, status)
    assert "a redirect, which is not followed" in found.why


def test_no_proxy_of_the_environment_gets_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the host that the binding names is spoken to."""
    with answering(ok()) as proxy, answering(ok()) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        found = acted(by_http(f"{server.url}/split", secret="STAGING_TOKEN"))

    assert found.ok
    assert proxy.asked == []


HOSTILE = [
    "x\r\nX-Evil: 1", "x\nHost: evil.example.com", "x\0y", "x\u2028y", "\ud800", "..", ".", "a/../../admin",
    "..\\..\\admin", "", "x" * 201, "\u202eevil",
]  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_that_could_lead_astray_is_refused(label: str) -> None:
    """Nothing is sent: no header is injected, no path climbed."""
    with answering(ok()) as server:
        found = acted(by_http(f"{server.url}/region/{{{{ alert.region }}}}"), labels={"region": label})

    assert server.asked == []
    assert (found.ok, found.status) == (False, -1)
    assert "region" in found.why or "slot" in found.why


@pytest.mark.parametrize("value", ["v1\r\nX-Evil: 1", "..", "a/../b", "v\0"])
def test_a_setting_that_could_lead_astray_is_refused(value: str) -> None:
    """Even one that the service's file lists."""
    with answering(ok()) as server:
        found = acted(by_http(f"{server.url}/model/{{{{ value }}}}"), value, values=("v0", value))

    assert server.asked == []
    assert not found.ok


@pytest.mark.parametrize(
    "label", ["?admin=1", "#x", "a&b=c", "//evil.example.com", "@evil.example.com", "%2e%2e", "a;b"]
)
def test_a_label_stays_in_its_place_of_the_address(label: str) -> None:
    """It is one segment of the path, whatever it holds."""
    with answering(ok()) as server:
        found = acted(by_http(f"{server.url}/region/{{{{ alert.region }}}}/split"), labels={"region": label})

    target = server.asked[0].split(b" ")[1].decode()
    assert found.ok
    assert target.startswith("/region/")
    assert target.endswith("/split")
    assert target.count("/") == 3
    assert not set("?#&@;") & set(target)


@pytest.mark.parametrize(
    "url",
    [
        "http://{{ alert.region }}.example.com/x",
        "http://{{ value }}/x",
        "http://127.0.0.1:80{{ value }}/x",
        "http://a:b@127.0.0.1/x",
        "http://127.0.0.1\\@evil.example.com/x",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:port/x",
        "ftp://127.0.0.1/x",
        "http:///x",
    ],
)
def test_a_host_is_named_plainly_or_not_spoken_to(url: str) -> None:
    """No slot, no name and no trick says who is asked."""
    found = acted(by_http(url), 1.0, labels={"region": "eu"})

    assert (found.ok, found.status, found.seconds) == (False, -1, 0.0)
    assert "host" in found.why or "port" in found.why


@pytest.mark.parametrize("value", [0.25, 7, "0.5", True, float("nan"), "on"])
def test_a_setting_that_the_control_does_not_list_is_refused(value: float | str) -> None:
    """Nothing is sent; what is right is in the sentence."""
    with answering(ok()) as server:
        found = acted(by_http(f"{server.url}/split", body='{"share": {{ value }}}'), value)

    assert server.asked == []
    assert "its binding takes 0.0 or 0.5 or 1.0" in found.why


def test_a_number_is_the_same_with_and_without_a_point() -> None:
    """A session hands settings on as floating point; the file's own way to write it is what is sent."""
    with answering(ok()) as server:
        found = acted(by_http(f"{server.url}/w", body='{"workers": {{ value }}}'), 6.0, values=(4, 6))

    assert found.value == 6
    assert server.asked[0].endswith(b'{"workers": 6}')


def test_without_its_variable_nothing_is_sent() -> None:
    """A token that is missing, short, or no header is said before anything happens."""
    with answering(ok()) as server:
        binding = by_http(f"{server.url}/split", secret="OTHER_TOKEN")
        missing, short, odd = (
            acted(binding, secrets=Secrets(values))
            for values in ({}, {"OTHER_TOKEN": "abc"}, {"OTHER_TOKEN": "abcdefgh\r\nX-Evil: 1"})
        )

    assert server.asked == []
    assert missing.why == "the variable OTHER_TOKEN is not set: export it where the drill runs"
    assert "fewer than 8 characters" in short.why
    assert "no header may" in odd.why
    assert "Evil" not in odd.why


def test_a_token_is_not_sent_in_the_clear_to_another_machine() -> None:
    """Only https, or loopback."""
    found = acted(by_http("http://192.0.2.1/split", secret="STAGING_TOKEN"))

    assert found.why == "STAGING_TOKEN would be sent unencrypted to 192.0.2.1: write https"
    assert found.seconds == 0.0


def drip(pieces: bytes, then: bytes = b".") -> object:
    def answer(line: socket.socket) -> None:
        line.sendall(pieces)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            time.sleep(0.02)
            line.sendall(then)

    return answer


@pytest.mark.parametrize(
    ("said", "then", "status"),
    [
        (b"", b"H", -1),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", -1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", b".", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n", 200),
        (b"HTTP/1.1 200 OK\r\n\r\n", b".", 200),
    ],
    ids=["status line", "headers", "continue", "body", "chunks", "no end"],
)
def test_a_server_that_drips_gets_no_more_than_its_time(said: bytes, then: bytes, status: int) -> None:
    """However it keeps a line busy, the whole exchange ends at the limit, and has failed."""
    with answering(drip(said, then)) as server:  # type: ignore[arg-type]
        found = acted(by_http(f"{server.url}/split", seconds=0.5))

    assert not found.ok
    assert found.status in (status, -1)
    assert "had not answered in full after 0.5 s" in found.why or "did not answer in HTTP" in found.why


def test_a_giant_answer_is_kept_in_part_and_hashed_whole(tmp_path: Path) -> None:
    """The record's hash is over all of it; the file holds its beginning."""
    body = b"0123456789abcdef" * 500_000
    with answering(ok(body)) as server:
        found = acted(by_http(f"{server.url}/split"), keep=tmp_path)

    (kept,) = tmp_path.iterdir()
    assert found.ok
    assert found.output == hashlib.sha256(body).hexdigest()
    assert kept.read_bytes() == body[:1_000_000] + b"\n[there was more]\n"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """The token stays here."""
    openssl = require_tool("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    listener = socket.create_server(("127.0.0.1", 0))
    with listener:

        def answer() -> None:
            line, _ = listener.accept()
            try:
                with context.wrap_socket(line, server_side=True) as safe:
                    heard.append(safe.recv(65_536))
            except OSError:
                line.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        found = acted(by_http(f"https://127.0.0.1:{listener.getsockname()[1]}/x", secret="STAGING_TOKEN"))
        thread.join(60)

    assert [piece for piece in heard if piece] == []
    assert (found.ok, found.status) == (False, -1)
    assert "could not be trusted: self-signed certificate" in found.why
    assert TOKEN not in SECRETS.redact(found.why)
