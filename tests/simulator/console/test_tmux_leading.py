"""The facilitator's full screen in a real terminal, from before the start to after the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.events import Ended, Improvement, Rated, Remarked, read, verify
from tests.simulator.console.test_tmux import DRILL, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    options = f"--seed 1 --speed 2 --facilitator --from 5 --out {tmp_path / 'out'}"
    found = Terminal(tmp_path, f"{DRILL} run quiet-monday {options}")
    yield found
    found.close()


def test_a_drill_is_led_on_a_real_screen(terminal: Terminal, tmp_path: Path) -> None:
    """It waits, is started, jumps, and asks for judgements on the terminal as it was before."""
    screen = terminal.wait_for("NOT STARTED")
    assert "09:25:00 UTC" in screen
    assert "You lead: `agenda` shows what comes" in terminal.wait_for("Type `start`, or press Enter,")
    terminal.type("start")
    terminal.wait_for("The clock runs.")
    terminal.type("until 09:40")
    terminal.wait_for("It is 09:40.")
    assert "coming" in terminal.wait_for("09:40:")
    terminal.type("speed 4")
    terminal.wait_for("the clock runs at x4")
    terminal.type("remark all calm")
    terminal.wait_for("(hidden) remark: all calm")
    terminal.press("C-d")
    terminal.wait_for("End the drill for everybody?")
    terminal.type("yes")
    terminal.wait_for("Detection?")
    terminal.type("P Nothing to see, and nobody saw it")
    for asked in (
        "Diagnosis?",
        "Containment and mitigation?",
        "Critical tasks?",
        "Command and communication?",
    ):
        terminal.wait_for(asked)
        terminal.press("Enter")
    terminal.wait_for("What is to be better")
    terminal.type("Say so in the handover")
    terminal.wait_for("ROLE DATE")
    terminal.type("ml-on-call 2099-12-15")
    terminal.wait_for("What else?")
    terminal.press("C-c")
    terminal.wait_for("EXIT")
    record = read(tmp_path / "out")

    assert verify(record) == ()
    assert [remark.text for _, remark in record.of(Remarked)] == ["all calm"]
    assert [ended for _, ended in record.of(Ended)] == [Ended("ended")]
    assert [rated for _, rated in record.of(Rated)] == [
        Rated("detection", "P", "Nothing to see, and nobody saw it")
    ]
    assert [found for _, found in record.of(Improvement)] == [
        Improvement("Say so in the handover", "ml-on-call", "2099-12-15")
    ]


def test_a_large_screen_is_used_before_the_start(terminal: Terminal) -> None:
    """Charts and the facilitator's three lines stand there while the briefing is read, and after a command."""
    terminal.wait_for("NOT STARTED")
    terminal.resize(120, 40)
    for words in (" truth ", " tasks ", " coming ", "requests per s", "You took over the pager"):
        terminal.wait_for(words)
    terminal.type("roles")
    screen = terminal.wait_for("Not named by")

    assert " truth " in screen
    assert "Enter starts the clock" in screen


def test_a_long_answer_says_that_there_is_more_before_the_start(terminal: Terminal) -> None:
    """On a small screen, as after it."""
    terminal.wait_for("NOT STARTED")
    terminal.type("help")

    assert "Enter starts the clock" in terminal.wait_for("more lines: PageDown")
