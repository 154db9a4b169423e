"""A played session in, what its claims rest on out: settings in force at each all-clear and at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from generator.model import CompiledRunbook, Setting
from simulator.events import AllClear, ControlTookEffect, Event, NeededApproval, Resolved
from simulator.session.luck import rows_of
from simulator.session.stage import Stage
from simulator.world.flow import Floats

DECIMALS = 9
NOTICEABLE = 0.05
"""Of the tolerance: what a setting left behind must cost users on average to be worth a word."""


def all_clears(stage: Stage, replica: int, events: Sequence[Event]) -> tuple[AllClear, ...]:
    """One for each ``resolve``; what is temporary says the runbook that should be open."""
    temporary = set(_temporary(stage))
    in_force: dict[str, Setting] = {}
    found = []
    for event in events:
        if isinstance(event.payload, ControlTookEffect):
            in_force[event.payload.control] = event.payload.value
        elif isinstance(event.payload, Resolved):
            held = {control: value for control, value in in_force.items() if (control, value) in temporary}
            kept = {control: value for control, value in in_force.items() if control not in held}
            worst = _worst(stage, replica, kept, event.minutes) if held else 0.0
            found.append(AllClear(event.seq, held, round(worst, DECIMALS)))
    return tuple(found)


def needless(stage: Stage, replica: int, events: Sequence[Event]) -> tuple[str, ...]:
    """Controls in force at the end without which users would be better off, from the last effect to the horizon."""
    in_force: dict[str, Setting] = {}
    since = 0.0
    for event in events:
        if isinstance(event.payload, ControlTookEffect):
            in_force[event.payload.control] = event.payload.value
            since = event.minutes
    defaults = {control.id: control.default for control in stage.service.controls}
    left = [control for control, value in in_force.items() if value != defaults[control]]
    if not left:
        return ()
    borne = _mean(_impact(stage, replica, in_force, since))
    return tuple(
        sorted(
            control
            for control in left
            if borne - _mean(_impact(stage, replica, {**in_force, control: defaults[control]}, since))
            > NOTICEABLE * stage.drill.tolerance
        )
    )


def _mean(impact: Floats) -> float:
    return float(impact.mean()) if len(impact) else 0.0


def approvals(runbooks: Sequence[CompiledRunbook]) -> tuple[NeededApproval, ...]:
    """Whose leave controls need, by control; where runbooks name several, one is enough."""
    roles: dict[str, set[str]] = {}
    for compiled in runbooks:
        for needed in compiled.runbook.governance.approve:
            for control in needed.controls:
                roles.setdefault(control, set()).add(needed.role)
    return tuple(NeededApproval(control, tuple(sorted(found))) for control, found in sorted(roles.items()))


def _temporary(stage: Stage) -> Iterator[tuple[str, Setting]]:
    """Settings that a containment of the runbook turns away from the default, and its remedies turn back."""
    wanted = stage.drill.truth.runbook
    defaults = {control.id: control.default for control in stage.service.controls}
    for compiled in stage.runbooks:
        if compiled.runbook.id != wanted:
            continue
        turned = [node for node in compiled.plan.nodes if node.action == "set-control"]
        lifted = {
            node.with_["control"]
            for node in turned
            if node.phase != "containment" and node.with_["value"] == defaults[node.with_["control"]]
        }
        for node in turned:
            control, value = node.with_["control"], node.with_["value"]
            if node.phase == "containment" and value != defaults[control] and control in lifted:
                yield control, value


def _worst(stage: Stage, replica: int, kept: Mapping[str, Setting], since_minutes: float) -> float:
    """The largest impact to the horizon with only those settings in force."""
    impact = _impact(stage, replica, kept, since_minutes)
    return float(impact.max()) if len(impact) else 0.0


def _impact(stage: Stage, replica: int, kept: Mapping[str, Setting], since_minutes: float) -> Floats:
    """From that minute to the horizon, noise-free, with those settings since then; axes (step,)."""
    codes = np.tile(stage.outlooks.defaults, (len(stage.seeds), 1))
    for place, knob in enumerate(stage.knobs):
        if knob.id in kept:
            codes[replica, place] = knob.encode(kept[knob.id])
    since = np.where(codes != stage.outlooks.defaults, since_minutes, -np.inf)
    step = stage.clockwork.step_seconds / 60
    minutes = np.arange(since_minutes, stage.drill.horizon_minutes + step / 2, step)
    rows = [rows_of(stage, codes, float(minute), since)[replica] for minute in minutes]
    impact: Floats = stage.outlooks.impact(np.array(rows)) if rows else np.zeros(0)
    return impact
