"""A certificate in, where it contradicts itself out: what a rehearsal could not have written, whatever it saw.

For certificates as they are kept, whole: of one that was shortened for its readers, the rest adds up no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, get_args

from generator.model import DrillProof, Interval, Objective, Proof, Quantiles, SignalProof, Turn
from generator.statistics import binomial_lower_tail, binomial_tail

Pointer: TypeAlias = tuple[str | int, ...]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
MOST_SEEDS = 100
"""Of the runs that missed something, so many are named at most."""
_TAIL = 0.025
_SLACK = 6e-4
"""Four significant digits are kept, so this is how far a kept number may be off."""
_NEVER = float("inf")
_SHARES: tuple[Objective, ...] = ("detect", "contain", "mitigate")
_DONE: Mapping[Objective, str] = {"detect": "detected", "contain": "contained", "mitigate": "mitigated"}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What cannot be, and the way to it."""

    at: Pointer
    message: str


def contradictions(proof: Proof) -> tuple[Contradiction, ...]:
    """What no rehearsal writes, in the order of the file's parts."""
    return (
        *_origin(proof),
        *_verdict(proof),
        *(
            Contradiction(
                ("drills", index, *one.at), f"{drill.drill}: {one.message}" if drill.drill else one.message
            )
            for index, drill in enumerate(proof.drills)
            for one in _drill(proof, drill)
        ),
        *(
            Contradiction(("signals", index, *one.at), f"`{signal.signal}`: {one.message}")
            for index, signal in enumerate(proof.signals)
            for one in _signal(proof, signal)
        ),
        *_in_order(proof.pages_per_week, ("pages_per_week",)),
        *(
            Contradiction(("turns", index, *one.at), f"`{turn.node}`: {one.message}")
            for index, turn in enumerate(proof.turns)
            for one in _turn(proof, turn)
        ),
    )


def names_no_text(hash: str) -> bool:
    """Whether a hash was left out, or put to nothing."""
    return not hash.strip("0")


def is_told(proof: Proof, drill: str) -> bool:
    """Whether a certificate says that a promise was broken in a drill."""
    return not proof.passed and any(drill in words for words in proof.broken)


# --- the whole ----------------------------------------------------------------------------------------


def _origin(proof: Proof) -> Iterator[Contradiction]:
    for key, hash in (("runbook", proof.hashes.runbook), ("service", proof.hashes.service)):
        if names_no_text(hash):
            message = f"it is no proof of this {key}: it does not say which text of it was rehearsed"
            yield Contradiction(("hashes", key), message)
    if not proof.drills:
        yield Contradiction(("drills",), "it is of no drill, so it proves nothing")
    if not set(OBJECTIVES) <= set(proof.objectives):
        yield Contradiction(("objectives",), "it does not say what the text promised")
    yield from _twice((one.drill for one in proof.drills), "drills", "drill")
    yield from _twice((one.signal for one in proof.signals), "signals", "signal")


def _twice(ids: Iterable[str], part: str, key: str) -> Iterator[Contradiction]:
    known: set[str] = set()
    for index, id in enumerate(ids):
        if id in known:
            yield Contradiction((part, index, key), f"the {key} '{id}' stands twice")
        known.add(id)


def _verdict(proof: Proof) -> Iterator[Contradiction]:
    if proof.passed and proof.broken:
        yield Contradiction(("passed",), "it says that it passed, and names broken promises")
    if not proof.passed and not proof.broken:
        yield Contradiction(("passed",), "it says that it failed, and names no broken promise")
    if proof.passed and proof.pages_per_week.estimate > proof.budget_per_week:
        message = (
            f"{proof.pages_per_week.estimate:g} false pages a week are more than the {proof.budget_per_week:g} "
            "that are allowed, and it says that it passed"
        )
        yield Contradiction(("pages_per_week", "estimate"), message)


# --- drills -------------------------------------------------------------------------------------------


def _drill(proof: Proof, drill: DrillProof) -> Iterator[Contradiction]:
    if drill.drill and names_no_text(drill.hash):
        message = "it is no proof of this drill: it does not say which text of it was rehearsed"
        yield Contradiction(("hash",), message)
    if drill.runs != proof.seeds.count:
        yield Contradiction(("runs",), f"{drill.runs} runs are not those of {proof.seeds.count} seeds")
    if drill.harmful > drill.runs:
        yield Contradiction(("harmful",), f"of {drill.runs} runs, {drill.harmful} cannot do harm")
    elif drill.runs:
        yield from _shares(drill)
        yield from _minutes(drill)
    yield from _counts(drill)
    yield from _seeds(proof, drill)
    if drill.unfollowed and not is_told(proof, drill.drill):
        text = drill.unfollowed[0]
        message = f"the robot could not follow `{text.node}`, and no broken promise says so"
        yield Contradiction(("unfollowed", 0), message)


def _shares(drill: DrillProof) -> Iterator[Contradiction]:
    shares: tuple[tuple[str, Interval | None, int, str], ...] = (
        ("detected", drill.detected, drill.harmful, "harmful"),
        ("contained", drill.contained, drill.harmful, "harmful"),
        ("mitigated", drill.mitigated, drill.harmful, "harmful"),
        ("false_alarms", drill.false_alarms, drill.runs - drill.harmful, "harmless"),
    )
    for key, found, runs, kind in shares:
        if (found is None) != (runs == 0):
            message = f"there are {runs} {kind} runs, and {'no' if found is None else 'a'} share of them"
            yield Contradiction((key,), message)
        elif found is not None:
            yield from _in_order(found, (key,))
            count = round(found.estimate * runs)
            if count > runs or _told(count / runs) != found.estimate:
                yield Contradiction((key, "estimate"), f"{found.estimate:g} is no share of {runs} runs")
            elif not _is_interval_of(found, count, runs):
                message = (
                    f"{found.least:g} to {found.most:g} is not the 95 % interval of {count} of {runs} runs"
                )
                yield Contradiction((key, "least"), message)


def _is_interval_of(found: Interval, count: int, runs: int) -> bool:
    """Whether both ends are those of Clopper and Pearson (1934), as far as they are told."""
    least = (
        found.least == 0
        if count == 0
        else _crosses(
            binomial_tail(count, runs, found.least * (1 - _SLACK)),
            binomial_tail(count, runs, _up(found.least)),
        )
    )
    most = (
        found.most == 1
        if count == runs
        else _crosses(
            binomial_lower_tail(count, runs, _up(found.most)),
            binomial_lower_tail(count, runs, found.most * (1 - _SLACK)),
        )
    )
    return least and most


def _up(share: float) -> float:
    return min(share * (1 + _SLACK), 1.0)


def _crosses(below: float, above: float) -> bool:
    return below <= _TAIL <= above


def _minutes(drill: DrillProof) -> Iterator[Contradiction]:
    wanted = set(OBJECTIVES) if drill.harmful else set()
    if set(drill.minutes) != wanted:
        named = ", ".join(sorted(drill.minutes)) or "nothing"
        message = f"times of {named} are not those of {drill.harmful} runs with harm"
        yield Contradiction(("minutes",), message)
        return
    for id, found in drill.minutes.items():
        yield from _rising(found, ("minutes", id))
    reached = (drill.detected, drill.contained, drill.mitigated)
    for id, share in zip(_SHARES, reached, strict=True):
        if share is None or id not in drill.minutes:
            continue
        count = round(share.estimate * drill.harmful)
        yield from _came(drill.minutes[id], id, count, drill.harmful)
        if id in drill.missed and drill.missed[id] < drill.harmful - count:
            message = f"{drill.missed[id]} runs missed it, and {drill.harmful - count} were never {_DONE[id]}"
            yield Contradiction(("missed", id), message)


def _came(found: Quantiles, id: Objective, count: int, runs: int) -> Iterator[Contradiction]:
    """So many of 100 runs have a time exactly where so many were detected, contained, mitigated."""
    for share, minutes in ((50, found.p50), (90, found.p90), (95, found.p95)):
        if (minutes is not None) != (count >= -(-share * runs // 100)):
            words = "a time" if minutes is not None else "no time"
            message = f"{count} of {runs} runs were {_DONE[id]}, and {share} of 100 have {words}"
            yield Contradiction(("minutes", id, f"p{share}"), message)
            return


def _counts(drill: DrillProof) -> Iterator[Contradiction]:
    if sum(drill.opened.values()) != drill.runs:
        message = f"{sum(drill.opened.values())} runs opened a runbook or none, and there are {drill.runs}"
        yield Contradiction(("opened",), message)
    counted: list[tuple[Pointer, int, int]] = [
        *((("steps", node), count, drill.runs) for node, count in drill.steps.items()),
        *((("missed", id), count, drill.harmful) for id, count in drill.missed.items()),
        *((("unfollowed", i, "runs"), text.runs, drill.runs) for i, text in enumerate(drill.unfollowed)),
        (("unchecked",), drill.unchecked, drill.runs),
        (("unapproved",), drill.unapproved, drill.runs),
    ]
    for at, count, most in counted:
        if count > most:
            yield Contradiction(at, f"{count} is more than the {most} runs that there are")


def _seeds(proof: Proof, drill: DrillProof) -> Iterator[Contradiction]:
    first, count = proof.seeds.first, proof.seeds.count
    named: list[tuple[Pointer, int]] = [
        *((("failed_seeds", i), seed) for i, seed in enumerate(drill.failed_seeds)),
        *((("unfollowed", i, "seed"), text.seed) for i, text in enumerate(drill.unfollowed)),
    ]
    for at, seed in named:
        if not first <= seed < first + count:
            yield Contradiction(at, f"{seed} is none of the seeds {first} to {first + count - 1}")
    missed = max(drill.missed.values(), default=0)
    if len(set(drill.failed_seeds)) < min(missed, MOST_SEEDS):
        message = f"{missed} runs missed an objective, and {len(set(drill.failed_seeds))} seeds are named"
        yield Contradiction(("failed_seeds",), message)


# --- signals and steps --------------------------------------------------------------------------------


def _signal(proof: Proof, signal: SignalProof) -> Iterator[Contradiction]:
    found = signal.false_pages_per_week
    yield from _in_order(found, ("false_pages_per_week",))
    rate = signal.false_pages / signal.healthy_weeks
    if abs(found.estimate - rate) > 2 * _SLACK * rate:
        message = (
            f"{signal.false_pages} times in {signal.healthy_weeks:g} weeks are not {found.estimate:g} a week"
        )
        yield Contradiction(("false_pages_per_week", "estimate"), message)
    drills = {one.drill for one in proof.drills}
    for drill, times in signal.delays.items():
        yield from _rising(times, ("delays", drill))
        if drill not in drills:
            yield Contradiction(("delays", drill), f"'{drill}' is none of the drills that were rehearsed")


def _turn(proof: Proof, turn: Turn) -> Iterator[Contradiction]:
    gone = Counter[str]()
    for drill in proof.drills:
        gone.update(drill.steps)
    if turn.runs != gone[turn.node]:
        message = f"it was gone through in {turn.runs} runs here, and in {gone[turn.node]} of the drills"
        yield Contradiction(("runs",), message)
    for key, count in (("unproven", turn.unproven), ("unapproved", turn.unapproved)):
        if count > turn.runs:
            yield Contradiction((key,), f"{count} is more than the {turn.runs} runs that went through it")


# --- numbers ------------------------------------------------------------------------------------------


def _in_order(found: Interval, at: Pointer) -> Iterator[Contradiction]:
    if not found.least <= found.estimate <= found.most:
        message = f"{found.estimate:g} does not lie between {found.least:g} and {found.most:g}"
        yield Contradiction((*at, "estimate"), message)


def _rising(found: Quantiles, at: Pointer) -> Iterator[Contradiction]:
    order = [_NEVER if one is None else one for one in (found.p50, found.p90, found.p95)]
    if order != sorted(order):
        words = " to ".join("never" if one == _NEVER else f"{one:g}" for one in order)
        message = f"what 50, 90 and 95 of 100 runs stay within cannot fall: {words}"
        yield Contradiction((*at, "p90" if order[1] < order[0] else "p95"), message)


def _told(value: float) -> float:
    return float(f"{value:.4g}")
