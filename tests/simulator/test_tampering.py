"""A record that somebody changed: whatever was done to whichever line, the line is named."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli import drill
from simulator.events import NAMES, Event, Noted, Record, canonical, chain, line, parse, read, verify
from simulator.events import lines_of as text_lines
from simulator.scoring import score
from tests.simulator.records import lines_of
from tests.simulator.session.test_replaying import led
from tests.simulator.stages import FAULT_DRILL, ROOT, robot_records

Rows = list[bytes]
Manner = Callable[[Rows, int], Rows]


def _with(rows: Rows, place: int, *instead: bytes) -> Rows:
    return [*rows[:place], *instead, *rows[place + 1 :]]


def _edited(rows: Rows, place: int) -> Rows:
    row = json.loads(rows[place])
    return _with(rows, place, canonical({**row, "t": row["t"] + 1}).encode())


def _another_actor(rows: Rows, place: int) -> Rows:
    return _with(rows, place, rows[place].replace(b'"actor":"', b'"actor":"x'))


def _nan(rows: Rows, place: int) -> Rows:
    return _with(rows, place, re.sub(rb'"t":[\d.]+', b'"t":NaN', rows[place]))


def _forged(rows: Rows, place: int) -> Rows:
    """A line more, with the right number and the right hash: the next one is found out."""
    before = json.loads(rows[place])["hash"]
    content = canonical(
        {"seq": place + 1, "t": 0, "kind": NAMES[Noted], "actor": "x", "data": Noted("I was here")}
    )
    event = Event(place + 1, 0, "x", Noted("I was here"), "", chain(before, content))
    return _with(rows, place, rows[place], line(content, event).encode().rstrip(b"\n"))


MANNERS: dict[str, tuple[Manner, int]] = {
    "a value edited": (_edited, 0),
    "another actor": (_another_actor, 0),
    "removed": (lambda rows, place: _with(rows, place), 0),
    "copied": (lambda rows, place: _with(rows, place, rows[place], rows[place]), 1),
    "moved up by one": (lambda rows, place: [*rows[: place - 1], rows[place], rows[place - 1], *rows[place + 1 :]], -1),
    "a forged line behind it": (_forged, 2),
    "an empty line before it": (lambda rows, place: _with(rows, place, b"", rows[place]), 0),
    "emptied": (lambda rows, place: _with(rows, place, b""), 0),
    "cut in half": (lambda rows, place: _with(rows, place, rows[place][: len(rows[place]) // 2]), 0),
    "its last sign cut": (lambda rows, place: _with(rows, place, rows[place][:-1]), 0),
    "joined with the next": (lambda rows, place: [*rows[:place], rows[place] + b"".join(rows[place + 1 : place + 2])
                                                  + b"{", *rows[place + 2 :]], 0),
    "a blank more": (lambda rows, place: _with(rows, place, rows[place].replace(b",", b", ", 1)), 0),
    "a blank at its end": (lambda rows, place: _with(rows, place, rows[place] + b" "), 0),
    "keys in another order": (lambda rows, place: _with(rows, place, _reordered(rows[place])), 0),
    "a key twice": (lambda rows, place: _with(rows, place, rows[place].replace(b"{", b'{"actor":"x",', 1)), 0),
    "a key more": (lambda rows, place: _with(rows, place, rows[place].replace(b"{", b'{"aside":1,', 1)), 0),
    "no number at all": (_nan, 0),
    "a huge number": (lambda rows, place: _with(rows, place, re.sub(rb'"t":[\d.]+', b'"t":1e999', rows[place])), 0),
    "a huge line": (lambda rows, place: _with(rows, place, b"9" * 5_000_000), 0),
    "deep brackets": (lambda rows, place: _with(rows, place, b"[" * 200_000), 0),
    "rubbish": (lambda rows, place: _with(rows, place, bytes(range(1, 10)) + bytes(range(128, 256))), 0),
    "a byte that is no text": (lambda rows, place: _with(rows, place, rows[place].replace(b"a", b"\xff", 1)), 0),
    "a byte order mark": (lambda rows, place: _with(rows, place, b"\xef\xbb\xbf" + rows[place]), 0),
    "a Windows line end": (lambda rows, place: _with(rows, place, rows[place] + b"\r"), 0),
    "its hash lost": (lambda rows, place: _with(rows, place, re.sub(rb'"hash":"\w+"', b'"hash":""', rows[place])), 0),
}  # fmt: skip
"""What is done to a line, and how far from it the line stands that is named."""


def _reordered(row: bytes) -> bytes:
    return json.dumps(dict(reversed(json.loads(row).items())), separators=(",", ":")).encode()


@functools.cache
def _records() -> tuple[Rows, ...]:
    """Records with all kinds of lines between them."""
    found = (robot_records(FAULT_DRILL, (7,))[0], led().record)
    return tuple([text.encode() for text in lines_of(record)] for record in found)


def _places() -> list[tuple[int, int, str]]:
    """The first line of each kind: its record, its place in it, and its kind."""
    found: dict[str, tuple[int, int, str]] = {}
    for number, rows in enumerate(_records()):
        for place, row in enumerate(rows):
            kind = json.loads(row)["kind"]
            found.setdefault(kind, (number, place, kind))
    return list(found.values())


def _read(rows: Sequence[bytes]) -> Record:
    return parse(text_lines(b"".join(row + b"\n" for row in rows)))


def _named(rows: Sequence[bytes]) -> tuple[str, ...]:
    return verify(_read(rows))


@pytest.mark.parametrize("manner", MANNERS)
def test_a_line_that_was_changed_is_named_whatever_its_kind(manner: str) -> None:
    """For the first line of each kind, with its number in the file; and nothing of it is scored."""
    change, away = MANNERS[manner]
    for number, place, kind in _places():
        if place == 0 and away < 0:
            continue
        rows = change(_records()[number], place)
        told = kind == "reveal"
        problems = _named(rows)

        if told and manner == "removed":
            assert problems[0].startswith(f"the record has no reveal after line {place}:")
        else:
            assert problems[0].startswith(
                f"line {place + 1 + min(away, 1) if told else place + 1 + away}: "
            ), kind
        assert score(_read(rows)).total is None or (told and manner == "removed")


EXPECTED_KINDS = {"start", "observe", "alert", "message", "declare", "hypothesis", "control", "control-effective",
                  "step", "step-start", "steer", "remark", "rate", "improve", "end", "reveal", "hint"}  # fmt: skip


def test_the_records_hold_every_kind_that_matters() -> None:
    """Else the test above would test little."""
    assert {kind for _, _, kind in _places()} >= EXPECTED_KINDS


@pytest.mark.parametrize("rows", _records(), ids=["robot", "led"])
def test_an_untouched_record_holds(rows: Rows) -> None:
    """Whether its file ends with a line end or not."""
    assert _named(rows) == ()
    assert verify(parse([row.decode() for row in rows])) == ()


def test_lines_that_are_missing_at_the_end_are_missed() -> None:
    """The reveal, and the end of the drill; the message says after which line."""
    rows = _records()[0]

    assert "no reveal after line" in _named(rows[:-1])[0]
    assert _named(rows[:-2]) == (f"the record has no end: the drill was cut off after line {len(rows) - 2}",)


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n\n", b"\xef\xbb\xbf", b"\0" * 4096, b"\r\n"])
def test_a_file_without_events_has_problems_with_a_line(content: bytes, tmp_path: Path) -> None:
    """And no events."""
    (tmp_path / "events.jsonl").write_bytes(content)
    record = read(tmp_path)

    assert record.events == ()
    assert record.problems[0].startswith("line 1: ")


def test_empty_lines_at_the_end_are_not_the_records() -> None:
    """An editor added them."""
    rows = _records()[0]

    assert _named([*rows, b""]) == (
        f"line {len(rows) + 1}: is empty: it was added, or what stood there was removed",
    )


def test_a_windows_copy_is_named_as_such() -> None:
    """From its first line on."""
    assert "ends as on Windows" in _named([row + b"\r" for row in _records()[0]])[0]


def _drill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(drill, [*map(str, arguments)], standalone_mode=arguments[0] == "run")


COMMANDS = {
    "verify": (["verify"], 1),
    "score": (["score"], 1),
    "report": (["report"], 0),
    "resume": (["run", "--root", str(ROOT), "--resume"], 1),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("manner", ["a value edited", "removed", "copied", "rubbish", "a byte order mark"])
def test_every_command_names_the_line(manner: str, command: str, tmp_path: Path) -> None:
    """Of a record that was cut off as of a whole one; none of them fails, and none writes to it."""
    change, away = MANNERS[manner]
    arguments, code = COMMANDS[command]
    for name, rows in (("whole", _records()[1]), ("cut-off", _records()[1][:30])):
        folder = tmp_path / name
        folder.mkdir()
        content = b"".join(row + b"\n" for row in change(rows, 12))
        (folder / "events.jsonl").write_bytes(content)

        result = _drill(*arguments, folder)

        assert f"line {13 + away}: " in " ".join(result.output.split())
        assert (result.return_value if result.exit_code == 0 else result.exit_code) == code
        assert (folder / "events.jsonl").read_bytes() == content
