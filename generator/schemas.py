"""A document in, what its schema has against it, what it defines and what it refers to out.

A schema says what a name *is* with annotations beside the standard keywords:
``x-defines: runbook.signal`` (this text is a new name; with ``x-defines-many`` it may be given again),
``x-refers: runbook.signal`` (this text must
be such a name; a list means any of them), ``x-also: [end]`` (or one of these words),
``x-kind: {table: actions, by: do}`` (``with`` is what that kind in ``schema/kinds/`` asks for), and
``x-labels: whole`` (this text is the classification of the mapping that it stands in; a list names what of it).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from generator import kinds
from generator.keywords import Problem, Schema, judge, shown
from generator.source import Document, Pointer, likely

NEVER_BROKEN = frozenset({"$ref", "allOf", "description", "examples", "title", "default"})
"""Keywords that a value by itself cannot break; other schemas that they bring along are judged apart."""


class Pair(NamedTuple):
    """A value and a schema that it has to fit; a value may stand in several pairs."""

    pointer: Pointer
    value: Any
    schema: Schema


@dataclass(frozen=True, slots=True)
class Definition:
    namespace: str
    name: str
    pointer: Pointer
    again: bool = False
    """Whether the same name may be given more than once."""


@dataclass(frozen=True, slots=True)
class Reference:
    namespaces: tuple[str, ...]
    name: str
    pointer: Pointer
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says, in the eyes of its schema."""

    problems: tuple[Problem, ...]
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]
    texts: tuple[Pair, ...] = ()
    """Every text, with each schema that it has to fit."""
    labels: tuple[Pair, ...] = ()
    """Every classification that says who may read what."""


def read(document: Document) -> Reading:
    """Judge a whole document, and gather its names."""
    return read_part(of_kind(document.kind), document.data)


def read_part(schema: Schema, value: Any, pointer: Pointer = ()) -> Reading:
    """Judge a value that stands at ``pointer``, and gather its names."""
    problems: list[Problem] = []
    definitions: list[Definition] = []
    references: list[Reference] = []
    texts: list[Pair] = []
    labels: list[Pair] = []
    for pair in walk(schema, value, pointer):
        if not NEVER_BROKEN.issuperset(pair.schema):
            problems += judge(pair.schema, pair.value, pair.pointer, resolve=resolve)
        if "x-kind" in pair.schema:
            problems += _unknown_kind(pair)
        if isinstance(pair.value, str):
            definitions += _definitions(pair)
            references += _references(pair)
            texts.append(pair)
            labels += [pair] if "x-labels" in pair.schema else []
    names = tuple(dict.fromkeys(definitions)), tuple(dict.fromkeys(references))
    return Reading(_once(problems), *names, tuple(texts), tuple(labels))


def walk(schema: Schema, value: Any, pointer: Pointer = ()) -> list[Pair]:
    """Every pair of a value and a schema that applies to it, outside in."""
    found: list[Pair] = []
    _walk(schema, value, pointer, found)
    return found


def _walk(schema: Schema, value: Any, pointer: Pointer, found: list[Pair]) -> None:
    # A list that is filled, for generators inside generators cost their depth at every step.
    found.append(Pair(pointer, value, schema))
    for part in _also_applies(schema, value):
        _walk(part, value, pointer, found)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            inner = known.get(key, other)
            if isinstance(inner, dict):
                _walk(inner, item, (*pointer, key), found)
        kind = _kind(schema, value)
        if kind is not None:
            _walk(kind.parameters, value.get("with", {}), (*pointer, "with"), found)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            _walk(schema["items"], item, (*pointer, index), found)


def of_kind(kind: str) -> Schema:
    """The schema of a kind of document, such as ``runbook``."""
    return _file(f"{kind}.schema.json")


def fits(schema: Schema, value: Any) -> bool:
    """Whether nothing is wrong with the value."""
    if not NEVER_BROKEN.issuperset(schema) and any(True for _ in judge(schema, value, ())):
        return False  # most forms that are not meant show that at the top
    return not any(
        True for pair in walk(schema, value)[1:] for _ in judge(pair.schema, pair.value, pair.pointer)
    )


def _also_applies(schema: Schema, value: Any) -> Iterator[Schema]:
    """The schemas that a schema brings along for the very same value."""
    if "$ref" in schema:
        yield resolve(schema["$ref"])
    yield from schema.get("allOf", ())
    if "if" in schema:
        branch = schema.get("then" if fits(schema["if"], value) else "else")
        if branch is not None:
            yield branch
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            yield _meant(schema[keyword], value)


def _meant(branches: list[Schema], value: Any) -> Schema:
    """The form that the author of a value most likely had in mind: one that fits, or comes close."""
    for branch in branches:
        if fits(branch, value):
            return branch
    if not isinstance(value, dict):
        return _of_types(branches, value)

    def closeness(branch: Schema) -> tuple[int, int]:
        form = resolve(branch["$ref"]) if "$ref" in branch else branch
        required = set(form.get("required", ()))
        known = set(form.get("properties", required))
        return len(required & set(value)) - len(required - set(value)), len(known & set(value))

    return max(branches, key=closeness)


def _of_types(branches: list[Schema], value: Any) -> Schema:
    """The form of the value's type; where there is none, a schema that names all the types."""
    forms = [resolve(branch["$ref"]) if "$ref" in branch else branch for branch in branches]
    for form in forms:
        if "type" in form and fits({"type": form["type"]}, value):
            return form
    types = [form["type"] for form in forms if isinstance(form.get("type"), str)]
    return {"type": list(dict.fromkeys(types))} if types else forms[0]


def _kind(schema: Schema, value: Mapping[str, Any]) -> kinds.Kind | None:
    by = schema.get("x-kind")
    if by is None or not isinstance(value.get(by["by"]), str):
        return None
    return kinds.load(by["table"]).get(value[by["by"]])


def _unknown_kind(pair: Pair) -> Iterator[Problem]:
    by = pair.schema.get("x-kind")
    if by is None or not isinstance(pair.value, dict):
        return
    name, known = pair.value.get(by["by"]), kinds.load(by["table"])
    if isinstance(name, str) and name not in known:
        hint = likely(name, known) or "there are: " + ", ".join(known)
        message = f"unknown kind of {by['table'].removesuffix('s')} {shown(name)}"
        yield Problem((*pair.pointer, by["by"]), "wrong-value", message, hint)


def _definitions(pair: Pair) -> Iterator[Definition]:
    if "x-defines" in pair.schema:
        again = bool(pair.schema.get("x-defines-many"))
        yield Definition(pair.schema["x-defines"], pair.value, pair.pointer, again)


def _references(pair: Pair) -> Iterator[Reference]:
    spaces = pair.schema.get("x-refers")
    if spaces is not None:
        names = (spaces,) if isinstance(spaces, str) else tuple(spaces)
        yield Reference(names, pair.value, pair.pointer, tuple(pair.schema.get("x-also", ())))


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each message once a place: forms that overlap say the same thing twice."""
    return tuple({(p.pointer, p.message): p for p in reversed(problems)}.values())[::-1]


@functools.cache
def resolve(reference: str) -> Schema:
    """What ``<file>#/definitions/<name>`` names; the file counts by its last part alone."""
    file, _, way = reference.partition("#")
    found: Any = _file(file.rsplit("/", 1)[-1])
    for part in way.strip("/").split("/") if way.strip("/") else ():
        found = found[part]
    return found  # type: ignore[no-any-return]


@functools.cache
def _file(name: str) -> Schema:
    text = (kinds.folder() / name).read_text(encoding="utf-8")
    schema: Schema = json.loads(text, object_hook=lambda node: _absolute(node, name))
    return schema


def _absolute(node: dict[str, Any], name: str) -> dict[str, Any]:
    """References inside a file name the file too, so that they mean the same everywhere."""
    if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#"):
        node["$ref"] = name + node["$ref"]
    return node
