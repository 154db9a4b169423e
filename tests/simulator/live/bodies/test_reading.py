"""Hostile bodies never raise; what is understood comes back the same."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.live.bodies import read
from simulator.live.bodies.document import Document
from simulator.live.bodies.fields import parsed
from tests.simulator.live.bodies.examples import EXAMPLES

PATHS = ("/predict", "/invocations", "/v2/models/m/infer", "/v1/models/m:predict")
_KNOWN = (
    "inputs outputs instances predictions dataframe_split dataframe_records columns data name shape datatype"
)
_NAMES = st.sampled_from([*_KNOWN.split(), "a", "b.c"]) | st.text(max_size=3)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)
_FIELDS = st.sampled_from(["a", "b.c", "inputs.a", "inputs", "data", "[0]", "a[*].b", "inputs[1].data", "x"])


def _use(document: Document, field: str) -> None:
    """Everything that effects do to a document."""
    _ = document.rows
    document.get(field)
    document.edit(field, lambda value: value * 1e300 if isinstance(value, float) else value)
    document.edit(field, lambda value: -value - 1 if isinstance(value, int) else value)
    document.retype(field, "string")
    document.retype(field, "number")
    document.rename(field, "z")
    document.drop(field)
    json.loads(document.dump())


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), body=_JSON, spaced=st.booleans())
def test_what_is_understood_means_the_same_when_it_is_written_again(
    path: str, body: Any, spaced: bool
) -> None:
    """Types, digits, order: as if by a round trip through another library."""
    text = json.dumps(body, separators=None if spaced else (",", ":"), ensure_ascii=spaced)
    document = read(path, "application/json", text.encode())

    if document is not None:
        again = json.loads(document.dump())
        assert json.dumps(again) == json.dumps(json.loads(text))


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), body=_JSON, field=_FIELDS)
def test_whatever_the_body_holds_effects_do_not_raise(path: str, body: Any, field: str) -> None:
    """Names that formats know stand in all the wrong places, and still nothing raises."""
    document = read(path, "application/json", json.dumps(body).encode())

    if document is not None:
        _use(document, field)


@settings(max_examples=300, deadline=None)
@given(path=st.text(max_size=20), kind=st.text(max_size=30), body=st.binary(max_size=60))
def test_whatever_bytes_come_nothing_raises(path: str, kind: str, body: bytes) -> None:
    """Bytes that are no JSON are not understood."""
    assert read(path, kind, body) is None or isinstance(json.loads(body), (dict, list))


@settings(max_examples=200, deadline=None)
@given(
    example=st.sampled_from(list(EXAMPLES.values())),
    place=st.integers(0, 400),
    noise=st.binary(max_size=3),
    field=_FIELDS,
)
def test_a_damaged_body_is_left_alone_or_understood(
    example: Any, place: int, noise: bytes, field: str
) -> None:
    """A few bytes amiss in a body of any format."""
    body = json.dumps(example.body).encode()
    document = read(example.path, "application/json", body[:place] + noise + body[place + len(noise) :])

    if document is not None:
        _use(document, field)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_field_or_refused(name: str) -> None:
    """Names of fields come from authors, and are no reason for a traceback."""
    with suppress(ValueError):
        assert parsed(name)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"5",
        b"null",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":1,"\\u0061":2,"c":"\\u003a"}',
        b'{"a":1 , "a":"::"}',
        b'{"a b": 1, "a b": 1}',
        b'{"a":18446744073709551616}',
        b'{"a":[-9223372036854775809]}',
        b'{"a":1e400}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}{"b":2}',
        b'{"a":1}\x00\x00binary',
        b"[" * 300 + b"]" * 300,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'["' + b"x" * 8 * 1024 * 1024 + b'"]',
        b"[" + b"{}," * 200_001 + b"0]",
        b'{"a":"\\u0030' + b"x" * 1024 * 1024 + b'"}',
    ],
    ids=range(25),
)
def test_what_would_not_be_the_same_again_is_not_understood(body: bytes) -> None:
    """Duplicate keys, numbers beyond 64 bits, depth, other coding: the body stays as it is."""
    assert read("/predict", "application/json", body) is None


@pytest.mark.parametrize(
    "body",
    [
        {"a": 18446744073709551615, "b": -9223372036854775808},
        {"a": 0.1234567890123456789, "b": 0.00012345678901234567, "c": 1e-320, "d": -0.0, "e": 5e22},
        {"a": "12345678901234567890123", "b": ":::", "c": '"a":1', "d": "\u003a\\u003a", "": {"": 0}},
        {"a": "1 12345678901234567890123"},
        [[], {}, "", None, True, [[[0]]]],
    ],
)
@pytest.mark.parametrize("ascii_alone", [True, False])
def test_odd_values_that_json_holds_come_back(body: Any, ascii_alone: bool) -> None:
    """The ends of 64 bits, many digits, colons and digits inside texts."""
    text = json.dumps(body, ensure_ascii=ascii_alone)
    document = read("/predict", "", text.encode())

    assert document is not None
    assert json.dumps(json.loads(document.dump())) == json.dumps(body)


@pytest.mark.parametrize(
    ("content_type", "understood"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ("application/vnd.api+json", True),
        ("", True),
        ("application/json; charset=utf-16", False),
        ("text/csv", False),
        ("application/octet-stream", False),
        ("application/x-www-form-urlencoded", False),
    ],
)
def test_only_what_says_json_is_read(content_type: str, understood: bool) -> None:
    """Other media types are not guessed at, whatever they look like."""
    assert (read("/predict", content_type, b'{"a":1}') is not None) == understood


def test_a_query_does_not_hide_the_path() -> None:
    """``/invocations?x=1`` is MLflow as well."""
    body = b'{"dataframe_split":{"columns":["a"],"data":[[1],[2]]}}'
    document = read("/invocations?x=/v2/models/", "application/json", body)

    assert document is not None
    assert document.get("a") == [1, 2]


@pytest.mark.parametrize(
    "name", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[*", "a]b", "[0]x", "a\\", "x" * 301]
)
def test_a_path_that_is_none_is_refused_with_a_sentence(name: str) -> None:
    """The message says what a field looks like."""
    with pytest.raises(ValueError, match="field"):
        parsed(name)
