"""What is known now in, the names that may stand in the place of an argument out; for completion."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.console import vocabulary
from simulator.console.commands import acting, turning
from simulator.console.desk import Desk


def signals(desk: Desk) -> Iterable[str]:
    return [acting.ALL, *desk.board.firing]


def answers(desk: Desk) -> Iterable[str]:
    """Numbers of open questions, and their choices."""
    asking = [message for _, message in desk.board.open_questions]
    return [*(str(message.number) for message in asking), *choices(desk)]


def choices(desk: Desk) -> Iterable[str]:
    return [choice.id for _, message in desk.board.open_questions for choice in message.choices]


def roles(desk: Desk) -> Iterable[str]:
    return desk.board.started.roles


def participants(desk: Desk) -> Iterable[str]:
    return desk.board.participants


def evidence(desk: Desk) -> Iterable[str]:
    return vocabulary.evidence(desk.scene)


def services(desk: Desk) -> Iterable[str]:
    return [desk.scene.service.id]


def symptoms(desk: Desk) -> Iterable[str]:
    return vocabulary.symptoms()


def severities(desk: Desk) -> Iterable[str]:
    return desk.board.started.cadence_minutes


def nodes(desk: Desk) -> Iterable[str]:
    return [node.id for node in desk.scene.service.lineage.nodes]


def mechanisms(desk: Desk) -> Iterable[str]:
    return vocabulary.mechanisms()


def onsets(desk: Desk) -> Iterable[str]:
    return [acting.UNKNOWN]


def metrics(desk: Desk) -> Iterable[str]:
    return vocabulary.metrics(desk.board)


def runbooks(desk: Desk) -> Iterable[str]:
    return [runbook.runbook.id for runbook in desk.scene.runbooks]


def parts(desk: Desk) -> Iterable[str]:
    opened = desk.board.opened
    return vocabulary.parts(vocabulary.runbook(desk.scene, opened[-1])) if opened else ()


def steps(desk: Desk) -> Iterable[str]:
    return [
        id
        for id, step in vocabulary.steps(desk.scene).items()
        if not step.node.answers and _readable(step, desk)
    ]


def decisions(desk: Desk) -> Iterable[str]:
    return [
        id for id, step in vocabulary.steps(desk.scene).items() if step.node.answers and _readable(step, desk)
    ]


def _readable(step: vocabulary.Step, desk: Desk) -> bool:
    return step.runbook.runbook.id in desk.board.opened


def under_way(desk: Desk) -> Iterable[str]:
    return [step for (_, step), state in desk.board.steps.items() if state.state == "started"]


def controls(desk: Desk) -> Iterable[str]:
    return [control.id for control in desk.scene.service.controls]


def settings(desk: Desk) -> Iterable[str]:
    return dict.fromkeys(
        value for control in desk.scene.service.controls for value in turning.settings(control)
    )


def templates(desk: Desk) -> Iterable[str]:
    return vocabulary.templates(desk.scene)


def audiences(desk: Desk) -> Iterable[str]:
    return vocabulary.audiences(desk.scene)


def settings_of(id: str, desk: Desk) -> Iterable[str]:
    """What a control of that id can be set to; nothing for an unknown one."""
    return next((turning.settings(one) for one in desk.scene.service.controls if one.id == id), ())
