"""Where a drill is kept: one folder with the record, the score and the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator import report
from simulator.events import Record, Recorder
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
