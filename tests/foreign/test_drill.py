"""A whole drill against a model server that we did not write: armed, detected, turned by its own team's knobs."""

from __future__ import annotations

import json
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.catalogue_file import write
from generator.model import (
    Binding,
    Catalogue,
    Control,
    Drill,
    Fault,
    HttpBinding,
    Live,
    Service,
    Span,
    Stopping,
)
from simulator.cli import drill as command
from simulator.events import (
    Acted,
    AlertChanged,
    ControlTookEffect,
    Injected,
    Inspected,
    Observed,
    Opened,
    Record,
    Revealed,
    Started,
    read,
    verify,
)
from simulator.live import runs
from simulator.session.opening import plans_of
from simulator.session.stage import set_up
from tests.foreign.stack import Stack
from tests.simulator.stages import payloads, whole_catalogue

DRILL, RUNBOOK, SERVICE = "distance-in-kilometres", "upstream-schema-change", "delay-predictor"
FLAGS = {
    "traffic-split": "model-share",
    "distance-toggle": "delay-distance",
    "scheduled-time-toggle": "delay-scheduled-time",
}
"""By control, the flag of the team's API."""
VARIABLE = "STAGING_TOKEN"
TAIL = "slow-model"


@pytest.fixture(scope="module")
def catalogue(team: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Path]:
    """The shipped one, with the team's addresses in the place of those that stand for them; and the team's program."""
    folder = tmp_path_factory.mktemp("team-programs")
    deploy = folder / "deploy"
    deploy.write_text(
        f'#!/bin/sh\nDELAY_FLAGS={team.flags} exec {sys.executable} {team.command[1]} "$@"\n', "utf-8"
    )
    deploy.chmod(deploy.stat().st_mode | stat.S_IXUSR)
    whole = whole_catalogue()
    services = tuple(_theirs(one, team, deploy) if one.id == SERVICE else one for one in whole.services)
    drills = tuple(_short(one) if one.id == DRILL else one for one in whole.drills)
    return replace(whole, services=services, drills=drills), deploy


def _theirs(service: Service, team: Stack, deploy: Path) -> Service:
    (staging,) = service.deployments
    controls = tuple(_bound(one, team, deploy) for one in service.controls)
    # A machine that is held up makes answers late, and that must not end the faults.
    there = replace(staging, target=team.target, stop=Stopping(error_ratio=1.0, p99_ms=60_000.0))
    return replace(service, deployments=(there,), controls=controls)


def _bound(control: Control, team: Stack, deploy: Path) -> Control:
    others = tuple(one for one in control.bindings if one.environment != "staging")
    if control.id in FLAGS:
        body = '{"state": {{ value }}}' if control.id == "traffic-split" else '{"state": "{{ value }}"}'
        http = HttpBinding("PUT", f"{team.api}/flags/{FLAGS[control.id]}", body, secret=VARIABLE)
        return replace(control, bindings=(*others, Binding("staging", http=http)))
    if control.id == "pipeline-version":
        words = (str(deploy), "flight-pipeline", "{{ value }}")
        return replace(control, bindings=(*others, Binding("staging", command=words)))
    return replace(control, bindings=others)


def _short(drill: Drill) -> Drill:
    """Twenty minutes of it in fifty seconds, and the model slow besides; no more than a small server takes."""
    faults = tuple(replace(fault, onset_minutes=Span(4.0, 4.0)) for fault in drill.faults)
    slow = Fault(
        TAIL, "tail-latency", "delay-endpoint", Span(8.0, 8.0), with_={"p50_ms": 250.0, "p99_ms": 900.0},
        share=0.5, duration_minutes=4.0,
    )  # fmt: skip
    tasks = tuple(replace(task, within_minutes=None) for task in drill.tasks)
    return replace(drill, horizon_minutes=20.0, faults=(*faults, slow), tasks=tasks, live=Live(24.0, 30.0))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def played(team: Stack, catalogue: tuple[Catalogue, Path], state: Path, kept: Path) -> Iterator[Record]:
    """The robot's drill as people play it, by the commands, once for all that is asserted of it."""
    whole, deploy = catalogue
    file = kept / "catalogue.json"
    file.write_bytes(write(whole))
    where = [DRILL, "--environment", "staging", "--catalogue", str(file)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runs.STATE_VARIABLE, str(state))
        patch.setenv(VARIABLE, team.token)
        armed = _run(["arm", *where, "--minutes", "10", "--json"])
        token = json.loads(armed)["token"]
        (kept / "armed").write_text(token, "ascii")
        patch.setenv("DRILLBOOK_ARM", token)
        out = str(kept / "run")
        _run(
            [
                "run",
                *where,
                "--live",
                "--responder",
                "robot",
                "--seed",
                "7",
                "--allow",
                str(deploy),
                "--out",
                out,
            ]
        )
        yield read(kept / "run" / "events.jsonl")


def _run(words: list[str]) -> str:
    found = CliRunner().invoke(command, words, standalone_mode=False)
    assert found.exception is None, found.output
    return found.stdout


def test_the_unit_change_is_detected_by_the_runbooks_own_signals(played: Record) -> None:
    """MLflow exposes nothing; the observer beside it does.

    Which of the two is first is chance; the other stays silent where the robot has masked the field by then.
    """
    fired = [alert.signal for alert in payloads(played, AlertChanged) if alert.state == "firing"]
    assert {"distance-mean", "distance-psi"} & {signal.rpartition("/")[2] for signal in fired}
    assert [opened.runbook for opened in payloads(played, Opened)] == [RUNBOOK]


def test_the_delay_is_seen_as_clients_see_it(played: Record) -> None:
    shown = [(event.minutes, payload.vitals["p99 ms"]) for event, payload in played.of(Observed)]
    calm = [value for minute, value in shown if 1 <= minute < 3 and value is not None]
    slow = [value for minute, value in shown if 9.5 <= minute < 11.5 and value is not None]
    assert min(slow) > max(calm)


def test_the_teams_own_knobs_are_turned(played: Record) -> None:
    """By HTTP and by a command; each did what the record says, and its output is known by its hash alone."""
    acted = payloads(played, Acted)
    assert all(one.ok and one.environment == "staging" for one in acted), acted
    assert {one.control: one.by for one in acted}["distance-toggle"] == "http"
    assert all(len(one.output) == 64 for one in acted)
    assert {one.control for one in payloads(played, ControlTookEffect)} == {one.control for one in acted}


def test_what_was_injected_is_told(played: Record) -> None:
    found = {one.lease: one for one in payloads(played, Injected)}
    assert {"scale", "delay"} == {effect for one in found.values() for effect in one.effects}
    assert all(one.touched > 0 for one in found.values())


def test_all_is_undone(team: Stack, played: Record, state: Path) -> None:
    """The team's flags are at their defaults, the same cases get the same answers, no process and no fault is left."""
    assert [one.verdict for one in payloads(played, Inspected)] == ["clean"], payloads(played, Inspected)
    flags: Mapping[str, object] = json.loads(team.flags.read_text("utf-8"))
    assert {name: flags[name] for name in ("delay-distance", "delay-scheduled-time")} == {
        "delay-distance": "on",
        "delay-scheduled-time": "on",
    }
    (folder,) = (state / "live").iterdir()
    assert runs.read(folder).ended is not None
    # What stood in front of the team's service stays until its last client has gone, and no longer.
    until = time.monotonic() + 120
    while runs.marked(folder) and time.monotonic() < until:
        time.sleep(0.2)
    assert not runs.marked(folder)


def test_one_plan_in_three_environments(played: Record, catalogue: tuple[Catalogue, Path]) -> None:
    """The runbook is the same text in the simulated world, in the sandbox and here: the record names its hash."""
    (started,) = payloads(played, Started)
    simulated = plans_of(set_up(whole_catalogue(), DRILL, [7]))
    assert started.environment == "staging"
    assert started.plans == simulated


def test_the_record_holds_and_says_whose_rulers_it_has(played: Record) -> None:
    assert verify(played) == ()
    (told,) = payloads(played, Revealed)
    assert told.by_twin


def test_no_token_is_written_down(team: Stack, played: Record, kept: Path, state: Path) -> None:
    """Neither the team's, nor the one that armed the drill: not in the record, the report or any log of the run."""
    tokens = [team.token.encode(), (kept / "armed").read_bytes()]
    texts = [
        path.read_bytes()
        for folder in (kept / "run", state / "live")
        for path in folder.rglob("*")
        if path.is_file()
    ]

    assert len(texts) > 10
    assert not [text for text in texts for token in tokens if token in text]


def test_the_token_is_good_once(
    catalogue: tuple[Catalogue, Path], state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And for nobody else's service."""
    monkeypatch.setenv(runs.STATE_VARIABLE, str(state))
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(catalogue[0]))
    where = [DRILL, "--environment", "staging", "--catalogue", str(file)]
    token = json.loads(_run(["arm", *where, "--json"]))["token"]
    other = [*where, "--live", "--responder", "robot", "--target", "http://127.0.0.1:9", "--arm", token]
    found = CliRunner().invoke(command, ["run", *other, "--out", str(tmp_path / "run")])

    assert found.exit_code == 2
    assert "the token is for another target" in " ".join(found.output.split())
