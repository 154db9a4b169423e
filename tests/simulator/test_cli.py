"""``drill`` as its users meet it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.catalogue_file import write
from generator.compile import load_catalogue
from simulator.cli import drill
from simulator.events import Recorder, Revealed, read, verify
from simulator.scoring import score
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, ROOT

WALL = ("wall",)


def _drill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(drill, [*map(str, arguments)], standalone_mode=False)


def _run(out: Path, *more: str, drill: str = FAULT_DRILL) -> Result:
    return _drill(
        "run",
        drill,
        "--responder",
        "robot",
        "--seed",
        "7",
        "--speed",
        "max",
        "--root",
        ROOT,
        "--out",
        out,
        *more,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A drill that the robot answered, and what the command printed."""
    out = tmp_path_factory.mktemp("played") / "record"
    return out, _run(out, "--json")


def test_a_run_prints_its_score_and_leaves_record_score_and_reports(played: tuple[Path, Result]) -> None:
    """The folder holds all four files, and the printed score is the written one."""
    out, result = played

    assert result.return_value == 0
    assert {file.name for file in out.iterdir()} == {"events.jsonl", "score.json", "report.md", "report.html"}
    assert json.loads(result.output) == json.loads((out / "score.json").read_text())


def test_the_score_follows_from_the_record_alone(played: tuple[Path, Result], tmp_path: Path) -> None:
    """Moved to another place, without anything else, the record gives the same score."""
    out, printed = played
    (tmp_path / "events.jsonl").write_bytes((out / "events.jsonl").read_bytes())

    again = _drill("score", tmp_path, "--json")

    assert json.loads(again.output) == json.loads(printed.output)


def test_two_runs_differ_in_wall_clock_fields_alone(played: tuple[Path, Result], tmp_path: Path) -> None:
    """Line by line the same record, but for when it was written."""
    out, _ = played
    _run(tmp_path / "again")

    def lines(folder: Path) -> list[dict[str, object]]:
        rows = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
        return [{key: value for key, value in row.items() if key not in WALL} for row in rows]

    assert lines(out) == lines(tmp_path / "again")


def test_verify_names_an_edited_line(played: tuple[Path, Result], tmp_path: Path) -> None:
    """A record that was edited by hand is refused, with the number of the line."""
    out, _ = played
    rows = (out / "events.jsonl").read_text().splitlines()
    rows[9] = rows[9].replace('"t":', '"t":1')
    (tmp_path / "events.jsonl").write_text("\n".join(rows) + "\n")

    assert _drill("verify", out).return_value == 0
    broken = _drill("verify", tmp_path)
    assert broken.return_value == 1
    assert "line 10: does not match its hash" in broken.output


def test_a_truth_other_than_the_promised_one_is_found_out(played: tuple[Path, Result]) -> None:
    """Whoever forges a whole chain, but tells easier objectives, breaks the commitment of the first line."""
    record = read(played[0])
    told = record.events[-1].payload
    assert isinstance(told, Revealed)
    assert told.objectives is not None
    easier = replace(told, objectives=replace(told.objectives, contain_minutes=60))
    forger = Recorder()
    for event in record.events[:-1]:
        forger.append(event.t, event.actor, event.payload)
    forger.append(record.events[-1].t, record.events[-1].actor, easier)

    assert verify(record) == ()
    assert verify(forger.record()) == ("the truth that was told is not the one committed to",)


def test_a_report_comes_in_every_format(played: tuple[Path, Result]) -> None:
    """Terminal, Markdown, HTML and JSON, from the record alone."""
    out, _ = played

    for format_, sign in (
        ("terminal", "of 100"),
        ("markdown", "# "),
        ("html", "<!doctype html>"),
        ("json", "{"),
    ):
        assert sign in _drill("report", out, "--format", format_).output


def test_a_drill_that_does_not_exist_is_wrong_usage_with_a_likely_name() -> None:
    """The message names the drill that was probably meant."""
    result = CliRunner().invoke(drill, ["run", "quiet-munday", "--root", str(ROOT)])

    assert result.exit_code == 2
    assert "did you mean 'quiet-monday'?" in result.output


def test_a_record_is_never_written_over(played: tuple[Path, Result]) -> None:
    """A second run into the same folder is refused, and the record stays."""
    out, _ = played
    before = (out / "events.jsonl").read_bytes()

    result = CliRunner().invoke(drill, ["run", QUIET_DRILL, "--root", str(ROOT), "--out", str(out)])

    assert result.exit_code == 2
    assert "holds the record of a drill" in result.output
    assert (out / "events.jsonl").read_bytes() == before


def test_what_is_no_record_is_said_so(tmp_path: Path) -> None:
    """A folder without a record is wrong usage, not a traceback."""
    result = CliRunner().invoke(drill, ["score", str(tmp_path)])

    assert result.exit_code == 2
    assert "name a record folder" in result.output


@pytest.mark.parametrize("table", ["faults", "signals", "controls"])
def test_the_kinds_are_listed_with_their_parameters(table: str) -> None:
    """Words for people; whole declarations for programs."""
    assert ":" in _drill(table).output
    assert {"name", "parameters"} <= json.loads(_drill(table, "--json").output)[0].keys()


def test_the_drills_are_listed() -> None:
    """With the minutes they take."""
    assert "quiet-monday" in _drill("list", "--root", ROOT).output


def test_a_killed_drill_leaves_a_record_that_reads_and_scores_as_far_as_it_goes(tmp_path: Path) -> None:
    """SIGKILL in the middle: every line that was written is whole, the chain holds, the gaps say why."""
    out = tmp_path / "killed"
    command = [
        sys.executable, "-c", "from simulator.cli import main; main()", "run", FAULT_DRILL,
        "--responder", "robot", "--seed", "7", "--speed", "1000", "--root", str(ROOT), "--out", str(out),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _until_lines(out / "events.jsonl", 120, process)
    process.send_signal(signal.SIGKILL)
    process.wait()

    record = read(out)
    result = score(record)

    assert len(record.events) >= 120
    assert record.problems == (
        f"the record has no end: the drill was cut off after line {len(record.events)}",
    )
    assert 0 < result.coverage < 1
    assert "reveal" in result.reason
    assert _drill("report", out, "--format", "html").return_value == 0


def _until_lines(file: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for the drill to have written so many lines, as long as it lives."""
    while process.poll() is None:
        if file.exists() and file.read_bytes().count(b"\n") >= count:
            return
    raise AssertionError("the drill ended before it could be killed")


def test_a_catalogue_from_a_file_plays_the_same(played: tuple[Path, Result], tmp_path: Path) -> None:
    """The record of a drill from an exported catalogue is that of the sources, but for the wall clock."""
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(load_catalogue(ROOT)))

    _run(tmp_path / "record", "--catalogue", str(file))

    assert read(tmp_path / "record").head == read(played[0]).head


def test_a_file_that_is_no_catalogue_is_wrong_usage(tmp_path: Path) -> None:
    """The message names the file and what it lacks."""
    file = tmp_path / "catalogue.json"
    file.write_text("{}", encoding="utf-8")

    result = CliRunner().invoke(drill, ["list", "--catalogue", str(file)])

    assert result.exit_code == 2
    assert "missing key 'organization'" in result.output


def test_a_catalogue_without_drills_says_where_they_are(tmp_path: Path) -> None:
    """That of a site keeps them sealed; the message names the export that does not."""
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(replace(load_catalogue(ROOT), drills=())))

    result = CliRunner().invoke(drill, ["run", "quiet-monday", "--catalogue", str(file)])

    assert result.exit_code == 2
    assert "'runbook export catalogue'" in result.output


@pytest.mark.parametrize("speed", ["0", "-1", "1e-12", "0.00001", "2000000", "nan", "fast"])
def test_a_speed_that_no_clock_runs_at_is_refused(speed: str) -> None:
    """With the range that it may have."""
    result = CliRunner().invoke(drill, ["run", QUIET_DRILL, "--root", str(ROOT), "--speed", speed])

    assert result.exit_code == 2
    assert "is no speed: give a factor from 0.01 to 1,000,000" in result.output


def test_a_folder_that_cannot_be_made_is_wrong_usage(tmp_path: Path) -> None:
    """A file stands where the folder should: nothing is played."""
    (tmp_path / "file").write_text("")

    asked = [
        "run",
        QUIET_DRILL,
        "--root",
        str(ROOT),
        "--responder",
        "none",
        "--out",
        str(tmp_path / "file" / "x"),
    ]
    result = CliRunner().invoke(drill, asked)

    assert result.exit_code == 2
    assert "file" in result.output
    assert "Not a directory" in result.output


def test_a_report_that_cannot_be_written_costs_no_record(tmp_path: Path) -> None:
    """The record stands, and the message says how to have its report."""
    out = tmp_path / "run"
    (out / "report.html").mkdir(parents=True)

    asked = [
        "run",
        QUIET_DRILL,
        "--root",
        str(ROOT),
        "--responder",
        "none",
        "--speed",
        "max",
        "--out",
        str(out),
    ]
    result = CliRunner().invoke(drill, asked)

    assert result.exit_code == 1
    assert f"drill report {out}" in result.output
    assert CliRunner().invoke(drill, ["verify", str(out)]).exit_code == 0
