"""A document in, what its schema has against it, what it defines and what it refers to out.

A schema says what a name *is* with annotations beside the standard keywords:
``x-defines: runbook.signal`` (this text is a new name; with ``x-defines-many`` it may be given again),
``x-refers: runbook.signal`` (this text must
be such a name; a list means any of them), ``x-also: [end]`` (or one of these words),
``x-kind: {table: actions, by: do}`` (``with`` is what that kind in ``schema/kinds/`` asks for; with
``solved-by: effect``, less what follows from the effects that stand there), and
``x-labels: whole`` (this text is the classification of the mapping that it stands in; a list names what of it).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
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
    """Every text, with each schema that it could break."""
    labels: tuple[Pair, ...] = ()
    """Every classification that says who may read what."""


def read(document: Document) -> Reading:
    """Judge a whole document, and gather its names."""
    return _read(_form(_name(document.kind)), document.data, ())


def read_part(schema: Schema, value: Any, pointer: Pointer = ()) -> Reading:
    """Judge a value that stands at ``pointer``, and gather its names."""
    return _read(_form_of(schema), value, pointer)


def walk(schema: Schema, value: Any, pointer: Pointer = ()) -> list[Pair]:
    """Every pair of a value and a schema that says something of it, outside in."""
    return _pairs(_form_of(schema), value, pointer)


def pairs_of(document: Document) -> list[Pair]:
    """The same of a whole document."""
    return _pairs(_form(_name(document.kind)), document.data, ())


def of_kind(kind: str) -> Schema:
    """The schema of a kind of document, such as ``runbook``."""
    return _file(_name(kind))


def fits(schema: Schema, value: Any) -> bool:
    """Whether nothing is wrong with the value."""
    return _fits(_form_of(schema), value)


class _Form:
    """A schema, and what it says of values before one is seen: worked out when the first one asks."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.can_be_broken = not NEVER_BROKEN.issuperset(schema)
        self.names = not schema.keys().isdisjoint(("x-defines", "x-refers", "x-labels"))
        self.chooses = not schema.keys().isdisjoint(("if", "oneOf", "anyOf"))
        self.by: Mapping[str, str] | None = schema.get("x-kind")

    @functools.cached_property
    def always(self) -> tuple[_Form, ...]:
        """What applies to each value as well."""
        named = (_form(self.schema["$ref"]),) if "$ref" in self.schema else ()
        return (*named, *map(_form_of, self.schema.get("allOf", ())))

    @functools.cached_property
    def known(self) -> Mapping[str, _Form | None]:
        """What applies to the values of keys, by key."""
        return {key: _form_in(self.schema["properties"], key) for key in self.schema.get("properties", ())}

    @functools.cached_property
    def other(self) -> _Form | None:
        """What applies to the values of keys that are not known."""
        return _form_in(self.schema, "additionalProperties")

    @functools.cached_property
    def items(self) -> _Form | None:
        """What applies to each item of a list."""
        return _form_in(self.schema, "items")

    @functools.cached_property
    def condition(self) -> _Form | None:
        """On what it depends which of the next two applies."""
        return _form_in(self.schema, "if")

    @functools.cached_property
    def then(self) -> _Form | None:
        return _form_in(self.schema, "then")

    @functools.cached_property
    def otherwise(self) -> _Form | None:
        return _form_in(self.schema, "else")

    @functools.cached_property
    def branches(self) -> tuple[tuple[_Form, ...], ...]:
        """Groups of which one each applies."""
        groups = [self.schema[word] for word in ("oneOf", "anyOf") if word in self.schema]
        return tuple(tuple(map(_form_of, group)) for group in groups)

    @property
    def named(self) -> _Form:
        """What it refers to, or else itself."""
        return _form(self.schema["$ref"]) if "$ref" in self.schema else self


def _form_in(holder: Schema, key: str) -> _Form | None:
    """The schema at a key; None where there is none, or only true or false."""
    inner = holder.get(key)
    return _form_of(inner) if isinstance(inner, dict) else None


def _form_of(schema: Schema) -> _Form:
    """What a schema says; of one that only names another, what that says."""
    names_another = "$ref" in schema and "allOf" not in schema and NEVER_BROKEN.issuperset(schema)
    return _form(schema["$ref"]) if names_another else _Form(schema)


class _Seen(NamedTuple):
    """A value, and what applies to it."""

    pointer: Pointer
    value: Any
    form: _Form


def _read(whole: _Form, data: Any, way: Pointer) -> Reading:
    problems: list[Problem] = []
    definitions: list[Definition] = []
    references: list[Reference] = []
    texts: list[Pair] = []
    labels: list[Pair] = []
    for pointer, value, form in _walk(whole, data, way, []):
        if form.can_be_broken:
            problems += judge(form.schema, value, pointer, resolve=resolve)
        if form.by is not None:
            problems += _unknown_kind(form.by, value, pointer)
        if isinstance(value, str) and (form.names or form.can_be_broken):
            pair = Pair(pointer, value, form.schema)
            texts += [pair] if form.can_be_broken else []
            if form.names:
                definitions += _definitions(pair)
                references += _references(pair)
                labels += [pair] if "x-labels" in form.schema else []
    names = tuple(dict.fromkeys(definitions)), tuple(dict.fromkeys(references))
    return Reading(_once(problems), *names, tuple(texts), tuple(labels))


def _pairs(form: _Form, value: Any, pointer: Pointer) -> list[Pair]:
    return [Pair(at, inner, one.schema) for at, inner, one in _walk(form, value, pointer, [])]


def _walk(form: _Form, value: Any, pointer: Pointer, found: list[_Seen]) -> list[_Seen]:
    """What applies to a value and to all inside it, outside in, put behind what was found before."""
    # A list that is filled, for generators inside generators cost their depth at every step.
    found.append(_Seen(pointer, value, form))
    for part in form.always:
        _walk(part, value, pointer, found)
    for part in _chosen(form, value) if form.chooses else ():
        _walk(part, value, pointer, found)
    if isinstance(value, dict):
        for key, item in value.items():
            inner = form.known.get(key, form.other)
            if inner is not None:
                _walk(inner, item, (*pointer, key), found)
        kind = _kind(form.by, value)
        if kind is not None:
            _walk(kind, value.get("with", {}), (*pointer, "with"), found)
    elif isinstance(value, list) and form.items is not None:
        for index, item in enumerate(value):
            _walk(form.items, item, (*pointer, index), found)
    return found


def _fits(form: _Form, value: Any) -> bool:
    # Most forms that are not meant show that at the top, by a key that is not there.
    if isinstance(value, dict) and not all(key in value for key in form.schema.get("required", ())):
        return False
    if form.can_be_broken and any(True for _ in judge(form.schema, value, ())):
        return False
    return not any(
        True
        for pointer, inner, one in _walk(form, value, (), [])[1:]
        if one.can_be_broken
        for _ in judge(one.schema, inner, pointer)
    )


def _chosen(form: _Form, value: Any) -> Iterator[_Form]:
    """Of what a schema leaves open, what applies to this value."""
    if form.condition is not None:
        branch = form.then if _fits(form.condition, value) else form.otherwise
        if branch is not None:
            yield branch
    for branches in form.branches:
        yield _meant(branches, value)


def _meant(branches: Sequence[_Form], value: Any) -> _Form:
    """The form that the author of a value most likely had in mind: one that fits, or comes close."""
    for branch in branches:
        if _fits(branch, value):
            return branch
    if not isinstance(value, dict):
        return _of_types(branches, value)

    def closeness(branch: _Form) -> tuple[int, int]:
        schema = branch.named.schema
        required = set(schema.get("required", ()))
        known = set(schema.get("properties", required))
        return len(required & set(value)) - len(required - set(value)), len(known & set(value))

    return max(branches, key=closeness)


def _of_types(branches: Sequence[_Form], value: Any) -> _Form:
    """The form of the value's type; where there is none, one that names all the types."""
    forms = [branch.named for branch in branches]
    for form in forms:
        if "type" in form.schema and fits({"type": form.schema["type"]}, value):
            return form
    types = [form.schema["type"] for form in forms if isinstance(form.schema.get("type"), str)]
    return _Form({"type": list(dict.fromkeys(types))}) if types else forms[0]


def _kind(by: Mapping[str, str] | None, value: Mapping[str, Any]) -> _Form | None:
    """What applies to the parameters of a value that is of some kind."""
    if by is None or not isinstance(value.get(by["by"]), str):
        return None
    name, stated = value[by["by"]], value.get(by.get("solved-by", ""))
    if isinstance(stated, dict) and name in kinds.load(by["table"]):
        return _to_solve(by["table"], name, tuple(str(effect) for effect in stated))
    return _parameters(by["table"]).get(name)


@functools.cache
def _to_solve(table: str, name: str, effects: tuple[str, ...]) -> _Form:
    """The parameters of a kind where those effects are stated: what can be solved for may be left out."""
    kind = kinds.load(table)[name]
    found = {number for effect in effects for number in kind.effects.get(effect, ())}
    needed = [key for key in kind.parameters.get("required", ()) if key not in found]
    return _form_of({**kind.parameters, "required": needed})


@functools.cache
def _parameters(table: str) -> Mapping[str, _Form]:
    return {name: _form_of(kind.parameters) for name, kind in kinds.load(table).items()}


def _unknown_kind(by: Mapping[str, str], value: Any, pointer: Pointer) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    name, known = value.get(by["by"]), kinds.load(by["table"])
    if isinstance(name, str) and name not in known:
        hint = likely(name, known) or "there are: " + ", ".join(known)
        message = f"unknown kind of {by['table'].removesuffix('s')} {shown(name)}"
        yield Problem((*pointer, by["by"]), "wrong-value", message, hint)


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
def _form(reference: str) -> _Form:
    return _form_of(resolve(reference))


def _name(kind: str) -> str:
    return f"{kind}.schema.json"


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
