"""A sandbox in; what it exposes, what state it is in, and a digest of what it would answer, out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from generator.model import Setting
from simulator.live.sandbox.fate import fate_of
from simulator.live.sandbox.healthy import case_of
from simulator.live.sandbox.scoring import Asked
from simulator.live.sandbox.service import Sandbox
from simulator.world.telemetry import Series, series

PROBES = 50
WITHOUT = 5
"""Every so many of the probes come with nothing in them."""


def samples(sandbox: Sandbox) -> Iterator[tuple[Series, float]]:
    """Every series of the service and its value now; NaN where nothing is known."""
    profile, now_s = sandbox.service.profile, sandbox.now()
    yield from sandbox.counters.totals()
    yield from sandbox.monitors.gauges(now_s)
    accuracy, age_s = sandbox.labels.gauges(now_s)
    yield series("model_labelled_accuracy_ratio", window=f"{profile.accuracy_window_minutes:g}m"), accuracy
    yield series("model_label_age_seconds"), age_s
    yield series("model_inference_in_flight"), sandbox.crew.in_flight
    if sandbox.known is not None:
        yield series("model_golden_accuracy_ratio"), sandbox.known.ratio(sandbox.scorer, now_s)
    # Nothing in here leaks.
    yield series("model_memory_used_ratio"), profile.memory_used_ratio


def state(sandbox: Sandbox) -> Mapping[str, object]:
    """What a drill compares before and after, as ``standing``; and what goes on beside, as ``now``."""
    settings = asdict(sandbox.scorer.settings)
    return {
        "service": sandbox.service.id,
        "seed": sandbox.seed,
        "compression": sandbox.compression.factor,
        "standing": {
            "controls": dict(sandbox.turned),
            "versions": settings.pop("version"),
            "settings": {**settings, "off": sorted(settings["off"])},
            "places": sandbox.crew.places,
            "digest": digest(sandbox),
        },
        "now": {
            "drill_s": sandbox.now(),
            "in_flight": sandbox.crew.busy,
            "answers": sandbox.counters.answers,
            "restarts": sandbox.counters.restarts,
        },
    }


def controls(sandbox: Sandbox) -> list[Mapping[str, object]]:
    """Every control: where it stands, and where it may be turned to."""
    return [
        {
            "control": control.id,
            "kind": control.kind,
            "title": control.title,
            "value": sandbox.turned[control.id],
            "default": control.default,
            "values": list[Setting](control.values),
        }
        for control in sandbox.service.controls
    ]


def digest(sandbox: Sandbox) -> str:
    """What it would answer to some requests, as one hash: equal answers, equal hash. Nothing is counted."""
    answers = [_answer(sandbox, asked) for asked in _probes(sandbox)]
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()


def _probes(sandbox: Sandbox) -> Iterator[Asked]:
    held = sandbox.held
    for number in range(PROBES):
        case = number * held.cases // PROBES
        inputs = {} if number % WITHOUT == 0 else case_of(held, case).inputs
        yield Asked(f"probe-{number}", case, inputs)


def _answer(sandbox: Sandbox, asked: Asked) -> tuple[float, str, str, str]:
    scorer = sandbox.scorer
    scored = scorer.score(asked)
    made = scorer.decide(asked, scored, fate_of(sandbox.seed, asked.id))
    return round(scored.score, 9), made.decision, made.route, scorer.version
