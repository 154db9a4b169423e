"""A folder in; a live run under way in it, begun by a process of its own that may be killed, out.

``python -m tests.simulator.live.begun drill|controller FOLDER SEED MINUTES TARGET`` is that process: it plays a drill
before the sandbox, or holds a fault on another's target as a drill does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from generator.model import Catalogue, Drill, Live, Span
from simulator import shell
from simulator.keeping import Folder
from simulator.live import runs
from simulator.live.asking import Caller
from simulator.live.drive import NotPlayableError, play_live
from simulator.live.found import APART_VARIABLE
from simulator.live.injecting import Injector
from simulator.live.lease import Effect, Lease
from simulator.live.presence import Presence
from simulator.live.process import free_port
from simulator.live.runs import Process, RunError, Spec
from simulator.shell import Identity
from tests.simulator.live.lives import LIMIT_S, ROOT, until
from tests.simulator.live.probing import Prober
from tests.simulator.stages import whole_catalogue

Kind = Literal["drill", "controller"]
DRILL = "distance-in-kilometres"
FASTER, PER_S = 60.0, 20.0
UP_S = 120.0
"""Until a fault falls: programs start, and every healthy outcome is asked for."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that somebody began. ``folder``: what was handed in; ``place``: the folder of the run."""

    kind: Kind
    folder: Path
    place: Path
    child: subprocess.Popen[bytes]
    prober: Prober
    ends: float
    """When the drill is over, at the earliest; seconds of the monotonic clock."""

    @property
    def identity(self) -> Identity:
        return runs.read(self.place).drill.identity

    def process(self, room: str) -> Process | None:
        try:
            return next((one for one in runs.read(self.place).processes if one.room == room), None)
        except RunError:
            return None

    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8", errors="replace")

    def end_child(self) -> None:
        self.child.kill()
        self.child.wait()

    def panic(self) -> int:
        """``drill panic``, on this run alone: it is kept apart from all others."""
        command = [sys.executable, "-c", "from simulator.cli import main; main()", "panic"]
        return subprocess.run(
            command, env=_environment(self.folder), check=False, capture_output=True
        ).returncode


@contextmanager
def beginning(
    folder: Path,
    kind: Kind,
    seed: int,
    *,
    minutes: float = 40.0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The process that begins a run; whatever becomes of it, nothing of the run is left afterwards.

    ``environment``: what all processes of the run have in theirs besides.
    """
    with target() as behind, (folder / "said").open("wb") as said:
        command = [
            sys.executable,
            "-m",
            "tests.simulator.live.begun",
            kind,
            str(folder),
            str(seed),
            str(minutes),
        ]
        child = subprocess.Popen(
            [*command, behind],
            cwd=ROOT,
            env={**_environment(folder), **(environment or {})},
            stdout=said,
            stderr=said,
        )
        try:
            yield child
        finally:
            child.kill()
            child.wait()
            _end_all(folder)


@contextmanager
def begun(
    folder: Path,
    kind: Kind,
    seed: int,
    *,
    minutes: float = 40.0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Begun]:
    """A run whose fault is in force."""
    with beginning(folder, kind, seed, minutes=minutes, environment=environment) as child:
        place, url = _place(folder, child)
        began = time.monotonic()
        with Prober(url).asking() as prober:
            until(lambda: prober.is_faulted(began), f"a fault: {folder}", UP_S)
            ends = time.monotonic() + (minutes - 6.0) * 60 / FASTER
            yield Begun(kind, folder, place, child, prober, ends)


@contextmanager
def target() -> Iterator[str]:
    """A service of somebody else."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _place(folder: Path, child: subprocess.Popen[bytes]) -> tuple[Path, str]:
    """The folder of the run, and where its proxy takes requests."""
    limit = time.monotonic() + UP_S
    while time.monotonic() < limit:
        for place in (folder / "state" / "live").glob("*/run.json"):
            proxy = next((one for one in runs.read(place.parent).processes if one.room == "proxy"), None)
            if proxy is not None and proxy.url:
                return place.parent, proxy.url
        assert child.poll() is None, (folder / "said").read_text(encoding="utf-8", errors="replace")
        time.sleep(0.05)
    raise AssertionError(f"no proxy within {UP_S:g} s: {folder}")


def left(folder: Path) -> tuple[tuple[str, Identity], ...]:
    """What carries the mark of any run in that folder: room, and who it is."""
    return tuple(one for place in (folder / "state" / "live").glob("*") for one in runs.marked(place))


def _end_all(folder: Path) -> None:
    for _, who in sorted(left(folder), key=lambda one: one[0] != "watchdog"):
        shell.send(who, signal.SIGKILL)
        shell.gone(who, within_s=LIMIT_S)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, runs.STATE_VARIABLE: str(folder / "state"), APART_VARIABLE: str(folder)}


# --- what the process does --------------------------------------------------------------------------------


def catalogue(minutes: float) -> Catalogue:
    """The shipped drill, a minute of it in a second and with few requests; its fault comes after two minutes."""
    whole = whole_catalogue()

    def cut(drill: Drill) -> Drill:
        faults = tuple(replace(fault, onset_minutes=Span(2.0, 2.0)) for fault in drill.faults)
        return replace(drill, horizon_minutes=minutes, faults=faults, live=Live(FASTER, PER_S))

    return replace(whole, drills=tuple(cut(one) if one.id == DRILL else one for one in whole.drills))


def _drill(folder: Path, seed: int, minutes: float, target: str) -> None:
    def nobody(speed: float | None) -> object:
        raise AssertionError("no people are asked for")

    try:
        with Folder(folder).recording() as recorder:
            play_live(catalogue(minutes), DRILL, seed, who="robot", recorder=recorder, screen=nobody)  # type: ignore[arg-type]
    except (NotPlayableError, RunError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None


def _controller(folder: Path, seed: int, minutes: float, target: str) -> None:
    """Holds a fault on the target, and does nothing else."""
    place, run = runs.begin("controlled", target=target, ours=False, specs=())
    options = ("--target", target, "--port", str(free_port()), "--journal", str(place / "journal.jsonl"))
    runs.write(place, replace(run, specs=(Spec("proxy", options),)))
    lease = Lease("late", (Effect("delay", {"distribution": "constant", "ms": 1.0}),), seed)
    with Presence(place):
        until(lambda: any(one.url for one in runs.read(place).processes), "a proxy", UP_S)
        control = next(one.control for one in runs.read(place).processes if one.room == "proxy")
        injector = Injector([(0.0, minutes, lease)], Caller(control, runs.token(place)))
        began = time.monotonic()
        while time.monotonic() - began < minutes * 60:
            injector.at((time.monotonic() - began) / 60)
            time.sleep(0.25)


if __name__ == "__main__":
    {"drill": _drill, "controller": _controller}[sys.argv[1]](
        Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
    )
