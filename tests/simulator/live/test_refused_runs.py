"""What a live drill that is refused before it begins leaves on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import drill as command
from simulator.live import runs

LIVE = ("run", "distance-in-kilometres", "--live", "--responder", "robot")


@pytest.mark.parametrize("token", ["", "not-a-token"])
def test_a_refused_run_leaves_no_folder(token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its own nor those around it that were made for it; the folder that was there stays."""
    monkeypatch.setenv(runs.STATE_VARIABLE, str(tmp_path / "state"))
    monkeypatch.delenv("DRILLBOOK_ARM", raising=False)
    (tmp_path / "kept").mkdir()
    armed = ("--arm", token) if token else ()

    found = CliRunner().invoke(
        command,
        [*LIVE, "--environment", "staging", *armed, "--out", str(tmp_path / "kept" / "runs" / "one")],
    )

    assert found.exit_code == 2, found.output
    assert "--arm" in found.stderr
    assert list((tmp_path / "kept").iterdir()) == []
