"""``drill run`` as a facilitator starts it: the options that make the terminal theirs and the clock stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import drill
from simulator.events import Ended, Noted, Rated, Started, read, verify
from tests.simulator.stages import QUIET_DRILL, ROOT, payloads


def led(out: Path, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-c", "from simulator.cli import main; main()", "run", QUIET_DRILL,
        "--seed", "7", "--root", str(ROOT), "--out", str(out), *options,
    ]  # fmt: skip
    return subprocess.run(command, input=script, capture_output=True, text=True, check=False)


def test_a_drill_is_led_from_a_moment_on_to_its_debriefing(tmp_path: Path) -> None:
    """It waits there for the start; the ratings stand in the record before the truth."""
    script = "note early\nstart\nnote on\nwait 1\nend\nyes\nS They were slow\n"
    done = led(tmp_path / "out", script, "--facilitator", "--speed", "unpaced", "--from", "09:30")
    record = read(tmp_path / "out")

    assert verify(record) == ()
    assert payloads(record, Started)[0].pace == "unpaced"
    assert [event.minutes for event, _ in record.of(Noted)] == [10, 10]
    assert payloads(record, Rated) == [Rated("detection", "S", "They were slow")]
    assert done.stdout.index("how did they do?") < done.stdout.index(f"fraud-scorer · {QUIET_DRILL}")
    assert done.stderr == ""


def test_an_aborted_drill_says_so_in_its_report(tmp_path: Path) -> None:
    """It has a record and no score, and the command does not end well."""
    done = led(tmp_path / "out", "start\nabort\nyes\n", "--facilitator", "--speed", "max")

    assert payloads(read(tmp_path / "out"), Ended) == [Ended("aborted")]
    assert "Not scored: the drill was aborted at 09:20." in " ".join(done.stdout.split())
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from", "noon"], "'noon' is no time: write 02:55, or minutes such as 15"),
        (["--from", "08:00"], "'08:00' is not in the drill, which lasts"),
        (["--from", "-1"], "'-1' is not in the drill"),
        (["--from", "99999999999999999999"], "is not in the drill"),
        (
            ["--speed", "unpacked"],
            "'unpacked' is no speed: give a factor from 0.01 to 1,000,000, such as 1 or 20, or max, or unpaced",
        ),
        (["--speed", "0"], "'0' is no speed"),
        (["--speed", "nan"], "'nan' is no speed"),
        (["--responder", "robot", "--facilitator"], "'robot' answers by itself"),
        (["--responder", "none", "--speed", "unpaced"], "'none' answers by itself"),
        (["--responder", "oracle", "--from", "5"], "'oracle' answers by itself"),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(options: list[str], message: str, tmp_path: Path) -> None:
    """Nothing is begun; the message says what would do."""
    arguments = ["run", QUIET_DRILL, "--root", str(ROOT), "--out", str(tmp_path / "out"), *options]
    result = CliRunner().invoke(drill, arguments)

    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()
