"""The names of both texts in; which things only go by another name now, and the old data with the new names, out."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.changes.texts import Text
from generator.prose import REFERENCE
from generator.schemas import Definition
from generator.source import Pointer

ROUNDS = 4
_IN_PROSE = {
    "runbook.signal": ("signal",),
    "service.control": ("control",),
    "runbook.node": ("path", "remedy", "step"),
}
_IN_MEASURES = {
    "component": "service.node",
    "control": "service.control",
    "evidence": "runbook.evidence",
    "role": "organization.role",
    "signal": "runbook.signal",
    "template": "runbook.template",
}


@dataclass(slots=True)
class Renames:
    """By namespace: old name -> new name."""

    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, namespace: str, old: str, new: str) -> None:
        self.names.setdefault(namespace, {})[old] = new

    def of(self, namespaces: tuple[str, ...], name: str) -> str:
        """What a name of one of these namespaces is called now."""
        return next((self.names[n][name] for n in namespaces if name in self.names.get(n, {})), name)

    def within(self, scopes: set[str]) -> Renames:
        """Those whose namespace lies in one of these scopes, such as ``service``."""
        return Renames({n: {**names} for n, names in self.names.items() if n.partition(".")[0] in scopes})


@dataclass(frozen=True, slots=True)
class Renamed:
    """A thing that is what it was, but for its name."""

    noun: str
    old: str
    new: str
    pointer: Pointer
    """Of the name, in the new text."""


def find(old: Text, new: Text, data: tuple[Any, Any], known: Renames) -> tuple[Renamed, ...]:
    """The things of one source that go by another name; they are added to ``known``."""
    found: list[Renamed] = []
    for _ in range(ROUNDS):
        was = rewritten(old, data[0], known)
        more = [*_candidates(old, new, (was, data[1]), known)]
        if not more:
            break
        for namespace, renamed in more:
            known.add(namespace, renamed.old, renamed.new)
            found.append(renamed)
    return tuple(found)


def _candidates(old: Text, new: Text, data: tuple[Any, Any], known: Renames) -> Iterator[tuple[str, Renamed]]:
    """Things that only one of the texts names, with the same content."""
    come: dict[tuple[str, ...], Definition] = {}
    for definition in _alone(new, old):
        for mark in _marks(definition, data[1]):
            come.setdefault(mark, definition)
    taken: set[Definition] = set()
    for was in _alone(old, new):
        found = (come[mark] for mark in _marks(was, data[0]) if mark in come)
        now = next((definition for definition in found if definition not in taken), None)
        if now is not None and was.name not in known.names.get(was.namespace, {}):
            taken.add(now)
            yield was.namespace, Renamed(was.namespace.rpartition(".")[2], was.name, now.name, now.pointer)


def _alone(text: Text, other: Text) -> list[Definition]:
    """The names that only one of the texts gives, to something that has more than a name."""
    there = {(d.namespace, d.name) for d in other.reading.definitions}
    return [
        definition
        for definition in text.reading.definitions
        if len(definition.pointer) > 1
        and isinstance(definition.pointer[-1], str)
        and (definition.namespace, definition.name) not in there
    ]


def _marks(definition: Definition, data: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What tells a thing from others but for its name: as it stands, and blind to where it names itself."""
    content = _print(_but_for_its_name(data, definition.pointer))
    kind = (definition.namespace, *_kind_of_place(definition.pointer))
    return (*kind, content), (*kind, content.replace(json.dumps(definition.name), "itself"))


def _but_for_its_name(data: Any, pointer: Pointer) -> Any:
    thing = _at(data, pointer[:-1])
    return {key: value for key, value in thing.items() if key != pointer[-1]}


def _kind_of_place(pointer: Pointer) -> tuple[str, ...]:
    return tuple(part for part in pointer if isinstance(part, str))


def _print(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    """Numbers in one form, as ``words.same`` compares them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.strip()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        data = data[part]
    return data


def rewritten(old: Text, data: Any, known: Renames) -> Any:
    """The old data as they would read with the new names: definitions, references and prose."""
    if not any(known.names.values()):
        return data
    data = copy.deepcopy(data)
    for definition in old.reading.definitions:
        if len(definition.pointer) > 1:
            _put(data, definition.pointer, known.of((definition.namespace,), definition.name))
    for reference in old.reading.references:
        _put(data, reference.pointer, known.of(reference.namespaces, reference.name))
    return _in_prose(data, known)


def _put(data: Any, pointer: Pointer, name: str) -> None:
    if pointer and _at(data, pointer) != name:
        _at(data, pointer[:-1])[pointer[-1]] = name


def _in_prose(value: Any, known: Renames, key: str = "") -> Any:
    if isinstance(value, dict):
        inner = {name: _in_prose(item, known, name) for name, item in value.items()}
        return (
            {name: _measured(name, item, known) for name, item in inner.items()} if key == "where" else inner
        )
    if isinstance(value, list):
        return [_in_prose(item, known) for item in value]
    return REFERENCE.sub(lambda found: _renamed(found, known), value) if isinstance(value, str) else value


def _measured(key: str, value: Any, known: Renames) -> Any:
    """What a drill's measure looks for, by the name of its key."""
    named = isinstance(value, str) and key in _IN_MEASURES
    return known.of((_IN_MEASURES[key],), value) if named else value


def _renamed(found: re.Match[str], known: Renames) -> str:
    parts = found.group(1).split(".")
    for namespace, words in _IN_PROSE.items():
        if len(parts) > 1 and parts[0] in words:
            name = known.of((namespace,), parts[1])
            if name != parts[1]:
                return "{{ " + ".".join([parts[0], name, *parts[2:]]) + " }}"
    return found.group()
