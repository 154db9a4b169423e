"""The service file of the delay predictor in; a model server and an API for its flags that we did not write, out.

MLflow has an environment of its own, which ``make mlflow`` makes.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from simulator.live.process import LOOPBACK, free_port

ROOT = Path(__file__).resolve().parents[2]
TEAM = Path(__file__).resolve().parent / "team"
ENVIRONMENT = ROOT / "build" / "mlflow"
SERVICE = ROOT / "runbooks" / "services" / "delay-predictor.yaml"
LIMIT_S = 120.0
ENDING_S = 10.0
TOKEN = "the-token-of-the-team"


class NotUpError(Exception):
    """A process of the stack did not come up; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where everything of the team's is."""

    target: str
    """MLflow's scoring server: ``POST /invocations``, ``GET /ping``."""
    api: str
    """``PUT /flags/NAME``, with ``{"state": VALUE}`` and the token."""
    token: str
    flags: Path
    pids: Mapping[str, int]
    """By name, the first process of each."""

    @property
    def command(self) -> tuple[str, ...]:
        """What sets a flag, with its name and its value behind it; DELAY_FLAGS has to name the file."""
        return sys.executable, str(TEAM / "set_flag.py")

    def ask(self, body: bytes, *, url: str = "", headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """What a request for predictions is answered with; ``url``: where to send it instead of the target."""
        given = {"Content-Type": "application/json", **(headers or {})}
        return asked(url or self.target, "POST", "/invocations", body, given)

    def put(self, flag: str, value: object, *, token: str = TOKEN) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return asked(self.api, "PUT", f"/flags/{flag}", json.dumps({"state": value}).encode(), headers)

    def turn(self, flag: str, value: str) -> subprocess.CompletedProcess[str]:
        """The same by the team's command."""
        return subprocess.run(
            [*self.command, flag, value],
            env={**os.environ, "DELAY_FLAGS": str(self.flags)},
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )


def is_installed() -> bool:
    return (ENVIRONMENT / "bin" / "mlflow").exists()


@contextmanager
def stack(folder: Path, *, port: int = 0) -> Iterator[Stack]:
    """All of it, on loopback; ``folder`` takes the model, the flags and the logs. NotUpError."""
    flags, model = folder / "flags.json", folder / "model"
    _made(folder, flags, model)
    target = f"http://{LOOPBACK}:{port or free_port()}"
    with (
        _process(_serving(target, model), folder, "mlflow") as server,
        _process(
            [sys.executable, str(TEAM / "flags_api.py"), "--flags", str(flags)],
            folder,
            "flags",
            {"FLAGS_TOKEN": TOKEN},
        ) as api,
    ):
        said = api.stdout.readline().decode().strip() if api.stdout else ""
        if not said.startswith("http://"):
            raise NotUpError(f"the flags API did not say where it is: {_log(folder, 'flags')}")
        _until_up(server, target, folder)
        yield Stack(target, said, TOKEN, flags, {"mlflow": server.pid, "flags": api.pid})


def _made(folder: Path, flags: Path, model: Path) -> None:
    """The model, written by the environment that serves it."""
    command = [ENVIRONMENT / "bin" / "python", TEAM / "make_model.py"]
    options = ["--service", SERVICE, "--flags", flags, "--out", model]
    done = subprocess.run(
        [*map(str, (*command, *options))],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    if done.returncode:
        raise NotUpError(f"the model could not be made: {done.stderr[-2000:]}")


def _serving(target: str, model: Path) -> Sequence[str]:
    where = ["--host", LOOPBACK, "--port", str(urlsplit(target).port)]
    return [
        *(str(ENVIRONMENT / "bin" / "mlflow"), "models", "serve", "--model-uri", str(model)),
        *("--env-manager", "local", "--workers", "1", *where),
    ]


def _environment() -> dict[str, str]:
    """MLflow's own programs are found, and it tells nobody that it is used."""
    path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


@contextmanager
def _process(
    command: Sequence[str], folder: Path, name: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, which is ended as a whole."""
    with (
        (folder / f"{name}.log").open("wb") as log,
        subprocess.Popen(
            list(command),
            cwd=folder,
            env={**_environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=_output(name, log),
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            _end(process)


def _output(name: str, log: IO[bytes]) -> IO[bytes] | int:
    """MLflow tells of each request there; the API says where it is."""
    return log if name == "mlflow" else subprocess.PIPE


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        # The group has the number of its first process, which nobody else gets before it was waited for.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_S)
            break
    # What its first process left behind.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _until_up(server: subprocess.Popen[bytes], target: str, folder: Path) -> None:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            if asked(target, "GET", "/ping")[0] == 200:
                return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise NotUpError(f"MLflow's server did not come up: {_log(folder, 'mlflow')}")


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text(errors="replace")[-2000:]


def asked(
    url: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """The status, and the JSON of the answer; None where it holds none."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LIMIT_S)
    try:
        line.request(method, path, body, dict(headers or {}))
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    try:
        return answer.status, json.loads(content)
    except ValueError:
        return answer.status, None
