"""A record in; where it was played, what was real in it and whether the target is as it was, in sentences, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from simulator.events import Acted, Injected, Inspected, Record, Revealed, Started
from simulator.report.phrases import clean, clock_of, number
from simulator.report.sentences import SENTENCES
from simulator.scoring.words import Clock, share

MOST_HELD_UP = 0.05
"""Of the steps: with more, the machine has a part in the harm that has to be read first."""
HEADLINE_MOST = 3
"""Differences that the loud line names."""

Verdict = Literal["clean", "dirty", "not inspected"]


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence, and whether all is well with what it says."""

    said: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Reality:
    """What was real in a drill that was played in front of a real service."""

    environment: str
    compression: float
    """Minutes of the drill in a minute of the wall."""
    verdict: Verdict
    differences: tuple[str, ...]
    held_up: float
    """Share of steps in which the machine of the drill did not run as it should."""
    unmeasured: str
    """Why the team's impact was not measured, in all or in too many of the steps; empty: it was."""
    filled: float
    """Share of steps in which it was not, and is the twin's."""
    by_twin: tuple[str, ...]
    """Whose impact the simulated twin of the drill told."""
    injected: tuple[Item, ...]
    acted: tuple[Item, ...]
    """What the binding of each control came to, in the order of time."""

    @property
    def is_clean(self) -> bool:
        return self.verdict == "clean"

    @property
    def is_measured(self) -> bool:
        """Whether any of the team's impact was measured; else it is the twin's."""
        return self.filled < 1 if self.filled > 0 else not self.unmeasured

    @property
    def loud(self) -> str:
        """What has to be read first; empty where the target is as it was, and the machine ran as it should."""
        if self.is_clean:
            return self._busy if self.held_up > MOST_HELD_UP else ""
        if self.verdict == "not inspected":
            return (
                f"NOT INSPECTED: nobody has looked whether '{self.environment}' is as it was before the drill; "
                "look at it, and end what is left with: drill panic"
            )
        differences = [one for one in self.differences if one != self.unmeasured]
        if self.unmeasured and not differences:
            return f"UNMEASURED: {self.unmeasured}; '{self.environment}' itself is as it was before the drill"
        told = "; ".join(differences[:HEADLINE_MOST]) or "nobody says why"
        more = len(differences) - HEADLINE_MOST
        rest = f"; and {more} more" if more > 0 else ""
        return f"DIRTY: '{self.environment}' is not as it was before the drill: {told}{rest}"

    @property
    def _busy(self) -> str:
        return (
            f"BUSY MACHINE: in {share(self.held_up)} of the steps this machine itself did not run as it should; "
            "what was late then is its own doing, not the fault's: end what else runs, and play again"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was real, and what was not."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield (
            f"Played live in '{self.environment}', {number(self.compression)} minutes of the drill "
            "in each minute of the wall."
            if self.compression != 1
            else f"Played live in '{self.environment}', by its own clock."
        )
        if not self.is_measured:
            yield "The team's impact could not be measured: it is that of the simulated twin of the drill."
        else:
            yield (
                "The team's impact was measured: the same requests were sent through the fault proxy during the "
                "drill and past it before, and those count that ended worse."
            )
        if self.is_measured and self.filled > 0:
            yield (
                f"In {share(self.filled)} of the steps nothing was measured: there the team's impact is that of the "
                "simulated twin of the drill."
            )
        if self.by_twin:
            yield (
                f"What would have been with {_listed(self.by_twin)} is computed by the simulated twin of the drill, "
                "with the same seed."
            )
        if self.held_up > 0 and self.loud != self._busy:
            yield (
                f"In {share(self.held_up)} of the steps this machine itself did not run as it should: what was late "
                "then is its own doing, not the fault's."
            )
        if self.is_clean:
            yield f"Afterwards '{self.environment}' was as it was before: clean."


def reality_of(record: Record) -> Reality | None:
    """None for a drill at a table, in which nothing was real."""
    started = record.first(Started)
    if started is None or not started[1].is_live:
        return None
    inspected, reveal = [said for _, said in record.of(Inspected)], record.first(Revealed)
    last = inspected[-1] if inspected else None
    clock = clock_of(record)
    return Reality(
        environment=clean(started[1].environment),
        compression=started[1].compression,
        verdict="not inspected" if last is None else last.verdict,
        differences=() if last is None else tuple(map(clean, last.differences)),
        held_up=0.0 if last is None else last.held_up,
        unmeasured="" if last is None else clean(last.unmeasured),
        filled=0.0 if last is None else last.by_twin,
        by_twin=_by_twin(reveal[1], started[1]) if reveal is not None and reveal[1].by_twin else (),
        injected=tuple(_injected(said, clock) for _, said in record.of(Injected)),
        acted=tuple(
            Item(clean(f"{clock.exact(event.minutes)}: {SENTENCES[Acted](said, clock)}"), said.ok)
            for event, said in record.of(Acted)
        ),
    )


def _by_twin(reveal: Revealed, started: Started) -> tuple[str, ...]:
    robot = ("the robot",) if reveal.impact.robot and started.responder != "robot" else ()
    return ("nobody", *robot, "one who knows the truth (the oracle)")


def _listed(words: tuple[str, ...]) -> str:
    return ", with ".join(words)


def _injected(said: Injected, clock: Clock) -> Item:
    name = said.fault if said.lease in ("", said.fault) else f"{said.fault} ({said.lease.partition('.')[2]})"
    what = f"{name}: {', '.join(said.effects)}"
    if said.at_minutes is None:
        return Item(clean(f"{what}, NEVER IN FORCE: {said.why or 'nobody says why'}"), ok=False)
    told = f"{what}, in force from {clock.exact(said.at_minutes)}, fell on {said.touched}{_of(said)}"
    if said.delay_p50_ms is not None and said.delay_p99_ms is not None:
        told += f", which waited {said.delay_p50_ms:.0f} ms (median), {said.delay_p99_ms:.0f} ms (99 %)"
    if said.why:
        told += f"; ENDED BEFORE ITS TIME: {said.why}"
    return Item(clean(told), ok=not said.why and said.touched > 0)


def _of(said: Injected) -> str:
    """How many that is of those that were sent; more than those, where a request asks several nodes."""
    if said.passed is None or said.passed < said.touched or said.passed == 0:
        return " messages"
    return f" of {said.passed} requests ({share(said.touched / said.passed)})"
