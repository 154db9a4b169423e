"""The bench of the fault proxy: every way is measured, and its section alone is written anew."""

from __future__ import annotations

from pathlib import Path

from tests.bench.page import with_section
from tests.bench.proxying import DIRECT, DRIFTING, DRIFTING_TENSORS, HEADING, PASSING, Size, proxying

PAGE = f"# Speed\n\n| a | table |\n\n## {HEADING}\n\nold\n\n## Another\n\nkept\n"


def test_a_section_is_put_in_the_place_of_the_old_one() -> None:
    """What stands before and behind it is kept, and doing it twice changes nothing."""
    page = with_section(PAGE, HEADING, "new")

    assert page == PAGE.replace("old", "new")
    assert with_section(page, HEADING, "new") == page
    assert with_section("# Speed\n", HEADING, "new") == f"# Speed\n\n## {HEADING}\n\nnew\n"


def test_each_way_is_measured_and_said(tmp_path: Path) -> None:
    """Programs that are not installed are said to be missing; the delays asked for stand beside those achieved."""
    section = proxying(tmp_path / "bench", Size(repeats=1, seconds=1, late_s=0.2, delayed=50))

    for way in (DIRECT, PASSING, DRIFTING, DRIFTING_TENSORS):
        assert f"\n| {way} | " in section
    assert "nginx, a plain proxy of one worker | " in section
    assert "| constant, 50 ms | 50.0, 50.0, 50.0 ms | " in section
    assert section.count("Asked for: ") == 3
