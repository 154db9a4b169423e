"""A repository and an author's answers in, a runbook and two drills out: files that check clean at once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from generator.checks.healthy import healthy_of
from generator.checks.measured import MeasuredSignal
from generator.starting.estimate import Estimate
from generator.starting.filling import fill
from generator.starting.ground import Ground, StartError
from generator.starting.people import people_of
from generator.starting.questions import Answers
from generator.starting.slots import drill_slots
from generator.starting.values import Case, values_of
from generator.starting.watches import WATCHES, signal_for, spoken, trouble_for

TEMPLATES = Path(__file__).parent / "runbook"


@dataclass(frozen=True, slots=True)
class Drafted:
    """The files of a new runbook, below its folder, and what its author has to look at first."""

    files: dict[str, bytes]
    fault_drill: str
    rewrite: tuple[str, ...]


def draft(ground: Ground, answers: Answers, *, today: datetime.date) -> Drafted:
    """The runbook and its drills; StartError when the service cannot be drilled for it."""
    case = _case(ground, answers, today)
    values = values_of(case)
    files = {
        "runbook.yaml": "runbook.yaml",
        f"drills/{case.fault_slot.id}.yaml": "fault.yaml",
        f"drills/{case.quiet_slot.id}.yaml": "quiet.yaml",
    }
    filled = {
        path: fill((TEMPLATES / template).read_text(encoding="utf-8"), values)
        for path, template in files.items()
    }
    return Drafted(
        files={path: text.encode() for path, text in filled.items()},
        fault_drill=case.fault_slot.id,
        rewrite=(
            *_doubts(case),
            "summary, problem and card: what users feel, in your own words",
            f"signals: is {case.primary.signal.threshold:g} right for {values['subject']}? look at a month of it",
            f"containment: what '{answers.control}' costs, and who may turn it",
            f"mend-at-source: what {case.people.owner.title} really does there",
        ),
    )


def _doubts(case: Case) -> tuple[str, ...]:
    """What the panel says against the containment that was chosen."""
    harm, rest = case.trouble.harm, case.trouble.rest
    if case.control.kind != "traffic-split" or rest < harm:
        return ()
    words = (
        f"containment: by the panel the fallback costs users more ({rest:.1%}) than this fault ({harm:.1%})"
    )
    return (f"{words}: look for another control",)


def _case(ground: Ground, answers: Answers, today: datetime.date) -> Case:
    service = ground.services[answers.service]
    panel = ground.panels[service.id]
    healthy, estimate = healthy_of(service, panel), Estimate(service, panel)
    signals: list[MeasuredSignal] = []
    for kind in answers.signals:
        feature = answers.feature if WATCHES[kind].of_feature else ""
        id = "-".join(word for word in (spoken(feature).replace(" ", "-"), kind) if word)
        id = f"{answers.id}-{id}" if id in ground.signals else id
        found = signal_for(kind, id, healthy, feature=feature)
        if found is None:
            raise StartError(
                f"no signal '{kind}' of '{service.id}' has enough requests in a window that it measures: "
                "choose another signal"
            )
        signals.append(found)
    trouble = trouble_for(answers.signals[0], estimate, feature=answers.feature)
    if trouble is None:
        raise StartError(
            f"nothing that a drill can do to '{answers.feature or service.id}' gives users worse answers and moves "
            f"'{answers.signals[0]}': choose another feature or signal"
        )
    errors = signal_for("error-ratio", "failing-answers", healthy, feature="")
    if errors is None:
        raise StartError(f"'{service.id}' has too little traffic to tell failing answers from chance")
    people = people_of(ground.organization, service, owner_team=service.lineage.node(trouble.node).owner)
    fault_slot, quiet_slot = drill_slots(ground.drills)
    return Case(
        ground.organization,
        service,
        answers,
        tuple(signals),
        errors,
        trouble,
        people,
        fault_slot,
        quiet_slot,
        today,
    )
