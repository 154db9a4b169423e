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
