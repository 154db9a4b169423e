"""A symptom class in, the words of somebody who sees it out."""

from __future__ import annotations

from collections.abc import Mapping

SYMPTOMS: Mapping[str, str] = {
    "errors": "Requests fail",
    "latency": "Answers come late",
    "missing-data": "Data is missing",
    "stale-data": "Data is old",
    "input-drift": "Inputs look different than usual",
    "score-shift": "Scores or decisions have moved",
    "quality-decline": "Answers are wrong more often",
    "output-format": "Answers have the wrong form, or are refused",
    "volume-change": "Far more or far fewer requests than usual",
    "cost": "Answers cost more than they should",
}
"""What is noticed at once stands first, what takes a day to notice last."""


def symptom_words(symptom: str) -> str:
    """What somebody would say who sees it.

    >>> symptom_words("stale-data"), symptom_words("odd-answers")
    ('Data is old', 'Odd answers')
    """
    return SYMPTOMS.get(symptom) or symptom.replace("-", " ").replace("_", " ").capitalize()


def symptom_rank(symptom: str) -> tuple[int, str]:
    """Sorts symptoms; those without words of their own come last."""
    order = list(SYMPTOMS)
    return order.index(symptom) if symptom in SYMPTOMS else len(order), symptom
