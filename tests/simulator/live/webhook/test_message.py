"""What Alertmanager sends is understood, whatever else stands in it; all else is refused with a sentence."""

from __future__ import annotations

import doctest
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.webhook import message as messages
from simulator.live.webhook.message import MessageError, message_of
from tests.simulator.live.webhook.messages import LABELS, alert, body, message


def test_a_webhook_has_alerts_with_labels_and_times() -> None:
    found = message_of(body(alert(starts=1.5), alert(starts=2, ends=9)))

    firing, over = found.alerts
    assert (firing.status, firing.labels, firing.starts.microsecond) == ("firing", LABELS, 500_000)
    assert (over.status, (over.ends - over.starts).total_seconds()) == ("resolved", 7)


def test_keys_that_nobody_knows_are_passed_over() -> None:
    """A later version of Alertmanager may say more."""
    found = message_of(body({**alert(), "mood": [1, {}]}, weather={"is": "fine"}))

    assert len(found.alerts) == 1


def test_the_least_that_is_needed() -> None:
    least = {
        "version": "4",
        "alerts": [{"status": "firing", "labels": {}, "startsAt": "2026-11-23T08:45:00+01:00"}],
    }

    assert message_of(json.dumps(least).encode()).alerts[0].starts.hour == 7


def _with(**changes: Any) -> bytes:
    return body({**alert(), **changes})


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "the body is no JSON"),
        (b"\xff\xfe", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b"[]", "the body is not an object"),
        (b"{}", "version: None is not '4'"),
        (body(version=4), "version: 4 is not '4'"),
        (body(version="5"), "version: '5' is not '4'"),
        (body(alerts={}), "alerts: there is no list"),
        (body(alerts=[1]), r"alerts\[0\]: it is not an object"),
        (body(*[alert()] * 1_001), "alerts: 1001 are more than 1000"),
        (body(truncatedAlerts=True), "truncatedAlerts: True is no number"),
        (body(truncatedAlerts=-1), "truncatedAlerts: -1 is no number"),
        (_with(status="suppressed"), r"alerts\[0\].status: 'suppressed' is neither"),
        (_with(status=["firing"]), r"alerts\[0\].status"),
        (_with(labels=None), r"alerts\[0\].labels: they are not an object"),
        (_with(labels={"a": 1}), r"alerts\[0\].labels.a: it is no text"),
        (_with(labels={"a": "x" * 4_001}), r"alerts\[0\].labels.a: it is no text of at most 4,000"),
        (_with(labels={"x" * 201: ""}), "a name is longer than 200"),
        (_with(labels={str(one): "" for one in range(101)}), "101 are more than 100"),
        (_with(startsAt=1_700_000_000), r"alerts\[0\].startsAt: 1700000000 is no time"),
        (_with(startsAt="2026-11-23T08:45:00"), "startsAt: .* is no time"),
        (_with(startsAt="2026-13-23T08:45:00Z"), "startsAt: .* is no time"),
        (_with(startsAt="0001-01-01T00:00:00+23:59"), "startsAt: .* is no time"),
        (_with(endsAt="soon"), "endsAt: 'soon' is no time"),
    ],
    ids=range(24),
)
def test_what_is_no_webhook_is_refused_with_a_sentence(sent: bytes, why: str) -> None:
    with pytest.raises(MessageError, match=why):
        message_of(sent)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["labels", "status", "startsAt", ""]), inner)
    ),
    max_leaves=10,
)


@given(where=st.sampled_from(["version", "alerts", "truncatedAlerts"]), what=_JSON, inside=_JSON)
def test_nothing_breaks_it(where: str, what: object, inside: object) -> None:
    """Any JSON at any place is taken, or refused with a sentence."""
    for sent in (message(alert(), **{where: what}), message(alerts=[inside])):
        with suppress(MessageError):
            message_of(json.dumps(sent).encode())


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(messages).failed == 0
