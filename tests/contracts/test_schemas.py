"""The schemas are sound by themselves, and explain themselves to authors."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.contracts.schema_tree import ALL, NAMES, PROPERTIES, SCHEMAS, errors, reference, resolve

NAMESPACES = {
    "organization": "team role channel audience severity environment classification policy",
    "service": "node control feature field dashboard log version slo alert",
    "runbook": "signal node evidence template cue",
    "drill": "choice fault inject task",
    "catalogue": "service runbook drill",
}
KNOWN_NAMESPACES = {f"{part}.{name}" for part, names in NAMESPACES.items() for name in names.split()}
KIND_KEYS = {"actions": "do", "signals": "kind", "faults": "kind", "controls": "kind"}
ANNOTATIONS = {
    "x-defines", "x-defines-many", "x-refers", "x-also", "x-kind", "x-labels", "x-unit", "x-descriptions",
}  # fmt: skip
OPEN_KEYS = {"with", "where"}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_draft_07(name: str) -> None:
    """A schema is draft-07, is called by its file name, and has a title."""
    schema = SCHEMAS[name]

    Draft7Validator.check_schema(schema)

    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"] == f"{name}.schema.json"
    assert schema["title"]


def test_every_reference_leads_somewhere() -> None:
    """No $ref names a definition that is not there, and nothing stands beside one."""
    for name, where, node in ALL:
        if "$ref" in node:
            target, _ = resolve(node["$ref"], name)

            assert target, where
            assert set(node) == {"$ref"}, f"{where}: draft-07 ignores what stands beside $ref"


def test_every_definition_is_used() -> None:
    """A definition that nothing refers to is deleted."""
    defined = {reference(name, key) for name in NAMES for key in SCHEMAS[name].get("definitions", {})}
    used = {
        node["$ref"] if not node["$ref"].startswith("#") else f"{name}.schema.json{node['$ref']}"
        for name, _, node in ALL
        if "$ref" in node
    }

    # The kinds of faults and the forms of a hypothesis speak of mechanisms; no source does.
    assert defined - used == {reference("common", "mechanism")}


def test_every_key_explains_itself() -> None:
    """Every key has a sentence for its author and an example."""
    silent = [
        where
        for _, where, _, node in PROPERTIES
        if not str(node.get("description", "")).endswith(".") or not node.get("examples")
    ]

    assert silent == []


def test_every_example_is_right() -> None:
    """Every example fits the schema that it stands in."""
    wrong = []
    for name, where, node in ALL:
        pointer = where.removeprefix(name)
        for example in node.get("examples", ()):
            wrong += [f"{where}: {error}" for error in errors(f"{name}.schema.json#{pointer}", example)]

    assert wrong == []


def test_every_object_is_closed() -> None:
    """An unknown key is an error everywhere but in what a kind or an event describes."""
    open_keys = {key for name, _, key, node in PROPERTIES if is_object(node, name) and not closed(node, name)}
    open_places = [
        where
        for _, where, node in ALL
        if node.get("type") == "object"
        and "additionalProperties" not in node
        and where.split("/")[-1] not in OPEN_KEYS
    ]

    assert open_keys == OPEN_KEYS
    assert open_places == ["common/definitions/parameters"]


def test_annotations_are_known() -> None:
    """Only known annotations, of known namespaces and tables, stand in the schemas."""
    for _, where, node in ALL:
        assert {key for key in node if key.startswith("x-")} <= ANNOTATIONS, where
        assert named(node.get("x-defines")) | named(node.get("x-refers")) <= KNOWN_NAMESPACES, where
        assert "x-defines" in node or "x-defines-many" not in node, where
        assert node.get("x-also") in (None, ["end", "stand-down"]), where
        assert "x-refers" in node or "x-also" not in node, where
        assert set(node.get("x-descriptions", node.get("enum", ()))) == set(node.get("enum", ())), where


def named(namespaces: str | list[str] | None) -> set[str]:
    return {namespaces} if isinstance(namespaces, str) else set(namespaces or ())


def test_what_is_referred_to_is_defined() -> None:
    """Every namespace that is referred to has a place where its names are given."""
    defined = {node["x-defines"] for _, _, node in ALL if "x-defines" in node}
    referred = {space for _, _, node in ALL for space in named(node.get("x-refers"))}

    assert referred <= defined
    assert defined == KNOWN_NAMESPACES


def test_every_object_with_parameters_names_its_table() -> None:
    """Where there is ``with`` in a source, its kind is found by one key of the same object."""
    tables = set()
    for name, where, node in ALL:
        if name != "catalogue" and "with" in node.get("properties", {}):
            kind = node["x-kind"]
            tables.add(kind["table"])

            assert KIND_KEYS[kind["table"]] == kind["by"], where
            assert kind["by"] in node["required"], where

    assert tables == set(KIND_KEYS)


def test_times_and_shares_state_their_unit() -> None:
    """A key that is named after a unit carries it as an annotation too."""
    units = {"_minutes": "minutes", "_ms": "ms", "_days": "days", "_seconds": "s"}
    unmarked = [
        where
        for _, where, key, node in PROPERTIES
        for ending, unit in units.items()
        if key.endswith(ending) and node.get("x-unit") != unit
    ]

    assert unmarked == []


def is_object(schema: dict[str, Any], home: str) -> bool:
    """Whether the schema, or one that it refers to, speaks of objects."""
    parts = [*schema.get("allOf", ()), *([{"$ref": schema["$ref"]}] if "$ref" in schema else [])]
    return schema.get("type") == "object" or any(
        is_object(*(resolve(part["$ref"], home) if "$ref" in part else (part, home))) for part in parts
    )


def closed(schema: dict[str, Any], home: str) -> bool:
    """Whether the object says what else may stand in it, itself or through what it refers to."""
    if "$ref" in schema:
        return closed(*resolve(schema["$ref"], home))
    return "additionalProperties" in schema or any(closed(part, home) for part in schema.get("allOf", ()))
