"""What people and programs read of a drill: complete, harmless, and at home anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from simulator.events import KINDS, ControlOrdered, Declared, Delivered, Noted, Record
from simulator.report import FORMATS, html, markdown, score_json, terminal_text
from simulator.report.sentences import SENTENCES, sentences_of
from simulator.scoring import Score, score
from tests.simulator.records import COMMANDER, Story, nobody, perfect, record_of
from tests.simulator.schemas import objections

HOSTILE = (
    '</style><script>alert("x")</script><img src=//evil.example onerror=alert(1)>'
    "\x1b[31m\u202e|`*[a](javascript:b)"
)
ATTACK = perfect(
    service=HOSTILE,
    component=HOSTILE,
    more=(
        (20, COMMANDER, Noted(HOSTILE)),
        (21, HOSTILE, Delivered(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        (22, COMMANDER, Declared(HOSTILE, HOSTILE, HOSTILE)),
        (23, COMMANDER, ControlOrdered(HOSTILE, HOSTILE, HOSTILE, 0)),
    ),
)
STORIES = {
    "perfect": perfect(),
    "slow": perfect(declare=25, contain=35, mitigate=70, resolve=75),
    "nobody": nobody(),
    "no fault": nobody(harmful=False),
    "cut off": perfect(revealed=False, end=40),
    "ended early": perfect(end=18),
    "telemetry missing": perfect(missing_scrapes=10),
    "hostile": ATTACK,
}


def reported(report: Callable[[Score, Record], str], story: Story) -> str:
    record = record_of(story)
    return report(score(record), record)


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reports_every_drill(name: str, story: str) -> None:
    """A record without reveal, without harm or without end has a report too."""
    text = reported(FORMATS[name], STORIES[story])

    assert text.endswith("\n")
    assert "None" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_record_has_a_report(name: str) -> None:
    """It says that there is nothing to score."""
    text = FORMATS[name](score(Record(())), Record(()))

    assert "Not scored: the record has no first line" in text.replace("\\", "")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_the_same_every_time(name: str) -> None:
    """It has no clock and no randomness of its own."""
    assert reported(FORMATS[name], perfect()) == reported(FORMATS[name], perfect())


@pytest.mark.parametrize("story", STORIES)
def test_the_page_needs_nothing_but_itself(story: str) -> None:
    """No script, no image, no address: no request leaves it, and the browser is told to make none."""
    text = reported(html, STORIES[story])

    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert [value for name, value in page.attributes if name == "href" and not value.startswith("#")] == []
    assert not {"src", "srcset", "style-src", "data", "action"} & {name for name, _ in page.attributes}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in text


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """What somebody wrote stands on the page as they wrote it, without its control characters."""
    page = Page(reported(html, ATTACK))

    shown = "".join(page.words)
    assert '<script>alert("x")</script>' in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_hostile_text_is_harmless_in_markdown() -> None:
    """It opens no tag, no link and no cell."""
    text = reported(markdown, ATTACK)

    assert not re.search(r"(?<!\\)<", text)
    assert "](javascript" not in text
    cells = {
        len(re.findall(r"(?<!\\)\|", row))
        for row in text.split("## Log")[1].splitlines()
        if row.startswith("|")
    }
    assert cells == {6}


def test_hostile_text_cannot_drive_the_terminal() -> None:
    """No escape sequence of the record reaches the screen."""
    assert "\x1b" not in reported(terminal_text, ATTACK)


def test_the_screen_says_what_counts() -> None:
    """The score, the rating, the objectives with their minutes, and the largest losses with their reasons."""
    text = reported(terminal_text, perfect(declare=25, contain=35, mitigate=70, resolve=75))

    assert "72.5 of 100   S – performed with some challenges" in text
    assert re.search(r"✗\s+Detect\s+13 min\s+of 5 min missed", text)
    assert re.search(
        r"−10.3\s+The declaration that names service and symptom came 13 min after harm began", text
    )
    assert len(text.splitlines()) < 40


def test_the_page_says_at_a_glance_what_happened() -> None:
    """The verdict is the heading, and the picture has a lane for everything that happened."""
    text = reported(html, perfect())

    assert "<h1>Detected in 1 min, contained in 2 min, mitigated in 8 min." in text
    for lane in ("Truth", "Alerts", "Claims", "Controls", "Steps", "Messages"):
        assert f">{lane}</text>" in text


def test_every_lost_point_has_its_reason_in_full_reports() -> None:
    """Page and Markdown leave none out."""
    record = record_of(nobody())
    result = score(record)

    page, text = "".join(Page(html(result, record)).words), markdown(result, record).replace("\\", "")
    assert result.losses
    assert [loss.why for loss in result.losses if loss.why not in page or loss.why not in text] == []


def test_a_lost_point_leads_to_its_event() -> None:
    """Every link of the page has a target on it."""
    page = Page(reported(html, perfect(contain=35, mitigate=70)))

    targets = {value for name, value in page.attributes if name == "id"}
    links = [value.removeprefix("#") for name, value in page.attributes if name == "href"]
    assert links
    assert set(links) <= targets


def test_a_cut_off_record_says_what_is_missing() -> None:
    """The page shows no truth, and why the score is partial."""
    text = reported(html, perfect(revealed=False, end=40))

    assert "Scored in part: the record has no reveal." in text
    assert ">Truth</text>" not in text
    assert "What was wrong" not in text


@pytest.mark.parametrize("story", STORIES)
def test_the_json_fits_its_schema(story: str) -> None:
    """Programs may rely on ``report.schema.json``, and on ``score.schema.json`` inside it and alone."""
    data = json.loads(reported(FORMATS["json"], STORIES[story]))

    assert objections("report", data) == []
    assert data["score"] == json.loads(score_json(score(record_of(STORIES[story]))))


def test_junit_fails_where_an_objective_is_missed() -> None:
    """A missed objective or an undone task is a failure, what cannot be judged is skipped."""
    suite = ElementTree.fromstring(reported(FORMATS["junit"], perfect(declare=25)).encode())
    cut = ElementTree.fromstring(reported(FORMATS["junit"], perfect(revealed=False)).encode())

    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["Detect"]
    assert suite.get("failures") == "1"
    assert {case.get("name") for case in cut if case.find("skipped") is not None} >= {
        "Detect", "Acknowledge", "Contain", "Mitigate",
    }  # fmt: skip


def test_every_kind_of_event_has_its_words() -> None:
    """No event of a record is left without a sentence in the log."""
    assert set(SENTENCES) == set(KINDS.values())


def test_the_log_reads_as_sentences() -> None:
    """What people did is said in words that need no schema."""
    record = record_of(perfect())
    said = [*map(sentences_of(record), record.events)]

    assert "declared sev1: quality-drop on fraud-scorer" in said
    assert "unit-change at payments-feed since 14:10; evidence: amount-drift = 0.81 at 14:12:00" in said
    assert "traffic-split: 1.0 → 0.0, in effect at 14:14:00" in said
