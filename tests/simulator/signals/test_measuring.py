"""Signals over a service whose requests one can foretell: quiet while it is healthy, moved by what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.model import CompiledRunbook, Fault, Golden, Service, Signal, Span
from simulator.session.stage import set_up
from simulator.signals.alerts import SignalBank
from simulator.world.flow import Floats
from simulator.world.outlook import Outlook, Outlooks
from simulator.world.telemetry import Telemetry, series
from simulator.world.world import World
from tests.generator.exports.catalogues import signal
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue, stage

SEEDS = (3, 7, 11)
STEPS_A_MINUTE = 4
GOLDEN = Golden(questions=50, every_minutes=10)
EXACTLY = 1e-9


class Disturbed(Outlooks):
    """The outlooks of a service, overruled in some of their fields while ``by`` says so."""

    by: Mapping[str, Any] = {}

    def of(self, rows: Floats) -> tuple[Outlook, NDArray[np.intp]]:
        known, index = super().of(rows)
        changes: dict[str, Any] = {
            name: np.broadcast_to(value, getattr(known, name).shape) for name, value in self.by.items()
        }
        return replace(known, **changes), index


def readings(
    kind: str,
    with_: Mapping[str, Any],
    *,
    course: list[tuple[int, Mapping[str, Any]]],
    golden: Golden | None = None,
) -> Floats:
    """The signal's value at every scrape, (step, replica), over stretches of minutes, each disturbed in its way."""
    one = stage(QUIET_DRILL, SEEDS)
    service = with_golden(one.service, golden)
    outlooks = Disturbed(service, one.panel, one.knobs, ())
    world = World(
        service,
        one.panel,
        knobs=one.knobs,
        faults=(),
        seeds=SEEDS,
        clockwork=one.clockwork,
        outlooks=outlooks,
    )
    bank = SignalBank([signal("any", kind, with_=with_)], len(SEEDS), slos=service.slos)
    values, step = [], 0
    for minutes, disturbance in course:
        outlooks.by = disturbance
        for _ in range(minutes * STEPS_A_MINUTE):
            world.step(step)
            values.append(bank.evaluate(world.telemetry).values[0])
            step += 1
    return np.array(values)


def with_golden(service: Service, golden: Golden | None) -> Service:
    return replace(service, profile=replace(service.profile, golden=golden))


def after(minutes: float) -> int:
    """The last scrape of the first so many minutes."""
    return int(minutes * STEPS_A_MINUTE) - 1


def test_a_request_rate_follows_the_traffic() -> None:
    """It shows the rate of the hour, and three times as much within its window of a surge."""
    rate = readings("request-rate", {"window_minutes": 5}, course=[(10, {}), (5, {"load_factor": 3.0})])

    assert rate[: after(10)] == pytest.approx(rate[0].mean(), rel=0.06)
    assert rate[after(15)] == pytest.approx(3 * rate[after(10)], rel=0.05)


def test_a_request_rate_is_what_was_counted() -> None:
    """No answer is left out, whatever its code."""
    refused = {"codes": [0.5, 0.5, 0.0]}

    rate = readings("request-rate", {"window_minutes": 5}, course=[(10, {}), (10, refused)])

    assert rate[after(20)] == pytest.approx(rate[after(10)], rel=0.05)


def test_a_decision_ratio_is_the_share_of_one_decision() -> None:
    """When every second request is reviewed, half of the decisions are reviews once the window is full."""
    reviews = {"decisions": [0.4, 0.5, 0.1]}

    ratio = readings(
        "decision-ratio", {"decision": "review", "window_minutes": 5}, course=[(10, {}), (6, reviews)]
    )

    assert ratio[: after(10)].max() < 0.01
    assert ratio[after(16)] == pytest.approx(0.5, abs=0.03)


def test_a_fault_that_harms_moves_the_share_of_blocked_requests() -> None:
    """Amounts in cents are fraud to the model, and blocks go up with them."""
    one = stage(FAULT_DRILL, SEEDS)
    onset = float(one.faults[0].onset_minutes.min())
    by_block = signal("blocked", "decision-ratio", with_={"decision": "block", "window_minutes": 5})

    blocked = followed(one.world(), by_block, minutes=30)

    assert blocked[-1].min() > 3 * blocked[: after(onset)].max()


@pytest.mark.parametrize(
    ("kind", "with_", "across", "fault", "node", "how"),
    [
        ("request-rate", {"window_minutes": 5}, (">", 40.0), "load-surge", "scoring-endpoint", {"factor": 4.0}),
        (
            "feature-age",
            {"feature": "amount"},
            (">", 3600.0),
            "stale-features",
            "payments-feed",
            {"fields": ["amount"], "age_hours": 6.0},
        ),
        (
            "burn-rate",
            {"slo": "no-errors", "long_minutes": 60, "short_minutes": 5},
            (">", 14.4),
            "error-burst",
            "scoring-endpoint",
            {},
        ),
        (
            "golden-accuracy",
            {},
            ("<", 0.9),
            "bad-model-release",
            "fraud-model",
            {"version": "summer-2026", "bias": 6.0, "noise": 0.0},
        ),
        ("label-age", {}, (">", 2400.0), "label-delay", "checkout", {"hours": 2.0}),
        (
            "memory-used",
            {},
            (">", 0.8),
            "memory-leak",
            "fraud-model",
            {"fill_minutes": 18.0, "restart_minutes": 1.0, "slowdown": 2.0},
        ),
        (
            "restart-count",
            {"window_minutes": 10},
            (">", 1.5),
            "memory-leak",
            "fraud-model",
            {"fill_minutes": 3.0, "restart_minutes": 1.0, "slowdown": 2.0},
        ),
        (
            "version-share",
            {"version": "spring-2026", "window_minutes": 5},
            (">", 0.02),
            "wrong-version",
            "fraud-model",
            {"version": "spring-2026"},
        ),
        (
            "answer-form-ratio",
            {"form": "refusal", "window_minutes": 5},
            (">", 0.02),
            "refusal-spike",
            "fraud-model",
            {"version": "summer-2026", "form": "refusal"},
        ),
    ],
)  # fmt: skip
def test_a_fault_moves_a_signal_across_a_threshold_that_health_does_not_reach(
    kind: str,
    with_: Mapping[str, Any],
    across: tuple[str, float],
    fault: str,
    node: str,
    how: Mapping[str, Any],
) -> None:
    """Quiet until the onset, and with nothing wrong for as long; past the threshold a quarter of an hour later."""
    onset = 15.0
    placed = Fault("only", fault, node, Span(onset, onset), with_=how)
    shipped = catalogue()
    drills = tuple(
        replace(one, faults=(placed,), noise=()) for one in shipped.drills if one.id == QUIET_DRILL
    )
    services = tuple(with_golden(one, GOLDEN) for one in shipped.services)
    one = set_up(replace(shipped, drills=drills, services=services), QUIET_DRILL, SEEDS)
    sign = 1 if across[0] == ">" else -1

    struck, healthy = (
        sign * (followed(world, signal("any", kind, with_=with_), minutes=30) - across[1])
        for world in (one.world(), one.healthy_world())
    )

    assert healthy.max() < 0
    assert struck[: after(onset)].max() < 0
    assert struck[-1].min() > 0


def followed(world: World, one: Signal, *, minutes: int) -> Floats:
    """The signal's value at every scrape: (step, replica)."""
    bank = SignalBank([one], len(SEEDS), slos=world.service.slos)
    values = []
    for step in range(minutes * STEPS_A_MINUTE):
        world.step(step)
        values.append(bank.evaluate(world.telemetry).values[0])
    return np.array(values)


def test_the_age_of_a_feature_is_what_the_profile_says_and_what_comes_on_top() -> None:
    """Healthy values are as old as the profile has it; those of one feature that stands still are older."""
    features = stage(QUIET_DRILL, SEEDS).service.profile.drift.features
    stale = {"feature_age_s": [600.0 * (name == "amount") for name in features]}
    course: list[tuple[int, Mapping[str, Any]]] = [(2, {}), (2, stale)]

    amount = readings("feature-age", {"feature": "amount"}, course=course)
    attempts = readings("feature-age", {"feature": "attempts"}, course=course)

    usual = stage(QUIET_DRILL, SEEDS).service.profile.feature_age_seconds
    assert np.unique(amount[: after(2)]).tolist() == [usual]
    assert np.unique(amount[after(2) + 1 :]).tolist() == [usual + 600]
    assert np.unique(attempts).tolist() == [usual]


def test_golden_accuracy_stands_still_between_runs() -> None:
    """Every ten minutes fifty questions are asked; what came of it is shown until the next run."""
    worse = {"golden": 0.5}

    accuracy = readings("golden-accuracy", {}, course=[(15, {}), (20, worse)], golden=GOLDEN)

    runs = [accuracy[at : at + 10 * STEPS_A_MINUTE] for at in range(0, 35 * STEPS_A_MINUTE, 40)]
    assert all(len(np.unique(run[:, replica])) == 1 for run in runs for replica in range(len(SEEDS)))
    answers = accuracy * GOLDEN.questions
    assert np.abs(answers - answers.round()).max() < EXACTLY
    assert accuracy[after(20)].min() > 0.9
    assert accuracy[after(21)].max() < 0.8


def test_runs_of_golden_questions_do_not_depend_on_how_often_one_looks() -> None:
    """The run of a given minute has the same result at half the scrape interval."""

    def run(step_seconds: float) -> Floats:
        shipped = catalogue()
        drills = tuple(replace(one, step_seconds=step_seconds) for one in shipped.drills)
        services = tuple(with_golden(one, GOLDEN) for one in shipped.services)
        one = set_up(replace(shipped, drills=drills, services=services), QUIET_DRILL, SEEDS)
        telemetry = played(one.world, minutes=25, steps_a_minute=60 / step_seconds)
        values = telemetry.values[telemetry.row(series("model_golden_accuracy_ratio")), :]
        return values[:, telemetry.length - 1]

    assert run(15).tolist() == run(30).tolist()


def test_a_service_without_golden_questions_has_no_such_signal() -> None:
    """There is no series, hence no value and no alert."""
    accuracy = readings("golden-accuracy", {}, course=[(1, {})])

    assert np.isnan(accuracy).all()


def test_golden_questions_shift_no_other_draw() -> None:
    """A service that asks itself has, in all other series, the record of one that does not."""

    def run(golden: Golden | None) -> Telemetry:
        shipped = catalogue()
        services = tuple(with_golden(one, golden) for one in shipped.services)
        return played(set_up(replace(shipped, services=services), FAULT_DRILL, SEEDS).world, minutes=20)

    without, asked = run(None), run(GOLDEN)

    assert len(asked.identities) == len(without.identities) + 1
    for row, identity in enumerate(without.identities):
        np.testing.assert_array_equal(without.values[row], asked.values[asked.row(identity)])


def test_a_burn_rate_rises_when_both_windows_burn_and_falls_with_the_shorter_one() -> None:
    """One request in ten fails for ten minutes: seconds do not matter, minutes do, and the end is soon seen."""
    failing = {"codes": [0.9, 0.0, 0.1]}

    burn = readings(
        "burn-rate",
        {"slo": "no-errors", "long_minutes": 60, "short_minutes": 5},
        course=[(10, {}), (10, failing), (6, {})],
    )

    assert burn[: after(10)].max() < 2
    assert burn[after(11)].max() < 5
    # Ten of sixty minutes, a tenth of the requests, of which the objective allows a thousandth.
    assert burn[after(20)] == pytest.approx(0.1 / 0.001 * 10 / 60, rel=0.15)
    assert burn[after(26)].max() < 2


def test_a_burn_rate_counts_against_its_own_objective() -> None:
    """The same errors burn a budget five times as large a fifth as fast."""
    failing = {"codes": [0.9, 0.0, 0.1]}
    windows = {"long_minutes": 10, "short_minutes": 5}

    strict, lenient = (
        readings("burn-rate", {"slo": slo, **windows}, course=[(5, {}), (10, failing)])
        for slo in ("no-errors", "answered-in-time")
    )

    np.testing.assert_allclose(strict, 5 * lenient)


def test_a_drill_has_a_past_as_long_as_the_longest_window_of_a_burn_rate() -> None:
    """A window of ten hours is whole from the first minute."""
    shipped = catalogue()
    burn = signal("burn", "burn-rate", with_={"slo": "no-errors", "long_minutes": 600, "short_minutes": 50})
    changed = replace(shipped, runbooks=tuple(with_signal(one, burn) for one in shipped.runbooks))

    world = set_up(changed, QUIET_DRILL, SEEDS).world()

    assert world.telemetry.times[0] <= -600 * 60


def with_signal(compiled: CompiledRunbook, added: Signal) -> CompiledRunbook:
    detection = replace(compiled.runbook.detection, signals=(*compiled.runbook.detection.signals, added))
    return replace(compiled, runbook=replace(compiled.runbook, detection=detection))


def played(make: Callable[[], World], *, minutes: float, steps_a_minute: float = STEPS_A_MINUTE) -> Telemetry:
    world = make()
    for step in range(int(minutes * steps_a_minute) + 1):
        world.step(step)
    return world.telemetry
