"""A drill against somebody's service that is ended by force of ``drill panic`` has the time to turn everything back."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from simulator import shell
from simulator.live import ending, runs, turned
from simulator.live.found import APART_VARIABLE
from simulator.live.panic import Told, panic
from simulator.live.runs import Process
from tests.simulator.live.lives import LIMIT_S, ROOT, Live, end, live, stub, until

DEFAULTS = {"traffic-split": 1.0, "model-version": "v1"}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(APART_VARIABLE, str(tmp_path))


@contextmanager
def leaving(how: str = "") -> Iterator[Live]:
    """A run against another's target whose drill turns back what it turned when it is asked to end."""
    with live([stub("proxy", wrong="lingers")], ours=False, target="http://models.example:80") as one:
        one.until_up("proxy")
        turned.note(one.folder, "staging", DEFAULTS)
        command = [sys.executable, "-m", "tests.simulator.live.leaver", str(one.folder), how]
        drill = shell.start(command, ROOT, environment={})
        try:
            until((one.folder / "ready").exists, "the drill")
            who = drill.identity
            # The first watchdog goes with its drill: who comes after it knows another one.
            one.kill("watchdog")
            runs.write(one.folder, replace(one.run(), drill=Process("drill", who.pid, who.began)))
            one.call_watchdog()
            yield one
        finally:
            end(drill.identity)
            drill.forget()


def notes(told: Told) -> str:
    return "\n".join(text for one in told.runs for text in one.notes)


def test_a_drill_is_waited_for_while_it_turns_back() -> None:
    """Its faults are ended by then, and nobody starts anything of it any more; who waits is told why."""
    with leaving() as one:
        one.ask("proxy", lambda proxy: proxy.put("leases", "slow", data={}))
        meanwhile: list[tuple[str, object, bool]] = []

        def hear(text: str) -> None:
            leases = one.ask("proxy", lambda proxy: proxy.get("leases"))
            rooms = [room for room, _ in runs.marked(one.folder)]
            meanwhile.append((text, leases, "watchdog" in rooms))

        told = panic(say=hear)

        assert (one.folder / "left").read_text(encoding="ascii") == "whole"
        assert [*turned.left(one.folder)] == []
        assert told.is_clean
        ((text, leases, is_watched),) = meanwhile
        assert "it turns back what it turned" in text
        assert "Ctrl-C: do not wait" in text
        assert (leases, is_watched) == ([], False)


def test_panic_that_is_typed_twice_interrupts_no_turning_back() -> None:
    """A drill that is asked twice leaves the rest as it is."""
    with leaving() as one:
        second: list[Told] = []
        other = threading.Thread(target=lambda: second.append(panic()))

        panic(say=lambda text: other.start())
        other.join()

        assert (one.folder / "left").read_text(encoding="ascii") == "whole"
        assert "may still be turned" not in notes(*second)


def test_whoever_does_not_want_to_wait_is_told_what_is_left_turned() -> None:
    with leaving("ignores") as one:
        hurry = threading.Event()

        told = panic(say=lambda text: hurry.set(), hurry=hurry)

        assert not one.run().lives(one.run().drill)
        assert "'traffic-split' may still be turned in 'staging'" in notes(told)
        assert f"delete {one.folder / turned.FILE}" in notes(told)


def test_a_drill_that_turns_nothing_back_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "BACK_S", 0.3)
    with leaving("ignores") as one:
        told = panic()

        assert not one.run().lives(one.run().drill)
        assert "'model-version' may still be turned in 'staging'" in notes(told)


def test_what_a_drill_does_in_its_last_moment_is_ended_too() -> None:
    """It may have been about to start another watchdog, and to ask for its fault again."""
    with leaving("fights") as one:
        told = panic()

        assert told.is_clean
        assert [room for room, _ in runs.marked(one.folder)] == ["proxy"]
        assert one.ask("proxy", lambda proxy: proxy.get("leases")) == []


def test_ctrl_c_does_not_wait_and_leaves_nothing_else_undone() -> None:
    with leaving("ignores") as one:
        command = [sys.executable, "-c", "from simulator.cli import main; main()", "panic"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as typed:
            assert typed.stderr is not None
            assert "Ctrl-C: do not wait" in typed.stderr.readline()
            typed.send_signal(signal.SIGINT)
            output, _ = typed.communicate(timeout=LIMIT_S)

        assert typed.returncode == 0
        assert "'traffic-split' may still be turned in 'staging'" in output
        assert [room for room, _ in runs.marked(one.folder)] == ["proxy"]
