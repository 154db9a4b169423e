"""Where a drill is kept: a folder with record, score and report; and beside the runbook, what it proves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from generator.evidence import exercises, records
from generator.evidence.texts import file_of, revision_of
from generator.model import Catalogue, Exercise
from simulator import report
from simulator.events import NotSealedError, Record, Recorder, Revealed, Sealed
from simulator.events.file import RecordFile
from simulator.events.sealed import sealed_in, text_of
from simulator.exercises import NotKeptError, exercises_of
from simulator.scoring import Score

SEALED = ".sealed"


class NotEmptyError(Exception):
    """The folder holds a record already; a record is never written over."""


class SealError(Exception):
    """What a drill hides cannot be put away, or is not found again; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What the team gets; what a drill hides until its end is kept beside it, not in it."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> Folder:
        """A folder for a new record; NotEmptyError when there is one in it."""
        if (path / "events.jsonl").exists():
            raise NotEmptyError(f"{path} holds the record of a drill; name another folder")
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    @property
    def file(self) -> Path:
        return self.path / "events.jsonl"

    @contextmanager
    def recording(self) -> Iterator[Recorder]:
        """A recorder whose events are in the file before anybody is shown them; NotWrittenError when they cannot be."""
        with closing(RecordFile(self.file, new=True)) as file:
            yield Recorder(file, now=now)

    @contextmanager
    def reopened(self) -> Iterator[RecordFile]:
        """The file of a record that was cut off; InUseError when it was not, but is being written."""
        with closing(RecordFile(self.file, new=False)) as file:
            yield file

    def sealed_file(self, commitment: str) -> Path:
        """Where what a drill hides is kept until its end, unless somebody names another place."""
        return self.path.resolve().parent / SEALED / f"{commitment}.json"

    def seal(self, sealed: Sealed, file: Path | None = None) -> Path:
        """Put away what is needed to go on after a crash, for the one who runs the drill alone; where it is.

        SealError when that is not possible.
        """
        file = file or self.sealed_file(sealed.commitment)
        if file.resolve().is_relative_to(self.path.resolve()):
            raise SealError(
                f"{file} lies in the folder that the team gets; name another place with --sealed FILE"
            )
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(
                os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as out:
                out.write(text_of(sealed))
        except OSError as error:
            raise SealError(
                f"{file} cannot be written: {error.strerror} (name another place with --sealed FILE)"
            ) from error
        return file

    def unseal(self, commitment: str, file: Path | None = None) -> Sealed:
        """What was put away for the drill with this commitment; SealError when it is not there, or another's."""
        file = file or self.sealed_file(commitment)
        if file.exists() and not file.is_file():
            raise SealError(f"{file} is no file")
        try:
            sealed = sealed_in(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SealError(
                f"{file} is missing: it was written as the drill began, beside the folder of its record "
                "(if the folder was moved, name the file with --sealed FILE; without it the drill cannot go on)"
            ) from error
        except (OSError, UnicodeDecodeError, NotSealedError) as error:
            raise SealError(f"{file} cannot be read: {error}") from error
        if sealed.commitment != commitment:
            raise SealError(f"{file} belongs to another drill (its name begins with {commitment[:12]})")
        return sealed


def forget(file: Path) -> None:
    """The truth is told: what was put away is of no use any more."""
    with suppress(OSError):
        file.unlink()
        if file.parent.name == SEALED:
            file.parent.rmdir()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_reports(path: Path, score: Score, record: Record, catalogue: Catalogue | None = None) -> None:
    """Score and reports beside the record."""
    (path / "score.json").write_text(report.score_json(score), encoding="utf-8")
    for name, format_ in (("report.md", "markdown"), ("report.html", "html")):
        (path / name).write_text(report.FORMATS[format_](score, record, catalogue), encoding="utf-8")


def keep(
    record: Record, score: Score, catalogue: Catalogue, root: Path, *, content: bytes
) -> tuple[Path, ...]:
    """Keep what a drill proves beside each runbook that was followed, once; the files that say so.

    The record itself (``content``, its file), packed, and its score are kept beside the runbook that the drill is
    about, if that was followed, else beside the first; that folder comes first.
    NotKeptError when it is no proof of the texts in ``root``.
    """
    found = exercises_of(record, score, catalogue)
    for one in found:
        if not (root / file_of(one.runbook)).is_file():
            raise NotKeptError(
                f"there is no runbook '{one.runbook}' in {root} (name its repository with --root)"
            )
    files = [
        exercises.kept_before(root, one)
        or exercises.write(root, replace(one, revision=revision_of(root, one.runbook, one.hash)))
        for one in found
    ]
    if found:
        files.insert(0, records.write(root, _home(record, found), content, report.score_json(score)))
    return tuple(files)


def _home(record: Record, found: tuple[Exercise, ...]) -> Exercise:
    """The exercise beside which the record is kept."""
    about = next((told.runbook for _, told in record.of(Revealed)), None)
    return next((one for one in found if one.runbook == about), found[0])
