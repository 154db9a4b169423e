"""What is known of a new runbook in, the next question to its author out."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator import kinds
from generator.model import Control, Service
from generator.source import likely
from generator.starting.estimate import Estimate, node_of, pipeline_features
from generator.starting.ground import Ground, StartError
from generator.starting.watches import WATCHES, spoken, trouble_for

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_ID = 64
_LONGEST_TITLE = 120
_MISSING = "feature-null-ratio"
_CONTAINING = ("traffic-split", "feature-toggle", "safe-mode", "load-shed")
"""Kinds of control that end harm quickly and can be taken back, the most general one first."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the author has said; an empty text: nothing yet."""

    id: str
    service: str = ""
    title: str = ""
    severity: str = ""
    signals: tuple[str, ...] = ()
    feature: str = ""
    symptom: str = ""
    control: str = ""

    def with_(self, key: str, value: str) -> Answers:
        """The same with one answer more."""
        return replace(self, signals=(value,)) if key == "signals" else replace(self, **{key: value})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with what may be answered; no choices: any words."""

    key: str
    words: str
    choices: tuple[str, ...]
    default: str


def next_question(ground: Ground, answers: Answers) -> Question | None:
    """What has still to be asked; StartError for an answer that cannot be."""
    _fitting_id(ground, answers.id)
    for question in _questions(ground, answers):
        given = answers.signals if question.key == "signals" else (getattr(answers, question.key),)
        if not any(given):
            return question
        for value in given:
            _possible(question, value)
    return None


def _questions(ground: Ground, answers: Answers) -> list[Question]:
    """The questions in order; one that stands on an answer which is missing is not asked yet."""
    organization = ground.organization
    services = tuple(ground.services)
    severities = tuple(one.id for one in organization.severities)
    found = [Question("service", "Which service is it for?", services, services[0])]
    if answers.service not in ground.services:
        return found
    service = ground.services[answers.service]
    watched = answers.signals or ("psi",)
    if any(kind not in WATCHES for kind in watched):
        return [Question("signals", "Which kind of signal shows it?", tuple(sorted(WATCHES)), "psi")]
    found += [
        Question(
            "title",
            "What happens, in a few words?",
            (),
            f"{spoken(answers.id).capitalize()}: {service.title}",
        ),
        Question(
            "severity", "How bad is it, as a rule?", severities, severities[min(1, len(severities) - 1)]
        ),
        Question("signals", "Which kind of signal shows it?", tuple(sorted(WATCHES)), "psi"),
    ]
    if any(WATCHES[kind].of_feature for kind in watched):
        features = monitored(service)
        if not features:
            raise StartError(
                f"'{service.id}' monitors no feature: choose another signal, such as error-ratio"
            )
        default = _feature(ground, service, watched)
        found.append(Question("feature", "Which feature of the model is watched?", features, default))
    if all(control.kind != "traffic-split" for control in service.controls):
        raise StartError(
            f"'{service.id}' has no control of kind traffic-split, through which a runbook returns to normal: "
            f"give it one in runbooks/services/{service.id}.yaml"
        )
    symptoms = tuple(kinds.vocabulary("symptom"))
    found.append(Question("symptom", "Which symptom is it?", symptoms, WATCHES[watched[0]].symptom))
    controls = tuple(one.id for one in containing(service, answers.feature, missing=_MISSING in watched))
    if not controls:
        raise StartError(
            f"'{service.id}' has no control that contains ({', '.join(_CONTAINING)}): give it one in "
            f"runbooks/services/{service.id}.yaml"
        )
    found.append(Question("control", "Which control ends the harm first?", controls, controls[0]))
    return found


def monitored(service: Service) -> tuple[str, ...]:
    """The features that the service watches itself and its released pipeline computes."""
    computed = {feature.name for feature in pipeline_features(service)}
    return tuple(name for name in service.profile.drift.features if name in computed)


def containing(service: Service, feature: str, *, missing: bool) -> list[Control]:
    """The controls that contain, the most general first; old values only where new ones are missing."""
    fitting = [
        control
        for control in service.controls
        if control.kind in _CONTAINING
        and (control.kind != "feature-toggle" or control.with_.get("feature") == feature)
        and any(value != control.default for value in control.values)
    ]
    kept = [control for control in service.controls if missing and _keeps(service, control, feature)]
    return [*kept, *sorted(fitting, key=lambda control: _CONTAINING.index(control.kind))]


def _keeps(service: Service, control: Control, feature: str) -> bool:
    """Whether a control answers from old values of that feature: at the pipeline that computes it."""
    pipeline = node_of(service, "pipeline")
    return (
        control.kind == "last-good-values"
        and pipeline is not None
        and control.with_.get("node") == pipeline.id
        and feature in {one.name for one in pipeline_features(service)}
    )


def _feature(ground: Ground, service: Service, watched: Sequence[str]) -> str:
    """The feature with which something goes wrong that the fallback helps against most."""
    estimate = Estimate(service, ground.panels[service.id])
    kind = next(kind for kind in watched if WATCHES[kind].of_feature)
    gains = {}
    for name in monitored(service):
        trouble = trouble_for(kind, estimate, feature=name)
        gains[name] = trouble.gain if trouble is not None else -math.inf
    return max(gains, key=lambda name: gains[name])


def _fitting_id(ground: Ground, id: str) -> None:
    if not _ID.fullmatch(id) or len(id) > _LONGEST_ID:
        hint = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-0123456789")[:_LONGEST_ID].strip("-")
        more = f", such as '{hint}'" if hint else ""
        raise StartError(f"'{id}' is no id: write lower-case words with dashes between them{more}")
    if id in ground.runbooks or (ground.root / "runbooks" / id).exists() or id == "services":
        raise StartError(f"runbooks/{id} exists already, and nothing is overwritten: choose another id")


def _possible(question: Question, value: str) -> None:
    if question.choices and value not in question.choices:
        hint = likely(value, question.choices) or f"there are: {', '.join(question.choices)}"
        raise StartError(f"'{value}' is no answer to '{question.words}' ({hint})")
    if question.key == "title" and (
        len(value) > _LONGEST_TITLE or not value.strip() or not value.isprintable()
    ):
        raise StartError(f"the title has to be one line of at most {_LONGEST_TITLE} characters")
