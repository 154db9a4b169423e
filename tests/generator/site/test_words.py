from __future__ import annotations

import pytest

from generator import prose
from generator.model import Check, Condition
from generator.site.markup import Html, escape
from generator.site.words import check, condition
from tests.generator.site.example import RUNBOOK, SERVICE

A = Condition(signal="a", is_="firing")
B = Condition(signal="b", is_="firing")

WORDS = {
    "a is firing": A,
    "a is above 0.2": Condition(signal="a", above=0.20),
    "a is below 0.1": Condition(signal="a", below=0.1),
    "c is set to <b>v1</b>": Condition(control="c", equals="v1"),
    "c is set to <b>0</b>": Condition(control="c", equals=0.0),
    "c is set to <b>off</b>": Condition(control="c", equals=False),
    "a and b are firing": Condition(all=(A, B)),
    "a or b is firing": Condition(any=(A, B)),
    "it is not so that a is firing": Condition(not_=A),
    "c is firing and (a or b is firing)": Condition(
        all=(Condition(signal="c", is_="firing"), Condition(any=(A, B)))
    ),
}


def name(_: str, id: str) -> Html:
    """A name without a link."""
    return escape(id)


@pytest.mark.parametrize("words", WORDS)
def test_a_condition_reads_as_a_sentence(words: str) -> None:
    """Every form of condition has plain words."""
    assert condition(WORDS[words], name) == words


def test_a_check_says_how_long_and_until_when() -> None:
    """Hold and limit stand in the sentence; no hold is not mentioned."""
    assert check(Check(A, 10, 2), name) == "a is firing for 2 min, within 10 min"
    assert check(Check(A, 90), name) == "a is firing, within 1 h 30 min"


REFERENCES = {
    "{{ signal.amount-psi.threshold }}": "0.2",
    "{{signal.amount-psi.hold_minutes}}": "5",
    "{{ signal.amount-psi.with.window_minutes }}": "30",
    "{{ objectives.contain_minutes }}": "15",
    "{{ control.pipeline-version.minutes }} min": "3 min",
    "{{ remedy.pin-pipeline.title }}": "Pin the previous pipeline",
    "{{ incident.name }} stays": "{{ incident.name }} stays",
}


@pytest.mark.parametrize("text", REFERENCES)
def test_references_become_the_number_they_name(text: str) -> None:
    """Every form of reference gives the value where it is defined."""
    assert prose.resolve(text, RUNBOOK, SERVICE) == REFERENCES[text]


UNKNOWN = {
    "{{ signal.amont-psi.threshold }}": "did you mean 'amount-psi'?",
    "{{ signal.amount-psi.treshold }}": "did you mean 'threshold'?",
    "{{ objectives.sleep }}": "say one of detect_minutes",
    "{{ signal.amount-psi.with.bins }}": "with: of 'amount-psi' holds feature, window_minutes",
    "{{ __class__ }}": "a reference is one of signal.ID.FIELD",
    "{{ signal.amount-psi.__class__ }}": "say one of title",
}


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_reference_says_what_would_be_known(text: str) -> None:
    """A reference that leads nowhere is an error with a hint."""
    with pytest.raises(prose.UnknownReferenceError) as caught:
        prose.resolve(text, RUNBOOK, SERVICE)

    assert UNKNOWN[text] in str(caught.value)
