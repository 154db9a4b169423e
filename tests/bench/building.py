"""The shipped sources many times over in, what their site costs beside a bare build of the same tree, out.

Both run as people run them: processes of their own, start-up included, their own and the system's time counted.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.audience import readable, site_audience
from generator.compile import compile
from generator.load import load
from generator.site.building import write
from tests.bench.measure import Row

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SIZES = (200, 1000)
_BUDGET = re.compile(r"(page_budget_per_week: )([0-9.]+)")
_THRESHOLD = re.compile(r"(threshold: )([0-9.]+)")


def building(folder: Path) -> list[Row]:
    """Rows for each size; ``folder`` is filled with what is built."""
    return [row for size in SIZES for row in _rows(repository(folder / f"{size}", size), size)]


def _rows(root: Path, size: int) -> list[Row]:
    first = spent(_ours(root))
    bare = spent(_bare(root))
    wrote = _written(root)
    edit(root)
    again = spent(_ours(root))
    peer = "bare mkdocs build of the tree that it wrote"
    return [
        Row(f"runbook build, {size} runbooks, from nothing", first.process_s, peer, bare.process_s),
        Row("of it, from checked data to the written tree", wrote, "the whole of it", first.process_s),
        Row("the same from nothing, by the clock on the wall", first.wall_s, peer, bare.wall_s),
        Row("the same, one runbook changed since", again.process_s, peer, bare.process_s),
        Row("the same, by the clock on the wall", again.wall_s, peer, bare.wall_s),
    ]


def _written(root: Path) -> float:
    """Seconds from documents that are known to be sound to the tree that MkDocs builds, written anew."""
    documents = load(root).documents
    shown = readable(documents, site_audience(documents))
    shutil.rmtree(root / "build" / "site-src")
    begun = time.process_time()
    write(compile(documents, root, shown=shown), root, root / "site")
    return time.process_time() - begun


def repository(folder: Path, runbooks: int) -> Path:
    """So many runbooks with their drills, in rounds: each round has services of its own, and numbers of its own."""
    source = ROOT / "runbooks"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "runbooks" / "services").mkdir(parents=True)
    shipped = sorted(path.parent for path in source.glob("*/runbook.yaml"))
    rounds = -(-runbooks // len(shipped))
    text = (source / "organization.yaml").read_text(encoding="utf-8")
    # The same people would be woken by all of it.
    text = _BUDGET.sub(lambda found: f"{found[1]}{rounds * float(found[2]):g}", text)
    (folder / "runbooks" / "organization.yaml").write_text(text, encoding="utf-8")
    names = [p.name for p in shipped] + [p.stem for p in source.glob("services/*.yaml")]
    names += [p.stem for p in source.glob("*/drills/*.yaml")]
    known = re.compile(
        rf"(?<![\w-])(?<!kind: )(?<!mechanism: )({'|'.join(sorted(names, key=len, reverse=True))})(?![\w-])"
    )
    for number in range(runbooks):
        turn = number // len(shipped)
        book = shipped[number % len(shipped)]
        files = [book / "runbook.yaml", *book.glob("drills/*.yaml")]
        if number % len(shipped) == 0:
            files += [path for path in source.glob("services/**/*") if path.is_file()]
        for file in files:
            name = known.sub(rf"\1-{turn}", file.relative_to(source).as_posix())
            text = known.sub(rf"\1-{turn}", file.read_text(encoding="utf-8"))
            target = folder / "runbooks" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_varied(text, 1 + turn / 1e5), encoding="utf-8")
    return folder


def edit(root: Path) -> Path:
    """Change what one page says."""
    file = min((root / "runbooks").glob("*/runbook.yaml"))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nsummary: >-\n  ", "\nsummary: >-\n  As of today: ", 1), encoding="utf-8")
    return file


def _varied(text: str, factor: float) -> str:
    return _THRESHOLD.sub(lambda found: f"{found[1]}{float(found[2]) * factor:g}", text)


def _ours(root: Path) -> list[str]:
    return [str(BIN / "runbook"), "build", "--root", str(root)]


def _bare(root: Path) -> list[str]:
    settings, site = root / "build" / "mkdocs.yml", root / "bare"
    return [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(settings), "-d", str(site)]


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command cost."""

    process_s: float
    wall_s: float


def spent(command: Sequence[str]) -> Spent:
    """What a process costs, its start and end and what it starts included; it must succeed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(process, time.monotonic() - begun)
