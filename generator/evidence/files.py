"""A folder of evidence in, its files as values with their places out; and a new file, never over an old one."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from generator import schemas
from generator.files import finding, read_text
from generator.model import Exercise, Review
from generator.source import Finding, Place, Pointer

T = TypeVar("T", Review, Exercise)

_YAML_ENDINGS = (".yaml", ".yml")
_MOST_CACHED = 4096


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of evidence: its rule is also the name of its folder."""

    rule: str
    schema: str
    type: type[T]
    named_by: str
    """The key whose value stands in the file's name, behind the date."""

    def folder(self, runbook: str) -> str:
        """Where evidence of this kind is kept of a runbook, relative to the root."""
        return f"runbooks/{runbook}/evidence/{self.rule}"


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A piece of evidence, and where its keys stand."""

    value: T
    path: str
    places: Mapping[Pointer, Place]

    def place(self, *pointer: str) -> Place:
        """Where that key's value stands, else the file."""
        return self.places.get(pointer, Place(self.path))


def read(root: Path, runbook: str, kind: Kind[T]) -> tuple[tuple[Read[T], ...], tuple[Finding, ...]]:
    """The evidence of a runbook by date, and what is wrong with what cannot be read."""
    found: list[Read[T]] = []
    findings: list[Finding] = []
    for path in _files(root, kind.folder(runbook), findings):
        text, unread = read_text(root, path)
        if unread is not None:
            findings.append(unread)
            continue
        one, problems = _parsed(text, path, kind)
        findings += problems
        if one is not None:
            found.append(cast(Read[T], one))
    # The second of a day has a longer name than the first, and '-2' sorts before '.yaml'.
    return tuple(sorted(found, key=lambda r: (r.value.date, len(r.path), r.path))), tuple(findings)


def misplaced(one: Read[T], runbook: str, kind: Kind[T]) -> Iterator[Finding]:
    """Evidence of one runbook that stands beside another."""
    of = one.value.runbook
    if of != runbook:
        message = f"this {kind.schema} is of '{of}', and stands beside '{runbook}'"
        yield Finding(one.place("runbook"), kind.rule, "error", message, f"move it to {kind.folder(of)}")


def misnamed(one: Read[T], kind: Kind[T]) -> Iterator[Finding]:
    """A file's name that says something else than the file does, at what the file says."""
    stem = one.path.rpartition("/")[2].removesuffix(".yaml")
    named = str(getattr(one.value, kind.named_by))
    if re.fullmatch(rf"{re.escape(f'{one.value.date}-{named}')}(-[1-9][0-9]*)?", stem):
        return
    key = kind.named_by if stem.startswith(f"{one.value.date}-") else "date"
    message = f"the file's name does not say this {'day' if key == 'date' else key}"
    yield Finding(one.place(key), kind.rule, "error", message, f"rename it to {one.value.date}-{named}.yaml")


def write(root: Path, value: T, kind: Kind[T], text: str) -> Path:
    """Keep a new file; one more of the same day gets a number, and nothing is overwritten."""
    folder = root / kind.folder(value.runbook)
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        file = folder / f"{value.date}-{getattr(value, kind.named_by)}{suffix}.yaml"
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(text)
        except FileExistsError:
            number += 1
        else:
            return file


def text_of(given: Mapping[str, Any], kind: Kind[T]) -> str:
    """Data as YAML; texts are quoted, so that none is taken for anything else."""
    first = f"# yaml-language-server: $schema=../../../../schema/{kind.schema}.schema.json"
    return "\n".join([first, *(line for key, value in given.items() for line in _lines(key, value)), ""])


def problems_of(given: Mapping[str, Any], kind: Kind[T]) -> tuple[str, ...]:
    """Why data could not be read again; none when it could."""
    found = schemas.read_part(schemas.of_kind(kind.schema), given).problems
    return tuple(f"{'.'.join(map(str, one.pointer))}: {one.message}" for one in found)


def _files(root: Path, folder: str, findings: list[Finding]) -> Iterator[str]:
    for file in sorted((root / folder).glob("*")):
        path = file.relative_to(root).as_posix()
        if not file.name.isprintable():
            path = f"{folder}/{''.join(c if c.isprintable() else '�' for c in file.name)}"
            message = "a name with characters that do not show"
            findings.append(finding(path, message, "rename it: letters, digits, dashes"))
        elif file.suffix == ".yaml":
            yield path
        elif file.suffix.lower() in _YAML_ENDINGS:
            findings.append(finding(path, "this file is not read", f"rename it to {file.stem}.yaml"))


@functools.lru_cache(_MOST_CACHED)
def _parsed(text: str, path: str, kind: Kind[Any]) -> tuple[Read[Any] | None, tuple[Finding, ...]]:
    """A file as a value; what was checked is read once more when it is compiled."""
    from generator.located import compose  # YAML is imported where it is needed

    composed = compose(text, path)
    if composed.findings:
        return None, tuple(composed.findings)
    data = composed.data
    problems = tuple(_problems(data, composed.values, composed.keys, path, kind))
    if problems or not isinstance(data, dict):
        return None, problems
    return Read(kind.type(**data), path, composed.values), ()


def _problems(
    data: Any,
    values: Mapping[Pointer, Place],
    keys: Mapping[Pointer, Place],
    path: str,
    kind: Kind[Any],
) -> Iterator[Finding]:
    for problem in schemas.read_part(schemas.of_kind(kind.schema), data).problems:
        places = keys if problem.at_key else values
        place = places.get(problem.pointer, values.get((), Place(path)))
        yield Finding(place, kind.rule, "error", problem.message, problem.hint)


def _lines(key: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield f"{key}:"
        yield from (f"  {name}: {json.dumps(item, ensure_ascii=False)}" for name, item in value.items())
    else:
        yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
