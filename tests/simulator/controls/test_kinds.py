"""What each kind of control does to an incident: it follows from the graph, for better or worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator.world.outcomes import CODES
from tests.simulator.faults.examples import EXAMPLES, outlook, staged

FAULTS = {kind: example.fault for kind, example in EXAMPLES.items()}
OK, REFUSED, FAILED = range(len(CODES))


def test_load_that_is_shed_is_refused_and_the_rest_is_served_in_time() -> None:
    """Under a surge, refusing most up front leaves fewer to wait; the surge itself stays as large."""
    stage = staged(FAULTS["load-surge"])
    waiting, shed = outlook(stage), outlook(stage, load_shed=0.75)

    assert shed.codes[0, REFUSED] == pytest.approx(0.75, abs=0.01)
    assert shed.load_factor[0] == waiting.load_factor[0]
    assert shed.busy[0] < waiting.busy[0]
    assert shed.within[0, 8] > waiting.within[0, 8] + 0.1


def test_refusing_without_need_harms() -> None:
    """In the healthy world, every request that is shed ends worse than it would have."""
    assert outlook(staged(), load_shed=0.25).impact[0] == pytest.approx(0.25, abs=0.005)


@pytest.mark.parametrize("kind", ["null-spike", "schema-change", "upstream-outage"])
def test_last_good_values_stand_in_for_missing_ones(kind: str) -> None:
    """They are old, and say so; they harm less than nothing at all does."""
    stage = staged(FAULTS[kind])
    gone, kept = outlook(stage), outlook(stage, last_good_values="on")

    assert kept.features[0, :, -1].max() == 0
    assert kept.feature_age_s.max() == 6 * 3600
    assert kept.impact[0] < gone.impact[0]


@pytest.mark.parametrize("kind", ["sentinel-value", "unit-change", "stale-features"])
def test_last_good_values_do_not_help_what_is_there_but_wrong(kind: str) -> None:
    """Nobody can tell that these values are wrong, so they stay."""
    stage = staged(FAULTS[kind])

    assert outlook(stage, last_good_values="on").impact[0] == outlook(stage).impact[0]


def test_last_good_values_do_nothing_while_nothing_is_missing() -> None:
    """In the healthy world the switch has no effect."""
    assert outlook(staged(), last_good_values="on").impact[0] == 0


def test_retraining_follows_a_concept_that_drifted() -> None:
    """Fitted to what is right now, the model is right more often; so it is with healthy features."""
    stage = staged(replace(FAULTS["concept-drift"], share=1.0))
    current = outlook(stage)

    assert outlook(stage, retrain="retrained").correct[0] > current.correct[0] + 0.3
    assert outlook(stage, retrain="retrained", training_freeze="on").correct[0] > current.correct[0] + 0.3


def test_retraining_in_the_healthy_world_changes_little() -> None:
    """The released model is nearly the one that its panel calls for."""
    healthy = outlook(staged())

    assert outlook(staged(), retrain="retrained").correct[0] == pytest.approx(healthy.correct[0], abs=0.02)


def test_retraining_on_poisoned_features_takes_the_poison_in() -> None:
    """A model that is fitted to a constant forgets the feature, and remembers it with frozen training data."""
    poisoned = staged(FAULTS["unit-change"])
    adapted = outlook(poisoned, retrain="retrained")
    frozen = outlook(poisoned, retrain="retrained", training_freeze="on")

    assert adapted.impact[0] < frozen.impact[0]
    assert adapted.golden[0] < frozen.golden[0]


def test_a_retrained_model_is_no_longer_the_bad_release() -> None:
    """What was wrong with the version was wrong with its coefficients."""
    stage = staged(FAULTS["bad-model-release"])

    assert outlook(stage, retrain="retrained").impact[0] == outlook(staged(), retrain="retrained").impact[0]


def test_a_training_freeze_changes_nothing_that_serves() -> None:
    """Only the next training takes notice."""
    stage = staged(FAULTS["unit-change"])
    before, after = outlook(stage), outlook(stage, training_freeze="on")

    np.testing.assert_array_equal(before.impact, after.impact)
    np.testing.assert_array_equal(before.score, after.score)
