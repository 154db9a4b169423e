"""The case in, how right the last hypothesis before mitigation was out.

A hypothesis counts up to the instant at which nothing more is left to find: when the impact is gone for good,
or when the last control that the team had not turned before was ordered, whichever is later; without a
mitigation, up to the end. It needs evidence that is rare in the healthy world: a reading linked to it, made
by then, at or above the 0.99 quantile or at or below 0.01; for a signal, on the side to which it alarms.
With several faults, the one counts that the hypothesis fits best.
In a live drill the healthy world is the target itself before anything was done to it. A reading of which too little
was seen then has no healthy reference and earns nothing; where no linked reading has one, the diagnosis is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events import ControlOrdered, Event, EvidenceLink, Hypothesised, TruthOfFault
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.rubric import EVIDENCE_HIGH, EVIDENCE_LOW, NO_REVEAL, WEIGHTS
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import minutes

HOW = (
    "F1 over component, mechanism and onset of the last hypothesis before mitigation, "
    "if its evidence is rare in a healthy world."
)
WEIGHT = WEIGHTS["diagnosis"]
CLAIMS = 3
SAME_INSTANT_S = 1e-6


def diagnosis(case: Case) -> Dimension:
    """15 points times the F1 of the hypothesis that counts."""
    truth = case.truth
    if truth is None:
        return dimension("diagnosis", [gap("diagnosis", WEIGHT, NO_REVEAL)], how=HOW)
    return dimension("diagnosis", _losses(case, truth), how=HOW)


def closes(case: Case, truth: Truth) -> float | None:
    """The instant from which a hypothesis is hindsight; None: never."""
    gone = truth.mitigated()
    if gone is None:
        return None
    touched: dict[str, float] = {}
    for event, order in case.by_team(ControlOrdered):
        touched.setdefault(order.control, event.minutes)
    return max([gone, *touched.values()])


def _losses(case: Case, truth: Truth) -> Iterator[Loss]:
    until = closes(case, truth)
    given = list(case.by_team(Hypothesised))
    counted = [pair for pair in given if until is None or pair[0].minutes <= until]
    if not counted:
        end = case.end if until is None else until
        late = f"; the {len(given)} that came after it are hindsight" if given else ""
        why = f"No hypothesis was stated before the mitigation at {case.clock.at(end)}{late}."
        if until is None:
            why = "No hypothesis was stated."
        yield Loss("diagnosis", WEIGHT, why, end, None, "hypothesis", case.step_at(end))
        return
    event, last = counted[-1]
    if not any(_telling(case, event, link) for link in last.evidence):
        unknown = _without_reference(case, last)
        if unknown and len(unknown) == len({link.key for link in last.evidence}):
            yield gap("diagnosis", WEIGHT, f"no healthy reference: {_UNSEEN} {', '.join(unknown)}")
            return
        why = "The hypothesis rests on no evidence that is rare in a healthy world."
        if unknown:
            why += f" There is no healthy reference for some of it: {_UNSEEN} {', '.join(unknown)}."
        if not last.evidence:
            why = "No evidence is linked to the hypothesis."
        yield Loss("diagnosis", WEIGHT, why, event.minutes, event.seq, "", case.step_at(event.minutes))
        return
    yield from _wrong(case, truth, event, last)
    yield from _scattered(case, truth, event, last, counted)


def _scattered(
    case: Case, truth: Truth, event: Event, last: Hypothesised, counted: list[tuple[Event, Hypothesised]]
) -> Iterator[Loss]:
    """Causes that were claimed on one reading share what the last is worth: naming every one is naming none."""
    read = max(link.t for link in last.evidence)
    causes = {
        (said.component, said.mechanism)
        for _, said in counted
        if max((link.t for link in said.evidence), default=-1.0) == read
    }
    if len(causes) > 1:
        worth = WEIGHT * max(_f1(last, fault, truth) for fault in truth.faults)
        at = case.clock.at(read / 60)
        why = f"{len(causes)} causes were claimed on the readings of {at}; each is worth its share."
        yield Loss("diagnosis", worth * (1 - 1 / len(causes)), why, event.minutes, event.seq)


def _wrong(case: Case, truth: Truth, event: Event, said: Hypothesised) -> Iterator[Loss]:
    fault = max(truth.faults, key=lambda fault: _f1(said, fault, truth))
    lost = WEIGHT * (1 - _f1(said, fault, truth))
    errors = list(_errors(case, said, fault, truth))
    for error in errors:
        yield Loss(
            "diagnosis", lost / len(errors), error, event.minutes, event.seq, "", case.step_at(event.minutes)
        )


def _errors(case: Case, said: Hypothesised, fault: TruthOfFault, truth: Truth) -> Iterator[str]:
    if said.component != fault.node:
        yield f"The hypothesis names the component {said.component!r}; it was {fault.node!r}."
    if said.mechanism != fault.mechanism:
        yield f"The hypothesis names the mechanism {said.mechanism!r}; it was {fault.mechanism!r}."
    if said.onset_minutes is None:
        yield f"The hypothesis states no onset; it was {case.clock.at(fault.onset_minutes)}."
    elif not _dated(said, fault, truth):
        off = minutes(abs(said.onset_minutes - fault.onset_minutes))
        yield (
            f"The hypothesis dates the onset {off} off; it was {case.clock.at(fault.onset_minutes)}, "
            f"and {minutes(truth.reveal.onset_tolerance_minutes)} are tolerated."
        )


def _f1(said: Hypothesised, fault: TruthOfFault, truth: Truth) -> float:
    """Harmonic mean of precision (of what is claimed) and recall (of three things to know)."""
    right = (said.component == fault.node) + (said.mechanism == fault.mechanism) + _dated(said, fault, truth)
    claimed = CLAIMS - (said.onset_minutes is None)
    return 2 * right / (claimed + CLAIMS)


def _dated(said: Hypothesised, fault: TruthOfFault, truth: Truth) -> bool:
    if said.onset_minutes is None:
        return False
    return abs(said.onset_minutes - fault.onset_minutes) <= truth.reveal.onset_tolerance_minutes


_UNSEEN = "before the first fault, too little was seen of"


def _without_reference(case: Case, said: Hypothesised) -> list[str]:
    """What a hypothesis about a live target cites without anybody knowing what is healthy there."""
    if case.reveal is None or not case.reveal.by_twin:
        return []
    known = {(reading.key, round(reading.t, 3)) for reading in case.reveal.evidence}
    return sorted({link.key for link in said.evidence if (link.key, round(link.t, 3)) not in known})


def _telling(case: Case, hypothesis: Event, link: EvidenceLink) -> bool:
    sides = {card.id: card.compare for card in case.started.signals}
    side = sides.get(link.key)
    for reading in case.reveal.evidence if case.reveal else ():
        if reading.key == link.key and abs(reading.t - link.t) <= SAME_INSTANT_S and link.t <= hypothesis.t:
            high = side != "below" and reading.quantile >= EVIDENCE_HIGH
            low = side != "above" and reading.quantile <= EVIDENCE_LOW
            return high or low
    return False
