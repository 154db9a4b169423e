"""The tabletop that the guide shows, played again at three real terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.events import Joined, Posted, Remarked, read, verify
from tests.docs.tabletop import FOLDER, NIGHT, PAGE, page
from tests.simulator.stages import payloads


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page as it reads now, and the folder of the drill."""
    folder = tmp_path_factory.mktemp("night")
    return page(NIGHT, folder), folder / FOLDER


def test_the_page_shows_what_stands_on_the_screens(played: tuple[str, Path]) -> None:
    """Renewed by ``python -m tests.docs.tabletop``."""
    assert played[0] == PAGE.read_text(encoding="utf-8")


def test_a_drill_with_three_terminals_is_played_to_its_end(played: tuple[str, Path]) -> None:
    """One record holds what all of them did, and nobody's name."""
    record = read(played[1])

    assert verify(record) == ()
    assert payloads(record, Joined) == [Joined("p1"), Joined("p2")]
    assert payloads(record, Remarked) == [Remarked("p1 asked before she touched anything")]
    assert {post.audience for post in payloads(record, Posted)} == {"engineers", "executives", "support"}
    assert "Ana" not in (played[1] / "events.jsonl").read_text(encoding="utf-8")
    assert "Ana Silva" in (played[1] / "people.yaml").read_text(encoding="utf-8")
