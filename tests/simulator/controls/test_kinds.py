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


def test_drained_hosts_are_no_longer_wrong() -> None:
    """Half of the corrupted fifth is drained with a tenth of the hosts, all of it with a fifth; workers are fewer."""
    stage, healthy = staged(replace(FAULTS["numerical-corruption"], share=0.2)), outlook(staged())
    all_of_them, half, none = (outlook(stage, drain=share) for share in (0.0, 0.1, 0.2))

    assert none.impact[0] == pytest.approx(outlook(staged(), drain=0.2).impact[0])
    assert half.impact[0] == pytest.approx(all_of_them.impact[0] / 2, rel=0.5)
    assert none.within[0, 8] < healthy.within[0, 8]


@pytest.mark.parametrize("kind", ["cpu-throttling", "memory-leak"])
def test_draining_takes_out_whatever_is_wrong_with_hosts(kind: str) -> None:
    """Draining the node's first fifth leaves nothing of a fault on a fifth of its hosts."""
    fault = replace(FAULTS[kind], share=0.2)
    drained = outlook(staged(fault), 7.0, drain=0.2)

    assert drained.impact[0] == pytest.approx(outlook(staged(), 7.0, drain=0.2).impact[0], abs=1e-9)
    assert outlook(staged(fault), 7.0).impact[0] > 0


def test_a_drain_helps_nobody_against_a_bad_version() -> None:
    """What every host does is done by those that stay."""
    stage = staged(FAULTS["bad-model-release"])

    assert outlook(stage, drain=0.2).impact[0] >= outlook(stage).impact[0]


def test_a_pinned_route_reaches_the_version_that_it_names() -> None:
    """Nobody goes astray any more, and a quarter of the workers idles."""
    stage = staged(replace(FAULTS["wrong-version"], share=0.3))
    astray, pinned = outlook(stage), outlook(stage, pin_route="pinned")

    assert astray.versions[0].min() == pytest.approx(0.3, abs=0.01)
    assert pinned.versions[0].min() == 0
    np.testing.assert_array_equal(pinned.impact, outlook(staged(), pin_route="pinned").impact)
    assert pinned.within[0, 8] < astray.within[0, 8]


def test_a_threshold_makes_up_for_a_bias() -> None:
    """With scores a logit and a half too high, the threshold that is as much higher harms nobody."""
    with_ = {"temperature": 1.0, "bias": float(np.log(0.8 / 0.2))}
    stage = staged(replace(FAULTS["calibration-loss"], with_=with_))

    assert outlook(stage).impact[0] > 0.005
    assert outlook(stage, decision_threshold=0.8).impact[0] < 0.0005
    assert outlook(staged(), decision_threshold=0.8).impact[0] > 0.001


def test_a_previous_configuration_undoes_the_bad_one_and_is_slower() -> None:
    """Nothing is refused any more; requests take a fifth longer, in a busier queue."""
    stage = staged(FAULTS["bad-configuration"])
    bad, back = outlook(stage), outlook(stage, configuration="previous")

    assert bad.codes[0, REFUSED] == pytest.approx(0.8, abs=0.001)
    assert back.codes[0, REFUSED] == 0
    assert back.busy[0] == pytest.approx(1.2 * outlook(staged()).busy[0])
    np.testing.assert_array_equal(back.impact, outlook(staged(), configuration="previous").impact)


def test_a_previous_configuration_cures_nothing_else() -> None:
    """Errors of another cause stay."""
    stage = staged(FAULTS["error-burst"])

    assert outlook(stage, configuration="previous").codes[0, FAILED] >= outlook(stage).codes[0, FAILED]


def _leaking(restart_at: float | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Memory, workers in use, and restarts by the minute, of a leak that takes 16 minutes to the limit."""
    with_ = {"fill_minutes": 16.0, "restart_minutes": 1.0, "slowdown": 4.0}
    stage = staged(replace(FAULTS["memory-leak"], with_=with_), minutes=30)
    world = stage.world()
    place = [knob.id for knob in stage.knobs].index("restart")
    for step in range(stage.clockwork.steps + 1):
        if restart_at is not None and step == int(restart_at * 4):
            for replica in range(2):
                world.turn(replica, place, stage.knobs[place].encode("restarted"), restart_at)
        world.step(step)
    rows = [
        next(row for row, one in enumerate(world.telemetry.identities) if one.name == name)
        for name in ("model_memory_used_ratio", "model_inference_in_flight", "model_restarts_total")
    ]
    memory, busy, restarts = world.telemetry.values[rows, 0, len(world.past) :][:, ::4]
    return memory, busy, restarts


def test_a_restart_cures_a_leak_for_a_while() -> None:
    """Memory is free again and fills again; the kill comes 16 minutes after the restart instead of after the onset."""
    usual = staged().service.profile.memory_used_ratio
    alone, restarted = _leaking(None), _leaking(14.0)

    assert alone[0][20] > 0.95
    assert restarted[0][14] == pytest.approx(usual, abs=0.02)
    assert restarted[0][22] == pytest.approx(usual + (1 - usual) * 8 / 16, abs=0.02)
    assert [float(alone[2][minute]) for minute in (20, 22, 29)] == [0, 1, 1]
    assert [float(restarted[2][minute]) for minute in (13, 14, 22, 29)] == [0, 1, 1, 1]
    assert float(_leaking(12.0)[2][29]) == 2


def test_a_restart_costs_capacity_while_it_rolls() -> None:
    """A quarter of the workers is away for four minutes: times go up, and then they are as they were."""
    stage = staged(minutes=30)
    place = [knob.id for knob in stage.knobs].index("restart")
    codes = np.tile(stage.outlooks.defaults, (2, 1))
    codes[:, place] = stage.knobs[place].encode("restarted")
    since = np.full(2, 10.0)
    known, places = stage.outlooks.of(
        np.concatenate([stage.rows(codes, minute, since) for minute in (9.0, 10.0, 13.5, 14.0)])
    )
    seen = known.take(places).within[::2, 5]

    assert max(seen[1:3]) < seen[0] - 0.005
    assert seen[3] == pytest.approx(seen[0], abs=0.001)


def test_the_oracle_knows_of_restarts_what_anybody_could() -> None:
    """Impact after a restart is that of a young process, and later that of an old one."""
    stage = staged(FAULTS["memory-leak"])
    codes = np.tile(stage.outlooks.defaults, (2, 1))
    codes[:, [knob.id for knob in stage.knobs].index("restart")] = 1.0

    young, old = (
        stage.outlooks.impact(stage.rows(codes, minute, np.full(2, 15.0)))[0] for minute in (16.0, 17.0)
    )

    assert young < 0.05
    assert old > 0.5
