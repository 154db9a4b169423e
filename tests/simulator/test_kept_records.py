"""Records kept beside a runbook: packed, whole, found when edited, and read by nothing that is built for readers."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.check import check_paths
from generator.compile import load_catalogue
from generator.evidence import exercises, kept, records
from generator.model import Exercise
from simulator.cli import drill
from simulator.events import Record, Recorder, Revealed, read, verify
from simulator.report import score_json
from simulator.scoring import score
from tests.simulator.records import lines_of, perfect, record_of
from tests.simulator.stages import ROOT

RUNBOOK, HOME = "feature-drift", "runbooks/feature-drift/evidence/drills"
DRILL, DAY = "amount-unit-change", "2026-11-22"


def _of_a_shipped_drill() -> Record:
    """A perfect drill by hand, told to be one that there is."""
    recorder = Recorder()
    for event in record_of(perfect()).events:
        told = event.payload
        recorder.append(
            event.t, event.actor, replace(told, drill=DRILL) if isinstance(told, Revealed) else told
        )
    return recorder.record()


RECORD = _of_a_shipped_drill()
CONTENT = "".join(f"{line}\n" for line in lines_of(RECORD))
EXERCISE = Exercise(
    runbook=RUNBOOK,
    hash="ab" * 32,
    responder="human",
    environment="simulated",
    date=DAY,
    record=RECORD.head,
    parts={},
    drill=DRILL,
    score=round(score(RECORD).total or 0.0, 1),
    objectives_met=True,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The shipped sources with one drill that was kept."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks", ignore=shutil.ignore_patterns("evidence"))
    exercises.write(tmp_path, EXERCISE)
    records.write(tmp_path, EXERCISE, CONTENT.encode(), score_json(score(RECORD)))
    return tmp_path


@pytest.fixture
def folder(root: Path) -> Path:
    return root / records.folder_of(EXERCISE)


def _messages(root: Path) -> list[str]:
    return [str(finding) for finding in records.read(root, RUNBOOK)[1]]


def _packed(content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0)


def test_a_kept_record_is_whole_and_found_by_its_name(root: Path, folder: Path) -> None:
    """It stands in a folder of its day, drill and hash, and commands read it there."""
    assert folder.name == f"2026-11-22-amount-unit-change-{RECORD.head[:8]}"
    assert check_paths(root, ())[1] == ()
    assert read(folder).events == RECORD.events
    assert verify(read(folder)) == verify(RECORD)
    assert "of 100" in CliRunner().invoke(drill, ["report", str(folder)]).output


def test_equal_records_give_equal_files(root: Path, folder: Path) -> None:
    """To keep one again changes nothing in the repository."""
    before = (folder / records.RECORD).read_bytes()

    records.write(root, EXERCISE, CONTENT.encode(), score_json(score(RECORD)))
    assert (folder / records.RECORD).read_bytes() == before
    assert len(list((root / HOME).iterdir())) == 1


def _edited(folder: Path) -> None:
    (folder / records.RECORD).write_bytes(_packed(CONTENT.replace("quality-drop", "latency-up")))


def _shortened(folder: Path) -> None:
    (folder / records.RECORD).write_bytes(_packed("".join(CONTENT.splitlines(keepends=True)[:-1])))


def _reordered(folder: Path) -> None:
    first, second, *rest = CONTENT.splitlines(keepends=True)
    (folder / records.RECORD).write_bytes(_packed("".join([second, first, *rest])))


def _respaced(folder: Path) -> None:
    lines = [json.dumps(json.loads(line)) for line in CONTENT.splitlines()]
    (folder / records.RECORD).write_bytes(_packed("\n".join(lines)))


def _rescored(folder: Path) -> None:
    text = (folder / records.SCORE).read_text(encoding="utf-8")
    (folder / records.SCORE).write_text(text.replace(RECORD.head, "cd" * 32), encoding="utf-8")


def _unpacked(folder: Path) -> None:
    (folder / records.RECORD).write_text(CONTENT, encoding="utf-8")


def _cut(folder: Path) -> None:
    (folder / records.RECORD).write_bytes((folder / records.RECORD).read_bytes()[:-200])


def _bomb(folder: Path) -> None:
    (folder / records.RECORD).write_bytes(gzip.compress(b"\0" * (records.MAXIMUM_BYTES + 1), compresslevel=1))


def _empty(folder: Path) -> None:
    (folder / records.RECORD).write_bytes(_packed(""))


def _renamed(folder: Path) -> None:
    folder.rename(folder.with_name("2026-11-22-amount-unit-change-00000000"))


def _led_out(folder: Path) -> None:
    (folder / records.RECORD).unlink()
    (folder / records.RECORD).symlink_to("/etc/hostname")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "an edited line": (_edited, "of the record, or one before it, was edited"),
    "no last line": (_shortened, "it is no record of a drill from its start to its reveal"),
    "lines in another order": (_reordered, "line 1 of the record, or one before it, was edited"),
    "other layout": (_respaced, "line 1 of the record is not as a record writes it"),
    "another's score": (_rescored, "this score is of another record"),
    "no score": (lambda folder: (folder / records.SCORE).write_text("{}"), "this is no score"),
    "score deleted": (lambda folder: (folder / records.SCORE).unlink(), "there is no score here"),
    "not packed": (_unpacked, "it cannot be unpacked"),
    "torn": (_cut, "it cannot be unpacked"),
    "far too large": (_bomb, "it is larger than"),
    "nothing": (_empty, "line 1 of the record is not as a record writes it"),
    "another name": (_renamed, "the folder's name does not end like the hash of its record"),
    "a link that leads out": (_led_out, "there is no record here"),
    "names of people": (
        lambda folder: (folder / "people.yaml").write_text("p1: Ada\n"),
        "people.yaml:1:1: this is no part of a kept record",
    ),
    "a file in place of a folder": (
        lambda folder: (folder.parent / "notes.txt").write_text("x"),
        "only folders of records stand here",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(root: Path, folder: Path, damage: str) -> None:
    """Nobody can edit a kept record, swap it or put something beside it without a finding."""
    spoil, message = DAMAGES[damage]
    spoil(folder)

    found = _messages(root)
    assert any(message in one for one in found), found


def test_a_record_of_which_no_exercise_speaks_is_a_finding(root: Path, folder: Path) -> None:
    """What it proves would stand nowhere; and the check names it by its file."""
    (file,) = (root / "runbooks/feature-drift/evidence/exercises").iterdir()
    file.unlink()

    findings = check_paths(root, ())[1]
    path = f"{HOME}/{folder.name}/{records.RECORD}"
    assert [f"{path}:1:1: no exercise is of this record"] == [str(f).partition(" (")[0] for f in findings]


def test_another_runbooks_exercise_may_speak_of_it(root: Path, folder: Path) -> None:
    """One record may prove several runbooks; it is kept once."""
    (file,) = (root / "runbooks/feature-drift/evidence/exercises").iterdir()
    file.unlink()
    exercises.write(root, replace(EXERCISE, runbook="latency-surge"))

    assert check_paths(root, ())[1] == ()


def test_nothing_that_is_built_reads_a_record(root: Path, folder: Path) -> None:
    """A record holds the truth of its drill: what pages and exports are made of is the same without it."""
    whole, evidence = load_catalogue(root), kept(root, RUNBOOK)
    shutil.rmtree(folder.parent)

    again = load_catalogue(root)
    assert (again, again.evidence, kept(root, RUNBOOK)) == (whole, whole.evidence, evidence)
