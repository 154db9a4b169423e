"""Where a drill is kept: one folder with record, score and report; and beside the runbook, what it proves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from generator.evidence import exercises
from generator.evidence.texts import file_of, revision_of
from generator.model import Catalogue
from simulator import report
from simulator.events import Record, Recorder
from simulator.exercises import NotKeptError, exercises_of
from simulator.scoring import Score


class NotEmptyError(Exception):
    """The folder holds a record already; a record is never written over."""


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @classmethod
    def create(cls, path: Path) -> Folder:
        """A folder for a new record; NotEmptyError when there is one in it."""
        if (path / "events.jsonl").exists():
            raise NotEmptyError(f"{path} holds the record of a drill; name another folder")
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    @contextmanager
    def recording(self) -> Iterator[Recorder]:
        """A recorder whose events are in the file before anybody is shown them."""
        with (self.path / "events.jsonl").open("x", encoding="utf-8") as out:
            yield Recorder(out, now=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


def write_reports(path: Path, score: Score, record: Record) -> None:
    """Score and reports beside the record."""
    for name, format_ in (("score.json", "json"), ("report.md", "markdown"), ("report.html", "html")):
        (path / name).write_text(report.FORMATS[format_](score, record), encoding="utf-8")


def keep(record: Record, score: Score, catalogue: Catalogue, root: Path) -> tuple[Path, ...]:
    """Keep what a drill proves beside each runbook that was followed, once; the files that say so.

    NotKeptError when it is no proof of the texts in ``root``.
    """
    found = exercises_of(record, score, catalogue)
    for one in found:
        if not (root / file_of(one.runbook)).is_file():
            raise NotKeptError(
                f"there is no runbook '{one.runbook}' in {root} (name its repository with --root)"
            )
    return tuple(
        exercises.kept_before(root, one)
        or exercises.write(root, replace(one, revision=revision_of(root, one.runbook, one.hash)))
        for one in found
    )
