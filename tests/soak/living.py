"""Processes of live drills killed and stopped at random in; whether a fault outlived its lease or requests ceased, out.

``python -m tests.soak.living FOLDER SEED`` plays the drill that is killed.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from generator.model import Catalogue, Drill, Live, Span
from simulator import shell
from simulator.events import read, verify
from simulator.events.reading import is_unfinished
from simulator.live import runs
from simulator.live.headers import FAULT, REQUEST_ID
from simulator.live.lease import LONGEST_S
from simulator.live.runs import Run, RunError
from tests.simulator.stages import whole_catalogue

DRILL = "distance-in-kilometres"
ROOMS = ("load", "proxy", "sandbox", "watchdog")
SIGNALS = (signal.SIGKILL, signal.SIGSTOP)
APART_S = 5.0
"""Between two kills in a run: time to come back."""
OUTLIVES_S, BACK_S = 1.0, 2.0
"""What is promised: how long a fault may outlive its lease, and requests be gone after a restart."""
UP_S, GONE_S = 90.0, 60.0
PROBE_S = 0.05


@dataclass(frozen=True, slots=True)
class Probe:
    """One request through the proxy."""

    at: float
    """Monotonic seconds at which it was sent."""
    answered: bool
    faulted: bool


@dataclass(slots=True)
class Hit:
    """One signal to one process, and what came of it."""

    room: str
    signal: str
    back_s: float | None = None
    """From when another one was up to the first answer; None: requests never ceased, or were not to."""
    outlived_s: float = 0.0
    """By how much a fault outlived its lease."""
    failure: str = ""


@dataclass(slots=True)
class Prober:
    """Asks through the proxy all the time, wherever it is just now."""

    folder: Path
    probes: list[Probe] = field(default_factory=list)
    starts: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """By room: when another process of it was first seen to be up, and its id."""
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def asking(self) -> Iterator[Prober]:
        thread = threading.Thread(target=self._ask, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _ask(self) -> None:
        number = 0
        while not self._over.wait(PROBE_S):
            run = _read(self.folder)
            if run is None or (proxy := run.process("proxy")) is None or not proxy.url:
                continue
            self._note(run)
            number += 1
            self.probes.append(_probe(proxy.url, f"probe-{number}"))

    def _note(self, run: Run) -> None:
        for one in run.processes:
            seen = self.starts.setdefault(one.room, [])
            if one.control and (not seen or seen[-1][1] != one.pid):
                seen.append((time.monotonic(), one.pid))

    def after(self, since: float, until: float = float("inf")) -> list[Probe]:
        return [one for one in self.probes if since <= one.at < until]


def _probe(url: str, id: str) -> Probe:
    at, parts = time.monotonic(), urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=1.0)
    body = {
        "id": id,
        "case": 1,
        "inputs": {"schedule-feed": {"distance_miles": 500.0, "scheduled_min": 100.0}},
    }
    try:
        line.request(
            "POST", "/predict", json.dumps(body), {REQUEST_ID: id, "Content-Type": "application/json"}
        )
        answer = line.getresponse()
        answer.read()
        return Probe(at, answer.status in (200, 429), answer.headers.get(FAULT) is not None)
    except (OSError, http.client.HTTPException):
        return Probe(at, False, False)
    finally:
        line.close()


# --- a run ----------------------------------------------------------------------------------------------


def catalogue() -> Catalogue:
    """The shipped drill, forty minutes of it in forty seconds, with a tenth of its traffic."""
    whole = whole_catalogue()

    def cut(drill: Drill) -> Drill:
        faults = tuple(replace(fault, onset_minutes=Span(2.0, 2.0)) for fault in drill.faults)
        return replace(drill, horizon_minutes=40.0, faults=faults, live=Live(60.0, 60.0))

    return replace(whole, drills=tuple(cut(one) if one.id == DRILL else one for one in whole.drills))


@contextmanager
def playing(folder: Path, seed: int) -> Iterator[tuple[subprocess.Popen[bytes], Path, Prober]]:
    """A drill under way with its fault in force: its process, the folder of its run, and who asks meanwhile."""
    state = folder / "state"
    with (folder / "said").open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.living", str(folder), str(seed)],
            env={**os.environ, runs.STATE_VARIABLE: str(state)},
            stdout=said,
            stderr=said,
        )
    try:
        run = _waited(lambda: next(iter(sorted((state / "live").glob("*/run.json"))), None), "no run", UP_S)
        with Prober(run.parent).asking() as prober:
            _waited(lambda: any(one.faulted for one in prober.probes[-3:]), "no fault came", UP_S)
            yield child, run.parent, prober
    finally:
        with suppress(OSError):
            child.kill()
        child.wait()


def hits(folder: Path, seed: int, count: int) -> list[Hit]:
    """One drill in which so many of its processes are killed or stopped, but not the drill; it plays to its end."""
    rng, found = random.Random(seed), []
    with playing(folder, seed) as (child, place, prober):
        for _ in range(count):
            time.sleep(rng.uniform(0.0, 1.0))
            found.append(_hit(place, prober, rng.choice(ROOMS), rng.choice(SIGNALS)))
        code = child.wait(GONE_S + 60.0)
    wrong = "; ".join(
        [*([f"the drill ended with {code}"] if code else []), *_left(folder, place), *_record(folder)]
    )
    if wrong:
        found[-1].failure = f"{found[-1].failure}; {wrong}".strip("; ")
    return found


def _hit(place: Path, prober: Prober, room: str, how: signal.Signals) -> Hit:
    hit, run = Hit(room, how.name), _read(place)
    process = run.process(room) if run is not None else None
    if process is None or not shell.send(process.identity, how):
        hit.failure = f"there was no {room} to hit"
        return hit
    since = time.monotonic()
    time.sleep(APART_S + (3.0 if how == signal.SIGSTOP else 0.0))
    probes = prober.after(since)
    if room in ("load", "watchdog"):
        lost = [one for one in probes if not one.answered]
        hit.failure = f"{len(lost)} of {len(probes)} requests got no answer" if lost else ""
        return hit
    restarted = next(
        (at for at, pid in prober.starts.get(room, ()) if at > since and pid != process.pid), None
    )
    back = next((one.at for one in probes if one.answered and restarted and one.at >= restarted), None)
    if restarted is None or back is None:
        hit.failure = f"the {room} was not back within {time.monotonic() - since:.1f} s"
        return hit
    hit.back_s = max(0.0, back - restarted)
    if hit.back_s > BACK_S:
        hit.failure = f"no answer until {hit.back_s:.1f} s after the {room} was started anew"
    return hit


def drill_hit(folder: Path, seed: int, how: signal.Signals) -> Hit:
    """One drill whose own process, the controller of its proxy, is killed or stopped."""
    rng, hit = random.Random(seed), Hit("drill", how.name)
    with playing(folder, seed) as (child, place, prober):
        time.sleep(rng.uniform(0.0, 4.0))
        os.kill(child.pid, how)
        since = time.monotonic()
        time.sleep(LONGEST_S + OUTLIVES_S + 1.0)
        faulted = [one.at for one in prober.after(since) if one.faulted]
        hit.outlived_s = max(0.0, max(faulted, default=since) - since - LONGEST_S)
        if hit.outlived_s > OUTLIVES_S:
            hit.failure = f"a fault outlived its lease by {hit.outlived_s:.1f} s"
        with suppress(OSError):
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
    wrong = [*_left(folder, place), *_record(folder, cut_off=True)]
    hit.failure = "; ".join([*([hit.failure] if hit.failure else []), *wrong])
    return hit


def _left(folder: Path, place: Path) -> Iterator[str]:
    """What is still there of a run."""
    until = time.monotonic() + GONE_S
    while (left := runs.marked(place)) and time.monotonic() < until:
        time.sleep(0.2)
    for room, who in left:
        yield f"the {room} (process {who.pid}) was left behind"


def _record(folder: Path, *, cut_off: bool = False) -> Iterator[str]:
    """What does not hold in the record; one that was cut off holds as far as it goes."""
    record = read(folder / "events.jsonl")
    if cut_off:
        if not is_unfinished(record):
            yield f"the record of a drill that was killed does not hold: {record.problems}"
    elif problems := verify(record):
        yield f"the record does not hold: {problems[0]}"


def _read(place: Path) -> Run | None:
    try:
        return runs.read(place)
    except (RunError, OSError):
        return None


def _waited(look, why: str, seconds: float):  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError(why)
        time.sleep(0.05)
    return found


# --- many ------------------------------------------------------------------------------------------------


def campaign(folder: Path, count: int, *, each: int = 6) -> Iterator[Hit]:
    """So many signals: a sixth of them to drills, the others to the rest, some in one drill."""
    seed = 0
    drills = count // 6
    for number in range(drills):
        yield drill_hit(_made(folder, f"drill-{number}"), seed := seed + 1, SIGNALS[number % len(SIGNALS)])
    left = count - drills
    while left > 0:
        found = hits(_made(folder, f"run-{seed}"), seed := seed + 1, min(each, left))
        left -= len(found)
        yield from found


def section(found: Sequence[Hit]) -> str:
    """What the page on survival says of it."""
    back = sorted(hit.back_s for hit in found if hit.back_s is not None)
    longest = f"{back[-1]:.1f} s" if back else "–"
    by_room = {room: sum(hit.room == room for hit in found) for room in ("drill", *ROOMS)}
    return f"""
## What survives in a live drill

Live drills are played with their fault in force, and at random instants one of their processes gets SIGKILL or SIGSTOP.
Twenty times a second a request goes through the proxy: whether it is answered, and whether a fault fell on it.

- Signals: {len(found)} ({", ".join(f"{room} {count}" for room, count in by_room.items())})
- Faults that outlived their lease by more than {OUTLIVES_S:g} s: {sum(hit.outlived_s > OUTLIVES_S for hit in found)}
- Requests flowed again after a restart within, at most: {longest} (promised: {BACK_S:g} s)
- What went wrong: {sum(bool(hit.failure) for hit in found)}
"""


def _made(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    return made


def _child(folder: Path, seed: int) -> None:
    from simulator.keeping import Folder
    from simulator.live.drive import play_live

    with Folder(folder).recording() as recorder:
        play_live(
            catalogue(), DRILL, seed, who="robot", recorder=recorder, screen=lambda speed: None,  # type: ignore[arg-type, return-value]
        )  # fmt: skip


if __name__ == "__main__":
    _child(Path(sys.argv[1]), int(sys.argv[2]))
