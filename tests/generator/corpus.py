"""Cases of ``tests/corpus/`` in, copies of the shipped runbooks with one fault each out.

A case is YAML: ``file`` (relative to the root) and either ``replace`` with ``by`` (the first
occurrence of a text), or ``text`` (the whole file), and ``expect``: lines ``<text to find>|<message part>``,
where the text to find marks the place of the finding in the changed file (its beginning, or what follows
a ``»`` in it), or ``line:column|<message part>``. ``good`` is the twin: what to write in the place of ``by``
(or of ``text``), so that nothing is found.
The cases change the first service and its runbook ``feature-drift``; no other runbook is copied.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
BASE = ("organization.yaml", "services/fraud-scorer.yaml", "services/fraud-scorer", "feature-drift")


@dataclass(frozen=True, slots=True)
class Case:
    """A change of the shipped sources, and the findings that it must cause."""

    name: str
    rule: str
    file: str
    old: str | None
    new: str
    expect: tuple[tuple[str, str], ...]
    good: str | None = None

    @property
    def twin(self) -> Case:
        """The same change done well; a case without one has no twin."""
        assert self.good is not None, self.name
        return replace(self, name=f"{self.name}-done-well", new=self.good, expect=(), good=None)

    def write(self, root: Path) -> str:
        """Put a copy of some shipped sources, changed, into a folder; the changed file's text."""
        copied(root)
        target = root / self.file
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (
            self.new
            if self.old is None
            else _replaced(target.read_text(encoding="utf-8"), self.old, self.new)
        )
        target.write_text(text, encoding="utf-8")
        return text


def copied(root: Path) -> Path:
    """The sources that the cases change, copied into a folder."""
    for part in BASE:
        _copy(ROOT / "runbooks" / part, root / "runbooks" / part)
    return root


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        # A proof holds for the texts that a case is about to change.
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("proof.json"))
    else:
        shutil.copy(source, target)


def cases() -> list[Case]:
    """Every case, by rule and name."""
    return [_case(path) for path in sorted(CORPUS.glob("*/*.yaml"))]


def place_of(mark: str, text: str) -> str:
    """``line:column`` of the first occurrence of a mark; a mark that is a place stays as it is."""
    if re.fullmatch(r"\d+:\d+", mark):
        return mark
    before, found, _ = text.partition(mark.replace("»", ""))
    assert found, f"{mark!r} does not stand in the changed file"
    before += mark.partition("»")[0] if "»" in mark else ""
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, f"{old!r} does not stand in the shipped file"
    return text.replace(old, new, 1)


def _case(path: Path) -> Case:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    expect = tuple((line.rpartition("|")[0], line.rpartition("|")[2]) for line in data["expect"])
    whole = "text" in data
    return Case(
        name=f"{path.parent.name}/{path.stem}",
        rule=path.parent.name,
        file=data["file"],
        old=None if whole else data["replace"],
        new=data["text"] if whole else data["by"],
        expect=expect,
        good=data.get("good"),
    )
