"""The effect is stated, and the number that has it is found: the world shows it, and so do real requests."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from generator.catalogue_file import write
from generator.check import check
from generator.content import content_hash
from generator.hashes import drill_hash
from generator.load import load
from generator.model import Catalogue, Effect, Fault, Slice, Span
from generator.values import brief
from simulator.cli import drill as command
from simulator.events import Record, Revealed, canonical
from simulator.faults.solving import UnreachableError
from simulator.live.clock import Compression
from simulator.live.translating import leases
from simulator.report import markdown, terminal_text
from simulator.scoring import score
from simulator.session.play import play_machine
from simulator.session.stage import Stage, set_up
from simulator.world.drift import psi
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry, series
from tests.generator.corpus import copied
from tests.simulator.stages import FAULT_DRILL, catalogue, payloads, with_drill

ONSET = 5.0
SEEDS = range(24)
OLD = {"field": "account_age_days"}


def _fault(kind: str, node: str, effect: Effect, **own: Any) -> Fault:
    return Fault("it", kind, node, Span(ONSET, ONSET), effect=effect, **own)


SHIFT = _fault("covariate-shift", "account-store", Effect(psi=0.25), with_=OLD)
DRIFTS = {
    "a shift": SHIFT,
    "a shift down": replace(SHIFT, effect=Effect(psi=0.5, direction="down")),
    "a shift of half of the requests": replace(SHIFT, share=0.5),
    "the share of a shift": replace(SHIFT, with_={**OLD, "shift_sd": -2.0}),
    "the share of another unit": _fault(
        "unit-change", "payments-feed", Effect(psi=0.25), with_={"field": "amount", "factor": 100}
    ),
    "the share of a sentinel": _fault(
        "sentinel-value", "account-store", Effect(psi=0.1), with_={**OLD, "value": -1}
    ),
    "the share of a slice": replace(
        _fault("unit-change", "payments-feed", Effect(psi=0.1), with_={"field": "amount", "factor": 100}),
        slice=Slice("account_age_days", 0, 400),
    ),
}
TAILS = {
    "the breadth of a delay": _fault(
        "tail-latency", "fraud-model", Effect(p99_ms=750), share=0.1, with_={"p50_ms": 250}
    ),
    "the share of a delay": _fault(
        "tail-latency", "scoring-endpoint", Effect(p99_ms=750), with_={"p50_ms": 250, "p99_ms": 900}
    ),
}


def _catalogue(*faults: Fault, noise: tuple[Fault, ...] = (), minutes: float = 70) -> Catalogue:
    return with_drill(lambda one: replace(one, horizon_minutes=minutes, faults=faults, noise=noise))


def _stage(*faults: Fault, seeds: range = range(1), **more: Any) -> Stage:
    return set_up(_catalogue(*faults, **more), FAULT_DRILL, seeds)


def _lived(stage: Stage) -> Telemetry:
    world = stage.world()
    for step in range(stage.clockwork.steps + 1):
        world.step(step)
    return world.telemetry


def _sizes(stage: Stage, telemetry: Telemetry) -> tuple[float, float]:
    """Requests of the reference, and of a whole window of an hour."""
    row = telemetry.row(series("model_inference_duration_seconds_bucket", le="+Inf"))
    last = telemetry.length - 1
    came = telemetry.at(last)[row] - telemetry.at(last - 240)[row]
    return float(stage.service.profile.drift.reference_size), float(came.mean())


def _shares(stage: Stage, place: int, minute: float) -> Floats:
    """Of one feature in its bins, in the first replica."""
    rows = stage.rows(np.tile(stage.outlooks.defaults, (len(stage.seeds), 1)), minute)
    known, index = stage.outlooks.of(rows)
    shares: Floats = known.take(index).features[0, place]
    return shares[: stage.outlooks.bins[place].count]


def _noise_of_windows(before: Floats, after: Floats, sizes: tuple[float, float]) -> float:
    """What finite samples add to a PSI on average: half of its second derivatives times the variances of shares."""
    of_reference = (1 + after / before) * (1 - before) / sizes[0]
    of_window = (1 + before / after) * (1 - after) / sizes[1]
    return float((of_reference + of_window).sum() / 2)


@pytest.mark.parametrize("fault", DRIFTS.values(), ids=DRIFTS)
def test_the_gauge_shows_the_drift_that_was_asked_for(fault: Fault) -> None:
    """The mean over seeds of a window of an hour is what was achieved, and the noise of samples that is computed."""
    stage = _stage(fault, seeds=SEEDS)
    found = stage.solved["it"]
    place = stage.outlooks.drift_features.index(found.of)
    telemetry = _lived(stage)
    shown = telemetry.at(telemetry.length - 1)[
        telemetry.row(series("model_feature_psi", feature=found.of, window="60m"))
    ]
    before, after = _shares(stage, place, 1.0), _shares(stage, place, 20.0)
    expected = found.achieved + _noise_of_windows(before, after, _sizes(stage, telemetry))
    assert found.achieved == pytest.approx(found.wanted, rel=0.05)
    assert abs(shown.mean() - expected) < 4 * shown.std(ddof=1) / math.sqrt(len(SEEDS))


@pytest.mark.parametrize("fault", TAILS.values(), ids=TAILS)
def test_the_histogram_shows_the_tail_that_was_asked_for(fault: Fault) -> None:
    """At a bucket's edge, one request of a hundred is slower: within four standard errors of so many requests."""
    stage = _stage(fault, seeds=SEEDS, minutes=25)
    telemetry = _lived(stage)
    first = telemetry.length - 1 - 4 * 19
    grown = telemetry.at(telemetry.length - 1) - telemetry.at(first)
    within, all_of_them = (
        float(grown[telemetry.row(series("model_inference_duration_seconds_bucket", le=edge))].sum())
        for edge in ("0.75", "+Inf")
    )

    assert stage.solved["it"].achieved == pytest.approx(750, rel=0.05)
    assert abs(within / all_of_them - 0.99) < 4 * math.sqrt(0.99 * 0.01 / all_of_them)


def test_real_requests_get_the_number_that_the_world_has() -> None:
    """A lease carries the solved share; and the healthy values, moved as the lease says, drift as was asked for."""
    share = _stage(DRIFTS["the share of another unit"])
    ((_, _, lease),) = leases(share, 0, Compression(20))
    assert lease.share == share.solved["it"].value == share.drill.faults[0].share < 1

    shift = _stage(SHIFT)
    ((_, _, lease),) = leases(shift, 0, Compression(20))
    (effect,) = lease.effects
    healthy = np.asarray(shift.panel.columns["account_age_days"], dtype=float)
    weight = np.asarray(shift.panel.columns["weight"], dtype=float)
    moved = healthy * effect.with_["factor"] if effect.kind == "scale" else healthy + effect.with_["by"]
    place = shift.outlooks.drift_features.index("account_age")
    bins = shift.outlooks.bins[place]
    before, after = bins.shares(np.log1p(np.stack([healthy, moved])), weight)[:, :-1] * 10_000
    assert float(psi(before, after, np.ones(bins.count))) == pytest.approx(0.25, rel=0.05)


def test_each_fault_has_its_effect_by_itself_and_noise_as_well() -> None:
    """Another fault beside it, or before it, changes neither what is asked nor that it is achieved."""
    first = DRIFTS["the share of another unit"]
    second = replace(TAILS["the share of a delay"], id="slow")
    noise = replace(SHIFT, id="noise", effect=Effect(psi=0.1))
    stage = _stage(first, second, noise=(noise,))

    assert {id: one.achieved for id, one in stage.solved.items()} == {
        "it": pytest.approx(0.25, rel=0.05),
        "slow": pytest.approx(750, rel=0.05),
        "noise": pytest.approx(0.1, rel=0.05),
    }
    assert [fault.id for fault in stage.drill.noise] == ["noise"]
    assert stage.drill.noise[0].with_["shift_sd"] == stage.solved["noise"].value


def test_times_may_vary_beside_an_effect() -> None:
    """It holds at the full extent, whenever that is reached."""
    ramped = replace(SHIFT, shape="linear", ramp_minutes=4.0, vary={"ramp_minutes": Span(2, 9)})

    assert _stage(ramped).solved == _stage(SHIFT).solved


def _whole(record: Record) -> list[str]:
    return [f"{event.t} {event.actor} {event.kind} {canonical(event.payload)}" for event in record.events]


def test_the_same_seed_gives_the_same_record_as_the_number_written_down() -> None:
    """Solved anew each time, to the last digit; and the record tells what was asked, found and achieved."""
    cat = _catalogue(SHIFT, minutes=30)
    one, again = (play_machine(set_up(cat, FAULT_DRILL, [3]), "robot")[0] for _ in range(2))
    told = payloads(one, Revealed)[0].faults[0]
    assert told.effect is not None
    with_ = {**OLD, told.effect.parameter: told.effect.value}
    written = _catalogue(replace(SHIFT, effect=None, with_=with_), minutes=30)
    (other,) = play_machine(set_up(written, FAULT_DRILL, [3]), "robot")

    assert _whole(one) == _whole(again)
    assert (told.effect.measure, told.effect.of, told.effect.wanted) == ("psi", "account_age", 0.25)
    assert payloads(other, Revealed)[0].impact == payloads(one, Revealed)[0].impact
    assert payloads(other, Revealed)[0].faults[0] == replace(told, effect=None)


def test_a_report_tells_what_was_asked_achieved_and_measured() -> None:
    """Behind the fault, where it says what was wrong."""
    (record,) = play_machine(set_up(_catalogue(SHIFT, minutes=30), FAULT_DRILL, [3]), "none")
    text = " ".join(markdown(score(record), record).replace("\\", "").split())

    effect = payloads(record, Revealed)[0].faults[0].effect
    assert effect is not None
    by, has = f"shift sd {effect.value:.3g}", f"PSI {effect.achieved:.3g}"
    assert f"covariate-shift at account-store ({by})" in text
    assert f"asked for: PSI 0.25 of account_age; {by} has {has} on the panel" in text
    assert "the highest that was measured: PSI 0.2" in text
    assert "(account_age psi 10m)" in text
    assert terminal_text(score(record), record)


def test_a_drill_that_states_no_effect_is_as_it_was() -> None:
    """The very same values, and so the same hash."""
    shipped = catalogue().drill(FAULT_DRILL)

    assert set_up(catalogue(), FAULT_DRILL, [1]).drill is shipped
    assert drill_hash(shipped) == content_hash(brief(shipped))
    assert "effect" not in brief(shipped)["faults"][0]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (replace(SHIFT, effect=Effect(psi=19)), r"the most is a PSI of [\d.]+ at shift_sd"),
        (
            replace(SHIFT, node="payments-feed", with_={"field": "foreign_card"}),
            r"it jumps from a PSI of 0 .*, or give a 'shift_sd' beyond that, so that 'share' is solved for",
        ),
        (replace(SHIFT, node="payments-archive", with_={"field": "amount"}), "no feature drifts with it"),
        (
            replace(DRIFTS["the share of another unit"], with_={"field": "amount", "factor": 1.01}),
            r"the most is a PSI of 0\.000\d+ at share",
        ),
        (
            replace(TAILS["the share of a delay"], effect=Effect(p99_ms=20)),
            r"the least is a p99 of \d+ ms at share 0",
        ),
        (
            replace(TAILS["the share of a delay"], effect=Effect(p99_ms=6000)),
            "the service measures times below 5000 ms",
        ),
        (
            replace(TAILS["the share of a delay"], node="rules-only"),
            r"the most is a p99 of \d+ ms at share 0",
        ),
    ],
)
def test_what_cannot_be_reached_is_refused_with_what_can(fault: Fault, why: str) -> None:
    """Naming the drill and the fault."""
    with pytest.raises(
        UnreachableError, match=rf"'{FAULT_DRILL}' wants .* of its fault 'it' \({fault.kind}\).*{why}"
    ):
        _stage(fault)


@pytest.mark.parametrize(
    "words", [["run", FAULT_DRILL, "--responder", "none"], ["rehearse", "feature-drift"]]
)
def test_nothing_is_played_where_an_effect_cannot_be_reached(words: list[str], tmp_path: Path) -> None:
    """Wrong usage, before any work is done."""
    file, out = tmp_path / "catalogue.json", tmp_path / "out"
    file.write_bytes(write(_catalogue(replace(SHIFT, id="strangers", effect=Effect(psi=19)))))
    more = ["--out", str(out)] if words[0] == "run" else []

    result = CliRunner().invoke(command, [*words, "--catalogue", str(file), *more])
    assert result.exit_code == 2
    assert "wants a PSI of 19 of its fault 'strangers' (covariate-shift)" in result.output
    assert not (out / "report.md").exists()


def test_a_field_whose_drift_nobody_measures_has_no_effect(tmp_path: Path) -> None:
    """Found where it is written, before anything is solved."""
    copied(tmp_path)
    service = tmp_path / "runbooks" / "services" / "fraud-scorer.yaml"
    text = service.read_text(encoding="utf-8")
    assert "features: [amount, attempts," in text
    service.write_text(text.replace("features: [amount, attempts,", "features: [attempts,"), encoding="utf-8")
    drill = tmp_path / "runbooks" / "feature-drift" / "drills" / "amount-unit-change.yaml"
    given = "with: {field: amount, factor: 100}"
    drill.write_text(
        drill.read_text(encoding="utf-8").replace(given, f"{given}\n    effect: {{psi: 0.25}}"),
        encoding="utf-8",
    )

    found = [finding for finding in check(load(tmp_path)) if finding.rule == "effects"]
    assert [finding.message for finding in found] == [
        "the drift of 'amount' is not measured, so that it has no PSI"
    ]
