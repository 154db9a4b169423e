"""The zoo of cheats, made by hand: each is worth less than a slow, honest try without its remedy."""

from __future__ import annotations

import pytest

from simulator.events import Declared, EvidenceLink, Hypothesised, Posted, Resolved
from simulator.scoring import Score, score
from tests.simulator.records import COMMANDER, ENGINEER, Happening, Story, nobody, perfect, record_of, turn

SYMPTOMS = ("accuracy", "availability", "latency", "quality-drop", "staleness", "volume")
SERVICES = ("checkout", "fraud-scorer", "ranking", "search")

BASELINE = perfect(
    declare=27, hypothesis=35, contain=40, collect=32, mitigate=None, resolve=None, posts=(30, 45)
)
"""The robot at three times its minutes with its last remedy left out."""


def declarations(at: float, *, services: tuple[str, ...], symptoms: tuple[str, ...]) -> tuple[Happening, ...]:
    pairs = [(service, symptom) for service in services for symptom in symptoms]
    return tuple((at + i / 100, COMMANDER, Declared(*pair, "sev1")) for i, pair in enumerate(pairs))


def hypotheses() -> tuple[Happening, ...]:
    evidence = (EvidenceLink("amount-drift", 12 * 60, 0.81),)
    claims = [
        (node, kind) for node in ("model", "payments-feed", "endpoint") for kind in ("unit-change", "stale")
    ]
    return tuple((13.0, ENGINEER, Hypothesised(*claim, 12.0, evidence)) for claim in claims)


CHEATS: dict[str, Story] = {
    "mute the alert and say it is over": nobody(acknowledge=12, resolve=13),
    "declare at t=0": nobody(declare=0, assume=0, posts=(1, 15, 30, 45, 60, 75)),
    "declare everything at t=0": nobody(more=declarations(0, services=("fraud-scorer",), symptoms=SYMPTOMS)),
    "declare everything in time": nobody(more=declarations(12, services=SERVICES, symptoms=SYMPTOMS)),
    "declare every service in turn": nobody(
        more=declarations(12, services=SERVICES, symptoms=("quality-drop",))
    ),
    "spam hypotheses": nobody(declare=13, more=hypotheses()),
    "drain all traffic": perfect(hypothesis=None, mitigate=None, spill=(14, 90, 1.0)),
    "roll back at t=0 and leave it at that": nobody(more=tuple(turn("pipeline-version", "v1", "v2", 1))),
    "revert every control": nobody(
        declare=13, more=(*turn("traffic-split", 1.0, 1.0, 13), *turn("pipeline-version", "v2", "v2", 13))
    ),
    "report done without doing": nobody(declare=13, more=((14, COMMANDER, Resolved()),), posts=(13.5, 14)),
    "end the drill early": nobody(declare=13, end=13, acknowledge=12.2, assume=12.5),
    "talk and never act": nobody(
        declare=13,
        assume=12,
        more=tuple((m, COMMANDER, Posted("status", "all", "x", "y")) for m in range(13, 90)),
    ),
}


def total(story: Story) -> float:
    result: Score = score(record_of(story))
    assert result.total is not None
    return result.total


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_is_worth_less_than_an_honest_try(cheat: str) -> None:
    """Whatever it wins in one dimension it loses, and more, in the others."""
    assert total(CHEATS[cheat]) < total(BASELINE) - 20


def test_crying_at_the_start_wins_nothing_in_any_drill() -> None:
    """A team that always declares at t=0 has less than one that does nothing but look at the clock."""
    quiet = nobody(harmful=False)
    cried = nobody(harmful=False, declare=0)

    assert total(cried) < total(quiet)
    assert total(nobody(declare=0)) <= total(nobody()) + 1
