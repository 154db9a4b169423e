"""A runbook and what has been done of it in, its card and its plan as lines to tick off out."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import END, ENDINGS, CompiledRunbook, PlanNode, Service
from generator.prose import UnknownReferenceError, resolve
from simulator.console import holding, times
from simulator.console.board import Board
from simulator.console.desk import Desk
from simulator.console.text import cut
from simulator.console.vocabulary import Step, parts, steps
from simulator.console.vocabulary import runbook as runbook_of
from simulator.console.wording import live
from simulator.responders.view import Scene, View, holds

MARKS = {"started": "[>]", "success": "[x]", "failure": "[!]", "skipped": "[-]", "decided": "[x]"}
OPEN, NEXT = "[ ]", "-->"


def prose(text: str, runbook: CompiledRunbook, service: Service) -> str:
    """A text of a runbook with its numbers in it."""
    try:
        return " ".join(resolve(text, runbook.runbook, service).split())
    except UnknownReferenceError:
        return text


def card(runbook: CompiledRunbook, service: Service) -> Iterator[str]:
    """The first screen of a runbook."""
    text = runbook.runbook
    yield f"# {text.title} ({text.id}, severity {text.severity})"
    for title, words in (("Confirm", text.card.confirm), ("Act", text.card.act), ("Stop", text.card.stop)):
        yield f"{title}: {prose(words, runbook, service)}"


def upcoming(board: Board, scene: Scene) -> Step | str | None:
    """What the runbook asks for next: a step, an ending, or None where it does not say."""
    if not board.opened:
        return None
    known = {(step.runbook.runbook.id, step.node.id): step for step in steps(scene).values()}
    if board.latest is None or board.latest not in known:
        return _first(board, scene)
    step, state = known[board.latest], board.steps[board.latest]
    if state.state == "started":
        return step
    if state.state == "decided":
        target = board.went_to
    else:
        target = step.node.on_failure if state.state == "failure" else step.node.on_success
    if target is None or target in ENDINGS:
        return target
    return known.get((step.runbook.runbook.id, target))


def _first(board: Board, scene: Scene) -> Step | None:
    """The node that a firing signal of the opened runbook begins with, else the first of the plan."""
    runbook = runbook_of(scene, board.opened[-1])
    for alert in board.firing.values():
        if alert.card.runbook == runbook.runbook.id:
            target = next(ref.signal.triggers for ref in scene.signals if ref.key == alert.card.id)
            for node in runbook.plan.nodes:
                if target in (node.id, node.part):
                    return Step(runbook, node)
    return Step(runbook, runbook.plan.nodes[0]) if runbook.plan.nodes else None


def part_of(runbook: CompiledRunbook, board: Board, scene: Scene) -> str:
    """The part of a runbook in which people are."""
    step = upcoming(board, scene)
    if isinstance(step, Step) and step.runbook is runbook:
        return step.node.part
    names = parts(runbook)
    return names[0] if names else ""


def part_lines(desk: Desk, runbook: CompiledRunbook, part: str) -> Iterator[str]:
    """The steps and decisions of one part, each with its state, and the other parts by name.

    Only what is to be done now is shown in full.
    """
    step = upcoming(desk.board, desk.scene)
    now = step.node.id if isinstance(step, Step) and step.runbook is runbook else None
    yield f"# {runbook.runbook.id}: {part}"
    for node in runbook.plan.nodes:
        if node.part != part:
            continue
        state = desk.board.steps.get((runbook.runbook.id, node.id))
        under_way = state is not None and state.state == "started"
        mark = MARKS[state.state] if state else NEXT if node.id == now else OPEN
        line = f"{mark} {summary(node, runbook, desk.scene.service)}"
        yield line if node.id == now or under_way else cut(line, desk.width - 2).rstrip()
        if node.id == now or under_way:
            yield from (
                f"      {each}" for each in live_lines(runbook, node, scene=desk.scene, view=desk.view)
            )
    others = [name for name in parts(runbook) if name != part]
    if others:
        yield f"Other parts, shown by `steps PART`: {', '.join(others)}"


def summary(node: PlanNode, runbook: CompiledRunbook, service: Service) -> str:
    """A step: id, role, minutes, text."""
    kind = "decide" if node.answers else "do"
    words = prose(node.text, runbook, service)
    return f"{kind} {node.id} ({node.role}, {times.span(node.minutes * 60)}): {words}"


def live_lines(runbook: CompiledRunbook, node: PlanNode, *, scene: Scene, view: View) -> Iterator[str]:
    """Whether the check of a step, or the answers of a decision, hold now."""
    id = runbook.runbook.id
    if node.check is not None:
        check = node.check
        held = f" for {times.span(60 * check.hold_minutes)}" if check.hold_minutes else ""
        yield f"It worked when all of this holds{held}, within {times.span(60 * check.within_minutes)}:"
        for true, words in live(check.that, view=view, scene=scene, runbook=id):
            yield f"check: {words} - {'yes' if true else 'not yet'}"
        if check.text:
            yield f"The runbook adds: {prose(check.text, runbook, scene.service)}"
    for number, answer in enumerate(node.answers, 1):
        if answer.when is None:
            state = "otherwise"
        else:
            state = "holds now" if holds(answer.when, view, scene, id)[0] else "does not hold"
        yield f"{number}. {answer.answer} - {state}; go to {answer.go}"


def check_holds(runbook: CompiledRunbook, node: PlanNode, *, scene: Scene, view: View) -> bool:
    """Whether the check of a step holds now; a step without one has nothing to fail."""
    if node.check is None:
        return True
    return bool(holds(node.check.that, view, scene, runbook.runbook.id)[0])


def next_line(desk: Desk) -> str:
    """What the opened runbook asks for next, in one line."""
    board, step = desk.board, upcoming(desk.board, desk.scene)
    if step is None:
        return (
            "the runbook does not say: `steps`" if board.opened else "open a runbook: `runbooks` lists them"
        )
    if isinstance(step, str):
        return _ending(step, board)
    state = board.steps.get((step.runbook.runbook.id, step.node.id))
    if state is None:
        return summary(step.node, step.runbook, desk.scene.service)
    if state.state != "started":
        at = times.time_of_day(board.started, state.t)
        return f"(again: {state.state} at {at}) {summary(step.node, step.runbook, desk.scene.service)}"
    return _under_way(step, desk)


def _under_way(step: Step, desk: Desk) -> str:
    """Whether to wait for the check of a step, or to call it done."""
    id, check = step.node.id, step.node.check
    if not check_holds(step.runbook, step.node, scene=desk.scene, view=desk.view):
        return f"wait: {id}'s check does not hold yet: `steps`"
    if check is None or not check.hold_minutes:
        return f"done {id} - its check holds now: `steps`"
    needed = times.span(60 * check.hold_minutes)
    since_t = holding.since(check.that, desk.board, scene=desk.scene, runbook=step.runbook.runbook.id)
    if since_t is None:
        return f"wait: {id}'s check holds now; keep watching for {needed}"
    # What held before the step began proves nothing of it.
    since_t = max(since_t, desk.board.steps[step.runbook.runbook.id, id].t)
    since = times.time_of_day(desk.board.started, since_t)
    if desk.t < since_t + 60 * check.hold_minutes:
        return f"wait: {id}'s check holds since {since}, for {needed} needed"
    return f"done {id} - its check holds since {since}, {needed} were needed"


def limits(board: Board, scene: Scene, t: float) -> str:
    """Until when the runbook opened last, else the page's, wants what is still to do, from the first page; or nothing.

    Of the first that is still to come, how long is left.
    """
    if board.first_page is None or board.first_page_t is None or board.resolved_t is not None:
        return ""
    runbook = board.opened[-1] if board.opened else board.first_page.runbook
    objectives = runbook_of(scene, runbook).runbook.objectives
    due = {"contain": objectives.contain_minutes, "mitigate": objectives.mitigate_minutes}
    if board.acknowledged_t is None:
        due = {"acknowledge": objectives.acknowledge_minutes, **due}
    at = {what: board.first_page_t + 60 * minutes for what, minutes in due.items()}
    if _turned(board, before_t=at["contain"]) and at["contain"] < t:
        del at["contain"]  # nobody knows yet whether what was turned in time did
    nearest = min((one for one in at.values() if one >= t), default=None)
    left = {
        one: " (past)" if one < t else f" ({times.span(one - t)} left)" * (one == nearest)
        for one in at.values()
    }
    return ", ".join(
        f"{what} by {times.time_of_day(board.started, one)}{left[one]}" for what, one in at.items()
    )


def _turned(board: Board, *, before_t: float) -> bool:
    """Whether a control has been away from its default since the first page, and was so in time."""
    default = {card.id: card.default for card in board.started.controls}
    first_t = board.first_page_t or 0.0
    return any(
        first_t <= t <= before_t and board.in_force[control] != default[control]
        for control, t in board.in_force_t.items()
    )


def _ending(ending: str, board: Board) -> str:
    """What is left to do where the runbook ends."""
    if board.resolved_t is not None:
        return "`end`, when nobody has anything left to do"
    return "`resolve`, when it is over" if ending == END else "stand down, says the runbook"
