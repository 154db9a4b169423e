from __future__ import annotations

import pytest

from generator.contexts import Slot, in_body, in_command, in_url, static


def slots(pieces: list[str | Slot]) -> list[tuple[str, ...]]:
    """The contexts of the slots, in order."""
    return [piece.contexts for piece in pieces if isinstance(piece, Slot)]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.test/{{ alert.r }}", [("url",)]),
        ("https://x.test?r={{ alert.r }}#{{ alert.r }}", [("url",), ("url",)]),
        ("https://x.test/?q=up%7Br%3D%22{{ alert.r }}%22%7D", [("promql", "url")]),
        ("https://x.test/?q=up{r=~'{{ alert.r }}'}", [("regex", "promql", "url")]),
        ("https://{{ alert.r }}/", [("shut",)]),
        ("https://x.test:{{ alert.r }}/", [("shut",)]),
        ("https://x.test@{{ alert.r }}/", [("shut",)]),
        ("{{ alert.r }}://x.test/", [("shut",)]),
        ("javascript:{{ alert.r }}", [("shut",)]),
        ("mailto:{{ alert.r }}", [("shut",)]),
        ("//x.test/{{ alert.r }}", [("shut",)]),
    ],
)
def test_a_label_in_an_address_stands_behind_the_host(url: str, expected: list[tuple[str, ...]]) -> None:
    """Path, query and fragment may be filled; scheme, host and port never."""
    assert slots(in_url(url)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"r": "{{ alert.r }}"}', [("json",)]),
        ('{"a\\\\": "it\\"s {{ alert.r }}"}', [("json",)]),
        ('{"q": "up{r=\\"{{ alert.r }}\\"}"}', [("promql", "json")]),
        ('{"r": {{ alert.r }}}', [("shut",)]),
        ('{"r": "\\\\"{{ alert.r }}}', [("shut",)]),
        ("r={{ alert.r }}", [("shut",)]),
        ('r="{{ alert.r }}"', [("shut",)]),
    ],
)
def test_a_label_in_a_body_stands_in_a_string_of_json(body: str, expected: list[tuple[str, ...]]) -> None:
    """Outside of a string, and in what is no JSON, nothing may be filled in."""
    assert slots(in_body(body)) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["scale", "x", "--region={{ alert.r }}"], [()]),
        (["promtool", "query", "instant", 'sum(up{r="{{ alert.r }}"})'], [("promql",)]),
        (["{{ alert.r }}", "x"], [("shut",)]),
        (["sh", "-c", "x{{ alert.r }}"], [("shut",)]),
        (["bash", "-lc", "x{{ alert.r }}"], [("shut",)]),
        (["kubectl", "exec", "x", "--", "sh", "-ec", 'up{r="{{ alert.r }}"}'], [("promql", "shut")]),
        (["/usr/bin/ssh", "host", "{{ alert.r }}"], [("shut",)]),
        (["psql", "--command=x{{ alert.r }}"], [("shut",)]),
        (["x", "a; b {{ alert.r }}"], [("shut",)]),
        (["x", "{{ alert.r }} | b"], [("shut",)]),
    ],
)
def test_a_label_in_a_command_is_no_program(command: list[str], expected: list[tuple[str, ...]]) -> None:
    """A label is an argument; what names a program, or is read as one, may not be filled."""
    assert [one for word in in_command(command) for one in slots(word)] == expected


def test_the_setting_is_written_for_its_place() -> None:
    """A setting is quoted for an address, and for JSON as it stands there: in a string, or as a value."""
    assert (
        static(in_url("https://x.test/{{ value }}?v={{value}}", "a b&c"))
        == "https://x.test/a%20b%26c?v=a%20b%26c"
    )
    assert static(in_body('{"a": {{ value }}, "b": "{{ value }}"}', 0.5)) == '{"a": 0.5, "b": "0.5"}'
    assert static(in_body('{"a": {{ value }}, "b": "{{ value }}"}', 'x"')) == '{"a": "x\\"", "b": "x\\""}'
    assert [static(word) for word in in_command(["set", "x={{ value }}"], 8)] == ["set", "x=8"]
