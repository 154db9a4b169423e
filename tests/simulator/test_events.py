"""The record: what is appended can be read again, and whatever is done to the file is named by its line."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from simulator.events import GENESIS, KINDS, WORLD, Ended, Noted, Recorder, canonical, parse, read
from simulator.scoring import score
from tests.simulator.records import Story, lines_of, nobody, perfect, record_of
from tests.simulator.schemas import SCHEMAS, objections

LINES = tuple(lines_of(record_of(perfect())))


def test_an_event_is_on_its_way_to_the_disk_before_append_returns() -> None:
    """The text grows by one line an event, and reads as the events that were kept."""
    out = io.StringIO()
    recorder = Recorder(out, now=lambda: "2026-11-03T14:00:00Z")

    recorder.append(0, WORLD, Noted("started"))
    first = out.getvalue()
    recorder.append(60, WORLD, Ended("horizon"))

    assert first.count("\n") == 1
    assert parse(out.getvalue().split("\n")) == recorder.record()


def test_every_event_carries_the_hash_of_the_one_before() -> None:
    """Equal events at different places have different hashes; the head names the whole record."""
    recorder = Recorder()
    assert recorder.record().head == GENESIS

    first, second = recorder.append(0, WORLD, Noted("same")), recorder.append(0, WORLD, Noted("same"))
    assert first.hash != second.hash
    assert recorder.record().head == second.hash


def test_the_wall_clock_stands_outside_the_hash() -> None:
    """The same drill on another day is the same record."""
    days = [Recorder(now=lambda day=day: day) for day in ("monday", "tuesday")]  # type: ignore[misc]

    heads = {day.append(0, WORLD, Noted("x")).hash for day in days}
    assert len(heads) == 1


def test_a_record_reads_back_as_it_was_written() -> None:
    """Every kind of event in it, with its types."""
    record = record_of(perfect())

    again = parse(LINES)
    assert again.problems == ()
    assert again.events == record.events


def test_a_folder_is_read_as_its_events(tmp_path: Path) -> None:
    """A record folder holds ``events.jsonl``."""
    (tmp_path / "events.jsonl").write_text("\n".join(LINES) + "\n", encoding="utf-8")

    assert read(tmp_path).events == read(tmp_path / "events.jsonl").events == parse(LINES).events


def test_a_record_that_was_cut_off_between_lines_keeps_what_it_has() -> None:
    """Only the end is missing, and that is said."""
    record = parse(LINES[:20])

    assert len(record.events) == 20
    assert record.problems == ("the record has no end: the drill was cut off after line 20",)


def test_a_torn_last_line_is_not_an_event() -> None:
    """The lines before it are kept."""
    record = parse([*LINES[:20], LINES[20][:40]])

    assert len(record.events) == 20
    assert record.problems[0] == "line 21: was being written when the drill was cut off"


ROWS: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def forged(rows: list[dict[str, Any]]) -> list[str]:
    """Lines in which every hash is right."""
    before, lines = GENESIS, []
    for row in rows:
        content = canonical({key: row[key] for key in ("seq", "t", "kind", "actor", "data")})
        before = hashlib.sha256(f"{before}{content}".encode(errors="replace")).hexdigest()
        outside = canonical({"wall": row["wall"], "hash": before})
        lines.append(f"{content[:-1]},{outside[1:]}")
    return lines


CHANGED = {
    "an edited value": ([*LINES[:5], LINES[5].replace('"actor":"', '"actor":"x'), *LINES[6:]], "edited"),
    "a line that was removed": ([*LINES[:5], *LINES[6:]], "has number 6 where 5 belongs"),
    "a line that was repeated": ([*LINES[:6], *LINES[5:]], "has number 5 where 6 belongs"),
    "two lines that changed places": (
        [*LINES[:5], LINES[6], LINES[5], *LINES[7:]],
        "has number 6 where 5 belongs",
    ),
    "a line of another kind": ([*LINES[:5], '{"kind": "nonsense"}', *LINES[6:]], "is not an event"),
    "a line that is no JSON": ([*LINES[:5], "hello", *LINES[6:]], "is not an event"),
    "a list": ([*LINES[:5], "[1]", *LINES[6:]], "is not an event"),
    "data that do not fit the kind": (
        [*LINES[:5], '{"seq":5,"t":1,"kind":"note","actor":"a","data":{},"wall":"","hash":""}', *LINES[6:]],
        "is not an event",
    ),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_change_is_named_by_its_line(change: str) -> None:
    """The record reads up to there, and no exception leaves the reader."""
    lines, why = CHANGED[change]

    record = parse(lines)
    place = record.problems[0].split(":")[0]
    assert why in record.problems[0]
    assert place == f"line {len(record.events) + 1}"
    assert len(record.events) in (5, 6)


FORGED = {
    "a word that is no choice": ("alert", {"state": "burning"}, "'burning' is none of: firing, resolved"),
    "a key that is missing": ("alert", {"state": None}, "None is none of"),
    "a text for a number": ("start", {"step_seconds": "15"}, "'15' stands where a number"),
    "a number that is none": ("start", {"horizon_minutes": float("inf")}, "stands where a number"),
    "a number beyond all measure": ("reveal", {"tolerance": 1e308}, "stands where a number"),
    "a text for a list": ("reveal", {"tasks": "abc"}, "'abc' stands where a list belongs"),
    "a list for a mapping": ("reveal", {"impact": []}, "[] stands where a mapping belongs"),
    "a mapping for a text": ("declare", {"symptom": {}}, "{} stands where a text belongs"),
    "a half surrogate": ("declare", {"symptom": "\ud800"}, "bytes that are no text"),
    "another format": ("start", {"format": 2}, "is of format 2; this version of drillbook reads format 1"),
    "no length": ("start", {"step_seconds": 0}, "begins a drill without length"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_line_whose_hash_is_right_is_a_problem(forgery: str) -> None:
    """Whoever can forge a record can compute hashes too; what cannot be read is said, and never raised."""
    kind, changes, why = FORGED[forgery]

    record = parse(
        forged([{**row, "data": {**row["data"], **changes}} if row["kind"] == kind else row for row in ROWS])
    )
    assert why in record.problems[0]
    assert score(record).scored is False


def test_a_key_that_is_missing_is_named() -> None:
    """The message says which."""
    rows = [{**row, "data": {}} if row["kind"] == "declare" else row for row in ROWS]

    assert "the key 'service' is missing" in parse(forged(rows)).problems[0]


@pytest.mark.parametrize("row", [ROWS[0], ROWS[5], ROWS[-1]], ids=["start", "observe", "reveal"])
def test_nothing_can_be_added_after_the_reveal(row: dict[str, Any]) -> None:
    """Not even with the right hash; and a torn line there is no sign of a crash."""
    added, torn = parse(forged([*ROWS, {**row, "seq": len(ROWS)}])), parse([*LINES, "{"])

    assert "comes after the truth was told" in added.problems[0]
    assert "is not an event" in torn.problems[0]
    assert added.events == torn.events == parse(LINES).events


def test_a_record_begins_once() -> None:
    """A second first line is none."""
    rows = [*ROWS[:5], {**ROWS[0], "seq": 5}]

    assert parse(forged(rows)).problems[0] == "line 6: begins a second drill in the same record"


@pytest.mark.parametrize("text", ["", "\n\n", "[" * 100_000, "9" * 10_000, "\0" * 100, "null"])
def test_what_is_no_record_at_all_has_problems(text: str) -> None:
    """And no events."""
    record = parse(text.split("\n"))

    assert record.events == ()
    assert record.problems


@pytest.mark.parametrize("story", [perfect(), nobody(harmful=False), perfect(revealed=False)])
def test_every_line_fits_the_schema(story: Story) -> None:
    """What a record holds is what ``event.schema.json`` says."""
    lines = lines_of(record_of(story))

    assert [found for line in lines for found in objections("event", json.loads(line))] == []


def test_the_schema_knows_every_kind_and_every_key() -> None:
    """A new kind of event, or a new field, has its place in the schema."""
    schema = SCHEMAS["event.schema.json"]
    forms = {
        rule["if"]["properties"]["kind"]["enum"][0]: rule["then"]["properties"]["data"]["allOf"][0]["$ref"]
        for rule in schema["allOf"]
    }

    keys = {
        kind: set(schema["definitions"][ref.removeprefix("#/definitions/")].get("properties", {}))
        for kind, ref in forms.items()
    }
    assert keys == {kind: {item.name for item in fields(payload)} for kind, payload in KINDS.items()}
