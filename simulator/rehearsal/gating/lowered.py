"""Two proofs of a runbook in, what its text and its organization promise less than before out.

A promise that is taken back is kept for ever: so to promise less is told as what it is, and a reviewer decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from simulator.rehearsal.gating.comparison import Comparison
from simulator.rehearsal.gating.promises import Promise, listed, of, place_of_drill
from simulator.rehearsal.outcomes import OBJECTIVES
from simulator.scoring.words import minutes

LOUDNESS: Mapping[str, int] = {"info": 0, "ticket": 1, "page": 2}


def lowered(both: Comparison) -> tuple[Promise, ...]:
    """Longer objectives, a larger budget, signals that are gone or call fewer people, drills that became harmless."""
    return (*_objectives(both), *_budget(both), *_signals(both), *_harmless(both))


def other_leave(both: Comparison) -> Iterator[Promise]:
    """Steps whose control takes the leave of other roles than before: who is enough, only people can say."""
    known = {turn.node: turn for turn in both.before.turns}
    changed: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for new in both.proof.turns:
        old = known.get(new.node)
        if (
            old is not None
            and old.leave
            and new.leave
            and (old.control, old.leave) != (new.control, new.leave)
        ):
            changed.setdefault((new.control, old.leave, new.leave), []).append(new.node)
    for (control, was, now), nodes in changed.items():
        message = (
            f"To turn {control} takes the leave of {' or '.join(now)} now; it took that of {' or '.join(was)}, "
            f"as in {listed(f'`{node}`' for node in nodes)}"
        )
        yield both.promise("other-leave", message, *nodes, "approvals", warns=True)


def _objectives(both: Comparison) -> Iterator[Promise]:
    was, now = both.before.objectives, both.proof.objectives
    grown = [
        f"{id} within {minutes(now[id])}, not {minutes(was[id])}"
        for id in OBJECTIVES
        if id in was and id in now and now[id] > was[id]
    ]
    if grown:
        message = f"The text promises less than its certificate: {listed(grown)}"
        yield both.promise("promises-less", message, "objectives")


def _budget(both: Comparison) -> Iterator[Promise]:
    was, now = both.before.budget_per_week, both.proof.budget_per_week
    if now > was:
        message = f"The organization allows {now:g} false pages a week now; it allowed {was:g}"
        yield both.uncaused("promises-less", message)


def _signals(both: Comparison) -> Iterator[Promise]:
    now = {one.signal: one.severity for one in both.proof.signals}
    for old in both.before.signals:
        if not LOUDNESS.get(old.severity, 0):
            continue
        if old.signal not in now:
            message = f"`{old.signal}`, a {old.severity}, is gone: nothing can be said of what it saw"
            yield both.promise("signal-quieter", message, old.signal)
        elif LOUDNESS.get(now[old.signal], 0) < LOUDNESS[old.severity]:
            message = (
                f"`{old.signal}` was a {old.severity}, and is {now[old.signal]} now: it calls fewer people"
            )
            yield both.promise("signal-quieter", message, old.signal)


def _harmless(both: Comparison) -> Iterator[Promise]:
    """Edited drills in which something did harm, and mostly does no more."""
    for new in both.proof.drills:
        old = both.old.get(new.drill)
        if old is None or old.hash == new.hash or old.harmful * 2 < old.runs or new.harmful * 2 >= new.runs:
            continue
        message = (
            f"{new.drill} was edited, and something does harm in {of(new.harmful, new.runs)} of it; "
            f"it did in {of(old.harmful, old.runs)}, so what it proved is proven no more"
        )
        place = place_of_drill(both.catalogue, both.proof.runbook, new.drill)
        yield replace(both.promise("drill-gone", message, drill=new), place=place)
