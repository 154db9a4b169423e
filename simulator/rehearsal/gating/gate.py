"""A proof, the catalogue and the proof before it in, out each promise that is not kept, the gravest first.

Promised for good: the objectives, the budget of pages, that every text can be followed, that the right runbook is
opened, and that nobody is woken by what harms nobody. Against the proof before: that nothing got worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from generator.model import Catalogue, Objective, Proof, Quantiles
from generator.model.proof import ENOUGH_SEEDS, making
from simulator.rehearsal import intervals
from simulator.rehearsal.gating.causes import cause, spots
from simulator.rehearsal.gating.drilled import Case
from simulator.rehearsal.gating.forged import forged
from simulator.rehearsal.gating.promises import (
    Promise,
    at_most,
    by_gravity,
    cut,
    hits,
    listed,
    of,
    per_week,
    place_of,
)
from simulator.rehearsal.gating.renamed import Names, old_names, with_names
from simulator.rehearsal.gating.routes import deeds_of, leads_to, way_taken
from simulator.rehearsal.gating.waking import why_late
from simulator.rehearsal.gating.worsened import remarks, worsened
from simulator.rehearsal.outcomes import OBJECTIVES
from simulator.scoring.words import minutes, share

MOST_WRONG = 5
"""Of 100 runs, those in which another runbook may be opened first."""
WEEK_MINUTES = 7 * 24 * 60
WORDS: Mapping[Objective, tuple[str, str]] = {
    "acknowledge": ("a page is acknowledged", "acknowledging"),
    "mitigate": ("the harm is gone for good", "mitigation"),
}


def broken(proof: Proof, catalogue: Catalogue, before: Proof | None = None) -> tuple[Promise, ...]:
    """The promises that are not kept, the gravest first; ``before`` is the certificate in the repository."""
    kept, (before, _) = before, _named_as_now(proof, catalogue, before)
    found = [*_absolute(proof, catalogue, before)]
    if kept is not None and before is not None:
        told = {(one.drill, one.rule) for one in found}
        found += forged(proof, catalogue, kept) or worsened(proof, catalogue, before, told=told)
    return by_gravity(found)


def notes(proof: Proof, catalogue: Catalogue, before: Proof | None = None) -> tuple[Promise, ...]:
    """What breaks no promise, and a reviewer should know: warnings."""
    kept, (before, names) = before, _named_as_now(proof, catalogue, before)
    cases = [Case(proof, catalogue, before, one) for one in proof.drills]
    found = [note for case in cases for note in (*_woken(case), *_idle(case))]
    if kept is not None and before is not None and not forged(proof, catalogue, kept):
        found += remarks(proof, catalogue, before, names)
    return by_gravity(found)


def uncertified(catalogue: Catalogue, runbook: str, runs: int = ENOUGH_SEEDS) -> Promise:
    """What a gate has against a runbook that has no certificate: nothing says whether it got worse."""
    message = (
        f"{runbook} has no certificate to compare with, so nothing can be said of what got worse; "
        f"make one with: {making(runbook, runs)}"
    )
    return Promise("no-certificate", message, runbook, place_of(catalogue, runbook))


def undrilled(catalogue: Catalogue, runbook: str, before: Proof | None) -> Promise:
    """What a gate has against a runbook that has no drill: nothing shows that its text works."""
    place = place_of(catalogue, runbook)
    gone = [one.drill for one in before.drills] if before is not None else []
    if gone:
        names = listed(f"`{id}`" for id in gone)
        message = (
            f"All drills of {runbook} that its certificate names are gone ({names}): what they proved "
            "is proven no more; put them back"
        )
        return Promise("drill-gone", cut(message), runbook, place)
    message = (
        f"{runbook} has no certificate, and no drill stands in runbooks/{runbook}/drills/: nothing shows that its "
        f"text works; write a drill, then: {making(runbook)}"
    )
    return Promise("no-certificate", message, runbook, place)


def certified(proof: Proof, catalogue: Catalogue) -> Proof:
    """The proof as it is kept: judged by what is promised for good, whatever was before."""
    found = tuple(one.message for one in broken(proof, catalogue))
    return replace(proof, passed=not found, broken=found)


def _named_as_now(proof: Proof, catalogue: Catalogue, before: Proof | None) -> tuple[Proof | None, Names]:
    """The certificate with the names that steps have now, and what they were called."""
    if before is None:
        return None, {}
    compiled = catalogue.runbook(proof.runbook)
    names = old_names(proof, before, compiled)
    return with_names(before, names, proof, compiled), names


def _absolute(proof: Proof, catalogue: Catalogue, before: Proof | None) -> Iterator[Promise]:
    for found in proof.drills:
        case = Case(proof, catalogue, before, found)
        if found.harmful:
            yield from _objectives(case)
            yield from _opened(case)
            yield from _unowned(case)
        yield from _followed(case)
        yield from _false_alarms(case)
    yield from _budget(proof, catalogue, before)


def met(found: Quantiles, most: float) -> bool:
    """An objective is met when the 95th percentile meets it; a run that never got there took forever."""
    return found.p95 is not None and found.p95 <= most


def _objectives(case: Case) -> Iterator[Promise]:
    for id in OBJECTIVES:
        most = case.limits.get(id)
        if most is None or met(case.found.minutes[id], most):
            continue
        if id == "acknowledge" and not case.found.missed.get(id, 0):
            continue
        yield {"detect": _detect, "contain": _contain}.get(id, _later)(case, id, most)


# --- detection ----------------------------------------------------------------------------------------


def _detect(case: Case, id: Objective, most: float) -> Promise:
    found = case.found
    missed, asleep = found.missed.get(id, 0), found.opened.get("", 0)
    nobody = "nobody is woken" if asleep >= missed else "nobody declares the right incident in time"
    places, words = why_late(case, most)
    message = (
        f"In {of(missed, found.harmful)} of {found.drill} {nobody}{words}; "
        f"the text promises detection within {minutes(most)}, and it comes {at_most(found.minutes[id])}{case.once(id)}"
    )
    return case.promise("detect", message, *places, "detect_minutes")


# --- containment, and what comes after ------------------------------------------------------------------


def _contain(case: Case, id: Objective, most: float) -> Promise:
    found = case.found
    never = found.harmful - hits(found.contained, found.harmful)
    way = way_taken(case.compiled, found)
    if never == 0:
        by = f", by way of `{way[0]}`" if way else ""
        message = (
            f"{found.drill} is under control {at_most(found.minutes[id])}{by}; "
            f"the text promises containment within {minutes(most)}{case.once(id)}"
        )
        return case.promise("contain", message, *way[:1], "contain_minutes")
    if not way:
        why = "no step of a containment is gone through"
    elif (door := leads_to(case.compiled, found, way[0])) is not None:
        why = f"it follows `{door}` to `{way[0]}`, which does not contain it"
        way = (door, *way)
    else:
        why = f"it goes through `{way[0]}`, which does not contain it"
    message = f"The robot does not get {found.drill} under control in {of(never, found.harmful)}: {why}{case.once(id)}"
    return case.promise("contain", message, *way, "contain_minutes")


def _later(case: Case, id: Objective, most: float) -> Promise:
    found, (done, doing) = case.found, WORDS[id]
    message = (
        f"In {of(found.missed.get(id, 0), found.harmful)} of {found.drill} it takes too long until {done}: "
        f"it comes {at_most(found.minutes[id])}, and the text promises {doing} within {minutes(most)}{case.once(id)}"
    )
    return case.promise("mitigate" if id == "mitigate" else "acknowledge", message, f"{id}_minutes")


# --- texts, pages ---------------------------------------------------------------------------------------


def _opened(case: Case) -> Iterator[Promise]:
    found = case.found
    others = {id: runs for id, runs in found.opened.items() if id not in ("", case.wanted)}
    wrong = sum(others.values())
    if case.wanted and wrong * 100 > MOST_WRONG * found.runs:
        names = listed(f"`{id}`" for id in sorted(others, key=lambda id: -others[id]))
        message = (
            f"In {of(wrong, found.runs)} of {found.drill} {names} is opened first; "
            f"the right runbook is `{case.wanted}`"
        )
        yield case.promise("wrong-runbook", message, seed=found.misled)


def _unowned(case: Case) -> Iterator[Promise]:
    found = case.found
    if case.wanted is None and found.harmful * 2 > found.runs:
        message = (
            f"Something does harm in {of(found.harmful, found.runs)} of {found.drill}, and its truth names no "
            "runbook: nobody promises anything for it"
        )
        yield replace(case.promise("unowned", message), place=case.file)


def _followed(case: Case) -> Iterator[Promise]:
    for text in case.found.unfollowed:
        message = (
            f"In {of(text.runs, case.found.runs)} of {case.found.drill} the robot cannot follow "
            f"`{text.node}` to the letter: {text.why}"
        )
        yield case.promise("not-followed", message, text.node, seed=text.seed)


def _false_alarms(case: Case) -> Iterator[Promise]:
    """A page may come where nothing does harm; the text has to call it noise, but for what luck may do."""
    found, deeds = case.found, deeds_of(case.compiled, case.found)
    if case.wanted is not None or found.harmful or not deeds:
        return
    node, runs = max(deeds.items(), key=lambda deed: deed[1])
    if intervals.share(runs, found.runs).least > _room(case):
        does = (
            "the incident is declared"
            if case.compiled.plan.node(node).action == "declare"
            else "a control is turned"
        )
        message = (
            f"In {of(runs, found.runs)} of {found.drill}, which harms nobody, {does} (`{node}`): "
            f"that is at least {share(intervals.share(runs, found.runs).least)}, and the budget of pages leaves "
            f"room for {share(_room(case))}"
        )
        yield case.promise("false-alarms", message, node)


def _woken(case: Case) -> Iterator[Promise]:
    """Whom a page wakes where nothing does harm: no promise, as the text may know it for noise."""
    found, shown = case.found, case.found.false_alarms
    if case.wanted is not None or found.harmful or shown is None or shown.least <= _room(case):
        return
    message = (
        f"In {of(hits(shown, found.runs), found.runs)} of {found.drill}, which harms nobody, somebody is woken: "
        f"the budget of pages leaves room for {share(_room(case))} in that time"
    )
    yield replace(case.promise("false-alarms", message), severity="warning")


def _room(case: Case) -> float:
    """Pages that the budget allows in the time that a drill takes: so often luck may wake somebody."""
    return case.proof.budget_per_week * case.drill.horizon_minutes / WEEK_MINUTES


def _budget(proof: Proof, catalogue: Catalogue, before: Proof | None) -> Iterator[Promise]:
    if proof.pages_per_week.estimate <= proof.budget_per_week:
        return
    compiled = catalogue.runbook(proof.runbook)
    paging = {one.id for one in compiled.runbook.detection.signals if one.severity == "page"}
    loud = sorted(
        (one for one in proof.signals if one.signal in paging and one.false_pages),
        key=lambda one: (-one.false_pages, one.signal),
    )
    names = listed((f"`{one.signal}` {one.false_pages_per_week.estimate:.3g} times" for one in loud), most=3)
    whose = f": {names}" if loud else ", none of them by this runbook"
    old = "" if before is None else f"; it was {before.pages_per_week.estimate:.3g} times before"
    message = (
        f"The pages of {proof.service} wake somebody for nothing {per_week(proof.pages_per_week)}{whose}; "
        f"the budget is {proof.budget_per_week:g}{old}"
    )
    yield Promise(
        rule="page-budget",
        message=cut(message),
        runbook=proof.runbook,
        place=place_of(
            catalogue, proof.runbook, *spots(proof, before, compiled, [one.signal for one in loud[:1]])
        ),
        cause=cause(proof, before, compiled, about=[one.signal for one in loud]),
    )


def _idle(case: Case) -> Iterator[Promise]:
    """A drill about harm that does it in fewer than half of its runs, if in any."""
    found = case.found
    if case.wanted is None or found.harmful * 2 >= found.runs:
        return
    often = f"only in {of(found.harmful, found.runs)}" if found.harmful else f"in none of {found.runs} runs"
    message = f"Something does harm {often} of {found.drill}, so it proves little about containment"
    yield replace(case.promise("proves-nothing", message), severity="warning", place=case.file)
