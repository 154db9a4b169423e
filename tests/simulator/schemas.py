"""A value in, what a schema of ``schema/`` has against it out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parents[2] / "schema"
FILES = sorted(ROOT.glob("*.schema.json"))
SCHEMAS: dict[str, Any] = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()]
)


def objections(name: str, value: Any) -> list[str]:
    """Messages of a schema, each with its place in the value."""
    validator = Draft7Validator({"$ref": f"{name}.schema.json"}, registry=REGISTRY)
    return sorted(f"{error.json_path}: {error.message}" for error in validator.iter_errors(value))
