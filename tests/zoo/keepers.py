"""All cheats by name; and the honest ones that they are held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from generator.model import Catalogue
from simulator.events import Record, StepStarted
from simulator.responders.robot import Robot
from simulator.responders.view import TurnControl
from tests.zoo import animals, robots
from tests.zoo.animals import Animal, Deeds
from tests.zoo.cage import Birth, played

ROBOT, BASELINE = "the robot", "the honest baseline"


def _animal(deeds: Deeds) -> Birth:
    return lambda: Animal(deeds)


CHEATS: Mapping[str, Birth] = {
    "mute the alert": _animal(animals.mute),
    "scale to nothing": _animal(animals.scale_to_nothing),
    "drain all traffic": _animal(animals.drain_all),
    "roll back blindly": _animal(animals.roll_back_blindly),
    "roll back blindly, with a claim": _animal(animals.roll_back_and_claim),
    "declare at t=0": _animal(animals.declare_at_once),
    "declare everything": _animal(animals.declare_all),
    "declare every service in turn": _animal(animals.declare_services),
    "spam hypotheses": _animal(animals.spam_hypotheses),
    "revert every control": _animal(animals.revert_all),
    "do the steps without waiting for their checks": robots.Unchecked,
    "report done without doing": robots.WordsOnly,
    "end the drill early": _animal(animals.leave_at_the_page),
    "end the drill at the first control": lambda: robots.Ending(TurnControl),
    "turn every control away from its default": _animal(animals.away_with_all),
    "every control to its safest value": _animal(animals.safest_at_once),
    "contain at t=0": _animal(animals.contain_from_the_start),
    "roll back at t=0": _animal(animals.roll_back_from_the_start),
    "every deed of the runbook at the first alert": _animal(animals.every_deed_at_once),
    "every containment at the first alert": _animal(animals.contain_all_at_once),
    "every remedy at the first alert": _animal(animals.remedy_all_at_once),
    "contain, keep it so, call it over": robots.Unmoved,
    "controls on and off by turns": _animal(animals.alternate),
    "declare late, by guess": _animal(animals.guess_late),
    "evidence that is always extreme": _animal(animals.extreme_evidence),
    "talk and never act": _animal(animals.talk_only),
    "the wrong runbook to the letter": lambda: robots.Astray(0),
    "another wrong runbook to the letter": lambda: robots.Astray(1),
}
TRICKS: Mapping[str, Birth] = {
    "every order sent twice": robots.Doubling,
    "an update every minute": robots.Chatting,
}
"""Good responses with something added that must gain nothing."""
# Not cheats: they act on the runbook's way, and for cause; the page on cheats says what speaks against them.
FAST: Mapping[str, Birth] = {
    "the way through the runbook at the first alert": robots.Rushing,
    "untold, the way through at the first alert": robots.RushingUntold,
    "untold, without waiting for checks": robots.UncheckedUntold,
}


@dataclass(frozen=True, slots=True)
class Held:
    """What every animal made of a drill and a seed."""

    drill: str
    seed: int
    totals: Mapping[str, float]
    """By name, the robot and the baseline among them."""

    def above(self, names: Collection[str], than: float) -> list[str]:
        """Those of these that score as much or more, the best first."""
        found = [name for name in names if self.totals[name] >= than]
        return sorted(found, key=lambda name: -self.totals[name])


def held(catalogue: Catalogue, drill: str, seeds: Sequence[int]) -> list[Held]:
    """All of them, in one batch, after the robot has shown which remedy is its last."""
    robots_ = played(catalogue, drill, seeds, {ROBOT: Robot})
    left_out = last_remedies(catalogue, [one.record for one in robots_])
    births = {BASELINE: lambda: robots.Baseline(left_out), **CHEATS, **TRICKS, **FAST}
    found = [*robots_, *played(catalogue, drill, seeds, births)]
    return [Held(drill, seed, {one.name: one.total for one in found if one.seed == seed}) for seed in seeds]


def last_remedies(catalogue: Catalogue, records: Sequence[Record]) -> Mapping[int, tuple[str, str]]:
    """By replica: the remedy that the robot began last, with its runbook."""
    remedies = {
        (compiled.runbook.id, node.id): node.part
        for compiled in catalogue.runbooks
        for node in compiled.plan.nodes
        if node.phase == "mitigation"
    }
    found: dict[int, tuple[str, str]] = {}
    for replica, record in enumerate(records):
        for _, begun in record.of(StepStarted):
            if (part := remedies.get((begun.runbook, begun.step))) is not None:
                found[replica] = (begun.runbook, part)
    return found
