"""What decides a trial is in its key, and nothing else is: both directions, edit by edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from generator.model import Catalogue, CompiledRunbook, Drill, Kept, Service, Span
from simulator.rehearsal.narrow import key_of, narrowed, plan_hashes, without_plans
from simulator.rehearsal.trials import DrillTask
from simulator.session.stage import runbooks_of
from tests.simulator.stages import FAULT_DRILL, whole_catalogue

SERVICE, RUNBOOK, OTHER = "fraud-scorer", "feature-drift", "latency-surge"
Edit = Callable[[Catalogue], Catalogue]


# --- ways to edit -----------------------------------------------------------------------------------


def drill(change: Callable[[Drill], Drill], *, of: str = FAULT_DRILL) -> Edit:
    return lambda c: replace(c, drills=tuple(change(one) if one.id == of else one for one in c.drills))


def service(change: Callable[[Service], Service], *, of: str = SERVICE) -> Edit:
    return lambda c: replace(c, services=tuple(change(one) if one.id == of else one for one in c.services))


def compiled(change: Callable[[CompiledRunbook], CompiledRunbook], *, of: str = RUNBOOK) -> Edit:
    return lambda c: replace(
        c, runbooks=tuple(change(one) if one.runbook.id == of else one for one in c.runbooks)
    )


def runbook(*, of: str = RUNBOOK, **fields: Any) -> Edit:
    return compiled(lambda one: replace(one, runbook=replace(one.runbook, **fields)), of=of)


def signals(**fields: Any) -> Edit:
    """Every signal of the runbook."""

    def change(one: CompiledRunbook) -> CompiledRunbook:
        detection = one.runbook.detection
        changed = tuple(replace(signal, **fields) for signal in detection.signals)
        return replace(one, runbook=replace(one.runbook, detection=replace(detection, signals=changed)))

    return compiled(change)


def nodes(of: str = RUNBOOK, **fields: Any) -> Edit:
    """Every node of the runbook's plan."""

    def change(one: CompiledRunbook) -> CompiledRunbook:
        changed = tuple(replace(node, **fields) for node in one.plan.nodes)
        return replace(one, plan=replace(one.plan, nodes=changed))

    return compiled(change, of=of)


def objectives(of: str = RUNBOOK, **fields: float) -> Edit:
    def change(one: CompiledRunbook) -> CompiledRunbook:
        return replace(
            one, runbook=replace(one.runbook, objectives=replace(one.runbook.objectives, **fields))
        )

    return compiled(change, of=of)


def templates(**fields: str) -> Edit:
    def change(one: CompiledRunbook) -> CompiledRunbook:
        said = one.runbook.communication
        changed = replace(said, templates=tuple(replace(item, **fields) for item in said.templates))
        return replace(one, runbook=replace(one.runbook, communication=changed))

    return compiled(change)


def profile(**fields: Any) -> Edit:
    return service(lambda one: replace(one, profile=replace(one.profile, **fields)))


def controls(**fields: Any) -> Edit:
    return service(
        lambda one: replace(one, controls=tuple(replace(control, **fields) for control in one.controls))
    )


def lineage_nodes(**fields: Any) -> Edit:
    def change(one: Service) -> Service:
        changed = tuple(replace(node, **fields) for node in one.lineage.nodes)
        return replace(one, lineage=replace(one.lineage, nodes=changed))

    return service(change)


def faults(**fields: Any) -> Edit:
    return drill(lambda one: replace(one, faults=tuple(replace(fault, **fields) for fault in one.faults)))


def a_prototype_weighs_more(c: Catalogue) -> Catalogue:
    panel = c.panels[SERVICE]
    name = c.service(SERVICE).profile.panel.weight
    first, *others = panel.columns[name]
    changed = replace(panel, columns={**panel.columns, name: (first * 1.5, *others)})
    return replace(c, panels={**c.panels, SERVICE: changed})


def task(edit: Edit = lambda c: c) -> DrillTask:
    return DrillTask(edit(whole_catalogue()), FAULT_DRILL, (0, 1))


SAYS: dict[str, Edit] = {
    "the runbook's title, where it orders nothing": runbook(title="A better title"),
    "the runbook's summary and problem": runbook(summary="Shorter.", problem="Clearer."),
    "the card": compiled(
        lambda one: replace(one, runbook=replace(one.runbook, card=replace(one.runbook.card, act="Do.")))
    ),
    "the words of steps and decisions": nodes(text="Do it well."),
    "the words of signals": signals(title="Better", noise="None", dashboard="", log=""),
    "a message's words": templates(text="We are on it.", title="Update", audience="all", channel="mail"),
    "an objective's limit": objectives(mitigate_minutes=61.0, detect_minutes=9.0, acknowledge_minutes=2.0),
    "an objective that leaves the order of urgency": objectives(of="bad-model-release", contain_minutes=31.0),
    "what follows an incident": runbook(changelog=(), escalation=(), dependencies=(), citations=()),
    "the runbook's hash and its parts'": compiled(lambda one: replace(one, hash="other", parts={})),
    "the service's words": service(
        lambda one: replace(one, title="Scorer", summary="", team="x", on_call="y")
    ),
    "the cost of controls, and how other environments turn them": controls(title="", cost="", bindings=()),
    "the words of the lineage": lineage_nodes(title="Node", owner="team", cascade="Nothing"),
    "another service": service(lambda one: replace(one, id="else"), of="delay-predictor"),
    "the drill's words": drill(lambda one: replace(one, title="x", briefing="y", hints=(), cast={})),
    "the drill's messages and tasks": drill(lambda one: replace(one, injects=(), tasks=())),
    "why it happened": drill(lambda one: replace(one, truth=replace(one.truth, explanation="z"))),
    "another drill": drill(lambda one: replace(one, horizon_minutes=10.0), of="friday-evening"),
    "who there is": lambda c: replace(c, organization=replace(c.organization, roles=(), title="x")),
    "evidence": lambda c: replace(c, evidence={RUNBOOK: Kept()}, places={}, hash="other"),
}
"""What is said, and decides nothing."""

DECIDES: dict[str, Edit] = {
    "a signal's threshold": signals(threshold=0.4),
    "a signal's hold": signals(hold_minutes=7.0),
    "a signal's severity": signals(severity="ticket"),
    "where a signal leads": signals(triggers=None),
    "a signal's window": signals(with_={"window_minutes": 3}),
    "which runbook is more urgent": objectives(of=OTHER, contain_minutes=90.0),
    "a title that orders two equally urgent runbooks": runbook(title="Zz"),
    "who must approve": compiled(
        lambda one: replace(
            one, runbook=replace(one.runbook, governance=replace(one.runbook.governance, approve=()))
        )
    ),
    "the traffic": service(
        lambda one: replace(
            one,
            profile=replace(one.profile, traffic=replace(one.profile.traffic, requests_per_s=7.0)),
        )
    ),
    "the usual age of features": profile(feature_age_seconds=5.0),
    "how long controls take": controls(minutes=9.0),
    "which settings controls have": controls(values=()),
    "the fields of the lineage": lineage_nodes(fields=()),
    "the edges of the lineage": service(
        lambda one: replace(one, lineage=replace(one.lineage, edges=one.lineage.edges[:-1]))
    ),
    "the panel": a_prototype_weighs_more,
    "when a fault begins": faults(onset_minutes=Span(1.0, 2.0)),
    "what a fault does": faults(with_={"factor": 2.0}),
    "what a fault draws": faults(vary={"share": Span(0.1, 0.2)}),
    "the noise": drill(lambda one: replace(one, noise=())),
    "the horizon": drill(lambda one: replace(one, horizon_minutes=91.0)),
    "the tolerance": drill(lambda one: replace(one, tolerance=0.5)),
    "the time of day": drill(lambda one: replace(one, time="03:00")),
    "the symptom that is right": drill(lambda one: replace(one, truth=replace(one.truth, symptom="outage"))),
}
"""What every result depends on."""

FOLLOWED: dict[str, Callable[[str], Edit]] = {
    "how long steps take": lambda of: nodes(of=of, minutes=9.0),
    "what steps do": lambda of: nodes(of=of, action="instruct"),
    "what steps are given": lambda of: nodes(of=of, with_={"value": 1}),
    "the checks": lambda of: nodes(of=of, check=None),
    "the answers": lambda of: nodes(of=of, answers=()),
    "where it goes on": lambda of: nodes(of=of, on_failure="end"),
    "the rollback": lambda of: compiled(lambda one: replace(one, plan=replace(one.plan, guards=())), of=of),
    "what is declared": lambda of: runbook(of=of, symptom="outage"),
    "how severe it is": lambda of: runbook(of=of, severity="sev4"),
}
"""What a result depends on where the robot opened the runbook."""


# --- the laws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", SAYS)
def test_an_edit_to_what_is_only_said_changes_neither_key_nor_plans(what: str) -> None:
    """A reviewer who mends a sentence waits for nothing."""
    edited = task(SAYS[what])

    assert SAYS[what](whole_catalogue()) != whole_catalogue() or what == "evidence"
    assert edited.key == task().key
    assert edited == task()


@pytest.mark.parametrize("what", DECIDES)
def test_an_edit_to_what_the_world_or_a_signal_does_changes_the_key(what: str) -> None:
    """Nothing that was found out before is taken for the new text's."""
    assert task(DECIDES[what]).key != task().key


@pytest.mark.parametrize("what", FOLLOWED)
@pytest.mark.parametrize("of", [RUNBOOK, OTHER])
def test_an_edit_to_what_the_robot_follows_changes_the_hash_of_that_plan_alone(what: str, of: str) -> None:
    """The key stays: whether a result holds is up to the plans that it relies on."""
    edited = task(FOLLOWED[what](of))
    before, after = plan_hashes(task().catalogue), plan_hashes(edited.catalogue)

    assert edited.key == task().key
    assert {id for id in before if before[id] != after[id]} == {of}


def test_other_seeds_have_another_key() -> None:
    """So does another drill."""
    whole = whole_catalogue()
    keys = {
        DrillTask(whole, name, seeds).key
        for name in (FAULT_DRILL, "friday-evening")
        for seeds in ((0, 1), (1, 0), (0, 1, 2))
    }

    assert len(keys) == 6


def test_what_was_narrowed_stays_the_same_when_it_is_narrowed_again() -> None:
    """So it does not matter who narrows."""
    whole = whole_catalogue()
    for one in whole.services:
        for chosen in (None, next(d for d in whole.drills if d.service == one.id)):
            once = narrowed(whole, one.id, chosen)
            again = narrowed(once, one.id, once.drills[0] if chosen else None)

            assert again == once
            assert key_of(again) == key_of(once)


def test_the_most_urgent_runbook_stays_the_most_urgent() -> None:
    """Of two pages at one instant the robot answers the same with the narrowed catalogue as with the whole."""
    whole = whole_catalogue()
    for one in whole.services:
        order = [compiled.runbook.id for compiled in runbooks_of(whole, one.id)]
        small = narrowed(whole, one.id, None)

        assert [compiled.runbook.id for compiled in runbooks_of(small, one.id)] == order


def test_only_one_service_is_left() -> None:
    """Its panel, its runbooks and the drill; who is asked for another does not find it."""
    small = task().catalogue

    assert [one.id for one in small.services] == [SERVICE]
    assert {one.runbook.service for one in small.runbooks} == {SERVICE}
    assert [one.id for one in small.drills] == [FAULT_DRILL]
    assert list(small.panels) == [SERVICE]


def test_signals_see_no_plan() -> None:
    """Back-tests outlive every edit to steps, messages and leave."""
    edits = [*(edit(RUNBOOK) for edit in FOLLOWED.values()), DECIDES["who must approve"], *SAYS.values()]
    keys = {
        key_of(without_plans(narrowed(edit(whole_catalogue()), SERVICE, None)))
        for edit in (lambda c: c, *edits)
    }

    assert len(keys) == 1
