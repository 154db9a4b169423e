"""What the sandbox shows of the requests that it answers."""

from __future__ import annotations

import math
from statistics import fmean

import numpy as np
import pytest

from simulator import controls
from simulator.live.sandbox import shown
from simulator.live.sandbox.healthy import healthy_of
from simulator.live.sandbox.labels import Due, Labels
from simulator.live.sandbox.windows import Sliding
from simulator.world.exposed import identities_of
from simulator.world.outlook import Outlooks
from simulator.world.sampling import Sampler
from tests.simulator.live.sandbox.served import DELAYS, FRAUD, Bench, bench, given, run

Inputs = dict[str, dict[str, object]]


def kilometres(inputs: Inputs) -> None:
    inputs["schedule-feed"]["distance_miles"] = 1.609344 * float(
        str(inputs["schedule-feed"]["distance_miles"])
    )


def nothing(inputs: Inputs) -> None:
    del inputs["schedule-feed"]["distance_miles"]


def distance_psi(made: Bench) -> float:
    return made.gauge("model_feature_psi", feature="distance", window="10m")


@pytest.mark.parametrize("service", [DELAYS, FRAUD])
def test_every_series_of_the_service_has_a_value_from_the_first_scrape_on(service: str) -> None:
    """With requests of the last step, nothing is unknown: windows, labels and known requests have a past."""

    async def play() -> dict[str, float]:
        made = bench(service)
        await made.traffic(1)
        return {str(one): value for one, value in shown.samples(made.sandbox)}

    found = run(play)

    wanted = {str(one) for one in identities_of(bench(service).sandbox.service)}
    assert wanted <= found.keys()
    assert not [name for name in wanted if math.isnan(found[name])]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_psi_of_healthy_traffic_is_what_sampling_makes_it(seed: int) -> None:
    """At birth, of each feature, PSI is about (1/N + 1/M) times a chi-square of one less than its bins."""
    made = bench(seed=seed)

    for place, name in enumerate(made.sandbox.monitors.features):
        freedom = made.sandbox.monitors.bins[place].count - 1
        for window, requests in (("10m", 6000), ("60m", 36000)):
            found = made.gauge("model_feature_psi", feature=name, window=window)
            # The swing of the day makes windows between half and twice the mean; 1e-6 of chi-squares lie above.
            most = (1 / 10000 + 2 / requests) * (freedom + 5 * math.sqrt(2 * freedom) + 12)
            assert 0 < found < most


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_past_under_a_cap_has_no_more_requests_than_can_come(seed: int) -> None:
    """Else a window moves too slowly. Of so many fewer requests, PSI is about as many times larger."""
    few, many = bench(seed=seed, most_per_s=20.0), bench(seed=seed)

    def mean_psi(made: Bench) -> float:
        names = made.sandbox.monitors.features
        return fmean(made.gauge("model_feature_psi", feature=name, window="10m") for name in names)

    rate = few.sandbox.compression.factor
    asked = 600 * 20.0 / rate
    freedom = sum(bins.count - 1 for bins in few.sandbox.monitors.bins)
    # The mean of a chi-square and six of its standard deviations around it.
    near = 6 * math.sqrt(2 * freedom) / freedom
    expected = freedom / len(few.sandbox.monitors.features) / asked
    assert expected * (1 - near) < mean_psi(few)
    assert mean_psi(many) < mean_psi(few) / 5


def test_the_past_is_keyed_by_the_seed() -> None:
    """Same seed, same past."""
    one, same, other = (
        {str(name): value for name, value in shown.samples(bench(seed=seed).sandbox)} for seed in (3, 3, 4)
    )

    assert repr(one) == repr(same)
    assert repr(one) != repr(other)


def test_kilometres_for_miles_move_mean_and_psi_and_pipeline_v1_is_free_of_them() -> None:
    """A change of unit on the current feed; the timetable that v1 reads is held by the sandbox itself."""

    async def play() -> tuple[float, float, float, float]:
        made = bench()
        await made.traffic(11)
        mean, psi = made.gauge("model_feature_mean", feature="distance"), distance_psi(made)
        await made.traffic(11, change=kilometres)
        assert made.gauge("model_feature_mean", feature="distance") == pytest.approx(1.609 * mean, rel=0.3)
        assert made.gauge("model_score_psi", window="10m") > 0.02
        changed = distance_psi(made)
        made.turn("pipeline-version", "v1")
        await made.traffic(11, change=kilometres)
        return (
            psi,
            changed,
            distance_psi(made),
            made.gauge("model_feature_null_ratio", feature="origin_delay"),
        )

    healthy, changed, cured, missing = run(play)

    assert healthy < 0.02
    assert changed > 0.1
    assert cured < 0.02
    assert missing > 0.95


def test_switching_the_feature_off_cures_the_score_and_leaves_the_feature_as_it_is() -> None:
    """Toggles act behind the drift monitor."""

    async def play() -> tuple[float, float, float]:
        made = bench()
        made.turn("distance-toggle", "off")
        await made.traffic(11)
        healthy = made.gauge("model_prediction_mean")
        await made.traffic(11, change=kilometres)
        return healthy, made.gauge("model_prediction_mean"), distance_psi(made)

    healthy, changed, psi = run(play)

    assert changed == pytest.approx(healthy, abs=0.15)
    assert psi > 0.1


def test_missing_values_show_in_the_null_ratio_and_not_in_the_psi() -> None:
    """Null, absent and retyped fields are missing values alike."""

    async def play() -> tuple[float, float, float]:
        made = bench()
        await made.traffic(6)
        await made.traffic(2, change=nothing)
        await made.traffic(1, change=lambda inputs: inputs["schedule-feed"].update(distance_miles=None))
        await made.traffic(1, change=lambda inputs: inputs["schedule-feed"].update(distance_miles="733"))
        gauge = made.gauge("model_feature_null_ratio", feature="distance")
        return gauge, made.gauge("model_feature_mean", feature="distance"), distance_psi(made)

    nulls, mean, psi = run(play)

    assert nulls == pytest.approx(0.4, abs=0.05)
    assert math.isnan(mean)
    assert psi < 0.05


def test_one_monstrous_value_is_forgotten_with_its_window() -> None:
    """A sum that once held 1e99 is right again afterwards."""

    async def play() -> tuple[float, float]:
        made = bench()
        await made.traffic(0.5, change=lambda inputs: inputs["schedule-feed"].update(distance_miles=1e99))
        spoilt = made.gauge("model_feature_mean", feature="distance")
        await made.traffic(1)
        return spoilt, made.gauge("model_feature_mean", feature="distance")

    spoilt, after = run(play)

    assert spoilt > 1e97
    assert 700 < after < 1400


def test_the_age_of_a_feature_follows_from_when_its_source_took_it() -> None:
    """Values of three hours ago make old features of that source alone; fresh ones are as old as ever."""

    async def play(ago_s: float | None) -> tuple[float, float]:
        made = bench()

        def taken(inputs: Inputs) -> None:
            if ago_s is not None:
                inputs["operations-feed"]["as_of_s"] = made.clock.seconds - ago_s

        await made.traffic(1, change=taken)
        return tuple(  # type: ignore[return-value]
            made.gauge("model_feature_age_seconds", feature=name) for name in ("origin_delay", "distance")
        )

    assert run(lambda: play(10800)) == pytest.approx((10800, 120))
    assert run(lambda: play(0)) == (120, 120)
    assert run(lambda: play(None)) == (120, 120)


def test_old_values_that_stand_in_are_as_old_as_their_control_says() -> None:
    """Half an hour more than usual, for requests whose delays are missing."""

    async def play() -> float:
        made = bench()
        made.turn("last-good-delays", "on")
        await made.traffic(1, change=lambda inputs: inputs["operations-feed"].clear())
        return made.gauge("model_feature_age_seconds", feature="departure_delay")

    assert run(play) == pytest.approx(120 + 1800)


def test_labels_of_the_past_come_by_themselves_and_accuracy_stands_from_the_start() -> None:
    """Four hours late, as the profile says; accuracy is the panel's."""
    made = bench()

    for made.clock.seconds in (0.0, 600.0, 7200.0):
        assert made.gauge("model_label_age_seconds") == pytest.approx(4 * 3600, abs=15)
        assert made.gauge("model_labelled_accuracy_ratio", window="120m") == pytest.approx(0.88, abs=0.03)


def test_labels_that_are_posted_count_for_the_decision_that_was_made() -> None:
    """Labels that say the opposite take accuracy down: ten minutes of them, among fifty of the past."""

    async def play() -> tuple[float, float]:
        made = bench(FRAUD)
        labels = made.sandbox.labels
        await made.traffic(10)
        waiting = dict(labels._waiting)
        made.clock.seconds += 30 * 60
        before = made.gauge("model_labelled_accuracy_ratio", window="60m")
        for id, kept in waiting.items():
            assert labels.learn(id, 1 - (kept & 1))
            assert not labels.learn(id, 1)
        return before, made.gauge("model_labelled_accuracy_ratio", window="60m")

    before, after = run(play)

    assert before > 0.9
    assert 0.6 < after < 0.8


def test_label_age_grows_when_no_label_comes() -> None:
    """Nobody posts anything, and those of the past have all come."""
    made = bench(FRAUD)
    made.gauge("model_label_age_seconds")

    made.clock.seconds = 3600.0

    assert made.gauge("model_label_age_seconds") == pytest.approx(3600, abs=15)


def test_decisions_that_nobody_labels_are_forgotten() -> None:
    """What waits is bounded by time."""
    labels = Labels(window_s=60, keep_s=120, cases=10)
    labels.expect([Due(0.0, 0.0, 3, 2)])
    for second in range(0, 600, 10):
        labels.decided(f"r-{second}", 3, block=True, now_s=float(second))
        labels.gauges(float(second))

    assert len(labels._waiting) <= 14
    assert not labels.learn("r-0", 1)
    assert labels.learn("r-590", 1)
    assert labels.gauges(590) == (1.0, 5.0)
    assert labels.told == {3: 1}


def test_known_requests_tell_whether_the_model_itself_is_sound() -> None:
    """They do not pass the feeds: kilometres leave them alone, a feature that is switched off does not."""

    async def play() -> tuple[float, float, float]:
        made = bench()
        healthy = made.gauge("model_golden_accuracy_ratio")
        await made.traffic(1, change=kilometres)
        made.clock.seconds = 30 * 60.0
        during = made.gauge("model_golden_accuracy_ratio")
        made.turn("departure-delay-toggle", "off")
        made.clock.seconds = 60 * 60.0
        return healthy, during, made.gauge("model_golden_accuracy_ratio")

    healthy, during, without = run(play)

    assert abs(during - healthy) < 0.08
    assert without < healthy - 0.04


def test_a_window_forgets_slot_by_slot_and_through_pauses() -> None:
    """Amounts leave with their slot, however long nobody came."""
    window = Sliding(1, slot_s=1, reach_s=4, now_s=100.5)
    window.row[0] += 1
    window.advance(101.5)
    window.row[0] += 2

    assert window.since(101.6, 4) == 3
    assert window.since(103.9, 4) == 3
    assert window.since(104.1, 4) == 2
    assert window.since(104.1, 1) == 0
    assert window.since(500.0, 4) == 0
    window.row[0] += 5
    assert window.since(500.0, 1) == 5


@pytest.mark.parametrize("service", [DELAYS, FRAUD])
def test_drift_is_held_against_the_very_sample_of_the_simulated_world(service: str) -> None:
    """Same bins, same seed, same reference; known requests are decided right as often."""
    made, shipped = bench(service, seed=9), given(service)
    outlooks = Outlooks(shipped.service, shipped.panel, controls.knobs(shipped.service), ())
    sampler = Sampler(shipped.service, outlooks, seeds=[9], times=np.arange(2.0), past=0)
    monitors, held = made.sandbox.monitors, made.sandbox.held
    there, index = outlooks.of(np.append(outlooks.defaults, 1.0)[None, :])
    window = np.arange(1.0, outlooks.exists.size + 1).reshape(outlooks.exists.shape) * outlooks.exists

    here = healthy_of(made.sandbox.scorer, held)

    assert monitors._reference.psi(window.copy()).tolist() == sampler._reference.psi(window[None])[0].tolist()
    scores = np.arange(1.0, outlooks.score_bins.count + 1)
    psi = float(sampler._score_reference.psi(scores[None].copy())[0])
    assert float(monitors._score_reference.psi(scores)) == psi
    assert held.weight @ here.right == pytest.approx(there.golden[index[0]])
    assert held.weight @ here.score == pytest.approx(there.score_mean[index[0]])
