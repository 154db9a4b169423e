"""What a schema has against a value says how to write it."""

from __future__ import annotations

from typing import Any

import pytest

from generator.keywords import judge

NUMBER = {"type": "number", "examples": [5]}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2", "write 2, without quotes"),
        ("2,5", "write 2.5, with a point"),
        ("5m", "write the number alone, in minutes"),
        ("30 s", "write the number alone, in minutes"),
        ("five", "for example 5"),
    ],
)
def test_text_for_a_number_is_told_how_to_become_one(text: str, hint: str) -> None:
    """Quotes, a comma or a unit are named; where nothing is known, an example stands."""
    (problem,) = judge(NUMBER, text, ("hold_minutes",))

    assert (problem.message, problem.hint) == (f"'{text}' must be a number", hint)


@pytest.mark.parametrize(
    ("items", "message", "hint"),
    [
        ([], "the list is empty", "give at least 2"),
        ([1], "the list needs at least 2 of them", "Two people"),
    ],
)
def test_a_short_list_is_told_how_many_it_needs(items: list[Any], message: str, hint: str) -> None:
    """A list that is empty is called so."""
    schema = {"type": "array", "minItems": 2, "description": "Two people."}

    (problem,) = judge(schema, items, ("attend",))

    assert (problem.message, problem.hint) == (message, hint)


@pytest.mark.parametrize(
    ("schema", "value", "hint"),
    [
        ({"type": "number", "maximum": 1}, 30, "30 % is 0.3"),
        ({"type": "number", "maximum": 5, "description": "At most five."}, 30, "At most five"),
        ({"enum": ["above", "below"]}, ">", "write above"),
        ({"type": "array"}, "-role", "a space is missing after the dash: write '- role'"),
    ],
)
def test_a_usual_slip_is_told_how_to_write_it(schema: dict[str, Any], value: object, hint: str) -> None:
    """A percentage, a sign for a word and a dash without its space are recognized."""
    (problem,) = judge(schema, value, ("value",))

    assert problem.hint == hint


def test_a_missing_mapping_is_told_what_it_needs() -> None:
    """The keys that it must hold are named, those of another definition among them."""
    parts = {"#/steps": {"type": "array", "items": {"required": ["id"]}}}
    back = {"description": "How to go back.", "required": ["trigger", "steps", "validation"]}
    schema = {
        "required": ["rollback", "steps"],
        "properties": {"rollback": back, "steps": {"$ref": "#/steps"}},
    }

    problems = [*judge(schema, {}, (), resolve=parts.__getitem__)]

    assert [problem.hint for problem in problems] == [
        "How to go back; add 'rollback:' with trigger, steps and validation",
        "add 'steps:' with id in each item",
    ]
