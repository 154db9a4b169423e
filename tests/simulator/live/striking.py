"""A live run and rooms of it in, what came of a signal to their processes out."""

from __future__ import annotations

import json
import random
import re
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from simulator import shell
from simulator.events import read, verify
from simulator.events.reading import is_unfinished
from simulator.live import runs
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.lease import LONGEST_S
from simulator.shell import Identity
from tests.simulator.live.begun import Begun, left
from tests.simulator.live.probing import Probe

BACK_S, GONE_S = 90.0, 90.0
"""How long is waited for what has to come, however busy the machine is."""
STOPPED_S = 6.0
"""Who is stopped may be let go on within so long."""
_LINE = re.compile(r"(\S+) (\w+) \(pid (\d+)\) (watches at|was started|has ended|goes on)")


@dataclass(slots=True)
class Strike:
    """A signal to processes of one run at one instant, and what came of it."""

    rooms: tuple[str, ...]
    signal: str
    back_s: float | None = None
    """From when all that was struck was up again to the first answer; None: requests were not to cease."""
    gap_s: float | None = None
    """From the signal to the first answer after it."""
    outlived_s: float = 0.0
    """By how much a fault outlived its lease, or the proxy that had it."""
    failure: str = ""

    @property
    def signals(self) -> int:
        return len(self.rooms)


def strike(begun: Begun, rooms: Sequence[str], how: signal.Signals, rng: random.Random) -> Strike:
    """Strike rooms of a run, not its drill; returns when all is as before."""
    found, since = Strike(tuple(rooms), how.name), time.monotonic()
    struck = {room: process.identity for room in rooms if (process := begun.process(room))}
    for who in struck.values():
        shell.send(who, how)
    freed = _let_go(struck.values(), rng) if how == signal.SIGSTOP else None
    up: dict[str, float] = {}

    def is_back() -> bool:
        up.update({room: at for room, who in struck.items() if (at := _back(begun, room, who, since, freed))})
        return len(up) == len(struck) == len(rooms) and begun.prober.is_faulted(max(up.values()))

    if not _within(BACK_S, is_back):
        found.failure = f"{', '.join(rooms)}: not as before within {BACK_S:g} s, but only {[*up]} is up"
        return found
    probes = begun.prober.since(since)
    if {"proxy", "sandbox"} & {*rooms}:
        _judge_return(
            found, probes, since, max(at for room, at in up.items() if room in ("proxy", "sandbox"))
        )
    elif lost := [one for one in probes if not one.answered]:
        found.failure = (
            f"{len(lost)} of {len(probes)} requests got no answer ({lost[0].status or 'no status'})"
        )
    found.outlived_s = _outlived(begun, probes)
    if "load" in rooms and not found.failure:
        found.failure = _idle(begun)
    return found


def _let_go(struck: Iterable[Identity], rng: random.Random) -> float | None:
    """Let them go on in a while, or leave them as they are; when, if so."""
    if rng.random() < 0.5:
        return None
    wait_s, those = rng.uniform(0.1, STOPPED_S), tuple(struck)
    timer = threading.Timer(wait_s, lambda: [shell.send(who, signal.SIGCONT) for who in those])
    timer.daemon = True
    timer.start()
    return time.monotonic() + wait_s


def _back(begun: Begun, room: str, struck: Identity, since: float, freed: float | None) -> float:
    """When another one was up, or the same went on; 0: neither is so yet."""
    for at, name, pid, what in _told(begun):
        if (
            name == room
            and pid != struck.pid
            and at >= since - 0.01
            and what in ("was started", "watches at")
        ):
            return at
    if freed is not None and time.monotonic() > freed + 0.5 and shell.lives(struck) and _answers(begun, room):
        return freed
    return 0.0


def _told(begun: Begun) -> Iterator[tuple[float, str, int, str]]:
    """What the watchdogs say: monotonic seconds, room, process and what became of it."""
    offset = time.time() - time.monotonic()
    with suppress(OSError):
        for line in (begun.place / "watchdog.log").read_text(encoding="utf-8").splitlines():
            if found := _LINE.match(line):
                at, room, pid, what = found.groups()
                yield datetime.fromisoformat(at).timestamp() - offset, room, int(pid), what


def _answers(begun: Begun, room: str) -> bool:
    process = begun.process(room)
    if process is None or not process.control:
        return False
    caller = Caller(process.control)
    try:
        caller.get("health")
        return True
    except (UnreachableError, RefusedError):
        return False
    finally:
        caller.close()


def _judge_return(found: Strike, probes: Sequence[Probe], since: float, up: float) -> None:
    """Requests flow as soon as what was struck is up, and do not cease again."""
    first = min((one.over for one in probes if one.answered and one.over >= up), default=None)
    if first is None:
        found.failure = "no request got an answer"
        return
    found.back_s, found.gap_s = first - up, first - since
    if lost := [one for one in probes if one.sent >= first and not one.answered]:
        found.failure = f"{len(lost)} requests got no answer after they flowed again"


def _outlived(begun: Begun, probes: Sequence[Probe]) -> float:
    """By how much a fault fell on a request that no lease was in force for, at most; seconds."""
    spans = [*_in_force(begun)]
    late = [
        min((max(0.0, one.sent - end, start - one.over) for start, end in spans), default=1e9)
        for one in probes
        if one.faulted
    ]
    return max(late, default=0.0)


def _in_force(begun: Begun) -> Iterator[tuple[float, float]]:
    """From when to when there was a lease at most: from its grant to its end, or to that of its proxy."""
    ends = [at for at, room, _, what in _told(begun) if room == "proxy" and what == "has ended"]
    entries = []
    for line in (begun.place / "journal.jsonl").read_bytes().splitlines():
        with suppress(ValueError):
            entries.append(json.loads(line))
    for number, entry in enumerate(entries):
        if entry["what"] == "granted":
            later = (one["monotonic"] for one in entries[number + 1 :] if one["what"] != "granted")
            start = entry["monotonic"]
            yield start, min([*later, *(at for at in ends if at > start)], default=float("inf"))


def _idle(begun: Begun) -> str:
    """Why no requests of the drill itself flow, after its load was struck; empty: they do."""
    since = time.monotonic()

    def offered() -> int:
        process = begun.process("load")
        caller = Caller(process.control if process else "http://127.0.0.1:1", runs.token(begun.place))
        try:
            told = caller.get("tally")
            return sum(row["offered"] for row in told["steps"] if row["step"] >= told["step"] - 8)
        except (UnreachableError, RefusedError):
            return 0
        finally:
            caller.close()

    return "" if _within(GONE_S, lambda: offered() > 0) else f"no load for {time.monotonic() - since:.0f} s"


def strike_drill(
    begun: Begun, how: signal.Signals, rng: random.Random, *, blind: bool, panics: bool
) -> Strike:
    """Strike who holds the fault; ``blind``: and the watchdog, so that nobody is left who could end it."""
    rooms = (begun.kind, "watchdog") if blind else (begun.kind,)
    watchdog, since = begun.process("watchdog"), time.monotonic()
    found = Strike(rooms, how.name)
    struck = (begun.identity, *([watchdog.identity] if blind and watchdog else []))
    for who in struck:
        shell.send(who, how)
    if panics:
        time.sleep(rng.uniform(0.0, 3.0))
        if begun.panic():
            found.failure = "'drill panic' left something"
    patience = LONGEST_S + (1.0 if how == signal.SIGKILL or panics else 30.0)
    _within(patience, lambda: not left(begun.folder) or _is_clean(begun, 3.0))
    probes = begun.prober.since(since)
    ends = max((one.sent for one in probes if one.faulted), default=since)
    found.outlived_s = max(0.0, ends - since - LONGEST_S)
    lost = [one for one in probes if not one.answered]
    if begun.kind == "controller" and lost:
        found.failure = f"{len(lost)} of {len(probes)} requests to another's target got no answer"
    if how == signal.SIGSTOP:
        # Nobody but 'drill panic' ends who stands still for ever; whoever goes on ends by itself.
        for who in struck:
            shell.send(who, signal.SIGCONT)
    return found


def _is_clean(begun: Begun, seconds: float) -> bool:
    """Whether no fault fell on anything for so long."""
    now = time.monotonic()
    recent = begun.prober.since(now - seconds)
    return bool(recent) and not any(one.faulted for one in recent) and recent[0].sent < now - seconds + 0.5


def remains(begun: Begun, *, but: tuple[str, ...] = ()) -> Iterator[str]:
    """What is left of a run that is over, in sentences."""

    def there() -> list[tuple[str, Identity]]:
        return [one for one in left(begun.folder) if one[0] not in but]

    if not _within(GONE_S, lambda: not there()):
        yield from (f"the {room} (process {who.pid}) was left behind" for room, who in there())


def amiss(begun: Begun, *, whole: bool) -> Iterator[str]:
    """What does not hold in the record; one that was cut off holds as far as it goes."""
    record = read(begun.folder / "events.jsonl")
    if whole and (problems := verify(record)):
        yield f"the record does not hold: {problems[0]}"
    if not whole and not is_unfinished(record):
        yield f"the record that was cut off does not hold: {record.problems}"


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)
    return True
