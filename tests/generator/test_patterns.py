from __future__ import annotations

import re

import pytest

from generator.patterns import MOST_CHARACTERS, fits, problem

SOUND = (
    "eu-[0-9]|us-[0-9]", "[a-z0-9-]{1,63}", ".*", "a|b|", "[^a-z]+", "v[0-9]+\\.[0-9]+", "[\\]\\\\^-]",
    "é+", ".{3}", "a?b?c?",
    "[a\\-z]", "x{2,}", "\\(\\)\\[\\]\\{\\}\\^\\$\\|\\/\\?\\*\\+", "日.", "[🙂-🙄]", "/", "-",
)  # fmt: skip
UNSOUND = {
    "(a+)+": "groups", "(?:a|b)c": "groups", "a**": "repeat", "a+?": "repeat", "*a": "repeat",
    "a{2}{3}": "repeat",
    "^a": "from end to end", "a$": "from end to end", "\\d": "write a class", "\\w+": "write a class",
    "\\u0041": "write a class",
    "[z-a]": "range", "[a-c-e]": "range", "[]": "out of place", "[^]": "out of place",
    "[a": "out of place", "a]": "out of place",
    "a{3,2}": "counts down", "a{1000}": "repeat", "a{300}": "200", "a*b*c*d*": "more than 3",
    "[&&]": "means something else",
    "a\nb": "cannot be seen", "|".join("abcdefghijklmnopqrstu"): "alternatives", "a{,2}": "repeat",
    "{": "repeat",
}  # fmt: skip
VALUES = (
    "", "eu-1", "eu-1\n", "EU-1", "us-9", "a", "b", "ab", "aaa", "xx", "v1.2", "v1x2", "]", "\\", "^",
    "-", "é", "éé", "日本", "🙂",
    "🙂🙂🙂", "a\nb", "\n", "\r", "\u2028", "\x00", "()[]{}^$|/?*+", "z", "A", "ſ", "K", "/", "a-z", "🙃",
)  # fmt: skip


@pytest.mark.parametrize("pattern", SOUND)
def test_a_simple_pattern_is_sound(pattern: str) -> None:
    """Characters, classes, alternatives and few repetitions may be used."""
    assert problem(pattern) == ""
    re.compile(pattern)


@pytest.mark.parametrize(("pattern", "words"), UNSOUND.items())
def test_what_could_run_away_or_differ_is_refused(pattern: str, words: str) -> None:
    """Each pattern that a browser may read otherwise, or that may take for ever, is refused in words."""
    assert words in problem(pattern)


def test_a_value_has_to_match_from_end_to_end() -> None:
    """A part that matches is not enough, and an end of line is not an end."""
    assert fits("[a-z]+", "eu")
    assert not fits("[a-z]+", "eu\n")
    assert not fits("[a-z]+", "eu 1")
    assert not fits(".*", "x" * (MOST_CHARACTERS + 1))
