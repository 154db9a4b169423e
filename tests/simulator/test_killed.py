"""SIGKILL in the middle of people's drills: what they were shown is in the record, whatever the instant."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from simulator.events import Acknowledged, AlertChanged, Delivered, Opened, Returned, read, verify
from simulator.scoring import score
from tests.simulator.killing import Night, difference, lost, random_kills, survive, undisturbed
from tests.simulator.stages import FAULT_DRILL, ROOT, payloads

SCRIPT = b"wait 23\nacknowledge all\nopen feature-drift\ndo look\ndecide is-it-real 1\ndo declare\nwait 60\n"
SHOWN = {
    "message": (r"MESSAGE \d+ from .*? on \S+: (.*)", Delivered, lambda payload: payload.text),
    "alert": (r"(?:PAGE|TICKET|INFO) (\S+): ", AlertChanged, lambda payload: payload.signal),
    "acknowledged": (r"\S+ acknowledged (\S+)$", Acknowledged, lambda payload: payload.signal),
    "opened": (r"\S+ opened the runbook (\S+)$", Opened, lambda payload: payload.runbook),
}


def killed(out: Path, *, after_lines: int) -> list[str]:
    """Start a drill, type the script, and kill it once it has shown so many lines; what it showed."""
    command = [
        sys.executable, "-u", "-c", "from simulator.cli import main; main()", "run", FAULT_DRILL,
        "--seed", "7", "--speed", "600", "--root", str(ROOT), "--out", str(out),
    ]  # fmt: skip
    environment = {**os.environ, "COLUMNS": "400"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(SCRIPT)
    process.stdin.flush()
    shown = [process.stdout.readline() for _ in range(after_lines)]
    process.send_signal(signal.SIGKILL)
    shown += process.stdout.read().split(b"\n")[:-1]
    process.wait()
    process.stdin.close()
    process.stdout.close()
    return [line.decode().rstrip() for line in shown]


def missing(folder: Path, shown: list[str]) -> int:
    """How many of the messages, alerts and deeds that were shown are not in the record."""
    record, lost = read(folder), 0
    for pattern, kind, text in SHOWN.values():
        line = re.compile(rf"^\d\d:\d\d:\d\d +{pattern}")
        seen = Counter(found.group(1).strip() for one in shown if (found := line.search(one)))
        recorded = Counter(" ".join(text(payload).split()) for payload in payloads(record, kind))
        lost += (seen - recorded).total()
    return lost


def torn(folder: Path) -> bool:
    """Whether the last line of the record was being written."""
    return any("was being written" in problem for problem in read(folder).problems)


@pytest.mark.parametrize("after_lines", [8, 12, 17, 30])
def test_nothing_that_was_shown_is_missing(after_lines: int, tmp_path: Path) -> None:
    """Every message, alert and deed on the screen is in the record, which scores as far as it goes."""
    shown = killed(tmp_path, after_lines=after_lines)

    record = read(tmp_path)

    assert missing(tmp_path, shown) == 0
    assert [problem for problem in record.problems if "the drill was cut off" not in problem] == []
    assert score(record).coverage < 1
    assert any(re.match(r"\d\d:\d\d:\d\d ", line) for line in shown)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The drill as it is when nobody kills it."""
    return undisturbed(tmp_path_factory.mktemp("undisturbed") / "team")


@pytest.mark.parametrize(("seed", "twice"), [(1, False), (2, False), (3, True), (4, True)])
def test_a_drill_that_was_killed_goes_on_as_if_nothing_had_happened(
    seed: int, twice: bool, night: Night, tmp_path: Path
) -> None:
    """Whenever the kill comes, and even twice: whoever types the rest of the script gets the same score."""
    out = tmp_path / "team"

    survived = survive(night, out, random_kills(random.Random(seed), night, twice=twice))

    assert verify(survived.record) == ()
    assert lost(survived) == []
    assert difference(night, survived.record) == {}
    assert len(payloads(survived.record, Returned)) <= survived.kills
    assert survived.too_late or not (tmp_path / ".sealed").exists()
