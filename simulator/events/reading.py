"""Lines of a record in, the record out, with what does not hold in it: never an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator import values
from simulator.events.payloads import (
    KINDS,
    Ended,
    Engine,
    Payload,
    Revealed,
    Secrets,
    Started,
)
from simulator.events.record import (
    FORMAT,
    GENESIS,
    Event,
    Record,
    canonical,
    chain,
    digest,
)


def commitment(*, nonce: str, secrets: Secrets, seed: int, catalogue: str, engine: Engine) -> str:
    """SHA-256 over what a drill hides, its seed, catalogue and engine, with a nonce: binds without telling.

    The engine's version names the rubric.
    """
    return digest([nonce, secrets, seed, catalogue, engine])


def verify(record: Record) -> tuple[str, ...]:
    """What does not hold in a record: its chain, its end, and what its first line committed to."""
    if record.problems:
        return record.problems
    started, revealed = record.first(Started), record.first(Revealed)
    if started is None:
        return ("the record has no first line that commits to anything",)
    if revealed is None:
        return ("the record has no reveal: nothing says what was committed to",)
    public, told = started[1], revealed[1]
    found = commitment(
        nonce=told.nonce,
        secrets=told.secrets,
        seed=told.seed,
        catalogue=public.catalogue,
        engine=public.engine,
    )
    return () if found == public.commitment else ("the truth that was told is not the one committed to",)


def read(path: Path) -> Record:
    """The record in a file, or in a record folder. What does not hold is a problem, never an exception.

    OSError when the file cannot be read at all.
    """
    file = path / "events.jsonl" if path.is_dir() else path
    return parse(file.read_text(encoding="utf-8", errors="replace").split("\n"))


def parse(lines: Sequence[str]) -> Record:
    """The record in lines of text; reads up to the first line that is not an event."""
    events: list[Event] = []
    problems: list[str] = []
    before = GENESIS
    for number, text in enumerate(lines, 1):
        if not text:
            continue
        event, why = _event(text, seq=len(events), before=before)
        told = bool(events) and isinstance(events[-1].payload, Revealed)
        if event is None or (why := _out_of_place(event, told=told)):
            torn = number == len(lines) and not told and not _is_json(text)
            problems.append(
                f"line {number}: {'was being written when the drill was cut off' if torn else why}"
            )
            break
        events.append(event)
        before = event.hash
    if not problems and not any(isinstance(event.payload, Ended) for event in events):
        problems.append("the record has no end: the drill was cut off")
    return Record(tuple(events), tuple(problems))


def _event(text: str, *, seq: int, before: str) -> tuple[Event | None, str]:
    try:
        row = json.loads(text)
        content = canonical({key: row[key] for key in ("seq", "t", "kind", "actor", "data")})
        hashed = chain(before, content)
        event = _typed(row)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return None, f"is not an event: {type(error).__name__} {error}"
    if event.seq != seq:
        return None, f"has number {event.seq} where {seq} belongs: a line was removed, repeated or moved"
    if event.hash != hashed:
        return None, "does not match its hash: it, or a line before it, was edited"
    return (None, why) if (why := _impossible(event.payload)) else (event, "")


def _out_of_place(event: Event, *, told: bool) -> str:
    """Why an event cannot stand where it does; a start is the first of all, and nothing follows a reveal."""
    if told:
        return "was added: it comes after the truth was told, which ends a record"
    if isinstance(event.payload, Started) and event.seq > 0:
        return "begins a second drill in the same record"
    return ""


def _impossible(payload: Payload) -> str:
    """Why no drill can have begun like this; empty where it can, and for every other event."""
    if not isinstance(payload, Started):
        return ""
    if payload.format != FORMAT:
        return f"is of format {payload.format}; this version of drillbook reads format {FORMAT}"
    if payload.step_seconds <= 0 or payload.horizon_minutes <= 0:
        return "begins a drill without length: its step and its horizon must be above 0"
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _typed(row: Mapping[str, Any]) -> Event:
    return Event(
        seq=values.structure(row["seq"], int),
        t=values.structure(row["t"], float),
        actor=values.structure(row["actor"], str),
        payload=values.structure(row["data"], KINDS[row["kind"]]),
        wall=values.structure(row["wall"], str),
        hash=values.structure(row["hash"], str),
    )
