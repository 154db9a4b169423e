"""Commands that only look: nothing of them goes into the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.console import dashboard, telling, times, vocabulary
from simulator.console.board import Board
from simulator.console.charts import chart
from simulator.console.commands.base import CommandError, Reply, named, words_of
from simulator.console.desk import Desk
from simulator.console.text import shown
from simulator.console.wording import setting
from simulator.events import Delivered


def audiences(rest: str, desk: Desk) -> Reply:
    return _table(
        {audience: f"on {channel}" for audience, channel in vocabulary.audiences(desk.scene).items()}
    )


def controls(rest: str, desk: Desk) -> Reply:
    lines = []
    for control in desk.scene.service.controls:
        now = setting(desk.board.in_force[control.id])
        order = desk.board.ordered.get(control.id)
        coming = ""
        if order is not None:
            coming = (
                f", {setting(order.value)} from {times.time_of_day(desk.board.started, order.effective_t)}"
            )
        values = " | ".join(setting(value) for value in control.values)
        lines.append(f"{control.id} is {now}{coming}  [{values}]  takes {times.span(60 * control.minutes)}")
        lines.append(f"    {control.title}. {control.cost}")
        if needed := vocabulary.leave(desk.scene, control.id):
            lines.append(f"    Needs leave: {' or '.join(needed)} has to approve a change of it.")
    return Reply(says=tuple(lines))


def evidence(rest: str, desk: Desk) -> Reply:
    return _table({id: item.what for id, item in vocabulary.evidence(desk.scene).items()})


def mechanisms(rest: str, desk: Desk) -> Reply:
    return _table(vocabulary.mechanisms())


def messages(rest: str, desk: Desk) -> Reply:
    board = desk.board
    lines = [line for t, message in board.messages for line in _message(t, message, board)]
    return Reply(says=tuple(lines) or ("Nobody has written to the team yet.",))


def _message(t: float, message: Delivered, board: Board) -> Iterator[str]:
    number = f"{message.number}  " if message.number else ""
    at = times.time_of_day(board.started, t)
    yield f"{number}{at} {message.sender} to {message.to} on {message.channel}: {message.text}"
    if message.number in board.answers:
        yield f"    answered: {board.answers[message.number]}"
    else:
        yield from (f"    {line}" for line in telling.choices(message))


def metrics(rest: str, desk: Desk) -> Reply:
    known = vocabulary.metrics(desk.board)
    return _table({typed: shown(desk.board.latest_value(key)) for typed, key in known.items()})


def nodes(rest: str, desk: Desk) -> Reply:
    lineage = desk.scene.service.lineage
    feeds: dict[str, list[str]] = {}
    for edge in lineage.edges:
        only = f" (to {', '.join(edge.versions)})" if edge.versions else ""
        feeds.setdefault(edge.feeds, []).append(f"{edge.into}{only}")
    return _table(
        {
            node.id: f"{node.kind.replace('_', ' ')}: {node.title}"
            + (f"; feeds {', '.join(feeds[node.id])}" if node.id in feeds else "")
            for node in lineage.nodes
        }
    )


def roles(rest: str, desk: Desk) -> Reply:
    def state(role: str) -> str:
        taken = desk.board.holders.get(role) or ("taken" if role in desk.board.roles else "free")
        return f"{taken}, acts now" if role == desk.role else taken

    known = desk.board.started.roles
    wanted = {*vocabulary.roles(desk.scene), *(message.to for _, message in desk.board.messages)}
    first = [role for role in known if role in wanted or state(role) != "free"]
    others = ", ".join(role for role in known if role not in first)
    named = _table({role: state(role) for role in first}).says
    return Reply(says=(*named, f"Not named by this service's runbooks: {others}") if others else named)


def leave(rest: str, desk: Desk) -> Reply:
    """At a terminal of their own a guest leaves before this is asked for; here nobody can."""
    if desk.seat == "participant":
        raise CommandError("type `leave` by itself, in full")
    raise CommandError("this terminal holds the drill: `end` ends it for everybody")


def runbooks(rest: str, desk: Desk) -> Reply:
    return _table({runbook.runbook.id: runbook.runbook.title for runbook in desk.scene.runbooks})


def severities(rest: str, desk: Desk) -> Reply:
    cadence = desk.board.started.cadence_minutes
    return _table({name: f"an update every {times.span(60 * minutes)}" for name, minutes in cadence.items()})


def show(rest: str, desk: Desk) -> Reply:
    words = words_of(rest, "show METRIC; `metrics` lists them", least=1, most=4)
    # Names may be typed as the dashboard writes them, with blanks.
    key = named(vocabulary.slug(" ".join(words)), vocabulary.metrics(desk.board), "metric", listing="metrics")
    readings = desk.board.readings.get(key, [])
    card = desk.board.card(key)
    mark = card.threshold if card else None
    title = f"{key}: {shown(desk.board.latest_value(key))}"
    if card is not None:
        title += f"; it alarms {card.compare} {shown(card.threshold)} held for {times.span(60 * card.hold_minutes)}"
    first = times.time_of_day(desk.board.started, readings[0][0]) if readings else ""
    last = times.time_of_day(desk.board.started, desk.board.t)
    rows = chart(readings, width=desk.width - 2, height=6, mark=mark)
    return Reply(says=(title, *rows, f"{'':10}{first} to {last}"))


def signals(rest: str, desk: Desk) -> Reply:
    return Reply(says=tuple(_signals(desk)))


def _signals(desk: Desk) -> Iterator[str]:
    board = desk.board
    for card in sorted(board.started.signals, key=lambda card: card.id not in board.firing):
        alert = board.firing.get(card.id)
        state = f"FIRING since {times.time_of_day(board.started, alert.since_t)}" if alert else "quiet"
        value = shown(board.latest_value(card.id))
        limit = f"{card.compare} {shown(card.threshold)} for {times.span(60 * card.hold_minutes)}"
        yield f"{card.id:20} {value:>8}  {state:18} {card.severity}: {limit}. {card.title}"


def status(rest: str, desk: Desk) -> Reply:
    return Reply(says=tuple(dashboard.plain(desk)))


def symptoms(rest: str, desk: Desk) -> Reply:
    return _table(vocabulary.symptoms())


def templates(rest: str, desk: Desk) -> Reply:
    known = vocabulary.templates(desk.scene)
    return _table({id: f"{item.title}; to {item.audience} on {item.channel}" for id, item in known.items()})


def _table(rows: Mapping[str, str]) -> Reply:
    """Names and what they mean, in two columns."""
    width = max((len(name) for name in rows), default=0)
    return Reply(says=tuple(f"{name:{width}}  {words}" for name, words in rows.items()))
