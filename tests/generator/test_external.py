"""``runbook check --external``, against a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from generator import external, web
from generator.load import load
from tests.generator.corpus import copied

SERVICE = "runbooks/services/fraud-scorer.yaml"


class Answers(BaseHTTPRequestHandler):
    """``/good`` answers, ``/get-only`` refuses HEAD, ``/to-a-file`` leads to a file, all else is gone."""

    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self) -> None:
        self._answer({"/good": 200, "/get-only": 405, "/to-a-file": 302, "/private": 401}.get(self.path, 404))

    def do_GET(self) -> None:
        self._answer({"/good": 200, "/get-only": 200}.get(self.path, 404))

    def _answer(self, code: int) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "ftp://127.0.0.1/etc/passwd")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that is there for one test."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Answers.asked.clear()
    listening = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_an_address_that_answers_is_good(server: str) -> None:
    """So is one that asks who we are, and one that answers GET alone."""
    assert [web.knock(f"{server}/{page}") for page in ("good", "private", "get-only")] == ["", "", ""]
    assert Answers.asked == ["HEAD /good", "HEAD /private", "HEAD /get-only", "GET /get-only"]


def test_an_address_that_does_not_answer_says_why(server: str) -> None:
    """The status, or that there is nobody; a way out of HTTP is not taken."""
    assert web.knock(f"{server}/gone") == "it answers with 404"
    assert web.knock(f"{server}/to-a-file") == "it does not answer: unknown url type: ftp"
    assert web.knock("http://127.0.0.1:1/").startswith("it does not answer: ")


def test_a_dead_link_is_a_warning_at_its_place(tmp_path: Path) -> None:
    """What turns a control is never asked."""
    asked: list[str] = []

    def knock(address: str) -> str:
        asked.append(address)
        return "it answers with 404" if "models." in address else ""

    (finding,) = external.unanswered(load(copied(tmp_path)), knock=knock)
    assert (finding.place.path, finding.severity) == (SERVICE, "warning")
    assert finding.message == "'https://models.example.com/fraud-scorer/card': it answers with 404"
    assert not any("staging.example.com" in address for address in asked)
    assert len(asked) == len(set(asked))


def test_no_more_than_200_addresses_are_asked(tmp_path: Path) -> None:
    """What is left out is said."""
    links = " ".join(f"https://host.example.com/{number}" for number in range(250))
    root = copied(tmp_path)
    organization = root / "runbooks/organization.yaml"
    organization.write_text(organization.read_text().replace("title: Payments Risk", f"title: {links}", 1))
    asked: list[str] = []

    def knock(address: str) -> str:
        asked.append(address)
        return ""

    (finding,) = external.unanswered(load(root), knock=knock)
    assert len(asked) == 200
    assert "addresses from here on were not asked" in finding.message


def test_the_links_of_the_files_that_were_named_are_asked_alone(tmp_path: Path) -> None:
    """As for every other rule."""
    root = copied(tmp_path)
    loaded = load(root, [root / "runbooks/feature-drift/drills"])

    assert external.unanswered(loaded, knock=lambda address: "gone") == ()
