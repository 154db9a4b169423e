"""``drill run --resume`` as its users meet it: what goes on, what is refused, and what they are told to do."""

from __future__ import annotations

import functools
import io
import json
import os
import resource
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.model import Catalogue, Drill
from simulator.cli import drill
from simulator.events import Recorder, Returned, Sealed, Started, lines_of, parse, read, verify
from simulator.events.file import RecordFile
from simulator.keeping import Folder, now
from simulator.scoring import score
from simulator.session.play import People, play
from tests.simulator.killing import DRILL
from tests.simulator.stages import FAULT_DRILL, ROOT, whole_catalogue, with_drill


def _short(drill: Drill) -> Drill:
    return replace(drill, horizon_minutes=30)


SHORT = with_drill(_short)


@pytest.fixture(autouse=True)
def _sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaded once for all tests of this file."""
    _given(SHORT, monkeypatch)


def _given(sources: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.entry._from_sources", lambda root, **asked: sources)


@functools.cache
def _whole() -> tuple[bytes, tuple[Sealed, ...]]:
    """The robot's drill, which nobody cut off, and what it hid."""
    out, sealed = io.StringIO(), list[Sealed]()
    play(
        SHORT, FAULT_DRILL, 7, who="robot", speed=None, recorder=Recorder(out, now=now), screen=_nobody,
        seal=sealed.append,
    )  # fmt: skip
    return out.getvalue().encode(), tuple(sealed)


def _nobody(speed: float | None) -> People:
    raise AssertionError("a machine needs no screen")


def _drill(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(drill, [*map(str, arguments)], input=typed)


class CutOff:
    """The robot's drill, cut off behind so many lines; None: not at all."""

    def __init__(self, folder: Path, lines: int | None = 60, *, torn: bytes = b"") -> None:
        content, (sealed,) = _whole()
        self.path = folder / "team"
        self.path.mkdir(parents=True)
        self.file = self.path / "events.jsonl"
        self.file.write_bytes(b"".join(content.splitlines(keepends=True)[:lines]) + torn)
        self.sealed = Folder(self.path).seal(sealed)

    def resume(self, *more: str | Path) -> Result:
        return _drill("run", "--resume", self.path, "--root", ROOT, *more)


@pytest.fixture
def cut_off(tmp_path: Path) -> CutOff:
    return CutOff(tmp_path)


def test_a_robots_drill_goes_on_and_is_scored_as_the_one_that_nobody_cut_off(
    cut_off: CutOff,
) -> None:
    """What was there stays byte for byte; score and reports are written; what was hidden is forgotten."""
    before = cut_off.file.read_bytes()

    result = cut_off.resume("--json")

    record = read(cut_off.path)
    assert verify(record) == ()
    assert cut_off.file.read_bytes().startswith(before)
    assert len([*record.of(Returned)]) == 1
    undisturbed = parse(lines_of(_whole()[0]))
    assert json.loads(result.output)["total"] == score(undisturbed).total
    assert (cut_off.path / "report.html").exists()
    assert not (cut_off.path.parent / ".sealed").exists()


@pytest.mark.parametrize("torn", [b'{"actor":"wor', b"\0\0\0\0", b"\xff{"])
def test_a_line_that_was_being_written_goes_and_nothing_else(torn: bytes, tmp_path: Path) -> None:
    """It was never shown, as it was not written whole."""
    cut_off = CutOff(tmp_path, torn=torn)
    whole_lines = cut_off.file.read_bytes()[: -len(torn)]

    cut_off.resume()

    assert verify(read(cut_off.path)) == ()
    assert cut_off.file.read_bytes().startswith(whole_lines)


def test_a_line_that_only_lacks_its_end_stays(cut_off: CutOff) -> None:
    """All of the event is there."""
    line = cut_off.file.read_bytes()[:-1]
    cut_off.file.write_bytes(line)

    cut_off.resume()

    assert verify(read(cut_off.path)) == ()
    assert cut_off.file.read_bytes().startswith(line + b"\n")


def test_what_a_drill_hides_is_kept_from_those_who_get_its_folder(cut_off: CutOff) -> None:
    """Beside it, for the eyes of one account; the record's folder tells nothing."""
    sealed = json.loads(cut_off.sealed.read_text())

    assert stat.S_IMODE(cut_off.sealed.stat().st_mode) == 0o600
    assert stat.S_IMODE(cut_off.sealed.parent.stat().st_mode) == 0o700
    assert (sealed["drill"], sealed["seed"]) == (FAULT_DRILL, 7)
    assert [file.name for file in cut_off.path.iterdir()] == ["events.jsonl"]


def test_a_folder_may_be_moved_when_the_sealed_file_is_named(cut_off: CutOff, tmp_path: Path) -> None:
    """Without it the message says which file is missing, and how to name it."""
    sealed = cut_off.sealed.rename(tmp_path / "elsewhere.json")

    missing = cut_off.resume()
    found = cut_off.resume("--sealed", sealed)

    assert missing.exit_code == 2
    assert "is missing" in missing.output
    assert "--sealed FILE" in missing.output
    assert verify(read(cut_off.path)) == ()
    assert found.exit_code in (0, 1)
    assert not sealed.exists()


def test_a_sealed_file_of_another_drill_is_refused(cut_off: CutOff) -> None:
    """It names itself by its commitment."""
    sealed = json.loads(cut_off.sealed.read_text())
    cut_off.sealed.write_text(json.dumps({**sealed, "commitment": "0" * 64}))

    assert "belongs to another drill" in cut_off.resume().output


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', "\0"])
def test_a_sealed_file_that_is_none_is_refused(text: str, cut_off: CutOff) -> None:
    """With a message, never a traceback."""
    cut_off.sealed.write_text(text)
    result = cut_off.resume()

    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_other_sources_are_another_world(cut_off: CutOff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which hash is wanted."""
    _given(replace(SHORT, hash="0" * 64), monkeypatch)
    before = cut_off.file.read_bytes()

    result = cut_off.resume()

    assert result.exit_code == 1
    assert f"was begun with catalogue {SHORT.hash[:12]}, and this is 000000000000" in result.output
    assert cut_off.file.read_bytes() == before


def test_another_engine_is_another_world(cut_off: CutOff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names what to install."""
    monkeypatch.setattr("simulator.session.opening.np.__version__", "1.99.0")
    result = cut_off.resume()

    assert result.exit_code == 1
    assert "numpy" in result.output
    assert "and this is 1.99.0" in result.output


def test_a_record_that_is_whole_needs_no_return(tmp_path: Path) -> None:
    """It can be scored; what was hidden is forgotten, had a crash kept it."""
    whole = CutOff(tmp_path, None)
    result = whole.resume()

    assert result.exit_code == 2
    assert f"score it with: drill score {whole.path}" in result.output
    assert not whole.sealed.exists()


def test_a_drill_of_which_nothing_was_recorded_is_run_anew(cut_off: CutOff) -> None:
    """There is nothing to go on with."""
    cut_off.file.write_bytes(b"")

    assert "run it anew" in cut_off.resume().output


def test_a_record_that_does_not_hold_is_left_alone(cut_off: CutOff) -> None:
    """The message names the line."""
    rows = cut_off.file.read_bytes().splitlines(keepends=True)
    changed = b"".join([*rows[:9], rows[9].replace(b'"t":', b'"t":1'), *rows[10:]])
    cut_off.file.write_bytes(changed)

    result = cut_off.resume()

    assert result.exit_code == 1
    assert "line 10: does not match its hash" in result.output
    assert "a copy that nobody changed" in result.output
    assert cut_off.file.read_bytes() == changed


def test_a_drill_that_still_runs_is_not_taken_over(cut_off: CutOff) -> None:
    """The lock goes with the process that holds it, however that ends."""
    running = RecordFile(cut_off.file, new=False)
    refused = cut_off.resume()
    told = _drill("verify", cut_off.path)
    os.close(running._fd)

    assert refused.exit_code == 2
    assert "is being written by a drill that still runs" in refused.output
    assert "the drill still runs" in told.output
    assert cut_off.resume().exit_code in (0, 1)


@pytest.mark.parametrize("command", ["verify", "score"])
def test_whoever_reads_a_record_that_was_cut_off_is_told_how_to_go_on(command: str, cut_off: CutOff) -> None:
    """With the command to type."""
    assert f"go on with the drill: drill run --resume {cut_off.path}" in _drill(command, cut_off.path).output


@pytest.mark.parametrize(
    "option", [[FAULT_DRILL], ["--seed", "7"], ["--responder", "robot"], ["--out", "elsewhere"]], ids=str
)
def test_what_the_record_says_need_not_be_said_again(option: list[str], cut_off: CutOff) -> None:
    """It is refused, so that nobody thinks it could change anything."""
    result = cut_off.resume(*option)

    assert result.exit_code == 2
    assert "leave out" in result.output


def test_a_run_needs_a_drill_or_a_record() -> None:
    """The message names both."""
    result = _drill("run", "--root", ROOT)

    assert result.exit_code == 2
    assert "--resume" in result.output


def test_the_seal_may_not_lie_in_the_folder_that_the_team_gets(tmp_path: Path) -> None:
    """Nothing is left of the drill."""
    result = _drill(
        "run", FAULT_DRILL, "--responder", "none", "--root", ROOT, "--out", tmp_path / "team",
        "--sealed", tmp_path / "team" / "sealed.json",
    )  # fmt: skip

    assert result.exit_code == 2
    assert "lies in the folder that the team gets" in result.output
    assert not (tmp_path / "team").exists()


def test_a_full_disk_ends_a_drill_that_can_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written stands; with room again the drill goes on to its end."""
    _given(whole_catalogue(), monkeypatch)
    out = tmp_path / "team"
    options = ["--responder", "robot", "--seed", "7", "--root", str(ROOT), "--out", str(out)]
    limited = subprocess.run(
        [*DRILL, FAULT_DRILL, *options],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert limited.returncode == 1
    assert f"go on with: drill run --resume {out}" in limited.stderr
    assert "Traceback" not in limited.stderr
    _drill("run", "--resume", out, "--root", ROOT)
    assert verify(read(out)) == ()


def test_where_no_seal_can_be_put_the_drill_says_so_and_runs(tmp_path: Path) -> None:
    """A file stands where the folder of seals would."""
    (tmp_path / ".sealed").write_text("")
    result = _drill("run", FAULT_DRILL, "--responder", "none", "--root", ROOT, "--out", tmp_path / "team")

    assert "could not go on after a crash" in result.output
    assert verify(read(tmp_path / "team")) == ()


def test_the_first_line_and_the_seal_agree(cut_off: CutOff) -> None:
    """The name of the file is the commitment of the record."""
    first = read(cut_off.path).first(Started)

    assert first is not None
    assert cut_off.sealed.stem == first[1].commitment
