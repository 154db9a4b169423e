"""A folder in, servers on loopback out: a cheap target, and the proxies in front of it that are measured."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import shell
from simulator.live.plane import bearer
from simulator.live.process import LOOPBACK, announced, free_port
from simulator.live.runs import TOKEN_VARIABLE
from tests.bench.target import ANSWER
from tests.simulator.stages import ROOT

READY_S = 60.0
RENEW_S = 2.0
_TOKEN = "of-the-bench"
_NGINX = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log error;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; client_body_buffer_size 64k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {more}
}}
"""
_TARGET = """\
server {{ listen 127.0.0.1:{port} backlog=2048; location / {{
    default_type application/json; return 200 '{answer}'; }} }}"""
_PROXY = """\
upstream target {{ server 127.0.0.1:{target}; keepalive 512; keepalive_requests 1000000000; }}
server {{ listen 127.0.0.1:{port} backlog=2048; location / {{
    proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A proxy of others: where it is, and its process."""

    port: int
    pid: int


def processor_s(pid: int) -> float:
    """What a process has used of the processors."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nginx() -> str | None:
    """Where it is; None: it is not installed."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


@contextmanager
def target(folder: Path) -> Iterator[int]:
    """The port of what answers everything at once: nginx, where it is installed."""
    port = free_port()
    if nginx() is None:
        with _running([sys.executable, "-m", "tests.bench.target", str(port)], port):
            yield port
    else:
        with _nginx(folder / "target", _TARGET.format(port=port, answer=ANSWER), port):
            yield port


@contextmanager
def nginx_proxy(folder: Path, target: int) -> Iterator[Peer]:
    """One worker that keeps its connections to the target."""
    port = free_port()
    with _nginx(folder / "nginx", _PROXY.format(port=port, target=target), port) as pid:
        yield Peer(port, pid)


@contextmanager
def aiohttp_proxy(target: int) -> Iterator[Peer]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.plain_proxy", str(port), f"http://{LOOPBACK}:{target}"]
    with _running(command, port) as pid:
        yield Peer(port, pid)


class Proxy:
    """Ours, kept alive; its lease renewed as the drill does it."""

    def __init__(self, port: int, pid: int, control: str) -> None:
        self.port, self.pid, self._control = port, pid, control
        self._over = threading.Event()
        self._leased = ""
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    @contextmanager
    def leased(self, id: str, *effects: dict[str, Any], seed: int = 7) -> Iterator[None]:
        """While a lease with these effects falls on all requests."""
        self._ask("PUT", f"/leases/{id}", {"effects": effects, "seed": seed})
        self._leased = id
        try:
            yield
        finally:
            self._leased = ""
            self._ask("DELETE", f"/leases/{id}")

    def log(self) -> list[dict[str, Any]]:
        """What was done to which request."""
        found: list[dict[str, Any]] = []
        while True:
            told = self._ask("GET", f"/log?since={found[-1]['n'] if found else 0}")
            if not told["entries"]:
                return found
            found += told["entries"]

    def close(self) -> None:
        self._over.set()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._over.wait(RENEW_S):
            self._ask("POST", "/alive")
            if leased := self._leased:
                self._ask("POST", f"/leases/{leased}/renew")

    def _ask(self, method: str, address: str, data: Any = None) -> Any:
        request = urllib.request.Request(
            self._control + address,
            method=method, headers=bearer(_TOKEN), data=None if data is None else json.dumps(data).encode(),
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=READY_S) as answer:
            return json.loads(answer.read())


@contextmanager
def our_proxy(folder: Path, target: int) -> Iterator[Proxy]:
    """A process as a live drill starts it, in a folder of its own."""
    folder.mkdir(parents=True)
    options = ["--target", f"http://{LOOPBACK}:{target}", "--journal", str(folder / "journal.jsonl")]
    command = [sys.executable, "-m", "simulator.live.proxy", *options]
    running = shell.start(command, ROOT, environment={TOKEN_VARIABLE: _TOKEN})
    try:
        where = announced(running.first_line(READY_S))
        port = int(str(where["url"]).rpartition(":")[2])
        proxy = Proxy(port, running.identity.pid, str(where["control"]))
        try:
            yield proxy
        finally:
            proxy.close()
    finally:
        shell.end(running.identity, patience_s=5.0)
        running.forget()


@contextmanager
def _nginx(folder: Path, more: str, port: int) -> Iterator[int]:
    folder.mkdir(parents=True)
    file = folder / "nginx.conf"
    file.write_text(_NGINX.format(folder=folder, more=more), encoding="utf-8")
    found = nginx()
    assert found is not None
    with _running([found, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)], port) as pid:
        yield pid


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[int]:
    """The id of a command that serves a port; RuntimeError when it does not come to that."""
    with ExitStack() as stack:
        # In a session of its own as ours is: the scheduler shares the processors out among sessions.
        process = stack.enter_context(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        until = time.monotonic() + READY_S
        while not _serves(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"nothing serves port {port}: {' '.join(command)}")
            time.sleep(0.02)
        yield process.pid


def _serves(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((LOOPBACK, port)) == 0
