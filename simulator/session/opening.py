"""A stage in, the first line of a record out: all that is public, and a commitment to all that is not."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from generator import values
from generator.model import Drill
from simulator.cast import faker_version
from simulator.events import (
    FORMAT,
    ControlCard,
    Engine,
    Secrets,
    SignalCard,
    Started,
    StepCheck,
    commitment,
    digest,
)
from simulator.responders.view import Responder
from simulator.session.stage import Stage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a drill is played, and how fast a real service's clock runs there."""

    environment: str = "simulated"
    compression: float = 1.0


SIMULATED = Place()


def engine(drill: Drill) -> Engine:
    """Versions on which draws and scores of a drill depend."""
    return Engine(drillbook=_own_version(), numpy=np.__version__, faker=faker_version(drill.cast))


@functools.cache
def _own_version() -> str:
    try:
        return version("drillbook")
    except PackageNotFoundError:
        return "unpackaged"


def secrets_of(stage: Stage) -> Secrets:
    """What is told at the end, and committed to at the beginning."""
    drill, runbook = stage.drill, stage.drill.truth.runbook
    return Secrets(
        drill=drill.id,
        scenario=digest(values.plain(drill)),
        explanation=drill.truth.explanation,
        runbook=runbook,
        symptom=drill.truth.symptom,
        tolerance=drill.tolerance,
        onset_tolerance_minutes=drill.onset_tolerance_minutes,
        tasks=drill.tasks,
        objectives=stage.catalogue.runbook(runbook).runbook.objectives if runbook else None,
        longest_hold_minutes=max(
            # A neighbour's slow signal says nothing about when this incident is contained.
            (ref.signal.hold_minutes for ref in stage.signals if runbook in (None, ref.runbook)),
            default=0.0,
        ),
    )


def checks_of(stage: Stage) -> tuple[StepCheck, ...]:
    """What a report of success is held against: the checks of all steps that a team may follow."""
    return tuple(
        StepCheck(compiled.runbook.id, node.id, values.brief(node.check.that), node.check.hold_minutes)
        for compiled in stage.runbooks
        for node in compiled.plan.nodes
        if node.check is not None
    )


def plans_of(stage: Stage) -> Mapping[str, str]:
    """By runbook of the service, what its plan is known by wherever it is followed."""
    return {compiled.runbook.id: digest(values.brief(compiled.plan)) for compiled in stage.runbooks}


def started(
    stage: Stage,
    replica: int,
    responder: Responder,
    nonce: str,
    *,
    place: Place = SIMULATED,
    plans: Mapping[str, str] | None = None,
) -> Started:
    """The first event of a replica's record; ``plans``: of ``plans_of``, where they are known already."""
    drill, organization = stage.drill, stage.catalogue.organization
    units = {(c.runbook.id, id): query.unit for c in stage.runbooks for id, query in c.queries.items()}
    signals = tuple(
        SignalCard(
            ref.key,
            ref.runbook,
            ref.signal.title,
            ref.signal.severity,
            ref.signal.compare,
            ref.signal.threshold,
            ref.signal.hold_minutes,
            units[(ref.runbook, ref.signal.id)],
        )
        for ref in stage.signals
    )
    return Started(
        format=FORMAT,
        commitment=commitment(
            nonce=nonce,
            secrets=secrets_of(stage),
            seed=stage.seeds[replica],
            catalogue=stage.catalogue.hash,
            engine=engine(drill),
        ),
        catalogue=stage.catalogue.hash,
        engine=engine(drill),
        service=drill.service,
        weekday=drill.weekday,
        time=drill.time,
        step_seconds=drill.step_seconds,
        horizon_minutes=drill.horizon_minutes,
        responder=responder.name,
        pace=responder.pace,
        briefing=drill.briefing,
        roles=tuple(role.id for role in organization.roles),
        signals=signals,
        controls=tuple(ControlCard(c.id, c.title, c.default, c.minutes) for c in stage.service.controls),
        cadence_minutes={severity.id: severity.update_minutes for severity in organization.severities},
        environment=place.environment,
        compression=place.compression,
        plans=plans_of(stage) if plans is None else plans,
    )
