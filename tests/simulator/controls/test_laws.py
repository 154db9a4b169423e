"""Laws that hold for every kind of control, whatever it is."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from generator import kinds, schemas
from generator.model import Setting
from simulator import controls
from simulator.session.stage import Stage
from simulator.world.outlook import Outlook, Outlooks
from simulator.world.settings import Knob
from simulator.world.world import World
from tests.simulator.faults.examples import CONTROLS, EXAMPLES, staged

KINDS = sorted(controls.KINDS)
MINUTE = 3.0


def placed(stage: Stage, kind: str) -> tuple[int, Knob]:
    """The first control of that kind, by its place among the service's."""
    for place, control in enumerate(stage.service.controls):
        if control.kind == kind:
            return place, stage.knobs[place]
    raise AssertionError(f"no control of kind {kind} is in the example")


def played(stage: Stage, turns: list[tuple[float, int, float]], minutes: float) -> World:
    """A world in whose first replica controls take these codes at these minutes; (minute, place, code)."""
    world = stage.world()
    for step in range(int(minutes * 60 / stage.clockwork.step_seconds) + 1):
        now = step * stage.clockwork.step_seconds / 60
        for at, place, code in turns:
            if at == now:
                world.turn(0, place, code, now)
        world.step(step)
    return world


def shown(world: World) -> np.ndarray:
    return world.telemetry.values[:, :, : world.telemetry.length]


def judged(stage: Stage, place: int, code: float) -> Outlook:
    """What to expect in the healthy world with that one control set; its settings long in force."""
    codes = np.tile(stage.outlooks.defaults, (2, 1))
    codes[:, place] = code
    known, places = stage.outlooks.of(stage.rows(codes, MINUTE))
    return known.take(places)


@pytest.mark.parametrize("kind", KINDS)
def test_a_control_that_nobody_touched_is_as_if_it_were_not_there(kind: str) -> None:
    """A service without it is the same service, in every expectation."""
    stage = staged(EXAMPLES["unit-change"].fault)
    place, knob = placed(stage, kind)
    kept = tuple(one for one in stage.service.controls if one.id != knob.id)
    bare = replace(stage.service, controls=kept)
    without = Outlooks(bare, stage.panel, controls.knobs(bare), stage.faults)
    row = stage.rows(np.tile(stage.outlooks.defaults, (2, 1)), MINUTE)

    for there, gone in zip(
        taken(stage.outlooks, row), taken(without, np.delete(row, place, axis=1)), strict=True
    ):
        np.testing.assert_array_equal(there, gone)


def taken(outlooks: Outlooks, rows: np.ndarray) -> list[np.ndarray]:
    """All expectations of an outlook."""
    known, places = outlooks.of(rows)
    found = known.take(places)
    return [getattr(found, item.name) for item in fields(found)]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_happens_before_it_takes_effect_nor_to_anybody_else(kind: str) -> None:
    """Until then, telemetry is that of an untouched world; the other replica's is to the end."""
    stage = staged(EXAMPLES["unit-change"].fault)
    place, knob = placed(stage, kind)
    turned = played(stage, [(MINUTE, place, knob.codes[-1])], 12)
    left = played(stage, [], 12)
    until = len(turned.past) + int(MINUTE * 60 / stage.clockwork.step_seconds)

    np.testing.assert_array_equal(shown(turned)[:, 0, :until], shown(left)[:, 0, :until])
    np.testing.assert_array_equal(shown(turned)[:, 1], shown(left)[:, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_turning_it_back_restores_the_world(kind: str) -> None:
    """With every setting at its default again, users fare as if it had never been turned."""
    stage = staged()
    place, knob = placed(stage, kind)
    there = played(stage, [(MINUTE, place, knob.codes[-1]), (MINUTE + 2, place, knob.default)], 12)

    assert there.impact[0, -1] == 0
    np.testing.assert_array_equal(there.impact[0, -8:], there.impact[1, -8:])


@pytest.mark.parametrize("kind", KINDS)
def test_no_setting_makes_a_healthy_world_better(kind: str) -> None:
    """Impact is never below nothing: what a control costs shows, and what it spares is what a fault does."""
    stage = staged()
    place, knob = placed(stage, kind)

    for code in knob.codes:
        impact = judged(stage, place, code).impact

        assert np.all(impact >= 0)
        assert np.all(impact <= 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_setting_is_written_as_it_is_read(kind: str) -> None:
    """Each setting has a code of its own, and comes back as people write it."""
    _, knob = placed(staged(), kind)

    assert [knob.decode(knob.encode(value)) for value in knob.values] == list(knob.values)
    assert len({knob.encode(value) for value in knob.values}) == len(knob.values)


@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_that_is_missing_or_unknown_is_an_error_that_names_it(kind: str) -> None:
    """An author reads which one it is."""
    declared = kinds.load("controls")[kind].parameters
    given = next(dict(one.with_) for one in staged().service.controls if one.kind == kind)
    wrong: list[tuple[str, dict[str, Setting]]] = [("colour", {**given, "colour": "red"})]
    wrong += [(name, {k: v for k, v in given.items() if k != name}) for name in declared.get("required", ())]

    for name, parameters in wrong:
        problems = schemas.read_part(declared, parameters).problems

        assert any(name in f"{problem.message} {problem.pointer}" for problem in problems)


def test_the_example_has_every_kind() -> None:
    """Where a service ships none of a kind, the example does."""
    assert {control.kind for control in staged().service.controls} == set(KINDS)
    assert {control.kind for control in CONTROLS} <= set(KINDS)
