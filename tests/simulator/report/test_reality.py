"""A report of a live drill says what was real, and above all when the service is not as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simulator.cli.outcome import code_of
from simulator.events import (
    WORLD,
    Acted,
    Injected,
    Inspected,
    Payload,
    Record,
    Recorder,
    Revealed,
    Started,
)
from simulator.report import FORMATS, as_json, html, junit, markdown, terminal_text
from simulator.scoring import score
from tests.simulator.records import lines_of, perfect, record_of
from tests.simulator.schemas import objections

CLEAN = Inspected("clean")
DIRTY = Inspected(
    "dirty", ("controls.traffic-split is 0.0, and was 1.0 before the drill", "a lease is in force")
)
SCALED = Injected("cents-for-euros", "cents-for-euros", ("scale",), 10.25, 15_210, 15_214)
LATE = Injected("slow", "slow", ("delay",), 12.0, 300, 1000, 251.3, 904.2)
NEVER = Injected("lost", "lost", ("refuse",), None, 0, why="nobody answers on the proxy")
DONE = Acted("traffic-split", 0.0, "staging", "http", ok=True, status=200, seconds=0.4)
FAILED = Acted(
    "pipeline-version", "v1", "staging", "command", ok=False, status=7, seconds=2.0, why="deploy ended with 7"
)


def live(*after: Payload, environment: str = "staging", compression: float = 1.0) -> Record:
    """The perfect response, in front of a real service; ``after``: what stands between its end and the truth."""
    recorder = Recorder()
    for event in record_of(perfect()).events:
        payload = event.payload
        if isinstance(payload, Started):
            payload = replace(payload, environment=environment, compression=compression)
        elif isinstance(payload, Revealed):
            for one in after:
                recorder.append(event.t, WORLD, one)
            payload = replace(payload, by_twin=True)
        recorder.append(event.t, event.actor, payload)
    return recorder.record()


def _text(format_: Callable[..., str], record: Record) -> str:
    return " ".join(format_(score(record), record).replace("\\", "").split())


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_a_report_says_where_it_was_played_and_what_the_twin_told(name: str) -> None:
    """Nobody should take a computed ruler for a measured one."""
    text = _text(FORMATS[name], live(SCALED, CLEAN, environment="sandbox", compression=24.0))
    text = text.replace("&#x27;", "'").replace("&#39;", "'")

    assert "Played live in 'sandbox', 24 minutes of the drill in each minute of the wall." in text
    assert "sent through the fault proxy during the drill and past it before" in text
    assert "with nobody, with the robot, with one who knows the truth (the oracle) is computed by the" in text
    assert "Afterwards 'sandbox' was as it was before: clean." in text
    assert "cents-for-euros: scale, in force from 14:10:15, fell on 15210 of 15214 requests" in text
    assert "DIRTY" not in text


def test_a_drill_at_a_table_says_nothing_of_it() -> None:
    """Its report is what it was."""
    record = record_of(perfect())

    assert "What was real" not in _text(html, record) + _text(markdown, record)
    assert json.loads(as_json(score(record), record))["live"] is None
    assert [gate.id for gate in score(record).gates] == [
        "record",
        "telemetry",
        "ruler",
        "must-not",
        "facilitator",
    ]


def test_a_dirty_target_comes_first_everywhere() -> None:
    """Before the score: somebody has to put the service right now."""
    record = live(DIRTY)
    words = "DIRTY: 'staging' is not as it was before the drill: controls.traffic-split is 0.0, and was 1.0"
    result = score(record)

    assert terminal_text(result, record, colour=True).startswith("\x1b[1;31mDIRTY")
    assert terminal_text(result, record).startswith(words[:60])
    assert markdown(result, record).replace("\\", "").startswith(f"> **{words}")
    page = html(result, record).partition("<main>")[2].strip()
    assert page.startswith('<p class="dirty" role="alert">DIRTY')
    assert json.loads(as_json(result, record))["live"]["verdict"] == "dirty"
    suite = ElementTree.fromstring(junit(result, record).encode())
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert "Target" in failed


def test_a_dirty_target_fails_the_command_and_costs_the_team_nothing() -> None:
    """They were not the ones to leave it so; the score is the same, and a gate of it says what is amiss."""
    clean, dirty = score(live(CLEAN)), score(live(DIRTY))
    (gate,) = [gate for gate in dirty.gates if gate.id == "target"]

    assert (code_of(clean), code_of(dirty)) == (0, 1)
    assert dirty.total == clean.total
    assert (gate.passed, gate.why[:40]) == (False, "'staging' is not as it was before: contr")


def test_who_was_not_looked_at_is_not_clean() -> None:
    record = live(SCALED)

    assert terminal_text(score(record), record).startswith(
        "NOT INSPECTED: nobody has looked whether 'staging'"
    )
    assert code_of(score(record)) == 1


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_what_was_achieved_and_what_failed_is_told(name: str) -> None:
    text = _text(FORMATS[name], live(LATE, NEVER, DONE, FAILED, CLEAN))
    text = text.replace("&#x27;", "'").replace("&gt;", ">")

    assert "slow: delay, in force from 14:12:00, fell on 300 of 1000 requests (30 %)" in text
    assert "which waited 251 ms (median), 904 ms (99 %)" in text
    assert "lost: refuse, NEVER IN FORCE: nobody answers on the proxy" in text
    assert "traffic-split to 0.0 in staging: an HTTP request did it (0.4 s)" in text
    assert "pipeline-version to v1 in staging: a command FAILED: deploy ended with 7 (2.0 s)" in text


def test_an_impact_that_nobody_measured_is_not_said_to_be_measured() -> None:
    why = "what became of the requests is not known: nobody answers"
    unknown = Inspected("dirty", (why,), 0.28, why)
    text = _text(terminal_text, live(unknown))

    assert "The team's impact could not be measured: it is that of the simulated twin of the drill." in text
    assert "In 28 % of the steps this machine itself did not run as it should" in text


def test_what_the_twin_filled_in_is_not_said_to_be_measured() -> None:
    """A few steps are told in a sentence; with too many, whoever reads the score has to know first."""
    text = _text(terminal_text, live(Inspected("clean", by_twin=0.04)))
    filled = "In 4 % of the steps nothing was measured: there the team's impact is that of the simulated twin"
    assert "The team's impact was measured: the same requests were sent" in text
    assert filled in text
    record = live(Inspected("clean", by_twin=0.04))
    assert json.loads(as_json(score(record), record))["live"]["by_twin"] == 0.04

    why = "in 32% of the steps nothing was measured, and more than 10% is too much: their harm is the twin's"
    text = _text(terminal_text, live(Inspected("dirty", (why,), 0.5, why, 0.32)))
    assert text.startswith(f"UNMEASURED: {why}; 'staging' itself is as it was before the drill")
    assert "In 32 % of the steps nothing was measured" in text
    assert "could not be measured" not in text
    assert "DIRTY" not in text


def test_a_target_that_is_not_as_it_was_is_said_before_what_was_not_measured() -> None:
    why = "what became of the requests is not known: nobody answers"
    text = _text(terminal_text, live(Inspected("dirty", ("a lease is in force", why), 0.0, why, 1.0)))

    assert text.startswith("DIRTY: 'staging' is not as it was before the drill: a lease is in force")
    assert "The team's impact could not be measured" in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_stays_harmless_and_whole(name: str) -> None:
    """Differences come from a service, and are hostile until cleaned."""
    bad = "</style><script>alert(1)</script>\x1b[31m|`*[a](javascript:b)"
    record = live(
        Injected(bad, bad, (bad,), 1.0, 3, why=bad),
        replace(FAILED, why=bad),
        Inspected("dirty", (bad,)),
        environment=bad,
    )
    text = FORMATS[name](score(record), record)

    assert "\x1b" not in text
    if name in ("html", "markdown"):
        assert re.search(r"(?<!\\)<script", text) is None


def test_programs_read_it_by_the_schemas() -> None:
    record = live(SCALED, LATE, NEVER, DONE, FAILED, DIRTY)
    result = score(record)

    assert objections("report", json.loads(as_json(result, record))) == []
    assert [one for line in lines_of(record) for one in objections("event", json.loads(line))] == []


def test_a_page_has_the_style_for_it() -> None:
    css = (Path(__file__).parents[3] / "simulator/report/report.css").read_text(encoding="utf-8")

    assert ".dirty {" in css


def test_a_machine_that_was_too_busy_is_said_first() -> None:
    """Whoever reads the score has to know that part of the harm is not the team's."""
    text = _text(terminal_text, live(Inspected("clean", (), 0.701)))

    assert text.startswith(
        "BUSY MACHINE: in 70.1 % of the steps this machine itself did not run as it should"
    )
    assert text.count("did not run as it should") == 1
    assert "BUSY" not in _text(terminal_text, live(Inspected("clean", (), 0.03)))
