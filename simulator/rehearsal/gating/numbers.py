"""A part of a runbook and the certificate before it in, which of its numbers are others than before out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.model import CompiledRunbook, Proof, Signal, SignalProof
from simulator.rehearsal.outcomes import OBJECTIVES
from simulator.scoring.words import minutes

PROMISED = "objectives"


@dataclass(frozen=True, slots=True)
class Number:
    """What is another than the certificate holds."""

    spot: str
    """Where it stands, as the catalogue's places have it."""
    words: str


def numbers(proof: Proof, before: Proof, compiled: CompiledRunbook, part: str) -> tuple[Number, ...]:
    """What of a part changed, of that which a certificate holds; empty where that is nothing."""
    if part == PROMISED:
        return tuple(_promised(proof, before))
    found = _signal(before, compiled, part)
    return tuple(_tuned(*found)) if found else ()


def as_tuned(before: Proof, compiled: CompiledRunbook, part: str) -> bool:
    """Whether it is a signal whose threshold, hold and severity are all known to be as before."""
    found = _signal(before, compiled, part)
    return found is not None and bool(found[1].curve and found[1].severity) and not any(_tuned(*found))


def _promised(proof: Proof, before: Proof) -> Iterator[Number]:
    for id in OBJECTIVES:
        was, now = before.objectives.get(id), proof.objectives.get(id)
        if was is not None and now is not None and was != now:
            yield Number(f"{id}_minutes", f"{id} within {minutes(now)} (was {minutes(was)})")


def _signal(before: Proof, compiled: CompiledRunbook, part: str) -> tuple[Signal, SignalProof] | None:
    now = next((one for one in compiled.runbook.detection.signals if one.id == part), None)
    was = next((one for one in before.signals if one.signal == part), None)
    return None if now is None or was is None else (now, was)


def _tuned(now: Signal, was: SignalProof) -> Iterator[Number]:
    """The first point of a curve is the text's own."""
    for own in was.curve[:1]:
        if own.threshold != now.threshold:
            yield Number(f"{now.id}.threshold", f"threshold {now.threshold:g} (was {own.threshold:g})")
        if own.hold_minutes != now.hold_minutes:
            words = f"hold {minutes(now.hold_minutes)} (was {minutes(own.hold_minutes)})"
            yield Number(f"{now.id}.hold_minutes", words)
    if was.severity and was.severity != now.severity:
        yield Number(f"{now.id}.severity", f"severity {now.severity} (was {was.severity})")
