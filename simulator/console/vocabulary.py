"""What is known from the start in, every name that may be typed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from generator import kinds
from generator.model import CompiledRunbook, PlanNode, Template
from generator.model import Evidence as EvidenceItem
from simulator.console.board import Board
from simulator.responders.view import Scene


@dataclass(frozen=True, slots=True)
class Step:
    """A step or a decision, and the runbook it stands in."""

    runbook: CompiledRunbook
    node: PlanNode


def mechanisms() -> Mapping[str, str]:
    return kinds.vocabulary("mechanism")


def symptoms() -> Mapping[str, str]:
    return kinds.vocabulary("symptom")


def metrics(board: Board) -> Mapping[str, str]:
    """What is typed -> the key of a signal or a vital; a vital's blanks become hyphens."""
    typed = {slug(name): name for name in board.vitals}
    return {**typed, **{card.id: card.id for card in board.started.signals}}


def slug(name: str) -> str:
    """How a metric is typed.

    >>> slug("account_age psi 10m")
    'account-age-psi-10m'
    """
    return name.replace(" ", "-").replace("_", "-")


def steps(scene: Scene) -> Mapping[str, Step]:
    """Steps and decisions by id; as ``RUNBOOK/ID`` where two runbooks use the same."""
    found = [Step(runbook, node) for runbook in scene.runbooks for node in runbook.plan.nodes]
    ids = [step.node.id for step in found]
    return {
        step.node.id if ids.count(step.node.id) == 1 else f"{step.runbook.runbook.id}/{step.node.id}": step
        for step in found
    }


def runbook(scene: Scene, id: str) -> CompiledRunbook:
    """The runbook of that id; StopIteration when there is none."""
    return next(runbook for runbook in scene.runbooks if runbook.runbook.id == id)


def parts(runbook: CompiledRunbook) -> Sequence[str]:
    return tuple(dict.fromkeys(node.part for node in runbook.plan.nodes))


def templates(scene: Scene) -> Mapping[str, Template]:
    return {item.id: item for runbook in scene.runbooks for item in runbook.runbook.communication.templates}


def audiences(scene: Scene) -> Mapping[str, str]:
    """Audience -> the channel on which it is told."""
    return {item.audience: item.channel for item in templates(scene).values()}


def evidence(scene: Scene) -> Mapping[str, EvidenceItem]:
    return {item.id: item for runbook in scene.runbooks for item in runbook.runbook.postmortem.evidence}


def leave(scene: Scene, control: str) -> Sequence[str]:
    """The roles whose approval a change of that control needs, one of them; none where nobody's is."""
    found = {
        needed.role
        for runbook in scene.runbooks
        for needed in runbook.runbook.governance.approve
        if control in needed.controls
    }
    return sorted(found)


def roles(scene: Scene) -> Sequence[str]:
    """The roles that this service's runbooks name, who is on call first."""
    named = {node.role for runbook in scene.runbooks for node in runbook.plan.nodes}
    return [scene.service.on_call, *sorted(named - {scene.service.on_call})]


def near(word: str, known: Iterable[str]) -> str:
    """``(did you mean 'x'?)``, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""
