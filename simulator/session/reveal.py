"""A played session and its rulers in, the last line of each record out: the truth, told when it is too late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    Revealed,
    StatedEffect,
    TruthOfFault,
)
from simulator.faults import mechanism
from simulator.session.claims import all_clears, approvals, needless
from simulator.session.loop import Session
from simulator.session.luck import Luck, luck_of
from simulator.session.opening import checks_of, secrets_of
from simulator.session.rulers import Rulers
from simulator.session.stage import Stage
from simulator.session.vitals import Vitals
from simulator.signals.alerts import SignalBank
from simulator.world.flow import Floats

DECIMALS = 9


def reveal(session: Session, rulers: Rulers, *, robot: Floats | None = None, by_twin: bool = False) -> None:
    """Append the truth to every record; ``robot`` is the robot's impact, axes (replica, step).

    ``by_twin``: the rulers are those of the simulated twin of a live drill.
    """
    stage = session.stage
    keys = {link.key for recorder in session.recorders for link in _links(recorder.events)}
    healthy = Healthy(stage, keys) if keys else None
    checks = checks_of(stage)
    for replica, told in enumerate(outcomes(session, rulers, robot=robot)):
        recorder = session.recorders[replica]
        links = _links(recorder.events)
        payload = replace(
            told,
            evidence=tuple(healthy.quantile(link, replica) for link in links) if healthy else (),
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


class Healthy:
    """Readings of these keys in the healthy world of the same seeds."""

    def __init__(self, stage: Stage, keys: Collection[str]) -> None:
        seeds = tuple(dict.fromkeys(stage.seeds))
        world, vitals = replace(stage, seeds=seeds).healthy_world(), Vitals(stage.service)
        cited = [ref for ref in stage.signals if ref.key in keys]
        bank = SignalBank([ref.signal for ref in cited], len(seeds), slos=stage.service.slos)
        with_vitals = any(key in vitals.names for key in keys)
        rows = []
        for step in range(stage.clockwork.steps + 1):
            world.step(step)
            read = bank.evaluate(world.telemetry).values
            rows.append(np.concatenate([read, vitals.read(world.telemetry)]) if with_vitals else read)
        self._keys = {key: row for row, key in enumerate([*(ref.key for ref in cited), *vitals.names])}
        self._readings = np.stack(rows)
        """(step, key, seed)"""
        self._place = [seeds.index(seed) for seed in stage.seeds]

    def quantile(self, link: EvidenceLink, replica: int) -> EvidenceQuantile:
        """Mid-rank of the reading among the healthy ones; one half where there is nothing to compare."""
        row = self._keys.get(link.key)
        if row is None or row >= self._readings.shape[1] or link.value is None:
            return EvidenceQuantile(link.key, link.t, 0.5)
        readings = self._readings[:, row, self._place[replica]]
        readings = readings[~np.isnan(readings)]
        if not len(readings):
            return EvidenceQuantile(link.key, link.t, 0.5)
        rank = (np.sum(readings < link.value) + np.sum(readings <= link.value)) / 2
        return EvidenceQuantile(link.key, link.t, round(float(rank / len(readings)), DECIMALS))


def _rounded(curve: Floats) -> tuple[float, ...]:
    return tuple(round(value, DECIMALS) for value in curve.tolist())
