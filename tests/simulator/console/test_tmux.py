"""The full screen in a real terminal: started, read, typed into, resized, ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.events import Ended, Noted, read
from tests.conftest import require_tool
from tests.simulator.stages import ROOT

DRILL = f"{sys.executable} -c 'from simulator.cli import main; main()'"
PATIENCE_S = 30.0
POLL_S = 0.2


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder: Path, command: str) -> None:
        self._tmux = [require_tool("tmux"), "-S", str(folder / "tmux"), "-f", "/dev/null"]
        # A shell of its own keeps what stands on the screen after the command's end.
        self._run(
            "new-session", "-d", "-x", "80", "-y", "24", f"cd {ROOT}; {command}; echo EXIT $?; exec cat"
        )

    def _run(self, *arguments: str) -> str:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}
        done = subprocess.run(
            [*self._tmux, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environ | {"LC_ALL": "C.UTF-8"},
        )
        return done.stdout

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        self._run("send-keys", "Enter")

    def press(self, key: str) -> None:
        self._run("send-keys", key)

    def resize(self, width: int, height: int) -> None:
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, words: str) -> str:
        """The screen, as soon as the words stand on it; fails when they do not come."""
        until = time.monotonic() + PATIENCE_S
        while words not in (screen := self._run("capture-pane", "-p")):
            assert time.monotonic() < until, f"'{words}' did not come:\n{screen}"
            time.sleep(POLL_S)
        return screen

    def close(self) -> None:
        self._run("kill-server")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def terminal(tmp_path: Path, out: Path) -> Iterator[Terminal]:
    command = f"{DRILL} run quiet-monday --seed 1 --speed 2 --out {out}"
    found = Terminal(tmp_path, command)
    yield found
    found.close()


def test_a_short_piece_is_played_on_a_real_screen(terminal: Terminal, out: Path) -> None:
    """Commands are completed and recorded, a resize is survived, and the terminal is given back."""
    screen = terminal.wait_for("Press Enter to start the clock.")
    assert "You took over the pager for the fraud scorer" in screen
    assert "09:20:00 UTC" in screen
    terminal.press("Enter")
    screen = terminal.wait_for("Tab completes")
    assert "Nothing is firing." in screen
    assert "fraud-scorer" in screen

    terminal.type("note all quiet")
    terminal.wait_for("ml-on-call notes: all quiet")
    terminal.resize(120, 40)
    terminal.press("s")
    terminal.press("y")
    terminal.press("Tab")
    terminal.press("Enter")
    assert "The inputs are no longer distributed" in terminal.wait_for("input-drift")
    terminal.type("pause")
    terminal.wait_for("PAUSED")
    terminal.type("resume")
    terminal.press("C-d")
    terminal.wait_for("End the drill for everybody?")
    terminal.type("yes")
    screen = terminal.wait_for("EXIT")

    assert "Tab completes" not in screen
    record = read(out)
    assert [note for _, note in record.of(Noted)] == [Noted("all quiet")]
    assert [ended for _, ended in record.of(Ended)] == [Ended("ended")]
    assert record.problems == ()


def test_a_line_wider_than_the_screen_leaves_the_prompt_in_place(terminal: Terminal) -> None:
    """While it is typed, and after Enter, when the next line is typed."""
    terminal.wait_for("Press Enter")
    terminal.press("Enter")
    terminal.wait_for("Tab completes")
    terminal.type(f"note {'all is quiet ' * 12} still")
    *_, emptied, _ = terminal.wait_for("ml-on-call notes: all is quiet").rstrip("\n").split("\n")
    terminal.press("x")
    *_, typed, _ = terminal.wait_for("> x").rstrip("\n").split("\n")

    assert emptied == ">"
    assert typed == "> x"


def test_ctrl_c_twice_on_an_empty_line_interrupts(terminal: Terminal, out: Path) -> None:
    """One clears what was typed or asks, two in a row end the drill, with its record whole."""
    terminal.wait_for("Press Enter")
    terminal.press("Enter")
    terminal.wait_for("Tab completes")
    terminal.press("x")
    terminal.wait_for("> x")
    terminal.press("C-c")
    terminal.press("C-c")
    terminal.wait_for("Ctrl-C again ends the drill")
    terminal.type("note still here")
    terminal.wait_for("notes: still here")
    terminal.wait_for("Tab completes")
    terminal.press("C-c")
    terminal.press("C-c")
    terminal.wait_for("EXIT 130")

    assert [note for _, note in read(out).of(Noted)] == [Noted("still here")]
    assert [ended for _, ended in read(out).of(Ended)] == [Ended("interrupted")]


def test_who_types_before_the_start_is_not_lost(terminal: Terminal, out: Path) -> None:
    """A command starts the clock as well, and is obeyed."""
    terminal.wait_for("Press Enter")
    terminal.type("note eager")
    terminal.wait_for("notes: eager")
    terminal.press("C-c")
    terminal.press("C-c")
    terminal.wait_for("EXIT 130")

    assert [note for _, note in read(out).of(Noted)] == [Noted("eager")]
