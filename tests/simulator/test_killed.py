"""SIGKILL in the middle of people's drills: what they were shown is in the record, whatever the instant."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from simulator.events import Acknowledged, AlertChanged, Delivered, Opened, read
from simulator.scoring import score
from tests.simulator.stages import FAULT_DRILL, ROOT, payloads

SCRIPT = b"wait 23\nacknowledge all\nopen feature-drift\ndo look\ndecide is-it-real 1\ndo declare\nwait 60\n"
SHOWN = {
    "message": (r"MESSAGE from .*? on \S+: (.*)", Delivered, lambda payload: payload.text),
    "alert": (r"(?:PAGE|TICKET|INFO) (\S+): ", AlertChanged, lambda payload: payload.signal),
    "acknowledged": (r"\S+ acknowledged (\S+)$", Acknowledged, lambda payload: payload.signal),
    "opened": (r"\S+ opened the runbook (\S+)$", Opened, lambda payload: payload.runbook),
}


def _killed(out: Path, *, after_lines: int) -> list[str]:
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


@pytest.mark.parametrize("after_lines", [8, 12, 17, 30])
def test_nothing_that_was_shown_is_missing(after_lines: int, tmp_path: Path) -> None:
    """Every message, alert and deed on the screen stands in the record, which reads and scores as far as it goes."""
    shown = _killed(tmp_path, after_lines=after_lines)

    record = read(tmp_path)

    assert set(record.problems) <= {
        "the record has no end: the drill was cut off",
        f"line {len(record.events) + 1}: was being written when the drill was cut off",
    }
    for pattern, kind, text in SHOWN.values():
        seen = Counter(
            found.group(1).strip()
            for line in shown
            if (found := re.search(rf"^\d\d:\d\d:\d\d +{pattern}", line))
        )
        recorded = Counter(" ".join(text(payload).split()) for payload in payloads(record, kind))
        assert not seen - recorded
    assert score(record).coverage < 1
    assert any(re.match(r"\d\d:\d\d:\d\d ", line) for line in shown)
