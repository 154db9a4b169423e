"""The services that ship: sound while nothing is wrong, made by their scripts, hurt by what is said to hurt them."""

from __future__ import annotations

import hashlib
import json
import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from generator.model import Fault, Setting, Span
from simulator import controls, faults
from simulator.world.outlook import Outlook, Outlooks
from tests.simulator.stages import ROOT, catalogue

SERVICES = ROOT / "runbooks" / "services"
KILOMETRES = Fault(
    id="kilometres",
    kind="unit-change",
    node="schedule-feed",
    onset_minutes=Span(0, 0),
    with_={"field": "distance_miles", "factor": 1.609344},
)
OLD_DELAYS = Fault(
    id="old-delays",
    kind="stale-features",
    node="delay-store",
    onset_minutes=Span(0, 0),
    with_={"fields": ["departure_delay_min", "origin_delay_min"], "age_hours": 3, "memory_hours": 1.5},
)
HALF_FOUND = Fault(
    id="half-found",
    kind="unit-change",
    node="knowledge-index",
    onset_minutes=Span(0, 0),
    with_={"field": "retrieval_score", "factor": 0.5},
)
AT_HOME = {
    "kilometres": "delay-predictor",
    "old-delays": "delay-predictor",
    "half-found": "support-assistant",
}

everywhere = pytest.mark.parametrize("service", [one.id for one in catalogue().services])


def outlook(
    service: str,
    *,
    fault: Fault | None = None,
    turned: Mapping[str, Setting] | None = None,
    busy: float = 1.0,
) -> Outlook:
    """What to expect of a service at ``busy`` times its mean traffic, with one fault at full strength."""
    shipped, panel = catalogue().service(service), catalogue().panels[service]
    knobs, wrong = controls.knobs(shipped), (fault,) if fault else ()
    placed = faults.place(wrong, benign=0, panel=panel, seeds=[1])
    codes = [knob.encode((turned or {}).get(knob.id, knob.decode(knob.default))) for knob in knobs]
    row = np.array([[*codes, *(1.0 for _ in wrong), busy * shipped.profile.traffic.requests_per_s]])
    known, places = Outlooks(shipped, panel, knobs, placed).of(row)
    return known.take(places)


def lateness(service: str, expected: Outlook) -> float:
    times = catalogue().service(service).profile.latency
    return float(1 - expected.within[0, times.buckets_ms.index(times.deadline_ms)])


@everywhere
def test_the_model_beats_the_fallback_and_the_fallback_beats_a_constant(service: str) -> None:
    """A healthy model is right most often, the fallback next, and one answer for everybody least."""
    panel, shipped = catalogue().panels[service].columns, catalogue().service(service)
    label, weight = (
        np.array(panel[name]) for name in (shipped.profile.panel.label, shipped.profile.panel.weight)
    )
    positive = float(weight @ label / weight.sum())

    model = outlook(service).correct.item()
    fallback = outlook(service, turned={"traffic-split": 0.0}).correct.item()

    assert model > fallback > max(positive, 1 - positive)


@everywhere
def test_a_healthy_service_keeps_its_objectives_at_its_busiest_hour(service: str) -> None:
    """With nothing wrong nobody is harmed; even at the peak, fewer are late, refused or failed than the SLOs allow."""
    shipped = catalogue().service(service)
    promised = {slo.id: slo.objective for slo in shipped.slos}

    calm = outlook(service)
    peak = outlook(service, busy=1 + shipped.profile.traffic.daily_swing)

    assert calm.impact.item() == 0.0
    assert lateness(service, peak) < 1 - promised["answered-in-time"]
    assert 1 - peak.codes[0, 0] < 1 - promised["no-errors"]


@everywhere
def test_a_model_decides_positively_about_as_often_as_it_should(service: str) -> None:
    """The share of positive decisions is within a third of the share of positive labels."""
    panel, shipped = catalogue().panels[service].columns, catalogue().service(service)
    label, weight = (
        np.array(panel[name]) for name in (shipped.profile.panel.label, shipped.profile.panel.weight)
    )

    decided = float(outlook(service).decisions[0, 2])

    assert decided == pytest.approx(weight @ label / weight.sum(), rel=1 / 3)


@pytest.mark.parametrize("fault", [KILOMETRES, OLD_DELAYS, HALF_FOUND], ids=lambda fault: fault.id)
def test_a_poisoned_model_is_worse_than_the_fallback(fault: Fault) -> None:
    """With the fault more are harmed by the model than by the fallback, and going back a pipeline harms least."""
    service = AT_HOME[fault.id]
    pipeline = next(c for c in catalogue().service(service).controls if c.id == "pipeline-version")

    poisoned = outlook(service, fault=fault).impact.item()
    contained = outlook(service, fault=fault, turned={"traffic-split": 0.0}).impact.item()
    back = outlook(service, fault=fault, turned={"pipeline-version": pipeline.values[0]}).impact.item()

    assert back < contained < poisoned - 0.05


def test_two_features_that_hold_each_other_are_switched_off_together() -> None:
    """Without distance alone the delay model misreads scheduled times; without both it is nearly as good as ever."""
    distance, both = {"distance-toggle": "off"}, {"distance-toggle": "off", "scheduled-time-toggle": "off"}

    alone = outlook("delay-predictor", fault=KILOMETRES, turned=distance).impact.item()
    together = outlook("delay-predictor", fault=KILOMETRES, turned=both).impact.item()

    assert together < alone / 2


@pytest.mark.parametrize("service", ["fraud-scorer", "support-assistant"])
def test_a_script_makes_its_panel_again_byte_for_byte(service: str, tmp_path: Path) -> None:
    """Running a copy of the script beside nothing gives the panel that ships."""
    script = shutil.copy(SERVICES / service / "make_panel.py", tmp_path)

    runpy.run_path(str(script))

    assert (tmp_path / "panel.csv").read_bytes() == (SERVICES / service / "panel.csv").read_bytes()


def test_the_coefficients_of_the_prompts_are_those_that_the_script_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each term that the script prints stands in the service file, word for word."""
    script = shutil.copy(SERVICES / "support-assistant" / "make_panel.py", tmp_path)
    runpy.run_path(str(script))

    terms = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  - {")]

    text = (SERVICES / "support-assistant.yaml").read_text(encoding="utf-8")
    assert len(terms) == 14
    assert [term for term in terms if term not in text] == []


def test_the_panel_of_real_flights_is_the_one_on_record() -> None:
    """Its content has the hash that its script wrote down beside it, with the licence of the data."""
    folder = SERVICES / "delay-predictor"
    record = json.loads((folder / "panel.json").read_text(encoding="utf-8"))

    found = hashlib.sha256((folder / "panel.csv").read_bytes()).hexdigest()

    assert found == record["panel_sha256"]
    assert record["licence"] == "CC0"
