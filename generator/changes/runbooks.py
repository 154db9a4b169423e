"""What the changes of a runbook are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.changes import approvals, plans, steps
from generator.changes.change import Change, Weight
from generator.changes.nouns import Edit, Noun, Pair, Saying
from generator.changes.waivers import WAIVER
from generator.changes.words import shown

_DOES = {"page": "pages", "ticket": "opens a ticket", "info": "is shown"}
_AIMS = {
    "detect_minutes": "detect",
    "acknowledge_minutes": "acknowledge",
    "contain_minutes": "contain",
    "mitigate_minutes": "mitigate",
}


def _threshold(edit: Edit) -> str:
    does = _DOES.get(str(edit.whole.new.get("severity")), "fires")
    return f"{edit.subject} {does} at {edit.now}, was {edit.was}"


def _severity(edit: Edit) -> str:
    kinds = {"page": "a page", "ticket": "a ticket", "info": "shown only"}
    now, was = (kinds.get(str(value), shown(value)) for value in (edit.new, edit.old))
    if edit.old == "page":
        return f"{edit.subject} no longer pages: now {now}"
    does = "is shown only" if edit.new == "info" else f"now {_DOES.get(str(edit.new), edit.now)}"
    return f"{edit.subject} {does}, was {was}"


def _came_signal(subject: str, signal: Any) -> str:
    does = _DOES.get(str(signal.get("severity")), "fires")
    return f"signal {subject} is new: {does} {shown(signal.get('compare'))} {shown(signal.get('threshold'))}"


def _went_signal(subject: str, signal: Any) -> str:
    lost = {"page": "nobody is paged by it", "ticket": "no ticket is opened by it"}
    after = lost.get(str(signal.get("severity")), "nothing shows it")
    return f"signal {subject} is gone: {after} any more"


SIGNAL = Noun(
    "signal",
    Weight.SIGNALS,
    says={
        "threshold": Saying(Weight.SIGNALS, _threshold),
        "severity": Saying(Weight.SIGNALS, _severity),
        "hold_minutes": Saying(Weight.SIGNALS, "{subject} waits {now} min, was {was}"),
        "compare": Saying(Weight.SIGNALS, "{subject} now fires {now} its threshold, was {was}"),
        "with.window_minutes": Saying(Weight.SIGNALS, "{subject} looks back over {now} min, was {was}"),
        "triggers": Saying(Weight.PLAN, "{subject} begins the plan at {now}, was {was}"),
    },
    called=lambda _, name: name,
    came=_came_signal,
    went=_went_signal,
)
CUE = Noun(
    "cue",
    Weight.SIGNALS,
    says={"triggers": Saying(Weight.PLAN, "{subject} begins the plan at {now}, was {was}")},
)


def _parted(kind: str) -> Noun:
    """A path or a remedy: its steps are told with all the others of the plan."""

    def came(subject: str, part: Any) -> str:
        return f"{subject} is new, with {len(steps.all_of(part))} steps"

    def went(subject: str, part: Any) -> str:
        return f"{subject} is gone, with its {len(steps.all_of(part))} steps"

    return Noun(
        kind,
        Weight.PLAN,
        says={
            "owner": Saying(Weight.PEOPLE, "{subject} moved from {was} to {now}"),
            "minutes": Saying(Weight.PLAN, "{subject} takes {now} min, was {was}"),
            "classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}"),
        },
        apart={"steps": steps.malformed, "rollback.steps": steps.malformed},
        came=came,
        went=went,
        order=Weight.PLAN,
        gone=Weight.SAFETY,
    )


PHASE = Noun(
    "phase",
    Weight.PLAN,
    says={
        "share": Saying(Weight.SAFETY, "{subject} sets {now}, was {was}"),
        "hold_minutes": Saying(Weight.SAFETY, "{subject} holds {now} min, was {was}"),
        "within_minutes": Saying(Weight.PLAN, "{subject} gives up after {now} min, was {was}"),
        "role": Saying(Weight.PEOPLE, "{subject} moved from {was} to {now}"),
        "on_failure": Saying(Weight.PLAN, "{subject} goes on to {now} when its gate fails, was {was}"),
    },
    order=Weight.PLAN,
    gone=Weight.SAFETY,
)


def _objective(edit: Edit) -> str:
    key = edit.key.rpartition(".")[2]
    if not isinstance(edit.old, (int, float)) or not isinstance(edit.new, (int, float)):
        return f"the objective {key} is now {edit.now}, was {edit.was}"
    moved = "fell" if edit.new < edit.old else "rose"
    if key == "postmortem_days":
        return f"the objective for the postmortem {moved} to {edit.now} days, was {edit.was}"
    return f"the objective to {_AIMS[key]} {moved} to {edit.now} min, was {edit.was}"


def _woken(edit: Edit) -> str:
    if edit.new is None:
        return f"{edit.subject} is woken by a condition alone, was at {edit.was} min"
    if edit.old is None:
        return f"{edit.subject} is woken at {edit.now} min too, was by a condition alone"
    return f"{edit.subject} is woken at {edit.now} min, was {edit.was}"


ESCALATION = Noun(
    "escalation",
    Weight.PEOPLE,
    keys=("to",),
    says={"after_minutes": Saying(Weight.PEOPLE, _woken)},
    called=lambda _, name: f"escalation: {name}",
    came=lambda subject, rung: f"{subject} is woken too" + _at(rung),
    went=lambda subject, _: f"{subject} is no longer woken",
)


def _at(rung: Any) -> str:
    minutes = rung.get("after_minutes")
    return "" if minutes is None else f", at {shown(minutes)} min"


TEMPLATE = Noun(
    "template",
    Weight.PEOPLE,
    says={
        "text": Saying(Weight.WORDS, "{subject} says something else"),
        "classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}"),
        "audience": Saying(Weight.PEOPLE, "{subject} is written for {now}, was {was}"),
        "channel": Saying(Weight.PEOPLE, "{subject} goes to {now}, was {was}"),
    },
)
CADENCE = Noun(
    "cadence",
    Weight.PEOPLE,
    keys=("severity",),
    says={"minutes": Saying(Weight.PEOPLE, "{subject} wants an update every {now} min, was {was}")},
    called=lambda _, name: name,
    came=lambda subject, _: f"{subject} wants updates",
    went=lambda subject, _: f"{subject} wants no updates any more",
)
EVIDENCE = Noun(
    "evidence",
    Weight.PEOPLE,
    says={
        "classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}"),
        "retention_days": Saying(Weight.PEOPLE, "{subject} is kept {now} days, was {was}"),
    },
    gone=Weight.SAFETY,
)
DUTY = Noun(
    "role",
    Weight.PEOPLE,
    keys=("role",),
    says={"duty": Saying(Weight.PEOPLE, "the duty of {subject} says something else")},
    called=lambda _, name: name,
    came=lambda subject, _: f"{subject} takes part",
    went=lambda subject, _: f"{subject} no longer takes part",
)
DEPENDENCY = Noun("dependency", Weight.PEOPLE, keys=("node",))
ENTRY = Noun("version", Weight.WORDS, keys=("version",))


def _whole(pair: Pair) -> Iterator[Change]:
    yield from steps.compare_steps(pair)
    yield from plans.compare_plans(pair)


RUNBOOK = Noun(
    "runbook",
    Weight.PLAN,
    says={
        "id": Saying(Weight.PEOPLE, "the runbook is now called {now}, was {was}"),
        "service": Saying(Weight.SAFETY, "the runbook is now for the service {now}, was {was}"),
        "classification": Saying(Weight.SAFETY, "the runbook is classified {now}, was {was}"),
        "environments": Saying(Weight.PLAN, "the runbook can be followed in {now}, was {was}"),
        "severity": Saying(Weight.PEOPLE, "the incident begins as {now}, was {was}"),
        "symptom": Saying(Weight.SIGNALS, "the runbook is for the symptom {now}, was {was}"),
        "card.confirm": Saying(Weight.PLAN, "the card says something else on how to confirm"),
        "card.act": Saying(Weight.PLAN, "the card says something else on how to act"),
        "card.stop": Saying(Weight.PLAN, "the card says something else on when to stop"),
        "governance.owner": Saying(Weight.PEOPLE, "the runbook is owned by {now}, was {was}"),
        "mitigation.restoration.then": Saying(Weight.PLAN, "restoration ends at {now}, was {was}"),
        **{f"objectives.{key}": Saying(Weight.OBJECTIVES, _objective) for key in (*_AIMS, "postmortem_days")},
    },
    lists={
        "communication.cadence": CADENCE,
        "communication.templates": TEMPLATE,
        "containment.paths": _parted("containment path"),
        "dependencies": DEPENDENCY,
        "detection.cues": CUE,
        "detection.signals": SIGNAL,
        "escalation": ESCALATION,
        "mitigation.remedies": _parted("remedy"),
        "mitigation.restoration.phases": PHASE,
        "postmortem.evidence": EVIDENCE,
        "roles": DUTY,
        "changelog": ENTRY,
        "waivers": WAIVER,
    },
    apart={"detection.steps": steps.malformed, "governance.approve": approvals.compare},
    also=_whole,
)
