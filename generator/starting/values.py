"""A case in, the value of every hole in the templates out."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.checks.measured import MeasuredSignal
from generator.model import Control, Node, Organization, Service, Setting, Signal
from generator.prose import printed
from generator.starting.blocks import (
    Lines,
    cadence,
    dependencies,
    escalation,
    lift,
    looked_at,
    noise,
    phases,
    roles,
    signals,
    tell_users,
    trigger,
    users_template,
    wait_for_word,
)
from generator.starting.people import People, audiences_of
from generator.starting.questions import Answers
from generator.starting.slots import Slot
from generator.starting.watches import WATCHES, Trouble, as_info, few_requests, spoken

ACKNOWLEDGE = 5
WORD_MINUTES = 30
"""How long one waits for the word of an owner whose trouble cannot be seen meanwhile."""
_LEAST_TOLERANCE = 0.01
_DURATION = 35
"""Minutes that the fault of the drill lasts: until its owner has mended it."""
_RETURN = 25
"""Minutes of approvals, holds and orders from the end of the fault to the end of the containment."""
_BEFORE = 15
_AFTER = 25


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that was chosen for a new runbook."""

    organization: Organization
    service: Service
    answers: Answers
    measured: tuple[MeasuredSignal, ...]
    errors: MeasuredSignal
    trouble: Trouble
    people: People
    fault_slot: Slot
    quiet_slot: Slot
    today: datetime.date

    @property
    def primary(self) -> MeasuredSignal:
        """The signal that pages first."""
        return self.measured[0]

    @property
    def control(self) -> Control:
        return self.service.control(self.answers.control)

    @property
    def split(self) -> Control | None:
        """The control through which the model comes back in phases."""
        return next((one for one in self.service.controls if one.kind == "traffic-split"), None)

    @property
    def value(self) -> Setting:
        """What contains: of a split and a refusal the strongest, else what is not ordinary."""
        control = self.control
        if control.kind == "traffic-split":
            return 0.0
        return next(value for value in reversed(control.values) if value != control.default)


def values_of(case: Case) -> dict[str, str]:
    """The value of every hole, by name."""
    texts = {**_names(case), **_people(case), **_numbers(case), **_words(case)}
    return {**{key: " ".join(text.split()) for key, text in texts.items()}, **_blocks(case)}


def _names(case: Case) -> Mapping[str, str]:
    service, trouble, signal = case.service, case.trouble, case.primary.signal
    artifacts = service.artifacts
    dashboard, log = looked_at(signal, artifacts)
    node, consumer = service.lineage.node(trouble.node), _last(service)
    facilitators = case.organization.classifications[-1].id
    return {
        "id": case.answers.id, "title": case.answers.title, "service": service.id, "service_title": service.title,
        "severity": case.answers.severity, "symptom": case.answers.symptom, "signal": signal.id,
        "classification": service.classification, "drill_classification": facilitators,
        "environments": ", ".join(_environments(case)), "service_summary": service.summary,
        "dashboard_title": dashboard.title,
        "log_title": log.title,
        "node": node.id, "node_title": node.title, "node_team": node.owner, "mechanism": trouble.mechanism,
        "endpoint": _endpoint(service), "consumer_title": consumer.title, "consumer_cascade": consumer.cascade,
        "team": service.team, "team_title": _title(case.organization, service.team),
        "fault_drill": case.fault_slot.id, "fault_weekday": case.fault_slot.weekday,
        "fault_time": case.fault_slot.time, "fault_when": case.fault_slot.words,
        "quiet_drill": case.quiet_slot.id, "quiet_weekday": case.quiet_slot.weekday,
        "quiet_time": case.quiet_slot.time, "quiet_when": case.quiet_slot.words,
        "fault_kind": trouble.kind, "fault_title": f"{_subject(case).capitalize()} goes wrong for a while",
        "fault_with": ", ".join(f"{key}: {value}" for key, value in trouble.with_.items()),
        "today": case.today.isoformat(),
    }  # fmt: skip


def _people(case: Case) -> Mapping[str, str]:
    people = case.people
    first, _ = audiences_of(case.organization)
    return {
        "on_call": people.on_call.id, "on_call_title": people.on_call.title,
        "approver": people.approver.id, "approver_title": f"the {people.approver.title.lower()}",
        "owner_role": people.owner.id, "owner_title": people.owner.title,
        "communicator": people.communicator.id, "initiate": f"{people.on_call.id}, {people.approver.id}",
        "attend": ", ".join(people.duties), "audience": first.id, "channel": first.channel,
    }  # fmt: skip


def _numbers(case: Case) -> Mapping[str, str]:
    measured = case.primary
    window = measured.measured.window_minutes
    turn = case.control.minutes
    detect = math.ceil(measured.detect_minutes + 0.4 * window) + 3
    contain = detect + ACKNOWLEDGE + math.ceil(8 + turn)
    source = math.ceil(20 + window) if WATCHES[measured.signal.kind].is_seen_contained else WORD_MINUTES + 10
    slow = turn + (case.split.minutes if case.split is not None else 0)
    mitigate = max(contain + source + 5, _DURATION + _RETURN + math.ceil(window + 2 * slow))
    horizon = _BEFORE + mitigate + _AFTER
    return {
        "detect": f"{detect}", "contain": f"{contain}", "mitigate": f"{mitigate}", "horizon": f"{horizon}",
        "source_minutes": f"{source}", "duration": f"{_DURATION}", "control_within": f"{math.ceil(turn) + 3}",
        "tolerance": f"{_tolerance(case):g}",
    }  # fmt: skip


def _tolerance(case: Case) -> float:
    """Above what the fallback costs, so that a contained incident counts as contained; below the harm."""
    rest = math.ceil(case.trouble.rest * 1.2 * 200) / 200
    wanted = max(_LEAST_TOLERANCE, rest)
    return wanted if wanted < 0.8 * case.trouble.harm else max(round(0.5 * case.trouble.harm, 3), 0.001)


def _words(case: Case) -> Mapping[str, str]:
    value, default = printed(case.value), printed(case.control.default)
    signal = case.primary.signal
    consumer = _last(case.service)
    kept = (
        "is measured before the control"
        if WATCHES[signal.kind].is_seen_contained
        else "rests while the fallback decides"
    )
    return {
        "control": case.control.id, "value": _setting(case.value), "default": _setting(case.control.default),
        "value_words": value, "default_words": default, "path": f"set-{case.control.id}"[:64].rstrip("-"),
        "controls": ", ".join(dict.fromkeys(one.id for one in (case.control, case.split) if one is not None)),
        "cost": case.control.cost, "compare": signal.compare, "subject": _subject(case),
        "what_moved": WATCHES[signal.kind].moved.format(feature=spoken(case.answers.feature).capitalize()),
        "harm": f"Who feels it first: {consumer.title}. {consumer.cascade}",
        "firing": _any(case), "quiet": _all_quiet(case), "gone": _gone(case),
        "return": "phase-1" if case.control is case.split else "switch-back",
        "diagnostics": f"The signal {signal.id} {kept}; dashboards and logs go on.",
        "explanation": case.trouble.words,
    }  # fmt: skip


def _blocks(case: Case) -> Mapping[str, str]:
    _, users = audiences_of(case.organization)
    seen = WATCHES[case.primary.signal.kind].is_seen_contained
    shown = [*(one.signal for one in case.measured), *_watching_errors(case)]
    made: dict[str, Lines] = {
        "roles": roles(case.people),
        "cadence": cadence(case.organization),
        "escalation": escalation(case.people, last_minutes=int(_numbers(case)["mitigate"])),
        "dependencies": dependencies(case.service),
        "signals": signals(shown, case.service.artifacts),
        "users_template": users_template(users),
        "tell_users": tell_users(users, role=case.people.communicator.id),
        "phases": phases(
            case.split, _all_quiet(case), role=case.people.on_call.id, whole=case.control is case.split
        ),
        "trigger": trigger(is_seen=seen),
        "wait_for_word": wait_for_word(case.people.owner, minutes=WORD_MINUTES, is_needed=not seen),
        "lift": lift(case.control, role=case.people.on_call.id, back=case.control is not case.split),
        "fault_share": ["    share: 0.6"] if case.trouble.kind == "error-burst" else [],
        "noise": noise(case.service, case.answers, endpoint=_endpoint(case.service)),
    }
    return {key: "\n".join(lines) for key, lines in made.items()}


def _watching_errors(case: Case) -> Iterator[Signal]:
    """Errors are looked at in every runbook: a containment that breaks answers is taken back."""
    yield as_info(case.errors)
    if not WATCHES[case.primary.signal.kind].is_seen_contained:
        yield few_requests(case.service)


def _any(case: Case) -> str:
    parts = [f"{{signal: {one.signal.id}, is: firing}}" for one in case.measured]
    return parts[0] if len(parts) == 1 else f"{{any: [{', '.join(parts)}]}}"


def _all_quiet(case: Case) -> str:
    ids = [one.signal.id for one in (*case.measured, case.errors)]
    return f"{{all: [{', '.join(f'{{signal: {id}, is: quiet}}' for id in ids)}]}}"


def _gone(case: Case) -> str:
    """Well below the thresholds, so that what comes back does not fire at once."""
    parts = [
        f"{{signal: {one.signal.id}, below: {one.signal.threshold * WATCHES[one.signal.kind].quiet_below:g}}}"
        for one in case.measured
    ]
    return parts[0] if len(parts) == 1 else f"{{all: [{', '.join(parts)}]}}"


def _subject(case: Case) -> str:
    kind = case.primary.signal.kind
    if WATCHES[kind].of_feature:
        return spoken(case.answers.feature)
    return {"error-ratio": "the share of failures", "latency-quantile": "the latency"}.get(kind, "the score")


def _environments(case: Case) -> list[str]:
    """Where each control that is turned has a binding."""
    used = [one for one in (case.control, case.split) if one is not None]
    bound = [{binding.environment for binding in one.bindings} for one in used]
    return [one.id for one in case.organization.environments if all(one.id in some for some in bound)]


def _last(service: Service) -> Node:
    nodes = service.lineage.nodes
    return next((node for node in reversed(nodes) if node.kind == "consumer"), nodes[-1])


def _endpoint(service: Service) -> str:
    return next(
        (node.id for node in service.lineage.nodes if node.kind == "endpoint"), service.lineage.nodes[-1].id
    )


def _title(organization: Organization, team: str) -> str:
    return next((one.title for one in organization.teams if one.id == team), team)


def _setting(value: Setting) -> str:
    return json.dumps(value)
