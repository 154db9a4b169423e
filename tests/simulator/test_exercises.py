"""``drill run --keep`` and ``drill keep``: what a drill proves of a runbook's text, kept beside it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.check import check
from generator.compile import load_catalogue
from generator.evidence import exercises
from generator.load import load
from generator.model import Catalogue, Exercise
from simulator.cli import drill
from simulator.events import (
    CouldNotFollow,
    Decided,
    Ended,
    Event,
    Record,
    Recorder,
    StepEnded,
    StepStarted,
    read,
)
from simulator.exercises import NotKeptError, exercises_of
from simulator.scoring import score
from tests.simulator.stages import FAULT_DRILL, ROOT

FOLDER = "runbooks/feature-drift/evidence/exercises"


def _drill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(drill, [*map(str, arguments)], standalone_mode=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first service with its runbook, without evidence, in a git checkout."""
    folder = tmp_path_factory.mktemp("repository")
    for part in ("organization.yaml", "services/fraud-scorer.yaml", "services/fraud-scorer", "feature-drift"):
        source, target = ROOT / "runbooks" / part, folder / "runbooks" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.rmtree(folder / "runbooks/feature-drift/evidence", ignore_errors=True)
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    for arguments in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-m", "Sources")):
        subprocess.run(("git", *arguments), cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def played(root: Path) -> Result:
    """A drill that the robot answered, kept."""
    asked = ("run", FAULT_DRILL, "--responder", "robot", "--seed", "7", "--speed", "max", "--keep", "--json")
    return _drill(*asked, "--root", root, "--out", root / "runs/0")


@pytest.fixture(scope="module")
def kept(root: Path, played: Result) -> Exercise:
    """What is kept of it."""
    (one,) = exercises.read(root, "feature-drift")[0]
    return one.value


@pytest.fixture(scope="module")
def catalogue(root: Path) -> Catalogue:
    """The catalogue that it was played with."""
    return load_catalogue(root)


@pytest.fixture(scope="module")
def record(root: Path, played: Result) -> Record:
    """Its record, of a night at a table west of Greenwich."""
    return _dated(read(root / "runs/0").events)


def _dated(events: tuple[Event, ...], now: str = "2026-11-22T23:30:00.000-02:00") -> Record:
    """Those events in a new chain, as a recorder with a clock would have written them."""
    recorder = Recorder(io.StringIO(), now=lambda: now)
    for event in events:
        recorder.append(event.t, event.actor, event.payload)
    return recorder.record()


def _gone_through(record: Record) -> set[str]:
    ended = {step.step for _, step in record.of(StepEnded)}
    return ended | {decided.decision for _, decided in record.of(Decided)}


def test_a_kept_drill_says_which_texts_were_gone_through(
    root: Path, kept: Exercise, catalogue: Catalogue
) -> None:
    """The steps of its record, with the hashes of the texts that were played, and the commit."""
    compiled, record = catalogue.runbook("feature-drift"), read(root / "runs/0")
    head = subprocess.run(("git", "rev-parse", "HEAD"), cwd=root, check=True, capture_output=True, text=True)

    assert set(kept.parts) == _gone_through(record)
    assert all(compiled.parts[id] == text for id, text in kept.parts.items())
    assert (kept.hash, kept.drill, kept.responder) == (compiled.hash, FAULT_DRILL, "robot")
    assert (kept.record, kept.revision) == (record.head, head.stdout.strip())


def test_programs_read_the_score_alone(root: Path, played: Result, kept: Exercise) -> None:
    """Stdout is JSON; where it was kept is told on stderr; both have the same score."""
    told = json.loads(played.stdout)

    assert played.return_value == 0
    assert f"kept: {root / FOLDER}" in played.stderr
    assert (kept.score, kept.objectives_met) == (round(told["total"], 1), True)


def test_what_was_kept_passes_the_checks(root: Path, kept: Exercise, catalogue: Catalogue) -> None:
    """A catalogue with evidence loads, has it, and is otherwise the same."""
    again = load_catalogue(root)

    assert again.kept("feature-drift").exercises == (kept,)
    assert again.hash == catalogue.hash


def test_the_record_and_its_score_are_kept_too(root: Path, played: Result, kept: Exercise) -> None:
    """Packed, and byte for byte as they were written; they hold no name of a person."""
    (folder,) = (root / FOLDER).parent.joinpath("drills").iterdir()

    assert f"kept: {folder}" in played.stderr
    assert folder.name == f"{kept.date}-{FAULT_DRILL}-{kept.record[:8]}"
    assert {file.name for file in folder.iterdir()} == {"events.jsonl.gz", "score.json"}
    assert (
        gzip.decompress((folder / "events.jsonl.gz").read_bytes())
        == (root / "runs/0/events.jsonl").read_bytes()
    )
    assert json.loads((folder / "score.json").read_text(encoding="utf-8")) == json.loads(played.stdout)


@pytest.mark.parametrize(
    ("said", "other"),
    [("score: ", "score: 100.0"), ("responder: ", "responder: human"), ("drill: ", "drill: quiet-monday")],
)
def test_an_exercise_that_claims_more_than_its_record_is_found(
    root: Path, kept: Exercise, tmp_path: Path, said: str, other: str
) -> None:
    """Whoever edits the file is told what the record says."""
    copy = shutil.copytree(root, tmp_path / "copy")
    (file,) = (copy / FOLDER).iterdir()
    lines = [other if line.startswith(said) else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")

    found = [str(finding) for finding in check(load(copy)) if finding.rule == "exercises"]

    assert any("its record says" in one and other.partition(": ")[2] in one for one in found), found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"hello": "made up"}, "no record of a drill from its start to its reveal"),
        ({"a": 1, "wall": "x" * 2_000_000}, "not as a record writes it|was edited"),
    ],
)
def test_a_record_that_was_made_up_is_found(
    root: Path, kept: Exercise, tmp_path: Path, content: dict[str, object], words: str
) -> None:
    """A chain of hashes is soon made; a drill is not. A line of any length is read in passing."""
    copy = shutil.copytree(root, tmp_path / "copy")
    (folder,) = (copy / FOLDER).parent.joinpath("drills").iterdir()
    inner = json.dumps({key: value for key, value in content.items() if key != "wall"}, separators=(",", ":"))
    hash = hashlib.sha256(("0" * 64 + inner).encode()).hexdigest() if "wall" not in content else "0" * 64
    line = f'{inner[:-1]},"hash":"{hash}","wall":"{content.get("wall", "")}"}}\n'
    (folder / "events.jsonl.gz").write_bytes(gzip.compress(line.encode()))

    found = [str(finding) for finding in check(load(copy)) if finding.rule == "exercises"]

    assert any(re.search(words, one) for one in found), found


def test_the_same_record_is_kept_once(root: Path, kept: Exercise) -> None:
    """To keep it again names the file that there is."""
    result = _drill("keep", root / "runs/0", "--root", root)

    assert result.return_value == 0
    assert "kept: " in result.stderr
    assert len(list((root / FOLDER).iterdir())) == 1


def test_another_record_of_the_day_gets_a_number(
    root: Path, kept: Exercise, record: Record, tmp_path: Path, catalogue: Catalogue
) -> None:
    """Nothing is overwritten."""
    shutil.copytree(root / "runbooks", tmp_path / "runbooks")
    (found,) = exercises_of(record, score(record), catalogue)
    other = replace(found, record="ab" * 32, date=kept.date)

    assert exercises.write(tmp_path, other).name == f"{kept.date}-{FAULT_DRILL}-2.yaml"


@pytest.mark.parametrize("responder", ["none", "oracle"])
def test_who_follows_no_runbook_proves_none(root: Path, tmp_path: Path, responder: str) -> None:
    """It is said before the drill starts, and nothing is written."""
    asked = ["run", FAULT_DRILL, "--responder", responder, "--keep", "--root", str(root)]

    result = CliRunner().invoke(drill, [*asked, "--out", str(tmp_path / "out")])

    assert result.exit_code == 2
    assert f"'{responder}' follows no runbook" in result.output
    assert not (tmp_path / "out").exists()


def test_a_record_that_was_edited_proves_nothing(root: Path, kept: Exercise, tmp_path: Path) -> None:
    """It is verified before anything is kept."""
    rows = (root / "runs/0/events.jsonl").read_text(encoding="utf-8").splitlines()
    rows[9] = rows[9].replace('"t":', '"t":1')
    (tmp_path / "events.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")

    result = _drill("keep", tmp_path, "--root", root)

    assert result.return_value == 1
    assert "not kept: the record does not hold: line 10: does not match its hash" in result.stderr
    assert len(list((root / FOLDER).iterdir())) == 1


def test_a_record_of_other_sources_is_not_kept(root: Path, kept: Exercise, tmp_path: Path) -> None:
    """Nobody can tell which texts were gone through then."""
    shutil.copytree(root / "runbooks", tmp_path / "runbooks")
    file = tmp_path / "runbooks/feature-drift/runbook.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("review_days: 90", "review_days: 91"), "utf-8")

    result = _drill("keep", root / "runs/0", "--root", tmp_path)

    assert result.return_value == 1
    assert "it was played with other sources than these" in result.stderr


def test_the_day_is_that_of_the_beginning_in_utc(record: Record, catalogue: Catalogue) -> None:
    """Wherever the clock of the table stood."""
    (found,) = exercises_of(record, score(record), catalogue)

    assert found.date == "2026-11-23"


def test_a_step_that_was_skipped_or_begun_alone_was_not_gone_through(
    record: Record, catalogue: Catalogue
) -> None:
    """What counts is what was followed to its end."""
    steps = [step.step for _, step in record.of(StepEnded)]
    skipped, begun = steps[0], steps[1]

    def changed(event: Event) -> Event:
        payload = event.payload
        if isinstance(payload, StepEnded) and payload.step == skipped:
            return replace(event, payload=replace(payload, outcome="skipped"))
        if isinstance(payload, StepEnded) and payload.step == begun:
            return replace(event, payload=StepStarted(payload.runbook, begun))
        return event

    told = _dated(tuple(changed(event) for event in record.events))
    (found,) = exercises_of(told, score(told), catalogue)

    assert set(found.parts) == _gone_through(record) - {skipped, begun}


def test_a_text_that_could_not_be_followed_was_not_gone_through(record: Record, catalogue: Catalogue) -> None:
    """The robot got stuck there, whatever it did before."""
    at, last = [(index, step) for index, (_, step) in enumerate(record.of(StepEnded))][-1]
    stuck = CouldNotFollow("feature-drift", last.step, f"feature-drift/{last.step}", "it does not say")
    place = next(i for i, event in enumerate(record.events) if event.payload == last)
    events = [*record.events]
    events.insert(place + 1, replace(events[place], payload=stuck))
    told = _dated(tuple(events))

    (found,) = exercises_of(told, score(told), catalogue)

    assert at > 0
    assert last.step not in found.parts


def test_a_drill_in_which_nobody_followed_a_runbook_leaves_nothing(
    record: Record, catalogue: Catalogue
) -> None:
    """No file is made of nothing; on a quiet day that is as it should be."""
    steps = (StepStarted, StepEnded, Decided)
    told = _dated(tuple(event for event in record.events if not isinstance(event.payload, steps)))

    assert exercises_of(told, score(told), catalogue) == ()


def test_an_interrupted_drill_is_not_kept(record: Record, catalogue: Catalogue) -> None:
    """Its score and its objectives would be those of half a drill."""
    told = _dated(
        tuple(
            replace(event, payload=Ended("interrupted")) if isinstance(event.payload, Ended) else event
            for event in record.events
        )
    )

    with pytest.raises(NotKeptError, match="the drill was interrupted"):
        exercises_of(told, score(told), catalogue)


def test_a_record_without_a_day_is_not_kept(record: Record, catalogue: Catalogue) -> None:
    """An exercise without a date would be no evidence."""
    told = _dated(record.events, now="")

    with pytest.raises(NotKeptError, match="on which day"):
        exercises_of(told, score(told), catalogue)
