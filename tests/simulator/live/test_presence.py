"""A drill finds out that its run was ended by somebody else, and that its watchdog has died."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import shell
from simulator.live import runs
from simulator.live.presence import Presence
from tests.simulator.live.lives import live, stub, until


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "state"))


def test_a_drill_that_was_stopped_for_too_long_is_told_so() -> None:
    """What it needs is gone, and nothing of it is started again."""
    with live([stub("sandbox")], watched=False) as one, Presence(one.folder) as presence:
        one.until_up("sandbox", "watchdog")
        assert presence.lost() == ""
        watchdog = one.process("watchdog").identity

        shell.end(one.drill.identity)

        until(lambda: presence.lost() != "", "the run to be over")
        until(lambda: not shell.lives(watchdog), "the watchdog to end")
        assert "had been stopped for too long" in presence.lost()
    assert runs.marked(one.folder) == ()


def test_a_drill_is_told_that_somebody_panicked() -> None:
    with live([stub("sandbox")], watched=False) as one, Presence(one.folder) as presence:
        one.until_up("sandbox")
        runs.mark_panicked(one.folder)

        assert presence.lost() == "'drill panic' has ended this run; what was recorded before stands"
