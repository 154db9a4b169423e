"""What the changes of a service are called."""

from __future__ import annotations

from typing import Any

from generator.changes.change import Weight
from generator.changes.nouns import Edit, Noun, Saying
from generator.changes.waivers import WAIVER
from generator.changes.words import shown

_KINDS = {"feature_store": "feature store"}

BINDING = Noun(
    "binding",
    Weight.SAFETY,
    keys=("environment",),
    called=lambda subject, name: f"{subject} in {name}",
    came=lambda subject, _: subject.replace(" in ", " can be turned now in ", 1),
    went=lambda subject, _: subject.replace(" in ", " can no longer be turned in ", 1),
    says={"classification": Saying(Weight.SAFETY, "how to turn {subject} is classified {now}, was {was}")},
)
CONTROL = Noun(
    "control",
    Weight.PLAN,
    says={
        "minutes": Saying(Weight.PLAN, "{subject} takes {now} min, was {was}"),
        "default": Saying(Weight.SAFETY, "{subject} stands at {now} when all is well, was {was}"),
        "cost": Saying(Weight.WORDS, "{subject} says something else about its cost"),
        "classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}"),
        "kind": Saying(Weight.SAFETY, "{subject} is of kind {now}, was {was}"),
    },
    lists={"bindings": BINDING},
    gone=Weight.SAFETY,
)
FEATURE = Noun(
    "feature",
    Weight.PLAN,
    keys=("name",),
    called=lambda subject, name: f"{subject}, feature {name}",
    came=lambda subject, _: f"{subject} is computed now",
    went=lambda subject, _: f"{subject} is no longer computed",
)
TERM = Noun(
    "weight",
    Weight.PLAN,
    keys=("feature",),
    called=lambda subject, name: f"{subject}, weight of {name}",
)
RULE = Noun(
    "rule",
    Weight.PLAN,
    keys=("field",),
    called=lambda subject, name: f"{subject}, rule on {name}",
    came=lambda subject, rule: f"{subject} is new: above {shown(rule.get('above'))}",
)


def _of_version(version: Any) -> str:
    """Only models weigh, and only pipelines compute."""
    return "the model " if version.get("weights") else "the pipeline " if version.get("features") else ""


VERSION = Noun(
    "version",
    Weight.PLAN,
    says={"released": Saying(Weight.PLAN, "{subject} was released on {now}, not on {was}")},
    lists={"features": FEATURE, "weights": TERM},
    called=lambda subject, name: f"{subject} {name}",
    came=lambda subject, version: f"{_of_version(version)}{subject.replace(' ', ' released version ', 1)}",
    went=lambda subject, version: (
        f"{_of_version(version)}{subject.replace(' ', ' no longer has version ', 1)}"
    ),
    gone=Weight.SAFETY,
)


def _owner(edit: Edit) -> str:
    return f"{edit.subject} moved from {edit.was} to {edit.now}"


def _kind_of(node: Any) -> str:
    kind = str(node.get("kind", "node"))
    return _KINDS.get(kind, kind)


NODE = Noun(
    "node",
    Weight.PLAN,
    says={
        "owner": Saying(Weight.PEOPLE, _owner),
        "kind": Saying(Weight.PLAN, "{subject} is a {now}, was a {was}"),
    },
    lists={"versions": VERSION, "rules": RULE},
    called=lambda _, name: name,
    came=lambda subject, node: f"the {_kind_of(node)} {subject} is new",
    went=lambda subject, node: f"the {_kind_of(node)} {subject} is gone",
)
EDGE = Noun(
    "edge",
    Weight.PLAN,
    keys=("feeds", "into"),
    called=lambda _, name: " feeds ".join(name.split(" ", 1)),
    came=lambda subject, _: subject.replace(" feeds ", " now feeds "),
    went=lambda subject, _: subject.replace(" feeds ", " no longer feeds "),
)
LINK = Noun(
    "link",
    Weight.PEOPLE,
    says={"classification": Saying(Weight.SAFETY, "{subject} is classified {now}, was {was}")},
)
ALERT_LABEL = Noun(
    "alert label",
    Weight.SAFETY,
    keys=("name",),
    says={"pattern": Saying(Weight.SAFETY, "{subject} takes values that match {now}, was {was}")},
)
SLO = Noun(
    "SLO",
    Weight.OBJECTIVES,
    says={
        "objective": Saying(Weight.OBJECTIVES, "{subject} asks for {now}, was {was}"),
        "window_days": Saying(Weight.OBJECTIVES, "{subject} is over {now} days, was {was}"),
    },
)
METRIC = Noun(
    "metric",
    Weight.SIGNALS,
    keys=("metric",),
    says={"name": Saying(Weight.SIGNALS, "{subject} is called {now} here, was {was}")},
)
SERVICE = Noun(
    "service",
    Weight.PLAN,
    says={
        "id": Saying(Weight.PEOPLE, "the service is now called {now}, was {was}"),
        "on_call": Saying(Weight.PEOPLE, "{now} is woken first, was {was}"),
        "team": Saying(Weight.PEOPLE, "the service moved from {was} to {now}"),
        "classification": Saying(Weight.SAFETY, "the service is classified {now}, was {was}"),
        "profile.panel.classification": Saying(
            Weight.SAFETY, "the rows of the panel are classified {now}, were {was}"
        ),
        "profile.latency.deadline_ms": Saying(
            Weight.OBJECTIVES, "a request is late after {now} ms, was {was}"
        ),
    },
    lists={
        "alert_labels": ALERT_LABEL,
        "artifacts.dashboards": LINK,
        "artifacts.logs": LINK,
        "controls": CONTROL,
        "lineage.edges": EDGE,
        "lineage.nodes": NODE,
        "metrics.labels": Noun("label", Weight.SIGNALS, keys=("label",)),
        "metrics.names": METRIC,
        "slos": SLO,
        "waivers": WAIVER,
    },
)
