"""The schema of provenance says what its values say."""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING

import pytest

from generator.publishing.provenance import Before, Provenance, RunbookProvenance
from tests.contracts.schema_tree import resolve


@pytest.mark.parametrize(
    ("type_", "definition"), [(Provenance, ""), (Before, "before"), (RunbookProvenance, "runbook")]
)
def test_schema_and_values_agree(type_: type, definition: str) -> None:
    """The same keys, and those without a default are required."""
    file = "provenance.schema.json"
    schema, _ = resolve(f"{file}#/definitions/{definition}" if definition else file, "provenance")
    fields = dataclasses.fields(type_)

    assert set(schema["properties"]) == {field.name for field in fields}
    assert set(schema["required"]) == {
        field.name for field in fields if field.default is MISSING and field.default_factory is MISSING
    }
