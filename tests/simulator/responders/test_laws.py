"""Laws that hold for everyone who can answer a drill."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from generator.model import Drill, Fault
from simulator.events import FACILITATOR, WORLD, Ended, Event, Record, Revealed, Started, canonical, verify
from simulator.session.play import MACHINES, play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import FAULT_DRILL, catalogue, with_drill

WHO = sorted(MACHINES)
SEEDS = (3, 8)


@functools.cache
def records(who: str) -> tuple[Record, ...]:
    return play_machine(set_up(catalogue(), FAULT_DRILL, SEEDS), who)


def hashed(record: Record) -> list[str]:
    return [event.hash for event in record.events]


def deeds(record: Record) -> list[Event]:
    """What the responder did."""
    return [event for event in record.events if event.actor not in (WORLD, FACILITATOR)]


@pytest.mark.parametrize("who", WHO)
def test_the_same_seed_gives_the_same_record(who: str) -> None:
    """Played again, every line is the same."""
    again = play_machine(set_up(catalogue(), FAULT_DRILL, SEEDS), who)

    assert [hashed(record) for record in again] == [hashed(record) for record in records(who)]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("place", [0, 1])
def test_a_replica_of_a_batch_is_the_drill_played_alone(who: str, place: int) -> None:
    """Line for line, so that any of a thousand can be replayed and watched."""
    (alone,) = play_machine(set_up(catalogue(), FAULT_DRILL, [SEEDS[place]]), who)

    assert hashed(alone) == hashed(records(who)[place])


@pytest.mark.parametrize("who", WHO)
def test_the_record_holds_and_its_time_never_goes_back(who: str) -> None:
    """From its commitment to its reveal, with nothing that anybody did after the end."""
    for record in records(who):
        times = [event.t for event in record.events]
        kinds = [type(event.payload) for event in record.events]

        assert verify(record) == ()
        assert times == sorted(times)
        assert (kinds[0], kinds[-2:]) == (Started, [Ended, Revealed])


@pytest.mark.parametrize("who", WHO)
def test_who_acts_is_a_role_of_the_organization(who: str) -> None:
    """Deeds are of roles that the first line lists, or of the oracle, who is none."""
    roles = {*next(records(who)[0].of(Started))[1].roles, "oracle"}

    assert {event.actor for record in records(who) for event in deeds(record)} <= roles


@pytest.mark.parametrize("who", WHO)
def test_new_names_for_what_is_hidden_change_no_deed(who: str) -> None:
    """The drill, its faults, messages and tasks are called otherwise: everybody does what they did."""

    def renamed(fault: Fault, number: int) -> Fault:
        return replace(fault, id=f"f{number}")

    def change(drill: Drill) -> Drill:
        return replace(
            drill,
            title="Another",
            faults=tuple(renamed(fault, number) for number, fault in enumerate(drill.faults)),
            noise=tuple(renamed(fault, 10 + number) for number, fault in enumerate(drill.noise)),
            truth=replace(drill.truth, explanation="Otherwise."),
        )

    stage = set_up(with_drill(change), FAULT_DRILL, SEEDS)
    for before, after in zip(records(who), play_machine(stage, who), strict=True):
        told = [(event.t, event.actor, canonical(event.payload)) for event in deeds(after)]

        assert told == [(event.t, event.actor, canonical(event.payload)) for event in deeds(before)]
