"""Commands that follow a runbook: open it, do its steps, answer its decisions."""

from __future__ import annotations

from functools import partial

from generator.model import Answer
from simulator.console import checklist, times, vocabulary
from simulator.console.commands.acting import sent
from simulator.console.commands.base import FEW, CommandError, Deed, Later, Reply, named, words_of
from simulator.console.commands.turning import before_turning
from simulator.console.desk import Desk
from simulator.console.text import shown
from simulator.console.vocabulary import Step
from simulator.console.wording import setting
from simulator.events import Decided, Opened, Posted, StepEnded, StepStarted
from simulator.responders.doing import deed, template_of
from simulator.responders.view import Action, TurnControl

FAILED = "failed"


def open_runbook(rest: str, desk: Desk) -> Reply:
    words = words_of(rest, "open RUNBOOK; `runbooks` lists them", least=1, most=6)
    word = "-".join(words).lower()
    known = {runbook.runbook.id: runbook for runbook in desk.scene.runbooks}
    runbook = named(word, known, "runbook", listing="runbooks")
    says = (*checklist.card(runbook, desk.scene.service), "`steps` shows what to do, step by step.")
    return Reply((Deed(desk.role, Opened(runbook.runbook.id)),), says)


def steps(rest: str, desk: Desk) -> Reply:
    words = words_of(rest, "steps [PART]", least=0, most=1)
    if not desk.board.opened:
        raise CommandError("open a runbook first; `runbooks` lists them")
    runbook = vocabulary.runbook(desk.scene, desk.board.opened[-1])
    known = {part: part for part in vocabulary.parts(runbook)}
    part = named(words[0], known, "part", listing="steps") if words else ""
    part = part or checklist.part_of(runbook, desk.board, desk.scene)
    return Reply(says=tuple(checklist.part_lines(desk, runbook, part)))


def do(rest: str, desk: Desk) -> Reply:
    (word,) = words_of(rest, "do STEP", least=1, most=1)
    step = _step(word, desk)
    if step.node.answers:
        raise CommandError(f"'{word}' is a decision: type `decide {word}` to see its answers")
    if _state(step, desk) == "started":
        raise CommandError(f"'{word}' is under way: type `done {word}`, or `done {word} failed`")
    begun = _by(step, StepStarted(step.runbook.runbook.id, step.node.id))
    action = _action(step, desk)
    warns = tuple(before_turning(action.control, desk)) if isinstance(action, TurnControl) else ()
    if _takes(step, desk):
        later = Later(_over_t(step, desk), partial(_did, word, step))
        return Reply(begun, _taking(step, desk), later, warns)
    reply = _did(word, step, desk)
    return Reply((*begun, *reply.deeds), (*reply.says, *_own_minutes(step, desk)), warns=warns)


def _own_minutes(step: Step, desk: Desk) -> tuple[str, ...]:
    """At a clock a look is written down at once, whatever it states."""
    if desk.unpaced or step.node.check is not None or step.node.action != "observe" or not step.node.minutes:
        return ()
    return (f"It counts as done now; looking may take you {times.span(60 * step.node.minutes)}.",)


def still_under_way(begun: StepStarted, t: float, desk: Desk) -> Later:
    """The rest of a step that was begun at ``t``, and was being done when the drill was cut off."""
    runbook = vocabulary.runbook(desk.scene, begun.runbook)
    step = Step(runbook, next(node for node in runbook.plan.nodes if node.id == begun.step))
    return Later(t + 60 * step.node.minutes, partial(_did, begun.step, step))


def _did(word: str, step: Step, desk: Desk) -> Reply:
    """The deed of a step that was begun; one without a check has been done with it."""
    action = _action(step, desk)
    actions: list[Action] = [] if action is None else [action]
    if step.node.check is None:
        actions.append(StepEnded(step.runbook.runbook.id, step.node.id, "success"))
        return Reply(_by(step, *actions), _reading(step, desk))
    says = checklist.live_lines(step.runbook, step.node, scene=desk.scene, view=desk.view)
    return Reply(
        _by(step, *actions), (*says, f"Type `done {word}` when it worked, `done {word} failed` if not.")
    )


def _takes(step: Step, desk: Desk) -> bool:
    """Whether it takes the minutes that it states; people at a clock take their own."""
    return desk.unpaced and step.node.minutes > 0


def _over_t(step: Step, desk: Desk) -> float:
    return desk.t + 60 * step.node.minutes


def _taking(step: Step, desk: Desk) -> tuple[str, ...]:
    at = times.time_of_day(desk.board.started, _over_t(step, desk))
    if _over_t(step, desk) >= 60 * desk.scene.horizon_minutes:
        return (f"It takes {times.span(60 * step.node.minutes)}; the drill is over before it is done.",)
    return (f"It takes {times.span(60 * step.node.minutes)}, to {at}.",)


def done(rest: str, desk: Desk) -> Reply:
    word, *outcome = words_of(rest, "done STEP [failed]", least=1, most=2)
    if outcome not in ([], [FAILED]):
        raise CommandError(f"type: done {word}, or done {word} failed")
    step = _step(word, desk)
    if _state(step, desk) != "started":
        raise CommandError(f"'{word}' has not been started: type `do {word}`")
    ended = StepEnded(step.runbook.runbook.id, step.node.id, "failure" if outcome else "success")
    true = checklist.check_holds(step.runbook, step.node, scene=desk.scene, view=desk.view)
    doubt = () if true or outcome else ("Careful: its check does not hold at this moment.",)
    return Reply(_by(step, ended), doubt)


def skip(rest: str, desk: Desk) -> Reply:
    word, _, why = rest.partition(" ")
    if not why.strip():
        raise CommandError("type: skip STEP WHY; the reason goes into the record")
    step = _step(word, desk)
    if step.node.answers:
        raise CommandError(f"'{word}' is a decision: type `decide {word}`, and an answer that fits best")
    ended = StepEnded(step.runbook.runbook.id, step.node.id, "skipped", why.strip())
    return Reply(_by(step, ended))


def decide(rest: str, desk: Desk) -> Reply:
    words = words_of(rest, "decide DECISION [NUMBER]", least=1, most=2)
    step = _step(words[0], desk)
    if not step.node.answers:
        raise CommandError(f"'{words[0]}' is a step: type `do {words[0]}`")
    if len(words) == 1:
        lines = checklist.live_lines(step.runbook, step.node, scene=desk.scene, view=desk.view)
        return Reply(
            says=(f"{step.node.text} ({step.node.role})", *lines, f"Type `decide {words[0]} NUMBER`.")
        )
    answer = _answer(words[1], step)
    reply = Reply(_by(step, Decided(step.runbook.runbook.id, step.node.id, answer.answer, answer.go)))
    if _takes(step, desk):
        return Reply((), _taking(step, desk), Later(_over_t(step, desk), lambda desk: reply))
    return reply


def _answer(word: str, step: Step) -> Answer:
    numbers = {str(number): answer for number, answer in enumerate(step.node.answers, 1)}
    if word not in numbers:
        raise CommandError(
            f"'{word}' is no answer: type a number from 1 to {len(numbers)}, as `decide {step.node.id}` shows"
        )
    return numbers[word]


def _step(word: str, desk: Desk) -> Step:
    """The step of that id, in the runbook opened last where several have one."""
    known = vocabulary.steps(desk.scene)
    inside = f"{desk.board.opened[-1]}/{word}" if desk.board.opened else word
    step = known.get(inside) or named(word, known, "step", listing="steps")
    if step.runbook.runbook.id not in desk.board.opened:
        raise CommandError(
            f"'{word}' stands in a runbook that nobody has opened: type `open {step.runbook.runbook.id}`"
        )
    return step


def _state(step: Step, desk: Desk) -> str:
    state = desk.board.steps.get((step.runbook.runbook.id, step.node.id))
    return state.state if state else ""


def _by(step: Step, *actions: Action) -> tuple[Deed, ...]:
    """What is done under the role that the step names."""
    return tuple(Deed(step.node.role, action) for action in actions)


def _action(step: Step, desk: Desk) -> Action | None:
    action = deed(step.runbook, step.node, scene=desk.scene, view=desk.view, replica=0)
    match action:
        case Posted(template=id):
            return sent(template_of(step.runbook.runbook, id), desk)
        case TurnControl(control, value):
            return TurnControl(control, _plain(control, value, desk))
    return action


def _reading(step: Step, desk: Desk) -> tuple[str, ...]:
    """What a step that looks at a signal sees."""
    if step.node.action != "observe" or "signal" not in step.node.with_:
        return ()
    id, board = step.runbook.runbook.id, desk.board
    key = desk.scene.signals[desk.scene.signal_row(id, step.node.with_["signal"])].key
    of_it = [ref.key for ref in desk.scene.signals if ref.runbook == id]
    firing = [one for one in of_it if one in board.firing and one != key]
    told = [f"{one} is {shown(board.latest_value(one))}" for one in (*firing[:FEW], key)]
    state = "" if firing or key in board.firing else " (nothing of this runbook fires)"
    return (f"{', '.join(told)}{state}; `signals` lists all, `show {key}` draws one.",)


def _plain(control: str, value: str | int | float | bool, desk: Desk) -> str | int | float | bool:
    """The setting as the service lists it, where it does."""
    listed = desk.scene.service.control(control).values
    return next((item for item in listed if setting(item) == setting(value)), value)
