"""Commands with which people act on the incident, each as an event for the record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.model import Template
from simulator.console import telling, times, vocabulary
from simulator.console.board import Board
from simulator.console.commands.base import (
    ActAs,
    AskFirst,
    CommandError,
    Deed,
    Reply,
    named,
    one_of,
    words_of,
)
from simulator.console.commands.taking import taking
from simulator.console.desk import Desk
from simulator.console.wording import setting
from simulator.events import (
    Acknowledged,
    Answered,
    Approved,
    Assumed,
    Declared,
    Delivered,
    Noted,
    Posted,
    Resolved,
)
from simulator.responders.doing import posted
from simulator.responders.view import ClaimCause, TakeEvidence

ALL = "all"
NOW = "now"
UNKNOWN = "unknown"
BLANK = re.compile(r"\{\{\s*incident\.([a-z_]+)\s*\}\}")


def acknowledge(rest: str, desk: Desk) -> Reply:
    board = desk.board
    words = rest.split()
    if words == [ALL] or (not words and len(board.firing) == 1):
        words = [signal for signal in board.firing if signal not in board.acknowledged]
        if not words:
            raise CommandError("nothing is firing that nobody has acknowledged")
    if not words:
        raise CommandError("type: acknowledge SIGNAL, or acknowledge all")
    known = [card.id for card in board.started.signals]
    signals = [one_of(word, known, "signal", listing="signals") for word in words]
    for signal in signals:
        if signal not in board.firing:
            raise CommandError(f"'{signal}' is not firing; `signals` shows what is")
    return Reply(tuple(Deed(desk.role, Acknowledged(signal)) for signal in signals))


def answer(rest: str, desk: Desk) -> Reply:
    """An answer is final; without one, the open questions are shown."""
    board = desk.board
    if not rest.split():
        return Reply(says=tuple(_questions(board)))
    *numbers, word = words_of(rest, "answer [NUMBER] CHOICE", least=1, most=2)
    asking = {str(message.number): message for _, message in board.messages if message.choices}
    asked = [named(numbers[0], asking, "question", listing="answer")] if numbers else [*asking.values()]
    if not numbers and word in asking:
        raise CommandError(f"type: answer {word} CHOICE, where CHOICE is {_ids(asking[word])}")
    known = {choice.id: (message, choice.id) for message in asked for choice in message.choices}
    if numbers and word.isdecimal() and 1 <= int(word) <= len(asked[0].choices):
        word = asked[0].choices[int(word) - 1].id
    message, choice = named(word, known, "choice", listing="answer")
    if message.number in board.answers:
        raise CommandError(f"message {message.number} was answered already: {board.answers[message.number]}")
    return Reply((Deed(desk.role, Answered(message.number, choice)),))


def _questions(board: Board) -> Iterator[str]:
    for t, message in board.open_questions:
        at = times.time_of_day(board.started, t)
        yield f"{message.number}  {at} {message.sender}: {message.text}"
        yield from (f"    {line}" for line in telling.choices(message))
    if not board.open_questions:
        yield "Nobody waits for a decision."


def _ids(message: Delivered) -> str:
    return " or ".join(choice.id for choice in message.choices)


def approve(rest: str, desk: Desk) -> Reply:
    if not rest:
        raise CommandError("type: approve CHANGE, in your own words")
    return Reply((Deed(desk.role, Approved(desk.role, rest)),))


def act_as(role: str, desk: Desk, *, once: bool = False) -> Reply:
    """Take a role, or take it up again; ``once``: for one command, after which one goes on in one's own.

    The record shows which: who speaks for all takes a role for one command as who they were.
    """
    role = one_of(role, desk.board.started.roles, "role", listing="roles")
    known = role in desk.board.roles and (once or role == desk.role)
    actor = desk.role if once and desk.role and desk.seat != "participant" else role
    deeds = () if known else (Deed(actor, Assumed(role)),)
    return Reply((*taking(role, desk), *deeds), (f"You act as {role} now.",), ActAs(role))


def collect(rest: str, desk: Desk) -> Reply:
    (word,) = words_of(rest, "collect EVIDENCE", least=1, most=1)
    item = named(word, vocabulary.evidence(desk.scene), "evidence", listing="evidence")
    return Reply((Deed(desk.role, TakeEvidence(item.id)),), (f"How, outside a drill: {item.how}",))


def declare(rest: str, desk: Desk) -> Reply:
    usage = "declare SERVICE SYMPTOM SEVERITY; `symptoms` and `severities` list them"
    service, symptom, severity = words_of(rest, usage, least=3, most=3)
    service = one_of(service, [desk.scene.service.id], "service", listing="status")
    symptom = one_of(symptom, vocabulary.symptoms(), "symptom", listing="symptoms")
    severity = one_of(severity, desk.board.started.cadence_minutes, "severity", listing="severities")
    return Reply((Deed(desk.role, Declared(service, symptom, severity)),))


def hypothesise(rest: str, desk: Desk) -> Reply:
    usage = "hypothesise COMPONENT MECHANISM ONSET EVIDENCE..., such as ... 02:55 amount-psi; ONSET may be unknown"
    component, mechanism, onset, *keys = words_of(rest, usage, least=3, most=20)
    component = one_of(
        component, [node.id for node in desk.scene.service.lineage.nodes], "component", listing="nodes"
    )
    mechanism = one_of(mechanism, vocabulary.mechanisms(), "mechanism", listing="mechanisms")
    known = vocabulary.metrics(desk.board)
    evidence = tuple(named(vocabulary.slug(key), known, "metric", listing="metrics") for key in keys)
    says = () if evidence else ("No evidence stands behind it; name the metrics that made you think so.",)
    return Reply((Deed(desk.role, ClaimCause(component, mechanism, _onset(onset, desk), evidence)),), says)


def _onset(text: str, desk: Desk) -> float | None:
    if text == UNKNOWN:
        return None
    minutes = times.minutes_of(text, desk.board.started)
    if minutes is None:
        raise CommandError(
            f"'{text}' is no time: write 02:55, or minutes since the start such as 15, or unknown"
        )
    if minutes * 60 > desk.t + 60:
        raise CommandError(
            f"'{text}' has not come yet: it is {times.time_of_day(desk.board.started, desk.t)}"
        )
    return minutes


def note(rest: str, desk: Desk) -> Reply:
    if not rest:
        raise CommandError("type: note WORDS")
    return Reply((Deed(desk.role, Noted(rest)),))


def post(rest: str, desk: Desk) -> Reply:
    word, _, words = rest.partition(" ")
    if not word:
        raise CommandError("type: post TEMPLATE, and after it what the status is; `templates` lists them")
    template = named(word, vocabulary.templates(desk.scene), "template", listing="templates")
    return Reply((Deed(desk.role, sent(template, desk, status=words.strip())),))


def sent(template: Template, desk: Desk, *, status: str = "") -> Posted:
    """A template with its blanks filled from what has happened so far."""
    blanks = dict(_blanks(desk, status))
    form = posted(template)
    text = BLANK.sub(lambda found: blanks.get(found[1], found[0]), form.text)
    return Posted(form.channel, form.audience, form.template, text)


def _blanks(desk: Desk, status: str) -> Iterator[tuple[str, str]]:
    board, service = desk.board, desk.scene.service
    since = min((alert.since_t for alert in board.firing.values()), default=desk.t)
    claim = board.hypothesis[1] if board.hypothesis else None
    if claim is not None and claim.onset_minutes is not None:
        since = 60 * claim.onset_minutes
    every = board.started.cadence_minutes.get(board.declared[1].severity) if board.declared else None
    due = times.time_of_day(board.started, desk.t + 60 * every) if every else "to be told"
    yield "name", f"Incident of {service.title}"
    yield "started", times.time_of_day(board.started, since)
    yield "components", claim.component if claim else service.id
    yield "status", status or _status(desk)
    yield "next_milestone", f"an update by {due}" if every else due
    yield "now", times.time_of_day(board.started, desk.t)


def _status(desk: Desk) -> str:
    board = desk.board
    if board.resolved_t is not None:
        return "over"
    changed = [
        f"{card.id} is {setting(board.in_force[card.id])}"
        for card in board.started.controls
        if board.in_force[card.id] != card.default
    ]
    return ", ".join(changed) if changed else "we are looking into it"


def resolve(rest: str, desk: Desk) -> Reply:
    """While a page fires it asks first, unless ``now`` stands behind it."""
    words = words_of(rest, f"resolve, or resolve {NOW} to be asked nothing", least=0, most=1)
    if words not in ([], [NOW]):
        raise CommandError(f"type: resolve, or resolve {NOW} to be asked nothing")
    told = ", ".join(desk.board.told)
    says = (f"Tell those whom you told of the incident that it is over: {told}.",) if told else ()
    called = Reply((Deed(desk.role, Resolved()),), says)
    if not (firing := _paging(desk.board)) or words:
        return called
    return Reply(wish=AskFirst(
        f"{firing}. Called over too early, it is not over. Say all the same that it is over? Type yes or no.",
        called,
        "It is not called over.",
    ))  # fmt: skip


def _paging(board: Board) -> str:
    """The pages that speak against the end; nothing where there are none."""
    pages = [signal for signal, alert in board.firing.items() if alert.card.severity == "page"]
    return f"{' and '.join(pages)} still {'fires' if len(pages) == 1 else 'fire'}" if pages else ""


def tell(rest: str, desk: Desk) -> Reply:
    audience, _, words = rest.partition(" ")
    if not words.strip():
        raise CommandError("type: tell AUDIENCE WORDS; `audiences` lists whom you can tell")
    channel = named(audience, vocabulary.audiences(desk.scene), "audience", listing="audiences")
    return Reply((Deed(desk.role, Posted(channel, audience, "", words.strip())),))
