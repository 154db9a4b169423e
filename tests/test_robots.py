"""The page of the robot's scores says what its drills say."""

from __future__ import annotations

from tests.robots import played, text
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue


def test_the_page_tells_each_drill_with_its_scores_times_and_coverage() -> None:
    """A drill with harm has its times and objectives, one without has its false alarms."""
    rows = [*played(catalogue(), [FAULT_DRILL, QUIET_DRILL], [0, 1])]

    lines = {
        line.split(" | ")[0].lstrip("| "): line for line in text(rows).splitlines() if line.startswith("|")
    }

    harmful = rows[0].scores
    totals = sorted(one.total or 0.0 for one in harmful)
    assert f"({totals[0]:.0f} to {totals[1]:.0f})" in lines[FAULT_DRILL]
    detected = [goal.minutes or 0.0 for one in harmful for goal in one.objectives if goal.id == "detect"]
    assert f"({max(detected):.1f}) / 10" in lines[FAULT_DRILL]
    assert f"{100 * min(one.coverage for one in harmful):.0f} %" in lines[FAULT_DRILL]
    assert "0 of 2" in lines[QUIET_DRILL]
