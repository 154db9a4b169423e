"""Pages in; files below ``docs/reference/``, or the names of those that are stale, out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.reference.pages import ROOT

FOLDER = ROOT / "docs" / "reference"


def stale(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Pages that are missing, not what they would be, or made by nobody any more."""
    found = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))
    }
    return sorted(path for path in {**made, **found} if made.get(path) != found.get(path))


def write(folder: Path, made: Mapping[str, str]) -> None:
    """Write every page, and remove the ones that are made no more."""
    for path in stale(folder, made):
        if path in made:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(made[path], encoding="utf-8")
        else:
            (folder / path).unlink()
