"""The case in, the credit for command and communication out: from the record alone, with no truth needed.

From the first declaration on, an update is due within the minutes that the severity states: 2 points for
the first, 1 for keeping the rhythm until the incident is called over, 1 for telling that it is; 1 point for a
role that somebody has assumed, or was given, by the time the first update is due, and that somebody takes over
when its holder leaves. Who comes back within that time, or was away for less at the end, has not left.
An update is whatever a participant tells an audience; what was told before the declaration is none of it.
What falls due only after the end of the drill is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events import Assigned, Assumed, Declared, Event, Joined, Left, Posted, Resolved
from simulator.scoring.all_clear import false_all_clear
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case
from simulator.scoring.rubric import WEIGHTS
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import minutes

HOW = (
    "From the declaration on: a role assumed (1), the first update (2), updates in their rhythm (1), "
    "the end announced (1)."
)
ROLE, FIRST, RHYTHM, CLOSING = 1.0, 2.0, 1.0, 1.0


def communication(case: Case) -> Dimension:
    """5 points."""
    return dimension("communication", _losses(case), how=HOW)


def _losses(case: Case) -> Iterator[Loss]:
    declared = next(case.by_team(Declared), None)
    if declared is None:
        why = "No incident was declared, so nobody took command and nobody was told."
        yield Loss("communication", WEIGHTS["communication"], why, case.end, None, "declare")
        return
    start, severity = declared[0].minutes, declared[1].severity
    every = case.started.cadence_minutes.get(severity)
    if every is None:
        why = f"no rhythm of updates is stated for severity {severity!r}"
        yield gap("communication", WEIGHTS["communication"], why)
        return
    refuted = false_all_clear(case)
    over = next((event for event, _ in case.by_team(Resolved) if event.minutes >= start), None)
    if refuted is not None:
        over = None
    posts = [event for event, post in case.by_team(Posted) if event.minutes >= start and post.text.strip()]
    yield from _role(case, start, every)
    yield from _first(case, start, every, posts)
    yield from _rhythm(case, start, over.minutes if over else case.end, every, posts)
    if refuted is not None:
        yield Loss(
            "communication",
            CLOSING,
            f"{refuted[1]} Nobody was told of its true end.",
            refuted[0].minutes,
            refuted[0].seq,
        )
    else:
        yield from _closing(case, over, every, posts)


def _role(case: Case, start: float, every: float) -> Iterator[Loss]:
    taken = [event for event, _ in (*case.by_team(Assumed), *case.record.of(Assigned))]
    if not any(case.elapsed(start, event.minutes) <= every for event in taken):
        if _due_after_the_end(case, start, every):
            yield _not_due(case, ROLE, "a role", start + every)
            return
        why = f"Nobody had assumed a role by {case.clock.at(start + every)}, when the first update was due."
        yield Loss("communication", ROLE, why, start + every, None, "assume", case.step_at(start + every))
        return
    for event, participant, role in _vacated(case, start):
        if not _taken_over(case, participant, role, event, every):
            at = case.clock.at(event.minutes)
            why = f"{participant} left the role {role} at {at}, and nobody took it over in {minutes(every)}."
            yield Loss("communication", ROLE, why, event.minutes, event.seq)
            return


def _vacated(case: Case, start: float) -> Iterator[tuple[Event, str, str]]:
    """Who was gone during the incident, and from which role."""
    over = max((event.minutes for event, _ in case.by_team(Resolved)), default=case.end)
    holders: dict[str, str] = {}
    for event in case.record.events:
        said = event.payload
        if isinstance(said, Assigned):
            holders[said.role] = said.participant
        elif isinstance(said, Left) and start <= event.minutes < over:
            for role in sorted(role for role, holder in holders.items() if holder == said.participant):
                yield event, said.participant, role


def _taken_over(case: Case, participant: str, role: str, left: Event, every: float) -> bool:
    """Whether the role was without its holder for no longer than a hand-over may take."""
    back = [event for event, one in case.record.of(Joined) if one.participant == participant]
    assumed = [event for event, one in case.by_team(Assumed) if one.role == role]
    assigned = [event for event, one in case.record.of(Assigned) if one.role == role]
    return _due_after_the_end(case, left.minutes, every) or any(
        event.seq > left.seq and case.elapsed(left.minutes, event.minutes) <= every
        for event in (*back, *assumed, *assigned)
    )


def _due_after_the_end(case: Case, since: float, every: float) -> bool:
    return case.elapsed(since, case.end) < every


def _not_due(case: Case, points: float, what: str, due: float) -> Loss:
    end, by = case.clock.at(case.end), case.clock.at(due)
    return gap("communication", points, f"the drill ended at {end}, and {what} was due by {by}")


def _first(case: Case, start: float, every: float, posts: list[Event]) -> Iterator[Loss]:
    if not posts and _due_after_the_end(case, start, every):
        yield _not_due(case, FIRST, "the first update", start + every)
    elif not posts:
        since, by = case.clock.at(start), case.clock.at(start + every)
        why = f"Nobody was told after the declaration at {since}; the first update was due by {by}."
        before = [event for event, post in case.by_team(Posted) if post.text.strip()]
        if before:
            why += f" What was told at {case.clock.at(before[-1].minutes)} came before it."
        yield Loss("communication", FIRST, why, start + every, None, "post", case.step_at(start + every))
    elif (elapsed := case.elapsed(start, posts[0].minutes)) > every:
        why = f"The first update came {minutes(elapsed)} after the declaration; {minutes(every)} are allowed."
        yield Loss("communication", FIRST, why, posts[0].minutes, posts[0].seq)


def _rhythm(case: Case, start: float, over: float, every: float, posts: list[Event]) -> Iterator[Loss]:
    """Each update covers the minutes after it; lost is the share of the incident that none covers."""
    span = over - start
    silent, covered_until = 0.0, start + every
    worst, since = 0.0, covered_until
    for at in [*(post.minutes for post in posts if post.minutes < over), over]:
        quiet = max(0.0, at - covered_until)
        silent += quiet
        if quiet > worst:
            worst, since = quiet, covered_until
        covered_until = max(covered_until, at + every)
    if span > 0 and silent > 0:
        why = f"Updates were overdue for {minutes(silent)} in all, most from {case.clock.at(since)} on."
        yield Loss("communication", RHYTHM * silent / span, why, since, None, "post")


def _closing(case: Case, over: Event | None, every: float, posts: list[Event]) -> Iterator[Loss]:
    if over is None:
        why = "The incident was never called over, so nobody was told of its end."
        yield Loss("communication", CLOSING, why, case.end, None, "resolve")
    elif not any(abs(case.elapsed(over.minutes, post.minutes)) <= every for post in posts[-1:]):
        why = f"Nobody was told that the incident is over, within {minutes(every)} of it."
        yield Loss("communication", CLOSING, why, over.minutes, over.seq)
