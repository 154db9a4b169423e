"""What a person, a pull request and a program see of a comparison."""

from __future__ import annotations

import json

from generator.changes import FORMATS, Change, Comparison, Group, Weight
from generator.source import Place

PATH = "runbooks/feature-drift/runbook.yaml"


def comparison(*changes: Change) -> Comparison:
    return Comparison("main", (Group("runbook", "feature-drift", PATH, changes),))


def change(text: str, *, weight: Weight = Weight.SIGNALS, detail: str = "", was: bool = False) -> Change:
    return Change(text, weight, Place(PATH, 14, 9), "amount-psi", was, detail)


def test_text_has_a_heading_a_line_and_the_words_below() -> None:
    """The line of the file stands behind each change."""
    shown = FORMATS["text"](
        comparison(change("a is 1, was 2"), change("b is gone", was=True, detail="[-b-]"))
    )

    assert shown.splitlines() == [
        f"runbook feature-drift ({PATH})",
        "  a is 1, was 2 [line 14]",
        "  b is gone [was line 14]",
        "      [-b-]",
        "",
        "2 changes since main, in 1 file",
    ]


def test_nothing_is_said_in_one_line() -> None:
    """No change is an answer too."""
    assert FORMATS["text"](Comparison("main", ())) == "nothing changes in an incident since main"


def test_a_terminal_is_told_nothing_but_text() -> None:
    """Control characters of a source do not reach a terminal."""
    assert "\x1b" not in FORMATS["text"](comparison(change("a \x1b[31m")))


def test_json_says_where_each_change_stands() -> None:
    """Programs get weight, place and side of each change."""
    shown = json.loads(FORMATS["json"](comparison(change("a is 1, was 2"))))

    assert shown["groups"][0]["changes"] == [
        {
            "text": "a is 1, was 2",
            "weight": "signals",
            "subject": "amount-psi",
            "path": PATH,
            "line": 14,
            "column": 9,
            "side": "new",
            "detail": "",
        }
    ]


def test_markdown_folds_away_what_is_only_words() -> None:
    """What hurts stands open; changed words are one click away."""
    shown = FORMATS["markdown"](
        comparison(
            change("a is 1, was 2"), change("b says something else", weight=Weight.WORDS, detail="[-x-]")
        )
    )

    assert "- a is 1, was 2 (line 14)" in shown
    assert "<details><summary>1 change of words</summary>\n\n- b says something else" in shown


def test_markdown_is_harmless() -> None:
    """A source cannot put HTML, links or mentions into a pull request."""
    shown = FORMATS["markdown"](comparison(change("<img src=x> [a](http://b) @everyone #1 `c` *d*")))

    line = next(line for line in shown.splitlines() if line.startswith("- "))
    assert "<" not in line
    assert "@" not in line
    assert "\\[a\\]\\(http" in line
    assert "\\`c\\`" in line


def test_markdown_fits_into_a_comment() -> None:
    """At most 60,000 characters, and a note says how many changes did not fit."""
    many = tuple(change(f"signal number {n} pages at {n} <&>, was 0") for n in range(3000))

    shown = FORMATS["markdown"](comparison(*many))

    assert len(shown) <= 60_000
    told = sum(line.startswith("- ") for line in shown.splitlines())
    assert f"**{3000 - told} changes more did not fit here" in shown


def test_a_fold_is_left_out_whole() -> None:
    """A comment that is too long is never cut inside a fold, and its changes are counted."""
    many = tuple(change(f"text {n} " + "x" * 90, weight=Weight.WORDS) for n in range(1000))

    shown = FORMATS["markdown"](comparison(*many))

    told = sum(line.startswith("- ") for line in shown.splitlines())
    assert shown.count("<details>") == shown.count("</details>")
    assert f"**{1000 - told} changes more" in shown
