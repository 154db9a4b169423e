"""``make bench``: measure, print, and write the page of the docs that shows the figures.

``python -m tests.bench proxying`` measures the fault proxy alone, and writes its section alone.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import numpy as np
import yaml
from referencing import Registry, Resource

from generator.check import check
from generator.load import load
from simulator.session.play import play_machine
from tests.bench.building import building
from tests.bench.checking import checking
from tests.bench.drills import drills
from tests.bench.measure import TRIES, Row, table, versus
from tests.bench.page import with_section
from tests.bench.proxying import HEADING, proxying
from tests.bench.rehearsing import rehearsing
from tests.simulator.stages import FAULT_DRILL, ROOT, stage

PAGE = ROOT / "docs" / "explanation" / "speed.md"
REPLICAS = 50


def main(asked: Sequence[str]) -> None:
    if list(asked) not in ([], ["proxying"]):
        sys.exit(f"'{' '.join(asked)}' is nothing that is measured alone: proxying, or nothing for all")
    with tempfile.TemporaryDirectory() as folder:
        text = PAGE.read_text(encoding="utf-8") if asked else _all(Path(folder))
        section = proxying(Path(folder) / "proxying")
    PAGE.write_text(with_section(text, HEADING, section), encoding="utf-8")
    print(section if asked else with_section(text, HEADING, section))


def _all(folder: Path) -> str:
    """The page but for the section of the proxy."""
    return _page(
        [
            *checking(folder),
            *building(folder),
            *_checks(),
            *_worlds(),
            *rehearsing(),
            *drills(folder),
        ]
    )


def _checks() -> list[Row]:
    files = sorted(f for f in (ROOT / "runbooks").rglob("*.yaml") if "evidence" not in f.parts)
    validators = _validators()

    def bare() -> None:
        for path in files:
            list(validators[_kind(path)].iter_errors(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)))

    return [
        versus(
            "check the shipped sources, every rule",
            lambda: check(load(ROOT)),
            "jsonschema, schemas alone",
            bare,
        )
    ]


def _kind(path: Path) -> str:
    if path.parent.name == "services":
        return "service"
    return "drill" if path.parent.name == "drills" else path.stem


def _validators() -> dict[str, jsonschema.Draft7Validator]:
    contents = {path.name: json.loads(path.read_text()) for path in (ROOT / "schema").glob("*.schema.json")}
    registry = Registry().with_resources(
        (name, Resource.from_contents(one)) for name, one in contents.items()
    )
    kinds = ("organization", "service", "runbook", "drill")
    return {
        kind: jsonschema.Draft7Validator(contents[f"{kind}.schema.json"], registry=registry) for kind in kinds
    }


def _worlds() -> list[Row]:
    drawn = stage(FAULT_DRILL, range(REPLICAS))
    steps = drawn.clockwork.steps

    def worlds() -> None:
        world = drawn.world()
        for step in range(steps):
            world.step(step)

    scrapes = (steps + len(drawn.world().past)) * REPLICAS
    return [
        versus(
            "one step of one replica, telemetry drawn",
            worlds,
            "numpy drawing the same counts",
            _raw,
            per=scrapes,
        ),
        versus(
            f"a drill of 90 minutes, {REPLICAS} robots in one batch, each",
            lambda: play_machine(stage(FAULT_DRILL, range(REPLICAS)), "robot"),
            "the same drills one by one, each",
            lambda: [play_machine(stage(FAULT_DRILL, [seed]), "robot") for seed in range(REPLICAS)],
            per=REPLICAS,
        ),
    ]


def _raw() -> None:
    """The draws of a world without the world: one generator, the same laws and counts."""
    drawn = stage(FAULT_DRILL, [0])
    known, _ = drawn.outlooks.of(drawn.rows(drawn.outlooks.defaults[None, :], 30.0))
    look = known.take(np.array([0]))
    features = look.features[0] / look.features[0].sum(axis=1, keepdims=True)
    rng = np.random.default_rng(0)
    for _ in range((drawn.clockwork.steps + len(drawn.world().past)) * REPLICAS):
        count = rng.poisson(160)
        rng.multinomial(count, look.codes[0])
        rng.multinomial(count, np.full(15, 1 / 15))
        rng.multinomial(count, look.decisions[0])
        rng.binomial(count, 1.0)
        for share in features:
            rng.standard_normal()
            rng.multinomial(count, share)
        rng.multinomial(count, look.score[0])
        rng.binomial(rng.binomial(count, 0.08), 0.99)


def _page(rows: list[Row]) -> str:
    return f"""# How fast it is

Made by `make bench`; each row is measured in turns with its peer, in one run.
Times are process time, the least of {TRIES} tries; what counts is the ratio, below 1 where ours is faster.
The first two rows are whole processes with their start-up, nothing cached; the many runbooks are checked once.
The drill of three hours is a whole process too: start-up, sources, rulers, robot, score and reports.
Builds are whole processes too, in repositories of generated runbooks with their drills and services; MkDocs builds
the very tree that `runbook build` wrote, without checks and without looking at links. [Why](speed-of-builds.md).
A service-day of a rehearsal is a day of one replica, in batches of 50 as tasks have them, everything known anew;
numpy draws the same laws, sizes and shares with one generator, a call a count or a call for the whole batch.
Requests one by one are vectorised too; drifts, signals and the robot come on top. [Why](speed-of-rehearsals.md).
check-jsonschema validates each file against the runbook schema alone, and names no line.
Measured with Python {platform.python_version()} and numpy {np.__version__} on two shared {platform.machine()} cores.

{table(rows)}
"""


main(sys.argv[1:])
