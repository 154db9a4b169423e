"""The proxy as it is started: its control plane, its end, and its death."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simulator.live.asking import Caller, RefusedError
from simulator.live.process import announced
from simulator.live.proxy.__main__ import main

TOKEN = "a-token-of-this-test"
LIMIT_S = 60.0
SHIFT = {"effects": [{"kind": "shift", "with": {"field": "a", "by": 1}}], "seed": 7}


class Handler(BaseHTTPRequestHandler):
    """Echoes bodies."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Proxy:
    process: subprocess.Popen[str]
    url: str
    control: str
    lines: list[http.client.HTTPConnection] = field(default_factory=list)

    def connect(self) -> http.client.HTTPConnection:
        line = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=LIMIT_S)
        self.lines.append(line)
        return line

    def ask(self, a: int = 1, line: http.client.HTTPConnection | None = None) -> int:
        """What the target saw in place of a number."""
        line = line or self.connect()
        line.request("POST", "/predict", json.dumps({"a": a}), {"Content-Type": "application/json"})
        found: int = json.loads(line.getresponse().read())["a"]
        return found

    def raw(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        """What the control plane answers."""
        line = http.client.HTTPConnection(self.control.removeprefix("http://"), timeout=LIMIT_S)
        line.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        found = answer.status, json.loads(answer.read())
        line.close()
        return found


@contextmanager
def proxy(folder: Path, target: str, *options: str) -> Iterator[tuple[Proxy, Caller]]:
    command = [sys.executable, "-m", "simulator.live.proxy", "--target", target]
    command += ["--journal", str(folder / "journal.jsonl"), *options]
    environment = {**os.environ, "DRILLBOOK_TOKEN": TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = announced(process.stdout.readline())
        found = Proxy(process, str(said["url"]), str(said["control"]))
        caller = Caller(found.control, TOKEN)
        try:
            yield found, caller
        finally:
            caller.close()
            for line in found.lines:
                line.close()
            if process.poll() is None:
                process.kill()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "not within the limit"
        time.sleep(0.02)


def test_a_lease_is_granted_renewed_told_of_and_ended(tmp_path: Path) -> None:
    """By its control plane; metrics and log say what happened; the journal has both ends."""
    with echo() as target, proxy(tmp_path, target) as (it, caller):
        granted = caller.put("leases", "f1", data=SHIFT)
        during = it.ask()
        renewed = caller.post("leases", "f1", "renew")
        told = caller.get("leases")
        caller.delete("leases", "f1")
        after = it.ask()
        log = caller.get("log?since=1")
        metrics = caller.text("metrics")
        with pytest.raises(RefusedError, match="somebody ended it"):
            caller.post("leases", "f1", "renew")
        until(lambda: (tmp_path / "journal.jsonl").read_text().count("\n") == 2)

    assert (during, after) == (2, 1)
    assert granted["live"]
    assert renewed["live"]
    assert told["leases"][0]["touched"] == 1
    assert [entry["what"] for entry in log["entries"]] == ["touched", "ended"]
    assert 'drillbook_proxy_affected_total{effect="shift",lease="f1"} 1.0' in metrics
    assert "drillbook_proxy_requests_total 2.0" in metrics


def test_the_control_plane_refuses_whoever_was_not_asked(tmp_path: Path) -> None:
    """Without the token, from a page, by another name; and what is no lease, in a sentence."""
    good = {"Host": "127.0.0.1", "Authorization": f"Bearer {TOKEN}"}
    with proxy(tmp_path, "http://127.0.0.1:9") as (it, _):
        statuses = [
            it.raw("DELETE", "/leases", {**good, **wrong})[0]
            for wrong in (
                {},
                {"Authorization": "Bearer wrong"},
                {"Origin": "http://evil.example"},
                {"Host": "evil.example"},
            )
        ]
        nonsense = it.raw("GET", "/log?since=x", good)
        no_lease = it.raw("PUT", "/leases/f1", {**good, "Content-Length": "0"})

    assert statuses == [200, 401, 403, 403]
    assert nonsense[0] == no_lease[0] == 400
    assert no_lease[1] == {"error": "a lease is written as JSON"}


def test_a_cap_holds(tmp_path: Path) -> None:
    """What goes beyond it is refused with a sentence, and not applied."""
    with echo() as target, proxy(tmp_path, target, "--cap", '{"share": 0.1}') as (it, caller):
        with pytest.raises(RefusedError, match="that is allowed here") as refused:
            caller.put("leases", "f1", data=SHIFT)
        passed = it.ask()

    assert (refused.value.status, passed) == (403, 1)


def test_when_asked_to_stop_it_ends_its_leases_and_goes_with_its_last_client(tmp_path: Path) -> None:
    """Who is connected is served to the end; nothing is granted any more."""
    with echo() as target, proxy(tmp_path, target) as (it, caller):
        line = it.connect()
        caller.put("leases", "f1", data=SHIFT)
        during = it.ask(line=line)
        caller.post("stop")
        after = it.ask(line=line)
        with pytest.raises(RefusedError, match="was asked to go"):
            caller.put("leases", "f1", data=SHIFT)
        running = it.process.poll() is None
        line.close()
        until(lambda: it.process.poll() is not None)

        assert (during, after, running, it.process.returncode) == (2, 1, True, 0)


def test_a_signal_ends_it_in_good_order(tmp_path: Path) -> None:
    """SIGTERM: leases end, it goes, and its journal says so."""
    with echo() as target, proxy(tmp_path, target) as (it, caller):
        caller.put("leases", "f1", data=SHIFT)
        it.ask(line=it.connect())
        it.process.send_signal(signal.SIGTERM)
        until(lambda: it.process.poll() is not None)

        assert it.process.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [line["what"] for line in lines] == ["granted", "ended"]


def test_after_its_death_another_takes_its_place(tmp_path: Path) -> None:
    """On the same ports, without its faults, and it says of a lease that it knows of none."""
    with echo() as target:
        with proxy(tmp_path, target) as (it, caller):
            caller.put("leases", "f1", data=SHIFT)
            it.ask()
            it.process.kill()
            it.process.wait()
            ports = [url.rpartition(":")[2] for url in (it.url, it.control)]
        with proxy(tmp_path, target, "--port", ports[0], "--control-port", ports[1]) as (new, caller):
            passed = new.ask()
            with pytest.raises(RefusedError) as refused:
                caller.post("leases", "f1", "renew")

    assert passed == 1
    assert refused.value.status == 404


def test_a_lease_runs_out_while_the_process_is_stopped(tmp_path: Path) -> None:
    """After SIGSTOP and SIGCONT the first request already passes."""
    with echo() as target, proxy(tmp_path, target) as (it, caller):
        caller.put("leases", "f1", data={**SHIFT, "seconds": 0.5})
        it.process.send_signal(signal.SIGSTOP)
        time.sleep(0.6)  # the lease runs out by the clock of the machine, which no test can set
        it.process.send_signal(signal.SIGCONT)

        assert it.ask() == 1


def test_its_token_is_nowhere(tmp_path: Path) -> None:
    """Neither in its journal nor in its log, its answers or its arguments."""
    with echo() as target, proxy(tmp_path, target) as (it, caller):
        caller.put("leases", "f1", data=SHIFT)
        it.ask()
        answers = caller.text("leases") + caller.text("log") + caller.text("metrics")
        it.process.send_signal(signal.SIGTERM)
        it.process.wait()
    kept = "".join(path.read_text() for path in tmp_path.iterdir())

    assert TOKEN not in answers + kept
    assert '"what":"touched"' in kept


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "127.0.0.1:80"), "is no target"),
        (("--target", "http://u:p@127.0.0.1"), "a target has neither names"),
        (("--target", "http://127.0.0.1", "--cap", '{"shrae": 1}'), "a cap has no 'shrae'"),
        (("--target", "http://127.0.0.1", "--cap", "1"), "this is no cap"),
        (("--target", "http://127.0.0.1"), "DRILLBOOK_TOKEN is not set"),
    ],
)
def test_wrong_options_are_told(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 and a sentence."""
    monkeypatch.delenv("DRILLBOOK_TOKEN", raising=False)
    try:
        code: object = main([*options, "--journal", "j"])
    except SystemExit as exit:
        code = exit.code

    assert code == 2
    assert words in capsys.readouterr().err
