"""Shipped services and fresh repositories in folders of their own, and the robot that plays their drills."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from click.testing import CliRunner, Result

from generator.cli import runbook
from generator.compile import load_catalogue
from simulator.events import Record
from simulator.session.play import play_machine
from simulator.session.stage import set_up

ROOT = Path(__file__).parents[3]
SERVICES = ("delay-predictor", "fraud-scorer", "support-assistant")
P = TypeVar("P")


def run(*arguments: str, input: str | None = None) -> Result:
    """A command of ``runbook``, in this process."""
    return CliRunner().invoke(runbook, arguments, input=input, standalone_mode=False)


def with_service(folder: Path, service: str) -> Path:
    """A repository that holds one of the shipped services and no runbook."""
    shipped, copy = ROOT / "runbooks", folder / "runbooks"
    shutil.copytree(shipped / "services" / service, copy / "services" / service)
    shutil.copy(shipped / "services" / f"{service}.yaml", copy / "services")
    shutil.copy(shipped / "organization.yaml", copy)
    return folder


def begun(folder: Path) -> Path:
    """A repository as ``runbook init`` makes it."""
    done = run("init", str(folder))
    assert done.exception is None, done.output
    return folder


def played(root: Path, drill: str, seeds: Sequence[int] = (1, 2)) -> tuple[Record, ...]:
    """What the robot did in a drill."""
    return play_machine(set_up(load_catalogue(root), drill, seeds), "robot")


def payloads(record: Record, kind: type[P]) -> list[P]:
    return [payload for _, payload in record.of(kind)]


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
