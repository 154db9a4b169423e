"""What the changes of the organization are called."""

from __future__ import annotations

from generator.changes.change import Weight
from generator.changes.nouns import Noun, Saying
from generator.changes.waivers import WAIVER

ROLE = Noun(
    "role",
    Weight.PEOPLE,
    says={
        "duty": Saying(Weight.PEOPLE, "the duty of {subject} says something else"),
        "team": Saying(Weight.PEOPLE, "{subject} moved from {was} to {now}"),
    },
)
CHANNEL = Noun(
    "channel",
    Weight.PEOPLE,
    says={
        "address": Saying(Weight.PEOPLE, "{subject} is at {now}, was {was}"),
        "classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}"),
    },
)
SEVERITY = Noun(
    "severity",
    Weight.PEOPLE,
    called=lambda _, name: name,
    says={
        "meaning": Saying(Weight.PEOPLE, "{subject} means something else"),
        "update_minutes": Saying(Weight.PEOPLE, "{subject} wants an update every {now} min, was {was}"),
    },
)
RUNG = Noun(
    "rung",
    Weight.PEOPLE,
    keys=("to",),
    says={"after_minutes": Saying(Weight.PEOPLE, "{subject} is woken at {now} min, was {was}")},
    called=lambda subject, name: f"{subject}: {name}",
    came=lambda subject, rung: f"{subject} is woken too, at {rung.get('after_minutes')} min",
    went=lambda subject, _: f"{subject} is no longer woken",
    order=Weight.PEOPLE,
)
POLICY = Noun("escalation policy", Weight.PEOPLE, lists={"rungs": RUNG})
ORGANIZATION = Noun(
    "organization",
    Weight.PEOPLE,
    says={
        "page_budget_per_week": Saying(Weight.SIGNALS, "{now} pages a week are borne, was {was}"),
        "site_url": Saying(Weight.PEOPLE, "the pages stand at {now}, was {was}"),
        "site_audience": Saying(Weight.SAFETY, "the site is for {now}, was for {was}"),
        "contact_classification": Saying(Weight.SAFETY, "contacts are classified {now}, were {was}"),
    },
    lists={
        "audiences": Noun("audience", Weight.PEOPLE),
        "channels": CHANNEL,
        "classifications": Noun("classification", Weight.SAFETY, order=Weight.SAFETY),
        "environments": Noun("environment", Weight.PEOPLE),
        "escalation_policies": POLICY,
        "glossary": Noun("term", Weight.WORDS, keys=("term",)),
        "roles": ROLE,
        "severities": SEVERITY,
        "teams": Noun("team", Weight.PEOPLE),
        "waivers": WAIVER,
    },
)
