"""Our reading of the schemas agrees with the jsonschema library's."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource

from generator import kinds, schemas
from generator.load import load
from tests.generator.corpus import ROOT

NAMES = ("common", "organization", "service", "runbook", "drill")
FILES = {
    f"{name}.schema.json": json.loads((kinds.folder() / f"{name}.schema.json").read_text()) for name in NAMES
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in FILES.items()
)
SPOILED: tuple[Any, ...] = (None, -1, 0.5, "", "no such thing", True, [], {}, {"unknown": 1})
# Keywords that ``generator.keywords`` and ``generator.schemas`` judge by, or that say nothing of validity.
KEYWORDS = {
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "const",
    "default",
    "definitions",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "not",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "then",
    "title",
    "type",
    "uniqueItems",
}
INSIDE = ("items", "if", "then", "else", "not", "additionalProperties")


def spoiled(value: Any) -> Iterator[Any]:
    """Copies of some data, each with one value spoiled or one key gone."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
    elif isinstance(value, list):
        items = list(enumerate(value))[:2]
    for key, inner in items:
        for worse in [*SPOILED, *spoiled(inner)] if isinstance(inner, (dict, list)) else SPOILED:
            changed = copy.copy(value)
            changed[key] = worse
            yield changed


def test_both_say_the_same_of_spoiled_conditions_steps_and_decisions() -> None:
    """What the library calls wrong we call wrong, and what it lets pass we let pass."""
    differing = []
    for name in ("condition", "check", "step", "decision", "answer", "criterion", "span"):
        reference = f"common.schema.json#/definitions/{name}"
        library = Draft7Validator({"$ref": reference}, registry=REGISTRY)
        for example in FILES["common.schema.json"]["definitions"][name].get("examples", ()):
            for value in [example, *spoiled(example)]:
                if library.is_valid(value) != schemas.fits(schemas.resolve(reference), value):
                    differing.append((name, value))

    assert differing == []


def test_both_let_the_shipped_sources_pass() -> None:
    """The library agrees that the sources are right, so editors do too."""
    wrong = []
    for document in load(ROOT).documents:
        library = Draft7Validator(FILES[f"{document.kind}.schema.json"], registry=REGISTRY)
        wrong += [f"{document.path}: {error.message}" for error in library.iter_errors(document.data)]

    assert wrong == []


def test_every_keyword_of_the_schemas_is_judged() -> None:
    """A keyword that we do not know would be passed over in silence."""
    tables = [kind.parameters for table in kinds.TABLES for kind in kinds.load(table).values()]

    assert {word for schema in [*FILES.values(), *tables] for word in keywords(schema)} <= KEYWORDS


def keywords(schema: Any) -> Iterator[str]:
    """Every keyword in a schema, annotations apart."""
    for word, inner in schema.items():
        if not word.startswith("x-"):
            yield word
        if word in ("properties", "definitions"):
            for part in inner.values():
                yield from keywords(part)
        elif word == "allOf":
            for part in inner:
                yield from keywords(part)
        elif word in INSIDE and isinstance(inner, dict):
            yield from keywords(inner)
