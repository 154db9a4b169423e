"""What the changes of a drill are called; they change what people practise, not an incident."""

from __future__ import annotations

from generator.changes.change import Weight
from generator.changes.nouns import Noun, Saying
from generator.changes.waivers import WAIVER

INJECT = Noun(
    "inject",
    Weight.PEOPLE,
    says={
        "at_minutes": Saying(Weight.PEOPLE, "{subject} comes at {now} min, was {was}"),
        "text": Saying(Weight.WORDS, "{subject} says something else"),
        "to": Saying(Weight.PEOPLE, "{subject} goes to {now}, was {was}"),
    },
)
TASK = Noun(
    "task",
    Weight.PEOPLE,
    says={
        "within_minutes": Saying(Weight.PEOPLE, "{subject} has to be done within {now} min, was {was}"),
        "weight": Saying(Weight.PEOPLE, "{subject} weighs {now}, was {was}"),
    },
)
DRILL = Noun(
    "drill",
    Weight.PEOPLE,
    says={
        "id": Saying(Weight.PEOPLE, "the drill is now called {now}, was {was}"),
        "horizon_minutes": Saying(Weight.PEOPLE, "the drill now ends at {now} min, was {was}"),
        "classification": Saying(Weight.SAFETY, "the drill is classified {now}, was {was}"),
        "time": Saying(Weight.PEOPLE, "the drill begins at {now}, was {was}"),
        "weekday": Saying(Weight.PEOPLE, "the drill begins on a {now}, was {was}"),
        "service": Saying(Weight.PEOPLE, "the drill is now for the service {now}, was {was}"),
        "truth.runbook": Saying(Weight.PEOPLE, "the runbook to open is {now}, was {was}"),
        "truth.symptom": Saying(Weight.PEOPLE, "the symptom to declare is {now}, was {was}"),
    },
    lists={
        "faults": Noun("fault", Weight.PEOPLE),
        "noise": Noun("noise", Weight.PEOPLE),
        "injects": INJECT,
        "tasks": TASK,
        "waivers": WAIVER,
    },
)
