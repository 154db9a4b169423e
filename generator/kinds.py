"""``schema/kinds/<table>/<kind>.json`` in, what each kind is out."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

TABLES = ("actions", "controls", "faults", "signals")


WAYS: Mapping[str, str] = MappingProxyType(
    {
        "requests": "requests of clients, in the sandbox and in a deployment of your own",
        "answers": "what a model answers, in the sandbox",
        "labels": "labels that come back, in the sandbox",
        "nodes": "what feature stores and pipelines answer, in the sandbox",
    }
)
"""What a fault may be played by in front of a real service, with what is changed, delayed or refused on its way."""


@dataclass(frozen=True, slots=True)
class Live:
    """Whether a kind of fault can be played in front of a real service."""

    by: tuple[str, ...] = ()
    """Words of ``WAYS``; empty: it cannot."""
    why: str = ""
    """A sentence, where it cannot."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind is: its name, its words, and the JSON schema of its parameters."""

    name: str
    title: str
    summary: str
    parameters: Mapping[str, Any]
    declaration: Mapping[str, Any]
    """The whole file, for what only one table knows (metrics, nodes, units)."""
    live: Live = Live()
    """For faults alone."""
    effects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What an author may state of a fault: for each effect the numbers that it can be solved for, in this order."""


@functools.cache
def folder() -> Path:
    """The folder of schemas: of the checkout, or the one that was shipped inside the package."""
    package = Path(__file__).parent
    for candidate in (package.parent / "schema", package / "_schema"):
        if any(candidate.glob("*.schema.json")) or any(candidate.glob("kinds/*/*.json")):
            return candidate
    raise FileNotFoundError(f"no schema folder beside {package}: install drillbook again")


@functools.cache
def load(table: str) -> Mapping[str, Kind]:
    """The kinds of a table by name, in alphabetical order."""
    files = sorted((folder() / "kinds" / table).glob("*.json"))
    return MappingProxyType({file.stem: _kind(file) for file in files})


def _kind(file: Path) -> Kind:
    declaration: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Kind(
        name=file.stem,
        title=declaration["title"],
        summary=declaration["summary"],
        parameters=declaration.get("parameters", {}),
        declaration=declaration,
        live=_live(declaration.get("live", {})),
        effects={effect: tuple(numbers) for effect, numbers in declaration.get("effects", {}).items()},
    )


def _live(declared: Mapping[str, Any]) -> Live:
    return Live(tuple(declared.get("by", ())), declared.get("why", ""))


def told_live(live: Live) -> str:
    """What a kind of fault falls on in front of a real service, or why it cannot, in a few words.

    >>> told_live(Live(("labels",)))
    'on labels that come back, in the sandbox.'
    >>> told_live(Live((), "Nothing there can be changed."))
    'no. Nothing there can be changed.'
    """
    return f"on {'; on '.join(WAYS[way] for way in live.by)}." if live.by else f"no. {live.why}"


def told_effects(effects: Mapping[str, tuple[str, ...]]) -> str:
    """What may be stated in place of which numbers of a kind of fault, in a few words.

    >>> told_effects({"psi": ("shift_sd", "share")})
    'psi, of which shift_sd or share follows.'
    """
    told = (f"{effect}, of which {' or '.join(numbers)} follows" for effect, numbers in effects.items())
    return f"{'; '.join(told)}."


@functools.cache
def vocabulary(name: str) -> Mapping[str, str]:
    """A closed vocabulary of the schema, such as ``mechanism``: each word with its meaning, in order."""
    common = json.loads((folder() / "common.schema.json").read_text(encoding="utf-8"))
    definition = common["definitions"][name]
    meanings = definition.get("x-descriptions", {})
    return MappingProxyType({word: meanings.get(word, "") for word in definition["enum"]})
