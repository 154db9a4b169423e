"""What is known now in, the upper half of the screen out: rows of styled text that fit the width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from simulator.console import checklist, prompter, times
from simulator.console.board import Board
from simulator.console.charts import sparkline
from simulator.console.desk import Desk
from simulator.console.text import clean, cut, fold, shown
from simulator.console.vocabulary import slug
from simulator.console.wording import setting
from simulator.events import Delivered

Piece: TypeAlias = tuple[str, str]
"""A style and the text that has it."""
Row: TypeAlias = list[Piece]

FIRST_VITALS = ("requests per s", "p99 ms", "error ratio", "blocked ratio", "accuracy", "score psi")
"""What every dashboard of a scoring service has in its first row; names are matched by their beginning."""
SCALE_LEAST = {" psi": 0.1, " nulls": 0.05, " ratio": 0.05}
"""Measures of which little is noise, by a part of their name: how far their scale reaches at least."""
CELL, LEAST_CELL = 50, 39
"""Columns that a chart takes where there is room, and where there is not."""
VALUE = 8
ROOMY = 12
"""From so many rows on, the controls may take a second one."""
SPACIOUS = 18
"""From so many rows on, a message that asks nothing stands beside a question."""
MANY_ROWS = 1000
"""As many as there is something to say in."""
FRESH_S = 600
"""Seconds for which the newest message to the team stays."""
LEAST_ALERTS = 3
"""Rows for alerts before charts get any."""
WINDOW = re.compile(r" \d+m$")
HIDDEN = "Paused: the clock stands and the metrics are hidden."
SEATS = {"alone": "", "facilitator": "facilitator", "participant": ""}


def rows(desk: Desk, *, width: int, height: int, pace: str = "", vitals: int | None = None) -> list[Row]:
    """At most ``height`` rows: the clock, what fires, charts, controls, the incident, what comes next.

    ``vitals``: how many charts there are at most, the most telling ones.
    """
    head = [_clock(desk, width, pace)]
    roomy = height >= ROOMY
    told = [*_incident(desk, width, height=height), *_behind(desk, width, roomy=roomy)]
    tail = [*_controls(desk, width, folded=roomy), *told]
    left = height - len(head) - len(tail)
    if desk.board.paused:
        hidden = f" {HIDDEN}{'' if desk.seat == 'participant' else ' `resume` goes on.'}"
        return [*head, [("class:paused", cut(hidden, width))], *tail][:height]
    alerts = list(_alerts(desk, width))
    most = max(1, min(LEAST_ALERTS, left), left - _chart_rows_least(width))
    shown_alerts = (
        alerts if len(alerts) <= most else [*alerts[: most - 1], _more(len(alerts) - most + 1, width)]
    )
    charts = _charts(desk.board, width=width, height=left - len(shown_alerts), most=vitals)
    return [*head, *shown_alerts, *charts, *tail][:height]


def plain(desk: Desk) -> Iterator[str]:
    """All of it, every vital too, as lines without style; one column short, so that no line is folded."""
    for row in rows(desk, width=desk.width - 1, height=MANY_ROWS):
        yield "".join(text for _, text in row).rstrip()


def _clock(desk: Desk, width: int, pace: str) -> Row:
    started, horizon = desk.board.started, desk.scene.horizon_minutes
    now = times.time_of_day(started, desk.t, seconds=True)
    left = times.span(max(0.0, 60 * horizon - desk.t))
    stands = "STANDS  " if desk.board.returned else "NOT STARTED  "
    state = "PAUSED  " if desk.board.paused else stands if desk.waiting else ""
    who = f"as {desk.role}" if desk.role else desk.person or SEATS[desk.seat]
    parts = [f" {state}{now} UTC  +{desk.t / 60:.0f} min, {left} left", pace, _where(desk), who]
    while len(text := "  ".join(filter(None, parts))) > width and len(parts) > 2:
        del parts[-2]  # who acts is read on the narrowest screen
    return [("class:paused" if desk.board.paused or desk.waiting else "class:title", cut(text, width))]


def _where(desk: Desk) -> str:
    """The service, and where it is a real one."""
    service, started = desk.scene.service.id, desk.board.started
    return f"{service}, LIVE in {started.environment}" if started.is_live else service


def _alerts(desk: Desk, width: int) -> Iterator[Row]:
    board = desk.board
    if not board.firing:
        yield [("class:good", cut(" Nothing is firing.", width))]
    order = {"page": 0, "ticket": 1, "info": 2}
    for key, alert in sorted(board.firing.items(), key=lambda item: order[item[1].card.severity]):
        card = alert.card
        value = f"{shown(board.latest_value(key))} {card.compare} {shown(card.threshold)}"
        since = times.time_of_day(board.started, alert.since_t)
        seen = "acknowledged" if key in board.acknowledged else "not acknowledged"
        text = f" {card.severity.upper():6} {key:18} {value:18} since {since}  {seen}"
        style = (
            "class:dim"
            if card.severity == "info"
            else "class:warn"
            if key in board.acknowledged
            else "class:bad"
        )
        yield [(style, cut(text, width))]


def _more(count: int, width: int) -> Row:
    return [("class:warn", cut(f" and {count} more: `signals`", width))]


def _columns(width: int) -> int:
    return max(width // CELL, min(2, width // LEAST_CELL), 1)


def _chart_rows_least(width: int) -> int:
    return -(-len(FIRST_VITALS) // _columns(width))


def _charts(board: Board, *, width: int, height: int, most: int | None) -> list[Row]:
    columns = _columns(width)
    room = max(0, height) * columns
    keys = telling(board, room if most is None else min(room, most))
    widest = max((len(_title(key)) for key in keys), default=0) + 2
    found = []
    for start in range(0, len(keys), columns):
        cells = [
            _cell(board, key, width=width // columns, name=widest) for key in keys[start : start + columns]
        ]
        found.append([piece for cell in cells for piece in cell])
    hidden = len(board.vitals) - len(keys)
    if hidden and len(found) < height:
        found.append(
            [("class:dim", cut(f" and {hidden} more: `status` charts all, `show METRIC` one", width))]
        )
    return found


def _cell(board: Board, key: str, *, width: int, name: int) -> Row:
    least = next((least for part, least in SCALE_LEAST.items() if part in key), None)
    room = width - name - VALUE - 2
    line = sparkline(board.readings.get(key, []), room, least=least)
    value = f"{shown(board.latest_value(key)):>{VALUE}} "
    return [("class:dim", cut(f" {_title(key)}", name)), ("", value), ("class:chart", cut(line, room + 1))]


def _title(key: str) -> str:
    """A vital's name without the window over which it is taken."""
    return WINDOW.sub("", clean(key))


def important(board: Board) -> Sequence[str]:
    """All vitals, those that matter most first."""
    first = [name for start in FIRST_VITALS for name in board.vitals if name.startswith(start)]
    features = [name for ending in (" psi", " mean", "") for name in board.vitals if ending in name]
    return tuple(dict.fromkeys([*first, *features]))


def telling(board: Board, count: int) -> Sequence[str]:
    """So many vitals, in their usual order: those of which an alert fires before all others."""
    known = important(board)
    fire = [name for name in known if any(slug(name).startswith(signal) for signal in board.firing)]
    kept = set([*dict.fromkeys([*fire, *known])][:count])
    return [name for name in known if name in kept]


def _controls(desk: Desk, width: int, *, folded: bool) -> list[Row]:
    """What differs from the defaults; ``folded``: in a second row what does not fit into the first."""
    board = desk.board
    turned = [
        f"{card.id}={setting(board.in_force[card.id])}"
        for card in board.started.controls
        if board.in_force[card.id] != card.default and card.id not in board.ordered
    ]
    coming = [
        f"{order.control} {setting(board.in_force[order.control])}->{setting(order.value)} "
        f"in {times.span(order.effective_t - desk.t)}"
        for order in board.ordered.values()
    ]
    text = ", ".join([*coming, *turned]) or "all at their defaults"
    room = max(1, width - 10)
    first, *rest = fold(text, room) if folded else [text]
    kept = [first, " ".join(rest)] if rest else [first]
    style = "class:warn" if coming or turned else ""
    titles = [" controls ", " " * 10]
    return [
        [("class:dim", title), (style, cut(part, room))] for title, part in zip(titles, kept, strict=False)
    ]


def _incident(desk: Desk, width: int, *, height: int) -> Iterator[Row]:
    """Where rows are scarce, the roles make room for what presses: limits and a message."""
    board = desk.board
    yield [("class:dim", " incident "), *_declared(board, desk.t, width - 10)]
    pressing = [*_limits(desk, width), *_message(desk, width, spacious=height >= SPACIOUS)]
    if height >= ROOMY or not pressing:
        taken = ", ".join(map(board.taken, board.roles))
        free = f"you act as {desk.role}: `as ROLE` takes another" if desk.role else ""
        words = taken or free or "nobody has taken a role: `as ROLE`"
        yield [("class:dim", " roles    "), ("", cut(words, width - 10))]
    yield from pressing
    yield [
        ("class:dim", " next     "),
        ("class:next", cut(checklist.next_line(desk), width - 10)),
    ]


def _behind(desk: Desk, width: int, *, roomy: bool) -> Iterator[Row]:
    """What only the facilitator sees; where rows are scarce, all of it in one."""
    if desk.backstage is not None:
        found = [*prompter.rows(desk, desk.backstage)]
        if not roomy:
            (_, truth), (_, tasks), (title, coming) = found
            found = [(title, f"{coming}; tasks {tasks}; {truth}")]
        for title, words in found:
            yield [("class:dim", f" {title:9}"), ("class:dim", cut(words, width - 10))]


def _limits(desk: Desk, width: int) -> Iterator[Row]:
    """What the runbook promises, and where there is room, from when it is counted."""
    board = desk.board
    text = checklist.limits(board, desk.scene, desk.t)
    if not text or board.first_page_t is None:
        return
    origin = f" (from the page at {times.time_of_day(board.started, board.first_page_t)})"
    if len(text + origin) <= width - 10:
        text += origin
    yield [("class:dim", " limits   "), ("", cut(text, width - 10))]


def _message(desk: Desk, width: int, *, spacious: bool) -> Iterator[Row]:
    """The question to who reads this that has waited longest, else anybody's, and how to answer it; then news.

    Of messages that ask nothing, the newest one as long as it is fresh; beside a question only where there is room.
    """
    board, asking = desk.board, desk.board.open_questions
    if asking:
        t, message = min(asking, key=lambda pair: (not _mine(pair[1], desk), pair[0]))
        yield _line("question", _said(t, message, desk), width, _more_of(asking, "answer"))
        if desk.seat != "participant" or _mine(message, desk):
            ids = " | ".join(choice.id for choice in message.choices)
            yield _line("", f"`answer {message.number}` {ids}", width)
    news = [(t, one) for t, one in board.messages if not one.choices and desk.t - t <= FRESH_S]
    if not news:
        return
    t, message = max(news, key=lambda pair: (_mine(pair[1], desk), pair[0]))
    asks_me = any(_mine(asked, desk) for _, asked in asking)
    if spacious or not asking or (_mine(message, desk) and not asks_me):
        yield _line("message", _said(t, message, desk), width, _more_of(news, "messages") if spacious else "")


def _more_of(found: Sequence[object], listing: str) -> str:
    return f" +{len(found) - 1} more: `{listing}`" if len(found) > 1 else ""


def _mine(message: Delivered, desk: Desk) -> bool:
    """Whether it was written to who reads this; at a table one person may have several roles."""
    return message.to == desk.role or bool(desk.person and desk.board.holders.get(message.to) == desk.person)


def _said(t: float, message: Delivered, desk: Desk) -> str:
    to = "you" if _mine(message, desk) else message.to
    return f"{times.time_of_day(desk.board.started, t)} {message.sender} to {to}: {message.text}"


def _line(title: str, text: str, width: int, note: str = "") -> Row:
    """``note`` stands at the end, however long the text is."""
    said = cut(clean(text), width - 10 - len(note))
    return [("class:dim", f" {title:9}"), ("class:message", cut(said.rstrip() + note, width - 10))]


def _declared(board: Board, t: float, width: int) -> Row:
    if board.declared is None:
        return [("", cut("not declared", width))]
    at, declared = board.declared
    started = board.started
    text = f"{declared.severity} {declared.symptom} since {times.time_of_day(started, at)}"
    if board.resolved_t is not None:
        return [
            (
                "class:good",
                cut(f"{text}, called over at {times.time_of_day(started, board.resolved_t)}", width),
            )
        ]
    if board.posted_t is not None and board.posted_t >= at:
        text += f"; last update {times.time_of_day(started, board.posted_t)}"
    due = board.update_due_t
    if due is None:
        return [("class:warn", cut(text, width))]
    late = t > due
    words = f"; update {'OVERDUE since' if late else 'due by'} {times.time_of_day(started, due)}"
    return [("class:bad" if late else "class:warn", cut(text + words, width))]
