"""A compiled plan in, the words of its diagram out: said once, however often it is laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal

from generator.model import ENDINGS, Guard, Plan, PlanNode, Runbook
from generator.site.markup import Html
from generator.site.view import ENDING_WORDS, View
from generator.site.words import condition, duration

ROLL_BACK = "Roll back:"

ExitKind = Literal["fails", "answer", "works"]


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a box, in words."""

    words: str
    go: str
    kind: ExitKind


@dataclass(frozen=True, slots=True)
class Said:
    """A node, and what stands in its box."""

    node: PlanNode
    words: str
    who: str
    """Who and how long, in one short line."""
    answers: Sequence[Way]
    then: Way | None
    fails: Way | None

    def ways(self, next_id: str | None) -> list[Way]:
        """The ways out, without the plain one to the box below."""
        found = list(self.answers)
        if self.then is not None and self.then.go != next_id:
            found.append(self.then)
        return found if self.fails is None else [*found, self.fails]


@dataclass(frozen=True, slots=True)
class Told:
    """A plan in its words, in the order of its nodes."""

    nodes: Sequence[Said]
    titles: Mapping[str, str]
    """Of each part."""
    guards: Mapping[str, Sequence[Way]]
    """What may end each part at any time."""


def told(view: View) -> Told:
    """The words of a runbook's plan."""
    plan, titles = view.compiled.plan, _part_titles(view.runbook)
    places = _places(view, titles)
    roles = {role.id: role.title for role in view.catalogue.organization.roles}
    return Told([_said(view, node, places, roles) for node in plan.nodes], titles, _guards(plan))


def _said(view: View, node: PlanNode, places: Mapping[str, str], roles: Mapping[str, str]) -> Said:
    then = fails = None
    if node.on_success:
        then = Way(f"then → {_place(places, node.on_success)}", node.on_success, "works")
    if node.on_failure and node.on_failure != node.on_success:
        fails = Way(f"fails → {_place(places, node.on_failure)}", node.on_failure, "fails")
    role = roles.get(node.role, node.role)
    who = f"{role} · {duration(node.minutes)}" if node.minutes else role
    return Said(node, view.plain(node.text), who, list(_answers(view, node)), then, fails)


def _answers(view: View, node: PlanNode) -> Iterator[Way]:
    for answer in node.answers:
        words = view.plain(answer.answer)
        if answer.go in ENDINGS:
            words += f" → {ENDING_WORDS[answer.go]}"
        yield Way(words, answer.go, "answer")


def _places(view: View, titles: Mapping[str, str]) -> dict[str, str]:
    """What a way to each node leads to: a part by its title when it enters at the top, else the step's own words."""
    parts: set[str] = set()
    found: dict[str, str] = {}
    for node in view.compiled.plan.nodes:
        is_first = node.part not in parts
        parts.add(node.part)
        title = titles.get(node.part) if is_first else None
        found[node.id] = view.plain(node.text) if title is None else title.split(": ", 1)[-1]
    return found


def _place(places: Mapping[str, str], id: str) -> str:
    return ENDING_WORDS.get(id) or places.get(id, id)


def _guards(plan: Plan) -> dict[str, list[Way]]:
    parts = {node.id: node.part for node in plan.nodes}
    found: dict[str, list[Way]] = {}
    for guard in plan.guards:
        if guard.nodes and guard.nodes[0] in parts:
            found.setdefault(parts[guard.nodes[0]], []).append(Way(_guard_words(guard), guard.go, "fails"))
    return found


def _guard_words(guard: Guard) -> str:
    words = condition(guard.when, lambda _, id: Html(id))
    return "Roll back if " + unescape(re.sub(r"<[^>]*>", "", words))


def _part_titles(runbook: Runbook) -> dict[str, str]:
    titles = {"detection": "Detection", "restoration": "Restoration"}
    for path in runbook.containment.paths:
        titles[path.id] = f"Contain: {path.title}"
        titles[f"{path.id}-rollback"] = f"{ROLL_BACK} {path.title}"
    for remedy in runbook.mitigation.remedies:
        titles[remedy.id] = f"Mitigate: {remedy.title}"
    return titles
