"""A proof and the certificate before it in, what got worse in between out.

The seeds are the same, so a difference is due to an edit; what is asked beyond that is only that it matters.
A share fell when it is below the old interval. A time grew when it is more than a step of the world and a twentieth
of its objective longer. Users are spared less from two points of a hundred on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from generator.model import Catalogue, DrillProof, Interval, Objective, Proof, Quantiles, SignalProof
from simulator.rehearsal.gating.comparison import Comparison
from simulator.rehearsal.gating.lost import deleted, not_reached, turns_lost, untried
from simulator.rehearsal.gating.lowered import lowered, other_leave
from simulator.rehearsal.gating.promises import (
    Promise,
    hits,
    listed,
    of,
    per_week,
    percentile,
    place_of,
    place_of_drill,
)
from simulator.rehearsal.gating.renamed import Names
from simulator.rehearsal.gating.renamed import told as told_names
from simulator.rehearsal.outcomes import OBJECTIVES
from simulator.scoring.words import minutes, share

SPARED = 0.02
"""What the share of harm that users are spared may fall by."""
DONE: Mapping[Objective, str] = {
    "detect": "detected",
    "acknowledge": "acknowledged",
    "contain": "contained",
    "mitigate": "mitigated",
}
"""In the words of a certificate."""


def worsened(
    proof: Proof, catalogue: Catalogue, before: Proof, *, told: Collection[tuple[str, str]] = ()
) -> tuple[Promise, ...]:
    """What got worse, drill by drill and signal by signal; ``told``: drills and objectives that were told already."""
    both = Comparison(proof, catalogue, before)
    found = []
    for old, new in both.pairs():
        found += [*_rarer(both, old, new, told), *_slower(both, old, new, told)]
        found += [*_spares_less(both, old, new), *_more_false_alarms(both, old, new, told)]
    return (*found, *_signals(both), *turns_lost(both), *not_reached(both), *_gone(both), *lowered(both))


def remarks(proof: Proof, catalogue: Catalogue, before: Proof, names: Names) -> tuple[Promise, ...]:
    """What is no worse, and not the same either; ``names``: what renamed steps were called."""
    both = Comparison(proof, catalogue, before)
    notes = (*_other_drills(both), *other_leave(both), *deleted(both), *untried(both))
    return (*notes, *_renamed(both, names), *_other_origin(both))


def _renamed(both: Comparison, names: Names) -> Iterator[Promise]:
    if names:
        place = place_of(both.catalogue, both.proof.runbook, *names)
        yield replace(both.uncaused("renamed", told_names(names), warns=True), place=place)


# --- drills -------------------------------------------------------------------------------------------


def _rarer(
    both: Comparison, old: DrillProof, new: DrillProof, told: Collection[tuple[str, str]]
) -> Iterator[Promise]:
    shares: tuple[tuple[Objective, Interval | None, Interval | None], ...] = (
        ("detect", old.detected, new.detected),
        ("contain", old.contained, new.contained),
        ("mitigate", old.mitigated, new.mitigated),
    )
    for id, was, now in shares:
        if was is None or now is None or now.estimate >= was.least or (new.drill, id) in told:
            continue
        message = (
            f"{new.drill} is {DONE[id]} in {of(hits(now, new.harmful), new.harmful)}; "
            f"it was in {of(hits(was, old.harmful), old.harmful)}"
        )
        yield both.promise("rarer", message, drill=new)


def _slower(
    both: Comparison, old: DrillProof, new: DrillProof, told: Collection[tuple[str, str]]
) -> Iterator[Promise]:
    grown = []
    for id in OBJECTIVES:
        was, now = old.minutes.get(id), new.minutes.get(id)
        if was is None or now is None or (new.drill, id) in told:
            continue
        if id == "acknowledge" and now.p95 is None and not new.missed.get(id):
            continue  # nobody can acknowledge a page that never came
        if (later := _later(was, now, both.margin(new.drill, id))) is not None:
            grown.append(f"{DONE[id]} {later}")
    if grown:
        message = f"{new.drill} takes longer than before the change: {listed(grown)} (95th percentile)"
        yield both.promise("slower", message, drill=new)


def _later(was: Quantiles, now: Quantiles, margin: float) -> str | None:
    """How the 95th percentile grew, in words; None: not, or not enough to matter. What never came cannot."""
    if was.p95 is None or (now.p95 is not None and now.p95 <= was.p95 + margin):
        return None
    return f"{'not at all' if now.p95 is None else f'after {minutes(now.p95)}'}, not {minutes(was.p95)}"


def _spares_less(both: Comparison, old: DrillProof, new: DrillProof) -> Iterator[Promise]:
    was, now = old.impact_avoided, new.impact_avoided
    if was is None or now is None or now >= was - SPARED:
        return
    spared = f"are spared {share(now)}" if now >= 0 else f"bear {share(-now)} more than with nobody acting"
    message = f"Users {spared} of the harm of {new.drill}; it was {share(was)}"
    yield both.promise("spares-less", message.replace("acting of the harm of", "acting in"), drill=new)


def _more_false_alarms(
    both: Comparison, old: DrillProof, new: DrillProof, told: Collection[tuple[str, str]]
) -> Iterator[Promise]:
    was, now = old.false_alarms, new.false_alarms
    if was is None or now is None or now.estimate <= was.most or (new.drill, "false-alarms") in told:
        return
    harmless, once = new.runs - new.harmful, old.runs - old.harmful
    message = (
        f"{new.drill} harms nobody and wakes somebody in {of(hits(now, harmless), harmless)}; "
        f"it was in {of(hits(was, once), once)}"
    )
    yield both.promise("false-alarms", message, drill=new)


def _gone(both: Comparison) -> Iterator[Promise]:
    kept = {one.drill for one in both.proof.drills}
    for drill, old in both.old.items():
        if drill not in kept:
            shown = (
                f", in {of(hits(old.contained, old.harmful), old.harmful)} under control"
                if old.harmful
                else ""
            )
            yield both.uncaused(
                "drill-gone", f"The drill {drill} is gone: what it proved{shown}, is proven no more"
            )


def _other_drills(both: Comparison) -> Iterator[Promise]:
    for new in both.proof.drills:
        old = both.old.get(new.drill)
        if old is not None and old.hash != new.hash:
            message = f"{new.drill} was edited too, so its figures are not compared: {_both(old, new)}"
            told = both.promise("other-drill", message, drill=new, warns=True)
            place = place_of_drill(both.catalogue, both.proof.runbook, new.drill)
            yield replace(told, place=place, cause="")


def _both(old: DrillProof, new: DrillProof) -> str:
    """What was and what is, for who can judge whether the drill became easier."""
    if not old.harmful or not new.harmful:
        return f"something did harm in {of(old.harmful, old.runs)}, and does in {of(new.harmful, new.runs)}"
    times = (old.minutes["contain"].p95, new.minutes["contain"].p95)
    return (
        f"it was contained in {of(hits(old.contained, old.harmful), old.harmful)} ({percentile(times[0])}), and is in "
        f"{of(hits(new.contained, new.harmful), new.harmful)} ({percentile(times[1])})"
    )


# --- signals ------------------------------------------------------------------------------------------


def _signals(both: Comparison) -> Iterator[Promise]:
    known = {one.signal: one for one in both.before.signals}
    heard = {one.id for one in both.compiled.runbook.detection.signals if one.severity != "info"}
    for new in both.proof.signals:
        old = known.get(new.signal)
        if old is not None:
            yield from _louder(both, old, new)
            if new.signal in heard:
                yield from _sleepier(both, old, new)


def _louder(both: Comparison, old: SignalProof, new: SignalProof) -> Iterator[Promise]:
    was, now = old.false_pages_per_week, new.false_pages_per_week
    if now.estimate > was.most:
        message = f"`{new.signal}` fires {per_week(now)} on healthy traffic; it was {per_week(was)}"
        yield both.promise("false-pages", message, new.signal)


def _sleepier(both: Comparison, old: SignalProof, new: SignalProof) -> Iterator[Promise]:
    """One promise a signal, with the drills in which it fires later."""
    same = {new.drill for _, new in both.pairs()}
    grown = [
        f"{drill} {later}"
        for drill, now in new.delays.items()
        if drill in same
        and drill in old.delays
        and (later := _later(old.delays[drill], now, both.margin(drill, "detect"))) is not None
    ]
    if grown:
        message = f"`{new.signal}` fires later than before the change: in {listed(grown)} (95th percentile)"
        yield both.promise("slower", message, new.signal)


# --- what made them -------------------------------------------------------------------------------


def _other_origin(both: Comparison) -> Iterator[Promise]:
    new, old = both.proof, both.before
    if new.seeds != old.seeds:
        message = (
            f"The certificate was made with {_seeds(old)} of each drill, and this with {_seeds(new)}: "
            "small differences may be luck"
        )
        yield both.uncaused("other-origin", message, warns=True)
    if new.engine != old.engine:
        message = (
            f"The certificate was made by {_engine(old)}, and this by {_engine(new)}: "
            "differences may be the engine's"
        )
        yield both.uncaused("other-origin", message, warns=True)


def _seeds(proof: Proof) -> str:
    first, count = proof.seeds.first, proof.seeds.count
    return f"seeds {first} to {first + count - 1}" if count > 1 else f"seed {first}"


def _engine(proof: Proof) -> str:
    return f"Drillbook {proof.engine.version} with numpy {proof.engine.numpy}"
