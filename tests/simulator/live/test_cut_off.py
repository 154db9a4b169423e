"""What is told of a live drill that was cut off: there is nothing to go on with, and what to do instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import drill as command
from simulator.events import Recorder, Revealed, Started
from tests.simulator.records import lines_of, perfect, record_of


@pytest.fixture
def cut_off(tmp_path: Path) -> Path:
    """The folder of a live drill whose truth was never told."""
    recorder = Recorder()
    for event in record_of(perfect()).events:
        payload = event.payload
        if isinstance(payload, Started):
            payload = replace(payload, environment="staging", compression=24.0)
        if not isinstance(payload, Revealed):
            recorder.append(event.t, event.actor, payload)
    (tmp_path / "events.jsonl").write_text("".join(f"{line}\n" for line in lines_of(recorder.record())))
    return tmp_path


@pytest.mark.parametrize("words", [("verify",), ("score",), ("run", "--resume")], ids=" ".join)
def test_nobody_is_sent_on_with_a_live_drill(words: tuple[str, ...], cut_off: Path) -> None:
    """It says why, and how to see whether anything of it is left."""
    before = (cut_off / "events.jsonl").read_bytes()

    found = CliRunner().invoke(command, [*words, str(cut_off)])

    told = " ".join(found.output.split())
    assert "a live drill that was cut off does not go on" in told
    assert "drill panic" in told
    assert "go on with the drill" not in told
    assert (cut_off / "events.jsonl").read_bytes() == before
