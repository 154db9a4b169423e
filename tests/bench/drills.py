"""The shipped drills in, what a step of each and a long one as a whole cost out."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from simulator.session.stage import set_up
from tests.bench.building import spent
from tests.bench.measure import TRIES, Row, versus
from tests.simulator.stages import FAULT_DRILL, ROOT, whole_catalogue

HOURS = 3
EVERY = 3
"""Each third of the shipped drills is walked, so that the bench ends."""

_HORIZON = re.compile(r"^horizon_minutes: .*$", re.MULTILINE)


def drills(folder: Path) -> list[Row]:
    """One replica alone, as people's drills have it; and a whole process."""
    return [_step(), _long(folder)]


def _step() -> Row:
    """The mean over every third of the shipped drills, each with a batch of one and of ten."""
    drilled = whole_catalogue().drills[::EVERY]
    stages = {many: [set_up(whole_catalogue(), one.id, range(many)) for one in drilled] for many in (1, 10)}
    steps = sum(stage.clockwork.steps + 1 for stage in stages[1])

    def walked(many: int) -> None:
        for stage in stages[many]:
            world = stage.world()
            for step in range(stage.clockwork.steps + 1):
                world.step(step)

    row = versus(
        f"one step of one replica alone, past included, mean of {len(drilled)} shipped drills",
        lambda: walked(1),
        "the same in a batch of ten, each",
        lambda: walked(10),
        per=steps,
    )
    return Row(row.what, row.ours_s, row.peer, row.peer_s / 10)


def _long(folder: Path) -> Row:
    root = folder / "long"
    shutil.copytree(ROOT / "runbooks", root / "runbooks")
    file = next(root.glob(f"runbooks/*/drills/{FAULT_DRILL}.yaml"))
    file.write_text(
        _HORIZON.sub(f"horizon_minutes: {60 * HOURS}", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    asked = ["--responder", "robot", "--seed", "7", "--speed", "max", "--root", str(root)]
    command = [str(Path(sys.executable).parent / "drill"), "run", FAULT_DRILL, *asked, "--out"]
    ours = [spent([*command, str(folder / f"run-{number}")]).process_s for number in range(TRIES)]
    peer = [
        spent([sys.executable, "-c", "import numpy, yaml, jsonschema, click"]).process_s for _ in range(TRIES)
    ]
    return Row(
        f"drill run of {HOURS} hours, robot at --speed max, reports included", min(ours),
        "python, with its packages imported and nothing done", min(peer),
    )  # fmt: skip
