"""A report of people's drill: findings at their lines, improvements with owner and day, and one set of numbers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from simulator.events import CouldNotFollow, Hinted, Improvement, Rated, Record, StepEnded, StepStarted
from simulator.report import FORMATS, as_json, html, junit, markdown, report_of, terminal_text
from simulator.report.findings import source_finding
from simulator.report.whole import Report
from simulator.scoring import score
from simulator.scoring.words import minutes, points
from tests.simulator.records import COMMANDER, ENGINEER, HORIZON, nobody, perfect, record_of
from tests.simulator.report.people import LATE, RUNBOOK, SKIPPED, SLOW, WRONG, people
from tests.simulator.report.test_formats import HOSTILE, Page
from tests.simulator.schemas import objections
from tests.simulator.stages import catalogue


@pytest.fixture(scope="module")
def record() -> Record:
    return people()


@pytest.fixture(scope="module")
def report(record: Record) -> Report:
    return report_of(score(record), record, catalogue())


def _words(page: str) -> str:
    return " ".join("".join(Page(page).words).split())


def _plain(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


def test_findings_name_the_step_and_its_line(report: Report) -> None:
    """Each says what went wrong with which step, at the place that ``runbook check`` prints."""
    found = {finding.rule: finding for finding in report.findings}

    assert {rule: finding.step for rule, finding in found.items()} == {
        "skipped": SKIPPED, "decided-otherwise": WRONG, "slow": SLOW, "search": LATE,
    }  # fmt: skip
    places = catalogue().places
    assert all(finding.place == places[f"{RUNBOOK}/{finding.step}"] for finding in report.findings)
    assert "was skipped: nobody reads that channel at night" in found["skipped"].message
    assert f"nobody found '{LATE}' for 9 min, from 03:50 on" == found["search"].message
    assert re.match(
        rf"'{SLOW}' was reported done after 10 min, \d+ times what it states", found["slow"].message
    )
    assert "the record shows “It is v2, and v1 reads another topic”" in found["decided-otherwise"].message


def test_without_the_sources_only_what_the_record_tells_is_found(record: Record) -> None:
    """What a step states is not guessed; the step is named where its line is not known."""
    found = report_of(score(record), record).findings

    assert {finding.rule for finding in found} == {"skipped", "search"}
    assert {finding.where for finding in found} == {f"{RUNBOOK}/{SKIPPED}", f"{RUNBOOK}/{LATE}"}


def test_other_sources_than_those_played_judge_nothing(record: Record) -> None:
    """The lines are those of today, and the report says that it does not judge by them."""
    other = replace(catalogue(), hash="0" * 64)
    result = score(record)

    found = report_of(result, record, other).findings
    assert {finding.rule for finding in found} == {"skipped", "search"}
    assert all(finding.place for finding in found)
    for name in ("html", "markdown", "terminal"):
        assert "sources at hand are not those that were played" in _plain(
            FORMATS[name](result, record, other)
        )


def test_the_robot_finds_nothing_in_the_shipped_runbook() -> None:
    """Who follows the text to the letter, in its minutes, neither searches nor tarries."""
    from tests.simulator.stages import FAULT_DRILL, robot_records

    (played,) = robot_records(FAULT_DRILL, (7,))

    assert report_of(score(played), played, catalogue()).findings == ()


def test_what_cannot_be_followed_is_an_error() -> None:
    """It is the text that failed there."""
    stuck = CouldNotFollow(
        "feature-drift", "look", "feature-drift/look", "no answer of this decision applies"
    )
    played = record_of(perfect(more=((20, ENGINEER, stuck),)))

    (finding,) = report_of(score(played), played).findings
    assert (finding.severity, finding.step) == ("error", "look")
    assert source_finding(finding).place.path == "runbooks/feature-drift/runbook.yaml"


def test_a_step_reported_done_although_its_check_never_held(record: Record) -> None:
    """A check is there to be waited for."""
    from simulator.events import Recorder

    recorder = Recorder(now=lambda: "")
    begun = ended = False
    for event in record.events:
        if event.minutes > 12 and not begun:
            recorder.append(720, ENGINEER, StepStarted(RUNBOOK, "wait-for-pipeline"))
            begun = True
        if event.minutes > 13 and not ended:
            recorder.append(780, ENGINEER, StepEnded(RUNBOOK, "wait-for-pipeline", "success"))
            ended = True
        recorder.append(event.t, event.actor, event.payload)
    played = recorder.record()

    found = report_of(score(played), played, catalogue()).findings
    assert ("done-unproven", "wait-for-pipeline", 13) in [(f.rule, f.step, f.minutes) for f in found]


def test_improvements_have_owner_and_day(report: Report) -> None:
    """What people agreed on comes first; suggestions follow the largest losses, and are marked."""
    agreed, *suggested = report.improvements

    assert (agreed.owner, agreed.due, agreed.suggested) == ("ml-on-call", "2026-12-04", False)
    assert agreed.place == catalogue().places[f"{RUNBOOK}/look"]
    assert suggested
    assert all(one.suggested and one.owner and one.points for one in suggested)
    assert [one.points for one in suggested] == sorted((one.points or 0 for one in suggested), reverse=True)
    assert {one.due for one in suggested} <= {"2026-12-06", "2026-12-22"}
    large = [one.due for one in suggested if (one.points or 0) >= 5]
    assert set(large) <= {"2026-12-06"}


def test_large_losses_are_due_sooner() -> None:
    """Two weeks for five points and more, a month else; in words where nobody knows the day."""
    played = record_of(perfect(declare=25, contain=35, mitigate=70))

    found = report_of(score(played), played).improvements
    assert {one.due for one in found if (one.points or 0) >= 5} == {"14 days after the drill"}
    assert {one.due for one in found if (one.points or 0) < 5} == {"30 days after the drill"}
    assert min(one.points or 0 for one in found) >= 1


def test_rulers_get_neither_praise_nor_tasks() -> None:
    """Nobody acting, and the oracle, are no team."""
    from simulator.session.play import play_machine
    from tests.simulator.stages import QUIET_DRILL, stage

    (played,) = play_machine(stage(QUIET_DRILL), "none")

    found = report_of(score(played), played)
    assert (found.strengths, found.improvements) == ((), ())


def test_every_format_tells_who_took_part_and_what_became_of_messages(record: Record) -> None:
    """Pseudonyms and roles, answers, what stayed away, hints, and the pace."""
    result = score(record)
    page, text = _words(html(result, record)), _plain(markdown(result, record))

    for told in (
        "p1: incident-commander, from 02:40",
        "p2: ml-on-call, from 02:40 to 03:24",
        "answered page-now at 03:11 by incident-commander",
        "stayed away: what it asks for had been done",
        "Look at the mean of the amount.",
        "Pace from 03:20 on: x4.",
        "The facilitator paused the clock once (at 03:00).",
        "Executives learned it from a partner.",
        "Put the mean of the amount on the first screen",
        record.head,
    ):
        assert told in page
        assert told in text


def test_formats_agree_on_every_number(record: Record, report: Report) -> None:
    """Score, dimensions, losses, objectives, burdens and counts are the same wherever they stand."""
    result, sources = score(record), catalogue()
    page = _words(html(result, record, sources))
    text = _plain(markdown(result, record, sources))
    screen = _plain(terminal_text(result, record, sources))
    data = json.loads(as_json(result, record, sources))
    suite = ElementTree.fromstring(junit(result, record, sources).encode())

    assert result.total is not None
    assert data["score"]["total"] == result.total
    for told in (page, text, screen):
        assert points(result.total) in told
        for dimension in result.dimensions:
            assert re.search(
                rf"{dimension.title}[^0-9]*{re.escape(points(dimension.points))} [/|] {points(dimension.weight)}",
                told,
            ), dimension.title
        for name, burden in report.burdens:
            assert minutes(burden.minutes) in told, name
        for goal in result.objectives:
            assert goal.minutes is None or minutes(goal.minutes) in told
    for told in (page, text):
        for loss in result.losses:
            assert f"−{points(loss.points)}" in told
            assert loss.why in told
        for finding in report.findings:
            assert finding.message in told
            assert finding.where in told
        for improvement in report.improvements:
            assert f"{improvement.owner}, by {improvement.due}" in told
    assert len(data["findings"]) == len(report.findings)
    assert [case.get("name") for case in suite if case.get("classname") == "gate"] == [
        g.title for g in result.gates
    ]
    assert len([case for case in suite if case.get("classname") == "finding"]) == len(report.findings)
    goals = {c.get("name"): float(c.get("time", 0)) for c in suite if c.get("classname") == "objective"}
    assert goals == {g.title: pytest.approx(60 * (g.minutes or 0), abs=0.5) for g in result.objectives}


@pytest.mark.parametrize("reason", ["horizon", "aborted", "interrupted"])
@pytest.mark.parametrize("revealed", [True, False])
def test_a_drill_that_ended_in_any_way_has_a_report(reason: str, revealed: bool) -> None:
    """An aborted one, one that was interrupted, one whose truth was never told."""
    played = people(ended=reason, revealed=revealed)
    result = score(played)

    for name, format_ in FORMATS.items():
        text = format_(result, played, catalogue())
        assert text.endswith("\n"), name
    assert objections("report", json.loads(as_json(result, played, catalogue()))) == []


def test_an_aborted_drill_says_so() -> None:
    """An early end explains the rest, so it comes first."""
    from simulator.events import Ended

    played = record_of(perfect(end=18))
    events = tuple(
        replace(event, payload=Ended("aborted")) if isinstance(event.payload, Ended) else event
        for event in played.events
    )

    assert "Aborted by the facilitator at 14:18, after 18 min of 1 h 30 min." in terminal_text(
        score(Record(events)), Record(events)
    )


def test_hostile_text_of_a_debriefing_does_nothing() -> None:
    """Ratings, hints, improvements and the names of steps are text, in every format."""
    evil = (
        (20, COMMANDER, StepStarted(HOSTILE, HOSTILE)),
        (21, COMMANDER, StepEnded(HOSTILE, HOSTILE, "skipped", HOSTILE)),
        (22, COMMANDER, CouldNotFollow(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        (23, "facilitator", Hinted(HOSTILE, 2)),
        (HORIZON, "facilitator", Rated(HOSTILE, "S", HOSTILE)),
        (HORIZON, "facilitator", Improvement(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
    )
    played = record_of(nobody(more=evil))
    result = score(played)

    page = Page(html(result, played, catalogue()))
    assert not {"script", "img", "iframe"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    text = markdown(result, played, catalogue())
    assert not re.search(r"(?<!\\)<", text)
    assert "](javascript" not in text
    assert ElementTree.fromstring(junit(result, played, catalogue()).encode()).get("failures")
    for name in ("terminal", "markdown", "html", "junit"):
        assert "\x1b" not in FORMATS[name](result, played, catalogue())


def test_colours_are_for_terminals_alone(record: Record) -> None:
    """Without them the same words stand there."""
    result = score(record)

    coloured, plain = terminal_text(result, record, colour=True), terminal_text(result, record)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == plain.split()


def test_every_signal_that_fired_or_was_cited_has_its_chart(record: Record) -> None:
    """With its threshold, its alert shaded and the controls marked; the rest is folded away."""
    from simulator.events import AlertChanged, Hypothesised

    fired = {alert.signal for _, alert in record.of(AlertChanged)}
    cited = {link.key for _, claim in record.of(Hypothesised) for link in claim.evidence}

    page = html(score(record), record)
    section = page.partition("<h2>What the service showed</h2>")[2].partition("</section>")[0]
    told, _, folded = section.partition("<details>")
    assert told.count("<figure") == len(fired | cited)
    assert told.count('class="firing"') >= len(fired)
    assert told.count('class="tolerance"') >= len(fired)
    assert 'class="mark-control"' in told
    assert 'class="dot cited"' in told
    assert 'class="firing"' not in folded
