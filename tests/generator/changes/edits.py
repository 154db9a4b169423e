"""Cases of ``tests/edits/`` in, the shipped sources before and after an edit out.

A case is YAML: ``file`` (relative to the root), ``replace`` with ``by`` (the first occurrence of a text;
or ``edits``, a list of such pairs), and ``says``: the lines of ``runbook diff``, in their order.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.generator.corpus import BASE, ROOT

EDITS = ROOT / "tests" / "edits"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one shipped file, and what it means."""

    name: str
    file: str
    pairs: tuple[tuple[str, str], ...]
    says: tuple[str, ...]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The roots before and after."""
        before, after = folder / "before", folder / "after"
        for root in (before, after):
            for part in BASE:
                _copy(ROOT / "runbooks" / part, root / "runbooks" / part)
        target = after / self.file
        text = target.read_text(encoding="utf-8")
        for old, new in self.pairs:
            assert old in text, f"{self.name}: {old!r} does not stand in the shipped file"
            text = text.replace(old, new, 1)
        target.write_text(text, encoding="utf-8")
        return before, after


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        # Every edit makes a certificate old, which is told elsewhere.
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("proof.json"))
    else:
        shutil.copy(source, target)


def edits() -> list[Edit]:
    """Every case, by name."""
    return [_edit(path) for path in sorted(EDITS.glob("*.yaml"))]


def _edit(path: Path) -> Edit:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    pairs = data.get("edits") or [{"replace": data["replace"], "by": data["by"]}]
    return Edit(
        path.stem,
        data["file"],
        tuple((pair["replace"], pair["by"]) for pair in pairs),
        tuple(data["says"]),
    )
