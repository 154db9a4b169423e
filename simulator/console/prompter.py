"""What is behind the scenes in, what the facilitator reads of it out: the agenda, the truth, rows of the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.model import Hint, Measure
from simulator.console import times
from simulator.console.backstage import Backstage, FaultSight, MessageSight, TaskSight
from simulator.console.desk import Desk
from simulator.console.telling import planned
from simulator.console.text import clean, cut, priced
from simulator.console.wording import setting
from simulator.events import Started
from simulator.scoring.words import drawn

TEXT = 60
"""Columns of a message's text in the agenda."""
TASK_MARKS = {"done": "[x]", "late": "[!]", "open": "[ ]", "overdue": "[!]", "unasked": "[.]",
              "avoided": "[ ]", "broken": "[!]"}  # fmt: skip


def agenda(desk: Desk, backstage: Backstage) -> Iterator[str]:
    """Messages, tasks and hints as they stand, and what comes next."""
    started = desk.board.started
    yield next_line(desk, backstage)
    yield "# Messages: `send`, `hold`, `release` and `leave-out` take the a-number in front"
    yield from (_message(sight, started) for sight in backstage.messages(desk.t))
    yield "# Tasks"
    places = {sight.id: sight.place for sight in backstage.messages(desk.t)}
    yield from (_task(sight, places, started) for sight in backstage.tasks(desk.t))
    left = backstage.hints_left
    yield f"# Hints: {len(left)} of {backstage.hints} left" + ("; `hint` tells the next" if left else "")
    yield from (hint_line(hint) for hint in left)


def truth(desk: Desk, backstage: Backstage) -> Iterator[str]:
    """What goes wrong, since when, and what should be made of it."""
    told, started = backstage.truth, desk.board.started
    yield from (fault_line(sight, started, desk.t) for sight in backstage.faults)
    if not backstage.faults:
        yield "Nothing goes wrong in this drill."
    harm_t = backstage.harm_t
    yield (
        "Nobody is harmed, whatever is done."
        if harm_t is None
        else f"Harm begins at {times.time_of_day(started, harm_t)} if nobody acts; times are counted from there."
    )
    yield f"The runbook to open: {told.runbook or 'none'}. The symptom to declare: {told.symptom or 'none'}."
    yield told.explanation


def fault_line(sight: FaultSight, started: Started, t: float) -> str:
    fault = sight.fault
    kind = "Noise" if sight.noise else "Fault"
    tense = "since" if sight.onset_t <= t else "from"
    at = times.time_of_day(started, sight.onset_t)
    what = f"{fault.kind} ({sight.mechanism}) at {fault.node}{drawn(sight.drawn)}"
    return f"{kind} {fault.id}: {what}, {tense} {at}"


def hint_line(hint: Hint) -> str:
    return f"costs {priced(hint.points)}: {hint.text}"


def next_line(desk: Desk, backstage: Backstage) -> str:
    """When the next thing happens that is known to."""
    started = desk.board.started
    coming = [
        *backstage.coming(desk.t),
        *((order.effective_t, f"{order.control} takes effect") for order in desk.board.ordered.values()),
    ]
    if not coming:
        end = times.time_of_day(started, 60 * desk.scene.horizon_minutes)
        return f"Nothing more is known to come before the end at {end}."
    at, words = min(coming)
    return f"{times.time_of_day(started, at)} {words}, in {times.left(at - desk.t)}"


def rows(desk: Desk, backstage: Backstage) -> Iterator[tuple[str, str]]:
    """Rows of the facilitator's dashboard, each a title and its words."""
    faults = [sight for sight in backstage.faults if not sight.noise]
    begun = [_briefly(sight, desk) for sight in faults]
    yield "truth", "; ".join(begun) or "nothing goes wrong"
    tasks = backstage.tasks(desk.t)
    overdue = [sight.task.id for sight in tasks if sight.state == "overdue"]
    broken = [sight.task.id for sight in tasks if sight.state == "broken"]
    done = sum(sight.state in ("done", "late") for sight in tasks)
    asked = sum(not sight.task.must_not and sight.state != "unasked" for sight in tasks)
    unasked = sum(not sight.task.must_not and sight.state == "unasked" for sight in tasks)
    forbidden = sum(sight.task.must_not for sight in tasks)
    words = [f"{done} of {asked} done"]
    words += [f"{unasked} not asked yet"] if unasked else []
    words += [f"{forbidden} must not be done"] if forbidden and not broken else []
    words += [f"overdue: {', '.join(overdue)}"] if overdue else []
    words += [f"must not, and was: {', '.join(broken)}"] if broken else []
    yield "tasks", "; ".join(words)
    yield "coming", next_line(desk, backstage)


def _briefly(sight: FaultSight, desk: Desk) -> str:
    at = times.time_of_day(desk.board.started, sight.onset_t)
    return f"{sight.fault.id} {'since' if sight.onset_t <= desk.t else 'from'} {at}"


def _message(sight: MessageSight, started: Started) -> str:
    message = sight.message
    text = cut(clean(message.text), TEXT).rstrip()
    choices = f" [{' | '.join(choice.id for choice in message.choices)}]" if message.choices else ""
    return (
        f"{planned(sight.place):>3}  {_when(sight, started)}  "
        f"{clean(message.sender)} to {message.to} on {message.channel}: {text}{choices}"
    )


def message(sight: MessageSight, started: Started) -> Iterator[str]:
    """A message whole, with what it asks for."""
    one = sight.message
    yield f"{planned(sight.place)}  {_when(sight, started)}"
    yield f"{clean(one.sender)} to {one.to} on {one.channel}:"
    yield clean(one.text)
    yield from (f"{choice.id} - {clean(choice.text)}" for choice in one.choices)


def _when(sight: MessageSight, started: Started) -> str:
    at = "" if sight.t is None else times.time_of_day(started, sight.t)
    unless = f", unless {measure_words(sight.unless)}" if sight.unless else ""
    match sight.state:
        case "sent":
            return f"{at} sent as MESSAGE {sight.message.number}"
        case "held":
            return f"HELD{f' (was due {at})' if at else ''}"
        case "skipped":
            return "LEFT OUT"
        case "excused":
            return f"stays away: {measure_words(sight.unless) if sight.unless else 'it'} was done"
        case "waits" if sight.after is not None:
            delay = f"{times.span(60 * sight.delay_minutes)} after" if sight.delay_minutes else "after"
            return f"{delay} {measure_words(sight.after)}{unless}"
    return f"due {at or 'now'}{unless}"


def measure_words(measure: Measure) -> str:
    """An event of a drill in words.

    >>> measure_words(Measure("declare", {"severity": "sev2"}))
    'declare (severity sev2)'
    """
    where = ", ".join(f"{name} {setting(value)}" for name, value in measure.where.items())
    return f"{measure.event} ({where})" if where else measure.event


def _task(sight: TaskSight, places: Mapping[str, int], started: Started) -> str:
    """``places``: of messages in the agenda, by id."""
    done = "" if sight.t is None else times.time_of_day(started, sight.t)
    by = "" if sight.due_t is None else times.time_of_day(started, sight.due_t)
    words = {
        "done": f"done at {done}",
        "late": f"done at {done}, TOO LATE (by {by})",
        "open": f"by {by}" if by else "open",
        "overdue": f"OVERDUE since {by}",
        "unasked": f"not asked: {planned(places.get(sight.task.inject or '', 0))} has not been sent",
        "avoided": "must not be done, and was not",
        "broken": f"must not be done, and was at {done}",
    }
    return f"{TASK_MARKS[sight.state]} {sight.task.title}: {words[sight.state]}"
