"""The shipped sources in, how long both checkers take on them and on many more, out.

Both run as people run them: a process of its own, start-up included, its own and the system's time counted.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.measure import Row

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
RUNBOOKS = 200
TRIES_ON_ONE = 5


def checking(folder: Path) -> list[Row]:
    """Rows for many runbooks and for one; ``folder`` is filled with what is checked."""
    files = generate(folder / "many", RUNBOOKS)
    (one,) = generate(folder / "one", 1)
    return [
        Row(
            f"runbook check, every rule, {RUNBOOKS} runbooks of {_lines(files):,} lines in all",
            _seconds(_ours(folder / "many")),
            "check-jsonschema, the same files and schema",
            _seconds(_theirs(files)),
        ),
        Row(
            "runbook check, every rule, one runbook with its organization and the services",
            min(_seconds(_ours(folder / "one")) for _ in range(TRIES_ON_ONE)),
            "check-jsonschema, that runbook alone",
            min(_seconds(_theirs([one])) for _ in range(TRIES_ON_ONE)),
        ),
    ]


def generate(folder: Path, count: int) -> list[Path]:
    """A repository with so many runbooks: the shipped ones again and again, each with its own id and numbers."""
    shipped = sorted((ROOT / "runbooks").glob("*/runbook.yaml"))
    for part in ("organization.yaml", "services"):
        source, target = ROOT / "runbooks" / part, folder / "runbooks" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    made = []
    for number in range(count):
        source = shipped[number % len(shipped)]
        id = f"{source.parent.name}-{number}"
        text = _varied(source.read_text(encoding="utf-8"), id, factor=1 + number / 1e4)
        target = folder / "runbooks" / id / "runbook.yaml"
        target.parent.mkdir()
        target.write_text(text, encoding="utf-8")
        made.append(target)
    return made


def _varied(text: str, id: str, *, factor: float) -> str:
    """The text with another id, and thresholds that differ a little."""
    text = re.sub(r"^id: .*$", f"id: {id}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"(threshold: )([0-9.]+)", lambda found: f"{found[1]}{float(found[2]) * factor:g}", text)


def _ours(folder: Path) -> list[str]:
    return [str(BIN / "runbook"), "check", "--root", str(folder), "--format", "json"]


def _theirs(files: Sequence[Path]) -> list[str]:
    schema = ROOT / "schema" / "runbook.schema.json"
    base = ["--base-uri", schema.as_uri(), "--schemafile", str(schema)]
    return [str(BIN / "check-jsonschema"), *base, *map(str, files)]


def _seconds(command: Sequence[str]) -> float:
    """Processor time of a process, its start and end included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _lines(files: Sequence[Path]) -> int:
    return sum(file.read_text(encoding="utf-8").count("\n") for file in files)
