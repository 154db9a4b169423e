"""The folders of ``evidence/drills/`` in, records that were kept and what is wrong with them out; and back.

A record holds the truth of its drill, so it is for facilitators: nothing that is built for readers reads it,
but for the check, which sees that nobody has edited it. Each line carries the SHA-256 of the line before it and
of its own content; the last one names the record, and an exercise says what it proves.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.files import read_text
from generator.model import Exercise
from generator.source import Finding, Place

RULE = "exercises"
RECORD, SCORE = "events.jsonl.gz", "score.json"
KEEP_AGAIN = "delete the folder, and keep the record again: drill keep"
MAXIMUM_BYTES = 64_000_000
"""Of a record, unpacked: a drill of an hour and a half takes one."""
_GENESIS = "0" * 64
# Unrolled: a pattern that may stop at each character would keep a place for each of them.
_OUTSIDE = re.compile(r',"hash":"([0-9a-f]{64})","wall":"[^"\\]*(?:\\.[^"\\]*)*"\}')
"""What stands outside of a line's hash, at its end."""


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record beside a runbook that holds."""

    path: str
    """Of its folder, relative to the root."""
    head: str
    """The hash of its last line."""
    drill: str
    responder: str
    day: str
    """On which it began, by its first line; empty where that does not say it."""
    total: float | None
    """What the score beside it says; None: not scored, or it cannot be read."""


class _BrokenError(Exception):
    """A record that does not hold; the message says why."""


def folder_of(exercise: Exercise) -> str:
    """Where the record of an exercise is kept, relative to the root."""
    name = f"{exercise.date}-{exercise.drill}-{exercise.record[:8]}"
    return f"{_home(exercise.runbook)}/{name}"


def write(root: Path, exercise: Exercise, record: bytes, score: str) -> Path:
    """Keep a record with its score, once; where it stands. Equal records give equal files."""
    folder = root / folder_of(exercise)
    folder.mkdir(parents=True, exist_ok=True)
    packed = gzip.compress(record, compresslevel=9, mtime=0)
    (folder / RECORD).write_bytes(packed)
    (folder / SCORE).write_text(score, encoding="utf-8")
    return folder


def read(root: Path, runbook: str) -> tuple[tuple[KeptRecord, ...], tuple[Finding, ...]]:
    """The records kept beside a runbook, and what is wrong with those that do not hold."""
    found: list[KeptRecord] = []
    findings: list[Finding] = []
    for folder in sorted((root / _home(runbook)).glob("*")):
        path = folder.relative_to(root).as_posix()
        path = "".join(c if c.isprintable() else "�" for c in path)
        if folder.is_symlink() or not folder.is_dir():
            findings.append(_finding(path, "only folders of records stand here", "move it elsewhere"))
            continue
        findings += _strangers(folder, path)
        try:
            lines = _unpacked(root, folder / RECORD).removesuffix("\n").split("\n")
            head = _head(lines)
            drill, responder, day = _told(lines)
        except _BrokenError as error:
            findings.append(_finding(f"{path}/{RECORD}", str(error), KEEP_AGAIN))
            continue
        total, unread = _scored(root, path, head)
        found.append(KeptRecord(path, head, drill, responder, day, total))
        findings += _misnamed(path, head)
        findings += unread
    return tuple(found), tuple(findings)


def unproven(found: Iterable[KeptRecord], exercises: Iterable[Exercise]) -> Iterator[Finding]:
    """Records of which no exercise says what they prove."""
    known = {exercise.record for exercise in exercises}
    for one in found:
        if one.head not in known:
            yield _finding(f"{one.path}/{RECORD}", "no exercise is of this record", KEEP_AGAIN)


def _home(runbook: str) -> str:
    return f"runbooks/{runbook}/evidence/drills"


def _finding(path: str, message: str, hint: str) -> Finding:
    return Finding(Place(path), RULE, "error", message, hint)


def _strangers(folder: Path, path: str) -> Iterator[Finding]:
    """Files beside a record; names of people are kept apart, and never here."""
    for file in sorted(folder.iterdir()):
        if file.name not in (RECORD, SCORE):
            name = "".join(c if c.isprintable() else "�" for c in file.name)
            yield _finding(f"{path}/{name}", "this is no part of a kept record", "move it elsewhere")


def _head(lines: Sequence[str]) -> str:
    """The hash of the last line of a record whose chain holds."""
    before = _GENESIS
    for number, line in enumerate(lines, 1):
        outside = list(_OUTSIDE.finditer(line, max(0, line.rfind(',"hash":"'))))
        if not outside or outside[-1].end() != len(line):
            raise _BrokenError(f"line {number} of the record is not as a record writes it")
        content = f"{line[: outside[-1].start()]}}}"
        before = hashlib.sha256(f"{before}{content}".encode()).hexdigest()
        if before != outside[-1].group(1):
            raise _BrokenError(f"line {number} of the record, or one before it, was edited")
    return before


def _told(lines: Sequence[str]) -> tuple[str, str, str]:
    """Drill, responder and day of a record that begins with a start and ends with a reveal."""
    try:
        first, last = json.loads(lines[0]), json.loads(lines[-1])
        if (first["kind"], last["kind"]) == ("start", "reveal"):
            return str(last["data"]["drill"]), str(first["data"]["responder"]), str(first["wall"])[:10]
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise _BrokenError("it is no record of a drill from its start to its reveal")


def _unpacked(root: Path, file: Path) -> str:
    try:
        is_here = file.resolve().is_relative_to(root.resolve()) and file.is_file()
    except (OSError, RuntimeError):  # a link that leads to itself
        is_here = False
    if not is_here:
        raise _BrokenError("there is no record here")
    try:
        with gzip.open(file) as packed:
            content = packed.read(MAXIMUM_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _BrokenError(f"it cannot be unpacked: {error}") from error
    if len(content) > MAXIMUM_BYTES:
        raise _BrokenError(f"it is larger than {MAXIMUM_BYTES:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _BrokenError("it is not UTF-8") from error


def _misnamed(path: str, head: str) -> Iterator[Finding]:
    stem = path.rpartition("-")[0]
    if path.rpartition("-")[2] != head[:8]:
        message = "the folder's name does not end like the hash of its record: another one was kept here"
        yield _finding(f"{path}/{RECORD}", message, f"rename it to {stem.rpartition('/')[2]}-{head[:8]}")


def _scored(root: Path, path: str, head: str) -> tuple[float | None, list[Finding]]:
    """The total of the score beside a record; a finding where it is another record's, or cannot be read."""
    file = f"{path}/{SCORE}"
    if not (root / file).exists():
        return None, [_finding(file, "there is no score here", KEEP_AGAIN)]
    text, unread = read_text(root, file)
    if unread is not None:
        return None, [_finding(file, unread.message, KEEP_AGAIN)]
    try:
        score = json.loads(text)
        of, total = score["record"], score["total"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, [_finding(file, "this is no score", KEEP_AGAIN)]
    if of != head:
        return None, [_finding(file, "this score is of another record", KEEP_AGAIN)]
    return (float(total) if isinstance(total, int | float) else None), []
