"""``evidence/proof.json`` in, the certificate of a rehearsal and what is wrong with it out; and back.

A runbook has one of them: the next rehearsal writes over it, and the history keeps the ones before.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import schemas, unseen
from generator.evidence.json_places import places
from generator.files import read_text
from generator.given import MAXIMUM_DEPTH, depth_of, no_number, once
from generator.model import Proof
from generator.model.proof import making
from generator.source import Finding, Place, Pointer
from generator.values import StructureError, brief, structure

RULE = "proof"
NAME = "proof.json"
WIDTH = 150
"""Of a line: a point of a curve fits."""
_MOST_CACHED = 256


@dataclass(frozen=True, slots=True)
class ReadProof:
    """A certificate, and where its keys stand."""

    value: Proof
    path: str
    text: str

    def place(self, *pointer: str | int) -> Place:
        """Where that value stands, else the file."""
        return places(self.text, self.path)[0].get(pointer, Place(self.path))


def file_of(runbook: str) -> str:
    """Where the certificate of a runbook stands, relative to the root."""
    return f"runbooks/{runbook}/evidence/{NAME}"


def read(root: Path, runbook: str) -> tuple[ReadProof | None, tuple[Finding, ...]]:
    """The certificate of a runbook, or what is wrong with it; neither where there is none."""
    path = file_of(runbook)
    if not os.path.lexists(root / path):
        return None, ()
    text, unread = read_text(root, path)
    if unread is not None:
        return None, (_finding(unread.place, unread.message, runbook),)
    return _parsed(text, path, runbook)


def write(root: Path, proof: Proof) -> Path:
    """Keep a certificate in the place of the one before; whole or not at all."""
    file = root / file_of(proof.runbook)
    file.parent.mkdir(parents=True, exist_ok=True)
    passing = file.with_name(f".{NAME}.{os.getpid()}")
    try:
        passing.write_text(text_of(proof), encoding="utf-8")
        passing.replace(file)
    finally:
        passing.unlink(missing_ok=True)
    return file


def text_of(proof: Proof) -> str:
    """A certificate as JSON: what fits in a line stands in one, so that a diff shows which number or point moved."""
    return "".join(_lines(brief(proof), "", "")) + "\n"


def problems_of(proof: Proof) -> tuple[str, ...]:
    """Why a certificate could not be read again; none when it could."""
    found = schemas.read_part(schemas.of_kind(RULE), brief(proof)).problems
    return tuple(f"{'.'.join(map(str, one.pointer))}: {one.message}" for one in found)


def _lines(value: Any, indent: str, before: str) -> Iterator[str]:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    fits = bool(indent) and len(indent) + len(before) + len(flat) < WIDTH
    if fits or not isinstance(value, (dict, list)) or (isinstance(value, list) and _are_numbers(value)):
        yield before + flat
        return
    inner = f"{indent}  "
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    begin, end = "{}" if isinstance(value, dict) else "[]"
    yield before + begin
    for number, (key, item) in enumerate(pairs):
        name = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
        yield f"{',' * (number > 0)}\n{inner}"
        yield from _lines(item, inner, name)
    yield f"\n{indent}{end}" if value else end


def _are_numbers(value: list[Any]) -> bool:
    return all(isinstance(item, int | float) for item in value)


@functools.lru_cache(_MOST_CACHED)
def _parsed(text: str, path: str, runbook: str) -> tuple[ReadProof | None, tuple[Finding, ...]]:
    """A file as a value; what was checked is read once more when it is compiled."""
    odd = unseen.unreadable(text, path)
    hidden = [odd] if odd is not None else list(unseen.hidden(text, path))
    if hidden:
        return None, tuple(_finding(one.place, one.message, runbook) for one in hidden)
    data = _data(text, path, runbook)
    if isinstance(data, Finding):
        return None, (data,)
    if "\\" in text:  # what is written with escapes is read, too
        escaped = json.dumps(data, ensure_ascii=False)
        odd = unseen.unreadable(escaped, path) or next(unseen.hidden(escaped, path), None)
        if odd is not None:
            return None, (_finding(Place(path), odd.message, runbook),)
    problems = tuple(_problems(data, text, path, runbook))
    if problems:
        return None, problems
    try:
        return ReadProof(structure(data, Proof), path, text), ()
    except StructureError as error:
        return None, (_finding(Place(path), str(error), runbook),)


def _data(text: str, path: str, runbook: str) -> Any:
    """What the JSON says, or the finding that says why it says nothing."""
    try:
        data = json.loads(text, object_pairs_hook=once, parse_constant=no_number)
        if depth_of(data) <= MAXIMUM_DEPTH:
            return data
    except RecursionError:
        pass
    except json.JSONDecodeError as error:
        return _finding(Place(path, error.lineno, error.colno), f"this is no JSON: {error.msg}", runbook)
    except ValueError as error:
        return _finding(Place(path), str(error), runbook)
    message = f"lists and mappings lie more than {MAXIMUM_DEPTH} deep"
    return _finding(Place(path), message, runbook)


def _problems(data: Any, text: str, path: str, runbook: str) -> Iterator[Finding]:
    found = schemas.read_part(schemas.of_kind(RULE), data).problems
    for problem in found:
        place = _place(*places(text, path), problem.pointer, at_key=problem.at_key)
        yield Finding(place, RULE, "error", problem.message, problem.hint or _again(runbook))


def _place(
    values: Mapping[Pointer, Place], keys: Mapping[Pointer, Place], pointer: Pointer, *, at_key: bool
) -> Place:
    if at_key and pointer in keys:
        return keys[pointer]
    return next(
        values[pointer[:length]] for length in range(len(pointer), -1, -1) if pointer[:length] in values
    )


def _finding(place: Place, message: str, runbook: str) -> Finding:
    return Finding(place, RULE, "error", message, _again(runbook))


def _again(runbook: str) -> str:
    return f"delete the file, and make it anew: {making(runbook)}"
