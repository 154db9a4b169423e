"""The schemas in; their parts, what refers to what, and a judge of values out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parents[2] / "schema"
NAMES = (
    "common", "organization", "service", "runbook", "drill", "review", "exercise",
    "catalogue", "proof", "provenance", "event", "score",
)  # fmt: skip
SCHEMAS = {name: json.loads((ROOT / f"{name}.schema.json").read_text(encoding="utf-8")) for name in NAMES}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(f"{name}.schema.json", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()]
)


def reference(file: str, definition: str) -> str:
    """How a definition is referred to; without one, the file itself."""
    return f"{file}.schema.json" + (f"#/definitions/{definition}" if definition else "")


def resolve(ref: str, home: str) -> tuple[dict[str, Any], str]:
    """What a reference names, and the file it stands in."""
    file, _, definition = ref.partition("#/definitions/")
    file = file.removesuffix(".schema.json") or home
    return (SCHEMAS[file]["definitions"][definition] if definition else SCHEMAS[file]), file


def subschemas(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, itself included, each with its place."""
    if not isinstance(node, dict):
        return
    yield where, node
    for keyword in ("properties", "definitions"):
        for key, inner in node.get(keyword, {}).items():
            yield from subschemas(inner, f"{where}/{keyword}/{key}")
    for keyword in ("items", "if", "then", "else", "not", "additionalProperties", "propertyNames"):
        yield from subschemas(node.get(keyword), f"{where}/{keyword}")
    for index, inner in enumerate(node.get("allOf", ())):
        yield from subschemas(inner, f"{where}/allOf/{index}")


ALL = [(name, where, node) for name in NAMES for where, node in subschemas(SCHEMAS[name], name)]
PROPERTIES = [
    (name, f"{where}/{key}", key, inner)
    for name, where, node in ALL
    for key, inner in node.get("properties", {}).items()
]


def errors(ref: str, value: Any) -> list[str]:
    """What a schema has against a value."""
    validator = Draft7Validator({"$ref": ref}, registry=REGISTRY)
    return sorted(error.message for error in validator.iter_errors(value))
