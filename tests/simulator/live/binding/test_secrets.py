"""What a binding's secret is stands nowhere: not in the record, not in a file, not in a sentence, not in a log."""

from __future__ import annotations

import base64
import html
import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model import Binding, HttpBinding
from simulator.events import WORLD, Recorder, canonical
from simulator.live.binding import Secrets, told
from tests.simulator.live.binding.bench import (
    SECRETS,
    TOKEN,
    acted,
    answering,
    by_command,
    by_http,
    control,
    ok,
)

RUN = "run-token-0123456789"
PERCENT_ALL = "".join(f"%{ord(sign):02x}" for sign in TOKEN)


def coded(text: str, before: str = "") -> str:
    return base64.b64encode(f"{before}{text}".encode()).decode()


ECHOES = {
    "plain": f"your token is {TOKEN}, thanks; {RUN}",
    "percent": quote(TOKEN, safe=""),
    "percent, all of it": PERCENT_ALL,
    "percent, twice": quote(quote(TOKEN, safe=""), safe=""),
    "base64": coded(TOKEN),
    "base64 behind one": coded(TOKEN, "x"),
    "base64 behind two": coded(TOKEN + "tail", "xy"),
    "base64 of a header": coded(f"Authorization: Bearer {TOKEN}\r\nHost: x"),
    "base64 for addresses": base64.urlsafe_b64encode(TOKEN.encode()).decode().rstrip("="),
    "base64 in lines": "\n".join(coded(TOKEN)[at : at + 7] for at in range(0, 60, 7)),
    "base64, then percent": quote(coded(TOKEN), safe=""),
    "JSON": json.dumps(TOKEN).replace("/", "\\/"),
    "JSON, escaped": "".join(f"\\u{ord(sign):04x}" for sign in TOKEN),
    "HTML": "".join(f"&#{ord(sign)};" for sign in TOKEN) + html.escape(TOKEN),
    "hexadecimal": TOKEN.encode().hex().upper(),
}


def tells(content: bytes) -> list[str]:
    """Ways in which a text still holds a secret."""
    lowered = content.lower()
    pieces = [echo for echo in ECHOES.values() if "\n" not in echo and len(echo) > 12]
    shown = [echo for echo in pieces if echo.encode() in content]
    cores = (
        TOKEN,
        RUN,
        TOKEN.encode().hex(),
        coded(TOKEN)[:12],
        coded(TOKEN, "x")[3:14],
        coded(TOKEN, "xy")[4:14],
    )
    return shown + [core for core in cores if core.lower().encode() in lowered]


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_server_that_echoes_the_token_tells_nobody(
    echo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in the record nor in the file that is kept, in whatever way it comes back."""
    caplog.set_level(logging.DEBUG)
    recorder = Recorder()
    with answering(ok(f"before {echo} after".encode())) as server:
        found = acted(by_http(f"{server.url}/x", secret="STAGING_TOKEN"), keep=tmp_path)
    recorder.append(0.0, WORLD, found)

    assert TOKEN.encode() in server.asked[0]
    (kept,) = tmp_path.iterdir()
    record = canonical(recorder.events[0].payload)
    printed = "".join(capfd.readouterr())
    everything = b"\n".join(
        [kept.read_bytes(), record.encode(), caplog.text.encode(), printed.encode(), repr(found).encode()]
    )
    assert tells(everything) == []
    assert kept.read_bytes().startswith(b"before ")
    assert kept.read_bytes().endswith(b" after")
    assert b"[secret STAGING_TOKEN]" in kept.read_bytes()


def test_a_program_that_prints_the_token_tells_nobody(tmp_path: Path) -> None:
    """A program may know it from elsewhere."""
    acted(by_command("/bin/echo", TOKEN, RUN), allowed=("/bin/echo",), keep=tmp_path)

    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == b"[secret STAGING_TOKEN] [secret the run]\n"


@pytest.mark.parametrize("length", range(4, len(TOKEN)))
def test_a_token_that_is_cut_off_is_hidden_as_well(length: int) -> None:
    """What was heard ends within it: its beginning is no less secret."""
    cut = f"the token: {TOKEN[:length]}".encode()

    assert SECRETS.redacted(cut, is_whole=False) == b"the token: [secret STAGING_TOKEN]"


def test_an_answer_that_breaks_off_within_the_token_tells_nobody(tmp_path: Path) -> None:
    """All but its last characters were heard."""
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nit is " + TOKEN[:-2].encode()
    with answering(said) as server:
        found = acted(by_http(f"{server.url}/x", secret="STAGING_TOKEN"), keep=tmp_path)

    (kept,) = tmp_path.iterdir()
    assert not found.ok
    assert kept.read_bytes() == b"it is [secret STAGING_TOKEN]\n[there was more]\n"


def test_a_token_across_the_end_of_what_is_kept_tells_nobody(tmp_path: Path) -> None:
    """The cap cuts through it."""
    body = b"x" * (1_000_000 - 10) + TOKEN.encode() + b"y" * 1000
    with answering(ok(body)) as server:
        acted(by_http(f"{server.url}/x"), keep=tmp_path)

    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes().endswith(b"xx[secret STAGING_TOKEN]\n[there was more]\n")


def test_a_text_that_holds_a_secret_itself_is_not_told() -> None:
    """An author who wrote a token into an address is not helped to show it."""
    binding = by_http(f"https://staging.example.com/{TOKEN}/x")

    line = told(binding, control(binding), 0.5, environment="staging", secrets=SECRETS)

    assert TOKEN not in line
    assert "[secret STAGING_TOKEN]" in line


def test_secrets_show_their_names_alone() -> None:
    """Whoever prints them, in a traceback or a log."""
    assert repr(SECRETS) == str(SECRETS) == "Secrets(STAGING_TOKEN, the run)"
    assert TOKEN not in f"{SECRETS!r} {vars(SECRETS).keys()}"


def test_secrets_are_those_variables_that_bindings_name() -> None:
    """Nothing else of the environment is read."""
    bindings = [
        Binding("staging", http=HttpBinding("PUT", "https://x.example.com", secret=name))
        for name in ("A", "B", "")
    ]

    secrets = Secrets.of(bindings, also={"run": RUN}, environment={"A": "aaaaaaaaaa", "C": "cccccccccc"})

    assert repr(secrets) == "Secrets(run, A)"


@given(secret=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40),
       before=st.binary(max_size=9), after=st.binary(max_size=9))  # fmt: skip
def test_any_secret_is_found_in_any_surroundings(secret: str, before: bytes, after: bytes) -> None:
    """Plain, percent-encoded, and in base64 wherever in it."""
    hidden = Secrets({"X": secret})
    content = before + secret.encode() + after

    assert b"[secret X]" in hidden.redacted(content)
    assert b"[secret X]" in hidden.redacted(quote(content, safe="").encode())
    assert b"[secret X]" in hidden.redacted(base64.b64encode(content))
    assert b"[secret X]" in hidden.redacted(base64.urlsafe_b64encode(content))


@given(text=st.text(max_size=200))
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    """Nothing is lost for nothing."""
    assert SECRETS.redact(text) == text
