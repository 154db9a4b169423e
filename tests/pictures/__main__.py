"""The example runbooks in; ``docs/images/`` out: the site, a report, and the console in the middle of a drill."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from generator.compile import load_catalogue
from generator.model import Catalogue
from generator.site import build
from simulator import report
from simulator.scoring import score
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.pictures.pages import Shot, shoot
from tests.pictures.terminal import photograph

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
DRILL, SEED = "amount-unit-change", 7
SCRIPT = (
    "as incident-commander",
    "as ml-on-call",
    "until 03:05",
    "acknowledge all",
    "open feature-drift",
    "# picture",
)


def main() -> None:
    catalogue = load_catalogue(ROOT)
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / "drill.svg").write_text(photograph(catalogue, DRILL, SCRIPT, seed=SEED), encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = _site(catalogue, folder)
        shoot(
            [
                *_looks(site / "index.html", "front"),
                *_looks(site / "runbooks" / "feature-drift.html", "runbook"),
                *_report_looks(_report(catalogue, folder)),
            ]
        )
    for picture in sorted(IMAGES.iterdir()):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KiB")


def _site(catalogue: Catalogue, folder: Path) -> Path:
    shutil.copy(ROOT / "mkdocs.yml", folder)
    build(catalogue, folder, folder / "site")
    return folder / "site"


def _looks(page: Path, name: str) -> Iterator[Shot]:
    """A page on a phone and on a desk, by day and by night."""
    for dark in (False, True):
        suffix = "-dark" if dark else ""
        yield Shot(page, IMAGES / f"{name}-phone{suffix}.png", 360, 800, scale=2, dark=dark)
        yield Shot(page, IMAGES / f"{name}-desktop{suffix}.png", 1280, 900, dark=dark)


def _report_looks(page: Path) -> Iterator[Shot]:
    """The report from its top, and what the service showed."""
    yield Shot(page, IMAGES / "report.png", 1000, 900)
    yield Shot(page, IMAGES / "report-signals.png", 1000, 560, part="#signals")


def _report(catalogue: Catalogue, folder: Path) -> Path:
    (record,) = play_machine(set_up(catalogue, DRILL, [SEED]), "robot")
    page = folder / "report.html"
    page.write_text(report.html(score(record), record, catalogue), encoding="utf-8")
    return page


if __name__ == "__main__":
    main()
