"""Lines of a record in, the record out, with what does not hold in it: never an exception."""

from __future__ import annotations

import errno
import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator import values
from simulator.events.payloads import (
    KINDS,
    AlertChanged,
    ControlTookEffect,
    Delivered,
    Ended,
    Engine,
    Observed,
    Payload,
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
    line,
)
from simulator.events.truth import Revealed, Secrets

PACKED = ".gz"
LARGEST_PACKED = 512_000_000
"""Bytes of a packed record, unpacked."""
LONGEST_LINE = 64_000_000
"""Characters; the truth about a drill of a week is a tenth of it."""
BYTE_ORDER_MARK = "\ufeff"
CUT_OFF = "the drill was cut off"
"""Stands in the problems of a record that only lacks its end."""
OVER = (AlertChanged, ControlTookEffect, Delivered, Ended, Observed)
"""What cannot come once a drill has ended."""


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
        return (
            f"the record has no reveal after line {len(record.events)}: {CUT_OFF} before the truth was told",
        )
    public, told = started[1], revealed[1]
    found = commitment(
        nonce=told.nonce,
        secrets=told.secrets,
        seed=told.seed,
        catalogue=public.catalogue,
        engine=public.engine,
    )
    return () if found == public.commitment else ("the truth that was told is not the one committed to",)


def is_unfinished(record: Record) -> bool:
    """Whether nothing is amiss but that the drill was cut off before its truth was told: it can go on."""
    begun = record.first(Started) is not None
    return begun and record.first(Revealed) is None and all(CUT_OFF in problem for problem in record.problems)


def read(path: Path) -> Record:
    """The record in a file, or in a record folder. What does not hold is a problem, never an exception.

    OSError when the file cannot be read at all.
    """
    return parse(lines_of(content_of(path)))


def content_of(path: Path) -> bytes:
    """What a record's file holds, unpacked if it was kept packed; OSError when it cannot be read at all."""
    file = file_of(path)
    return _unpacked(file) if file.suffix == PACKED else file.read_bytes()


def file_of(path: Path) -> Path:
    """The file of a record, which may be named by its folder."""
    if not path.is_dir():
        return path
    file, packed = path / "events.jsonl", path / f"events.jsonl{PACKED}"
    return packed if packed.is_file() and not file.exists() else file


def _unpacked(file: Path) -> bytes:
    """A record that was kept packed."""
    try:
        with gzip.open(file) as packed:
            content = packed.read(LARGEST_PACKED + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OSError(errno.EINVAL, f"cannot be unpacked ({error})", str(file)) from error
    if len(content) > LARGEST_PACKED:
        raise OSError(errno.EFBIG, f"is larger than {LARGEST_PACKED:,} bytes unpacked", str(file))
    return content


def lines_of(content: bytes) -> list[str]:
    """The lines of a record's file; the last one is empty where the file ends as it should.

    Bytes that are no text stay what they are, so that they are found.
    """
    return content.decode("utf-8", errors="surrogateescape").split("\n")


def parse(lines: Sequence[str]) -> Record:
    """The record in lines of text; reads up to the first line that is not as a record writes it."""
    events: list[Event] = []
    problems: list[str] = []
    before = GENESIS
    ended = told = False
    for number, text in enumerate(lines, 1):
        if not text and number == len(lines):
            continue
        event, why = _event(text, seq=len(events), before=before)
        if event is None or (why := _out_of_place(event, ended=ended, told=told)):
            torn = number == len(lines) and not told and not _is_json(text)
            problems.append(f"line {number}: {f'was being written when {CUT_OFF}' if torn else why}")
            break
        events.append(event)
        before = event.hash
        ended |= isinstance(event.payload, Ended)
        told |= isinstance(event.payload, Revealed)
    if not problems and not events:
        problems.append("line 1: is missing: the record is empty")
    elif not problems and not ended:
        problems.append(f"the record has no end: {CUT_OFF} after line {len(events)}")
    return Record(tuple(events), tuple(problems))


def _event(text: str, *, seq: int, before: str) -> tuple[Event | None, str]:
    """The event in a line, or why there is none."""
    if why := _unwritten(text):
        return None, why
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
    if why := _impossible(event.payload):
        return None, why
    if line(content, event) != f"{text}\n":
        return None, "was written anew: its event is right, but its spaces, keys or their order are not"
    return event, ""


def _unwritten(text: str) -> str:
    """Why no recorder can have written such a line, whatever stands in it."""
    if not text.strip():
        return "is empty: it was added, or what stood there was removed"
    if len(text) > LONGEST_LINE:
        return f"is longer than {LONGEST_LINE:,} characters, which no event is"
    if text.startswith(BYTE_ORDER_MARK):
        return "begins with a byte order mark: an editor saved the file (take a copy that it has not touched)"
    if text.endswith("\r"):
        return "ends as on Windows: an editor or a transfer changed the file (take a copy that it has not touched)"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not an event: it holds bytes that are no text"
    return ""


def _out_of_place(event: Event, *, ended: bool, told: bool) -> str:
    """Why an event cannot stand where it does; a start is the first of all, and nothing follows a reveal."""
    if told:
        return "was added: it comes after the truth was told, which ends a record"
    if isinstance(event.payload, Started) and event.seq > 0:
        return "begins a second drill in the same record"
    if ended and isinstance(event.payload, OVER):
        return "was added: it comes after the end of the drill"
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
