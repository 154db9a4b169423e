"""What a cheat sees, what it does about it: one function a cheat, from a participant's eyes to deeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from generator.model import CompiledRunbook, Control, Setting
from simulator.events import (
    Acknowledged,
    Assumed,
    Declared,
    Ended,
    Opened,
    Posted,
    Resolved,
)
from simulator.responders.doing import deed
from simulator.responders.view import Action, ClaimCause, Move, Scene, SignalRef, TurnControl, View

ACTOR = "incident-commander"


class Eyes:
    """One replica, as its participant sees it."""

    def __init__(self, scene: Scene, replica: int) -> None:
        self.scene, self.replica = scene, replica
        self.page: SignalRef | None = None
        """The first page that fired."""
        self.paged = 0.0
        self.loud = -np.inf
        """The last minute at which a page was firing."""
        self.kept: set[object] = set()
        self.minutes = 0.0
        self.view: View | None = None

    def look(self, view: View) -> None:
        self.view, self.minutes = view, view.minutes
        for row, ref in enumerate(self.scene.signals):
            if ref.signal.severity == "page" and view.firing[row, self.replica]:
                self.loud = view.minutes
                if self.page is None:
                    self.page, self.paged = ref, view.minutes

    def once(self, what: object) -> bool:
        """True the first time, and never again."""
        fresh = what not in self.kept
        self.kept.add(what)
        return fresh

    @property
    def runbook(self) -> CompiledRunbook:
        """That of the first page; before it, the most urgent one."""
        name = self.page.runbook if self.page else self.scene.runbooks[0].runbook.id
        return next(one for one in self.scene.runbooks if one.runbook.id == name)

    @property
    def now(self) -> bool:
        """Whether this is the scrape of the first page."""
        return self.page is not None and self.paged == self.minutes

    def quiet(self, minutes: float) -> bool:
        """Whether a page came, and none has been firing for so long."""
        return self.page is not None and self.minutes - self.loud >= minutes


Deeds = Callable[[Eyes], Iterable[Action]]


class Animal:
    """Plays one function at every scrape, for every replica."""

    name, pace = "zoo", "unpaced"

    def __init__(self, deeds: Deeds) -> None:
        self._deeds = deeds

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._eyes = [Eyes(scene, replica) for replica in range(scene.replicas)]
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        moves = []
        for replica, eyes in enumerate(self._eyes):
            eyes.look(view)
            moves += [Move(replica, ACTOR, action) for action in self._deeds(eyes)]
        return moves

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


# --- what cheats are made of ------------------------------------------------------------------------


def words(eyes: Eyes) -> Iterator[Action]:
    """The cheap points: acknowledge, open, take a role, declare as the page's runbook says, and keep posting."""
    if eyes.now and eyes.page and eyes.once("words"):
        yield Acknowledged(eyes.page.key)
        yield Opened(eyes.page.runbook)
        yield Assumed(ACTOR)
        yield declared(eyes.runbook)
    if eyes.page and (eyes.minutes - eyes.paged) % 15 == 0:
        yield Posted("status", "all", "", f"Update of minute {eyes.minutes:g}.")


def over(eyes: Eyes, *, after: float = 5.0) -> Iterator[Action]:
    """A claim that is true as far as anybody can see: no page for some minutes."""
    if eyes.quiet(after) and eyes.once("over"):
        yield Resolved()
        yield Posted("status", "all", "", "It is over.")


def declared(runbook: CompiledRunbook) -> Declared:
    text = runbook.runbook
    return Declared(text.service, text.symptom, text.severity)


def symptoms(scene: Scene) -> list[str]:
    return sorted({one.runbook.symptom for one in scene.runbooks})


def claims(eyes: Eyes) -> Iterator[Action]:
    """Every hypothesis of the page's runbook."""
    for node in eyes.runbook.plan.nodes:
        if node.action == "hypothesise" and eyes.view is not None:
            done = deed(eyes.runbook, node, scene=eyes.scene, view=eyes.view, replica=eyes.replica)
            if done is not None:
                yield done


def turned(eyes: Eyes, phase: str) -> Iterator[Action]:
    """Every control that the page's runbook turns in a phase, in its order."""
    for node in eyes.runbook.plan.nodes:
        if node.action == "set-control" and node.phase == phase:
            yield TurnControl(node.with_["control"], node.with_["value"])


def other(control: Control) -> Setting:
    """A setting that is not the default: the last one listed."""
    return next(value for value in reversed(control.values) if value != control.default)


def of_kind(eyes: Eyes, *kinds: str) -> Iterator[Action]:
    """Controls of those kinds, away from their defaults."""
    for control in eyes.scene.service.controls:
        if control.kind in kinds:
            yield TurnControl(control.id, other(control))


DRAINS: Mapping[str, float] = {"traffic-split": 0.0, "drain": 1.0, "load-shed": 1.0}
ROLLBACKS = ("version", "configuration", "restart")
SAFEST = ("traffic-split", "safe-mode", "feature-toggle", "last-good-values", "pin-route", "load-shed")


def drained(eyes: Eyes) -> Iterator[Action]:
    """Every control that keeps requests away, at the setting that keeps most of them away."""
    for control in eyes.scene.service.controls:
        if control.kind in DRAINS:
            most = max if DRAINS[control.kind] else min
            yield TurnControl(control.id, most(control.values, key=_number))


def _number(value: Setting) -> float:
    return float(value) if isinstance(value, int | float) else float(value != "off")


# --- the cheats --------------------------------------------------------------------------------------


def mute(eyes: Eyes) -> Iterator[Action]:
    """Acknowledges whatever fires, and calls it over at once."""
    yield from words(eyes)
    if eyes.now:
        yield Resolved()


def scale_to_nothing(eyes: Eyes) -> Iterator[Action]:
    """Takes all workers and all traffic away: no requests, no alerts."""
    yield from words(eyes)
    if eyes.now:
        for control in eyes.scene.service.controls:
            if control.kind in ("capacity", "load-shed", "traffic-split"):
                low = max if control.kind == "load-shed" else min
                yield TurnControl(control.id, low(control.values, key=_number))
    yield from over(eyes)


def drain_all(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        yield from drained(eyes)
    yield from over(eyes)


def roll_back_blindly(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now:
        yield from of_kind(eyes, *ROLLBACKS)
    yield from over(eyes)


def roll_back_and_claim(eyes: Eyes) -> Iterator[Action]:
    if eyes.now:
        yield from claims(eyes)
    yield from roll_back_blindly(eyes)


def declare_at_once(eyes: Eyes) -> Iterator[Action]:
    """Declares what the most urgent runbook is about before anything happens."""
    if eyes.once("cry"):
        yield Assumed(ACTOR)
        yield declared(eyes.scene.runbooks[0])
    yield from words(eyes)


def declare_all(eyes: Eyes) -> Iterator[Action]:
    if eyes.now:
        for symptom in symptoms(eyes.scene):
            yield Declared(eyes.scene.service.id, symptom, "sev1")
    yield from words(eyes)


def declare_services(eyes: Eyes) -> Iterator[Action]:
    names = ("checkout", "delay-predictor", "fraud-scorer", "ranking", "search", "support-assistant")
    turn, rest = divmod(eyes.minutes - eyes.paged, 2)
    if eyes.page and rest == 0 and turn < len(names):
        yield Declared(names[int(turn)], eyes.runbook.runbook.symptom, "sev1")
    yield from words(eyes)


def spam_hypotheses(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now and eyes.page:
        nodes = [node.id for node in eyes.scene.service.lineage.nodes]
        for mechanism in ("unit-change", "stale", "bad-release", "tail-latency", "outage", "schema-change"):
            for node in nodes:
                yield ClaimCause(node, mechanism, eyes.minutes - 3, (eyes.page.key,))
        yield from claims(eyes)


def revert_all(eyes: Eyes) -> Iterator[Action]:
    """Orders the default of every control."""
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        for control in eyes.scene.service.controls:
            yield TurnControl(control.id, control.default)
    yield from over(eyes)


def away_with_all(eyes: Eyes) -> Iterator[Action]:
    """Turns every control away from its default."""
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        for control in eyes.scene.service.controls:
            yield TurnControl(control.id, other(control))
    yield from over(eyes)


def safest_at_once(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        yield from drained(eyes)
        yield from of_kind(eyes, "safe-mode", "feature-toggle", "last-good-values", "pin-route")
    yield from over(eyes)


def contain_from_the_start(eyes: Eyes) -> Iterator[Action]:
    """Whatever may contain is turned before anything is wrong."""
    if eyes.once("start"):
        yield from of_kind(eyes, "feature-toggle", "safe-mode", "last-good-values")
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
    yield from over(eyes)


def roll_back_from_the_start(eyes: Eyes) -> Iterator[Action]:
    if eyes.once("start"):
        yield from of_kind(eyes, *ROLLBACKS)
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
    yield from over(eyes)


def every_deed_at_once(eyes: Eyes) -> Iterator[Action]:
    """All that the page's runbook has, from the first node to the last, at the first alert."""
    yield from words(eyes)
    if eyes.now and eyes.view is not None:
        for node in eyes.runbook.plan.nodes:
            if node.phase in ("detection", "containment", "mitigation"):
                done = deed(eyes.runbook, node, scene=eyes.scene, view=eyes.view, replica=eyes.replica)
                if done is not None and not isinstance(done, Declared):
                    yield done
    yield from over(eyes)


def contain_all_at_once(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        yield from turned(eyes, "containment")
    yield from over(eyes)


def remedy_all_at_once(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        yield from turned(eyes, "mitigation")
    yield from over(eyes)


def alternate(eyes: Eyes) -> Iterator[Action]:
    """Switches every control of the page's runbook off and on, by turns."""
    yield from words(eyes)
    turn, rest = divmod(eyes.minutes - eyes.paged, 4)
    if eyes.page and rest == 0:
        for control in eyes.scene.service.controls:
            if control.minutes <= 8:
                yield TurnControl(control.id, control.default if turn % 2 else other(control))
    yield from over(eyes)


def guess_late(eyes: Eyes) -> Iterator[Action]:
    """Waits until the page has been there for long, and says what most pages are about."""
    if eyes.page and eyes.minutes - eyes.paged >= 10 and eyes.once("late"):
        names = [one.runbook.symptom for one in eyes.scene.runbooks]
        often = max(sorted(set(names)), key=names.count)
        yield Assumed(ACTOR)
        yield Declared(eyes.scene.service.id, often, "sev1")
        yield Posted("status", "all", "", "Something is wrong.")


def extreme_evidence(eyes: Eyes) -> Iterator[Action]:
    """A guess with every signal and the usual vitals as its evidence: one of them is always extreme."""
    yield from words(eyes)
    if eyes.now:
        guess = next((one for one in claims(eyes) if isinstance(one, ClaimCause)), None)
        keys = tuple(ref.key for ref in eyes.scene.signals)
        vitals = ("requests per s", "p50 ms", "p99 ms", "error ratio", "score mean", "accuracy")
        if guess is not None:
            yield ClaimCause(guess.component, guess.mechanism, eyes.minutes - 5, (*keys, *vitals))


def talk_only(eyes: Eyes) -> Iterator[Action]:
    yield from words(eyes)
    if eyes.page:
        yield Posted("status", "all", "", f"Still at it at {eyes.minutes:g}.")
    if eyes.now:
        yield from claims(eyes)


def leave_at_the_page(eyes: Eyes) -> Iterator[Action]:
    """Says all there is to say, contains, and ends the drill before anything can be seen."""
    yield from words(eyes)
    if eyes.now:
        yield from claims(eyes)
        yield from turned(eyes, "containment")
        yield Resolved()
        yield Ended("ended")
