"""A played session and its rulers in, the last line of each record out: the truth, told when it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from simulator.events import (
    FACILITATOR,
    Event,
    EvidenceLink,
    EvidenceQuantile,
    Hypothesised,
    ImpactCurves,
    LuckyOrder,
    Measured,
    Revealed,
    StatedEffect,
    TruthOfFault,
)
from simulator.faults import mechanism
from simulator.session.claims import all_clears, approvals, needless
from simulator.session.healthy import Healthy
from simulator.session.loop import Session
from simulator.session.luck import Luck, luck_of
from simulator.session.opening import checks_of, secrets_of
from simulator.session.reference import Reference
from simulator.session.rulers import Rulers
from simulator.session.stage import Stage
from simulator.world.flow import Floats

DECIMALS = 9


def reveal(
    session: Session,
    rulers: Rulers,
    *,
    robot: Floats | None = None,
    by_twin: bool = False,
    measured: Measured | None = None,
) -> None:
    """Append the truth to every record; ``robot`` is the robot's impact, axes (replica, step).

    ``by_twin``: the rulers are those of the simulated twin of a live drill; ``measured``: what its requests came to.
    """
    stage = session.stage
    keys = {link.key for recorder in session.recorders for link in _links(recorder.events)}
    healthy = Healthy(stage, keys) if keys else None
    checks = checks_of(stage)
    for replica, told in enumerate(outcomes(session, rulers, robot=robot)):
        recorder = session.recorders[replica]
        payload = replace(
            told,
            impact=replace(told.impact, measured=measured),
            evidence=_quantiles(session, replica, healthy, by_twin=by_twin) if healthy else (),
            checks=checks,
            all_clears=all_clears(stage, replica, recorder.events),
            needless=needless(stage, replica, recorder.events),
            injects=session.deliveries[replica].told(recorder.events),
            by_twin=by_twin,
        )
        recorder.append(stage.drill.horizon_minutes * 60, FACILITATOR, payload)


def outcomes(session: Session, rulers: Rulers, *, robot: Floats | None = None) -> tuple[Revealed, ...]:
    """What impact and objectives are judged by, one a replica: the truth, without what words and claims rest on.

    Those are most of what a reveal costs.
    """
    stage = session.stage
    secrets, needed = secrets_of(stage), approvals(stage.runbooks)
    known = {item.name: getattr(secrets, item.name) for item in fields(secrets)}
    luck = luck_of(stage, rulers, [recorder.events for recorder in session.recorders])
    return tuple(
        Revealed(
            **known,
            nonce=session.nonces[replica],
            seed=seed,
            faults=tuple(
                _truth_of(stage, rulers, position, replica) for position in range(len(stage.faults))
            ),
            impact=_curves(session, rulers, replica, robot, luck.get(replica)),
            oracle_controls=rulers.settings[replica],
            evidence=(),
            planned_scrapes=_planned(session, replica),
            luck=_lucky(luck.get(replica)),
            approvals=needed,
        )
        for replica, seed in enumerate(stage.seeds)
    )


def _curves(
    session: Session, rulers: Rulers, replica: int, robot: Floats | None, luck: Luck | None
) -> ImpactCurves:
    return ImpactCurves(
        minutes=_rounded(rulers.minutes),
        team=_rounded(session.world.impact[replica]),
        none=_rounded(rulers.none[replica]),
        oracle=_rounded(rulers.oracle[replica]),
        robot=_rounded(robot[replica]) if robot is not None else (),
        warranted=_rounded(luck.impact) if luck is not None else (),
    )


def _lucky(luck: Luck | None) -> tuple[LuckyOrder, ...]:
    return tuple(LuckyOrder(seq, how) for seq, how in sorted(luck.orders.items())) if luck else ()


def _truth_of(stage: Stage, rulers: Rulers, position: int, replica: int) -> TruthOfFault:
    fault = (*stage.drill.faults, *stage.drill.noise)[position]
    t0 = rulers.t0_minutes[position, replica]
    return TruthOfFault(
        id=fault.id,
        kind=fault.kind,
        mechanism=mechanism(fault.kind),
        node=fault.node,
        onset_minutes=round(float(stage.faults[position].onset_minutes[replica]), DECIMALS),
        t0_minutes=None if np.isnan(t0) else float(t0),
        peak_impact=round(float(rulers.peak[position, replica]), DECIMALS),
        drawn={
            name: round(float(values[replica]), DECIMALS)
            for name, values in stage.faults[position].drawn.items()
        },
        effect=_effect(stage, fault.id),
    )


def _effect(stage: Stage, fault: str) -> StatedEffect | None:
    found = stage.solved.get(fault)
    if found is None:
        return None
    return StatedEffect(
        measure=found.measure,
        of=found.of,
        wanted=found.wanted,
        parameter=found.parameter,
        value=found.value,
        achieved=round(found.achieved, DECIMALS),
    )


def _planned(session: Session, replica: int) -> int:
    """Scrapes that participants should have seen until the drill ended."""
    ended = min(session.ended(replica), session.stage.drill.horizon_minutes * 60)
    return int(ended // session.stage.clockwork.step_seconds) + 1


def _links(events: Sequence[Event]) -> list[EvidenceLink]:
    found = [event.payload.evidence for event in events if isinstance(event.payload, Hypothesised)]
    return [link for links in found for link in links]


def _quantiles(
    session: Session, replica: int, healthy: Healthy, *, by_twin: bool
) -> tuple[EvidenceQuantile, ...]:
    """Of each reading that a hypothesis cites; of a live target's, those for which it has a healthy reference."""
    events = session.recorders[replica].events
    if not by_twin:
        return tuple(healthy.quantile(link, replica) for link in _links(events))
    reference = Reference(session.stage, events, healthy, replica)
    return tuple(found for link in _links(events) if (found := reference.quantile(link)) is not None)


def _rounded(curve: Floats) -> tuple[float, ...]:
    return tuple(round(value, DECIMALS) for value in curve.tolist())
