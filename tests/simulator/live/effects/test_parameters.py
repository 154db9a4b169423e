"""Parameters that cannot be are refused with a sentence that names them, and never with a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.live.effects import KINDS, prepared
from simulator.live.lease import Effect, Lease
from tests.simulator.live.effects.leases import document, lease

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("constant", {"field": "a"}, "value is missing"),
    ("constant", {"field": "a", "value": [1]}, "a text, a number of at most 64 bits"),
    ("constant", {"field": "a", "value": 2**64}, "value is '18446744073709551616'"),
    ("constant", {"field": "a", "value": float("nan")}, "value is 'nan'"),
    ("constant", {"field": "a", "value": "\ud800"}, "value is"),
    ("delay", {}, "p50_ms is missing, and has to be a number above 0 to 60000 \\(milliseconds\\)"),
    ("delay", {"p50_ms": -1, "p99_ms": 5}, "p50_ms is '-1'"),
    ("delay", {"p50_ms": 100, "p99_ms": 50}, "p99_ms is 50, and has to be at least p50_ms, which is 100"),
    ("delay", {"distribution": "gamma"}, "one of bimodal, constant, empirical, lognormal, pareto"),
    ("delay", {"distribution": "constant", "ms": 5, "p50_ms": 5}, "'p50_ms' is none of its parameters"),
    ("delay", {"distribution": "empirical", "values_ms": []}, "a list of 1 to 10000 numbers"),
    ("delay", {"distribution": "pareto", "scale_ms": 50, "shape": 2, "cap_ms": 10}, "cap_ms is 10"),
    ("delay", {"distribution": "bimodal", "share": 0, "p50_ms": 1, "slow_p50_ms": 2}, "share is '0'"),
    ("delay", {"distribution": "bimodal", "share": 1, "p50_ms": 0, "p99_ms": 2, "slow_p50_ms": 2}, "above 0"),
    ("drop", {}, "field is missing, and has to be the name of a field"),
    ("drop", {"field": "a..b"}, "field is 'a..b'"),
    ("drop", {"field": 3}, "field is '3'"),
    ("drop", {"field": ["a"]}, "the name of a field"),
    ("drop", {"field": "a", "in": "both"}, "in is 'both', and has to be one of request, answer"),
    ("freeze", {"fields": []}, "a list of 1 to 100 names"),
    ("freeze", {"fields": "a"}, "a list of 1 to 100 names"),
    ("freeze", {"fields": ["a"], "of": "last-good", "in": "answer"}, "take first or replay"),
    ("noise", {"field": "a", "sd": 0}, "sd is '0', and has to be a number above 0"),
    ("permute", {"field": "a", "values": [1]}, "2 to 1000 different values"),
    ("permute", {"field": "a", "values": [1, 1.0]}, "different values"),
    ("permute", {"field": "a", "values": [1, 2], "mapping": {"1": 2}}, "leave out values"),
    ("permute", {"field": "a", "mapping": [[1, 2, 3]]}, "or a list of such pairs"),
    ("permute", {"field": "a", "mapping": [["a", [1]]]}, "or a list of such pairs"),
    ("permute", {"field": "a", "mapping": "ab"}, "or a list of such pairs"),
    ("refuse", {"status": 200}, "status is '200', and has to be a whole number from 400 to 599"),
    ("refuse", {"status": 503.5}, "a whole number"),
    ("refuse", {"status": True}, "a whole number"),
    ("rename", {"field": "a", "to": ""}, "a text of 1 to 200 characters"),
    ("reset", {"x": 1}, "'x' is none of its parameters"),
    ("retype", {"field": "a", "to": "date"}, "one of string, number, boolean"),
    ("scale", {"field": "a", "factor": "2"}, "factor is '2', and has to be a number"),
    ("scale", {"field": "a", "factor": float("inf")}, "factor is 'inf'"),
    ("scale", {"field": "a", "factor": 10**400}, "factor is"),
    ("swallow", {"status": 204, "body": "x"}, "has no body"),
    ("throttle", {"bytes_per_s": 0}, "bytes_per_s is '0'"),
    ("truncate", {"share": 1}, "share is '1'"),
    ("vanish", {}, "is of no kind that there is: constant, delay"),
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_NAMES = sorted({parameter.name for kind in KINDS.values() for parameter in kind.PARAMETERS})


@pytest.mark.parametrize(("kind", "parameters", "sentence"), WRONG, ids=range(len(WRONG)))
def test_the_message_names_effect_parameter_and_range(
    kind: str, parameters: dict[str, Any], sentence: str
) -> None:
    """Where, what, and what may stand there."""
    with pytest.raises(ValueError, match=sentence) as caught:
        lease(kind, parameters)
    assert str(caught.value).startswith(f"effect 1 ({kind})")


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(list(KINDS)),
    parameters=st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), _JSON, max_size=4),
    body=st.dictionaries(st.text(max_size=3), _JSON.filter(lambda value: value == value), max_size=3),
)
def test_hostile_parameters_are_refused_or_harmless(kind: str, parameters: Any, body: Any) -> None:
    """Whatever JSON an author or an attacker hands in, it is a sentence, or a lease that works."""
    try:
        ready = prepared(Lease("l", (Effect(kind, {"field": "a", **parameters}),), 7))
    except ValueError:
        return
    asked = document({"a": 1, "b": [2.5, "x"]})
    fate = ready.fate("r-1", asked, {}, 1.0)
    asked.dump()
    if fate is not None:
        fate.answer(asked)
        asked.dump()
