"""Processes of live drills killed and stopped at random in; whether a fault outlived its lease or requests ceased, out.

``python -m tests.soak living`` does this part of the campaign alone.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simulator import shell
from simulator.events import read, verify
from simulator.events.reading import is_unfinished
from simulator.live import runs
from simulator.live.runs import RunError
from tests.simulator.live.begun import Begun, Kind, beginning, begun, left
from tests.simulator.live.striking import Strike, amiss, remains, strike, strike_drill

KILLS, STOPS = 300, 60
ROOMS = ("load", "proxy", "sandbox", "watchdog")
OF_DRILLS, OF_CONTROLLERS, BLINDLY = 0.1, 0.12, 0.12
"""Shares of the signals: to drills, to who holds a fault on another's target, and at any instant."""
TWO_AT_ONCE, PANICS = 0.15, 0.25
Whom = Literal["controller", "drill", "anybody", "rooms"]
CUTS: Mapping[Whom, int] = {"rooms": 50, "drill": 6, "controller": 6, "anybody": 12}
"""Signals in one part of the campaign, at most."""
AT_ONCE, SEED = 2, 20261123
MINUTES, LAST_S = 200.0, 20.0
"""Of the drill; it is left alone at its end."""
OUTLIVES_S, BACK_S = 1.0, 2.0
"""What is promised: how long a fault may outlive its lease, and requests be gone after a restart."""
ENDS_S = 240.0


@dataclass(frozen=True, slots=True)
class Part:
    """Signals of one kind, in a process of their own."""

    whom: Whom
    how: signal.Signals
    count: int
    seed: int

    def struck(self) -> list[Strike]:
        rng = random.Random(self.seed)
        if self.whom == "anybody":
            return [*_blindly(self.count, rng)]
        if self.whom == "rooms":
            return [*_at_rooms(self.how, self.count, rng)]
        return [*_held(self.whom, self.how, self.count, rng)]


def parts(kills: int = KILLS, stops: int = STOPS) -> Sequence[Part]:
    """The whole campaign; the longest first."""
    found: list[tuple[Whom, signal.Signals, int]] = []
    for how, count in ((signal.SIGKILL, kills), (signal.SIGSTOP, stops)):
        drills, controllers = (max(1, round(count * share)) for share in (OF_DRILLS, OF_CONTROLLERS))
        blindly = round(count * BLINDLY) if how == signal.SIGKILL else 0
        rooms = count - drills - controllers - blindly
        of: dict[Whom, int] = {
            "rooms": rooms,
            "drill": drills,
            "controller": controllers,
            "anybody": blindly,
        }
        found += [(whom, how, size) for whom, many in of.items() for size in _cut(many, CUTS[whom])]
    return [Part(whom, how, size, SEED + number) for number, (whom, how, size) in enumerate(found)]


def _cut(count: int, most: int) -> Iterator[int]:
    while count > 0:
        yield min(count, most)
        count -= most


def _held(kind: Kind, how: signal.Signals, count: int, rng: random.Random) -> Iterator[Strike]:
    """Signals to those who hold faults; every second one to the watchdog too, so that the lease alone ends them."""
    while count > 0:
        seed, blind = rng.getrandbits(30), count > 1 and rng.random() < 0.5
        with tempfile.TemporaryDirectory() as folder, begun(Path(folder), kind, seed) as run:
            time.sleep(rng.uniform(0.0, 3.0))
            found = strike_drill(run, how, rng, blind=blind, panics=rng.random() < PANICS)
            run.end_child()
            _close(found, run, kind)
        count -= found.signals
        yield found


def _close(found: Strike, run: Begun, kind: Kind) -> None:
    wrong = [found.failure] if found.failure else []
    if kind == "controller":
        wrong += ["'drill panic' left something"] if run.panic() else []
        # The proxy of another's target goes on as long as we come; that of our own does not.
        run.prober.end()
    else:
        wrong += amiss(run, whole=False)
    found.failure = "; ".join([*wrong, *remains(run)])


def _at_rooms(how: signal.Signals, count: int, rng: random.Random) -> Iterator[Strike]:
    """Signals to the other processes of drills, one or two at once; the next when all is as before."""
    while count > 0:
        with (
            tempfile.TemporaryDirectory() as folder,
            begun(Path(folder), "drill", rng.getrandbits(30), minutes=MINUTES) as run,
        ):
            found: list[Strike] = []
            while count > 0 and time.monotonic() < run.ends - LAST_S:
                time.sleep(rng.uniform(0.0, 0.5))
                rooms = rng.sample(ROOMS, 2 if count > 1 and rng.random() < TWO_AT_ONCE else 1)
                found.append(strike(run, rooms, how, rng))
                count -= found[-1].signals
                if len(found) > 1:
                    yield found[-2]
                if found[-1].failure:
                    break
            code = run.child.wait(MINUTES + ENDS_S)
            wrong = [f"the drill ended with {code}: {run.said()[-300:]}"] if code else []
            wrong += [*remains(run), *amiss(run, whole=True)]
            found[-1].failure = "; ".join([*([found[-1].failure] if found[-1].failure else []), *wrong])
            yield found[-1]


def _blindly(count: int, rng: random.Random) -> Iterator[Strike]:
    """Kills from the first process to the last, whatever has come up by then; the drill ends with a word or whole."""
    while count > 0:
        with (
            tempfile.TemporaryDirectory() as name,
            beginning(Path(name), "drill", rng.getrandbits(30)) as child,
        ):
            folder, found = Path(name), Strike((), signal.SIGKILL.name)
            while count > 0 and len(found.rooms) < 8 and child.poll() is None:
                time.sleep(rng.uniform(0.2, 8.0))
                if room := _anybody(folder, rng):
                    found.rooms, count = (*found.rooms, room), count - 1
            wrong = [*_ended(folder, child)]
            limit = time.monotonic() + ENDS_S
            while left(folder) and time.monotonic() < limit:
                time.sleep(0.2)
            wrong += [f"the {room} (process {who.pid}) was left behind" for room, who in left(folder)]
            found.failure = "; ".join(wrong)
            yield found


def _anybody(folder: Path, rng: random.Random) -> str:
    """Kill one of the processes that are there; its room."""
    for file in (folder / "state" / "live").glob("*/run.json"):
        with suppress(RunError):
            there = [one for one in runs.read(file.parent).processes if shell.lives(one.identity)]
            if there:
                chosen = rng.choice(there)
                shell.send(chosen.identity, signal.SIGKILL)
                return chosen.room
    return ""


def _ended(folder: Path, child: subprocess.Popen[bytes]) -> Iterator[str]:
    try:
        child.wait(ENDS_S)
    except subprocess.TimeoutExpired:
        yield f"the drill had not ended after {ENDS_S:g} s"
        return
    said = (folder / "said").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in said or (child.returncode and not said):
        yield f"the drill ended with {child.returncode}: {said[-300:]}"
    file = folder / "events.jsonl"
    if child.returncode == 0 and (problems := verify(read(file))):
        yield f"the record does not hold: {problems[0]}"
    if child.returncode and file.exists() and not is_unfinished(read(file)):
        yield "the record of a drill that ended early does not hold"


def told(kills: int = KILLS, stops: int = STOPS) -> Sequence[Strike]:
    """The campaign, two parts of it at a time, with a line that says how far it is."""
    found: list[Strike] = []
    with ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in as_completed([pool.submit(one.struck) for one in parts(kills, stops)]):
            found += part.result()
            done = sum(strike.signals for strike in found)
            print(
                f"\r{done} of {kills + stops} processes of live drills killed or stopped", end="", flush=True
            )
            for one in part.result():
                if why := failure(one):
                    print(f"\n{' and '.join(one.rooms)} ({one.signal}): {why}", flush=True)
    print()
    return found


def failure(one: Strike) -> str:
    """What of it breaks a promise; empty: nothing."""
    if one.failure:
        return one.failure
    if one.outlived_s > OUTLIVES_S:
        return f"a fault outlived its lease by {one.outlived_s:.1f} s"
    if one.back_s is not None and one.back_s > BACK_S:
        return f"no answer until {one.back_s:.1f} s after it was up again"
    return ""


def section(found: Sequence[Strike]) -> str:
    """What the page on survival says of it."""
    rooms = Counter(room for one in found for room in one.rooms)
    signals = Counter({"SIGKILL": 0, "SIGSTOP": 0})
    for one in found:
        signals[one.signal] += one.signals
    back = [one.back_s for one in found if one.back_s is not None]
    gaps = [one.gap_s for one in found if one.gap_s is not None and one.signal == "SIGKILL"]
    return f"""
## What survives in a live drill

The tests do it once for each process.

Live drills are played with their fault in force, and at random instants one or two of their processes get a signal.
Two drills are under way at a time, on two cores.
Half of those that are stopped are let go on after up to six seconds, those who hold a fault once it has ended.
Some kills fall while all is still coming up.
Who holds a fault, a drill or one before somebody else's service, is struck with and without the watchdog.
Without it nobody is left who could end the fault, and the lease alone does; now and then `drill panic` is typed.
Twenty times a second a request goes through the proxy: whether it is answered, and whether a fault fell on it.
A process is up again when it has said where it is: what it takes to start depends on the machine.

- Signals: SIGKILL {signals["SIGKILL"]}, SIGSTOP {signals["SIGSTOP"]}
- To: {", ".join(f"{room} {count}" for room, count in sorted(rooms.items()))}
- Faults that outlived their lease by more than {OUTLIVES_S:g} s: {sum(one.outlived_s > OUTLIVES_S for one in found)}
- From when proxy or sandbox were up again to the first answer: {_spread(back)} (promised: {BACK_S:g} s)
- From the kill of proxy or sandbox to the first answer: {_spread(gaps)}
- Requests lost where target and proxy lived, records that do not hold, processes left: {_broken(found)}
"""


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    middle = sorted(seconds)[len(seconds) // 2]
    return f"{middle:.2f} s in the middle, {max(seconds):.2f} s at most"


def _broken(found: Sequence[Strike]) -> int:
    return sum(bool(one.failure) for one in found)
