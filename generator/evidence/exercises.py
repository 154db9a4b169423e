"""The files of ``evidence/exercises/`` in, exercises and what is wrong with them out; and back.

An exercise says that a drill was played with a runbook, and which very texts were gone through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from generator.evidence import files
from generator.evidence.files import Kind, Read
from generator.model import Exercise
from generator.source import Finding

KIND: Kind[Exercise] = Kind("exercises", "exercise", Exercise, "drill")
ReadExercise: TypeAlias = Read[Exercise]


def read(root: Path, runbook: str) -> tuple[tuple[ReadExercise, ...], tuple[Finding, ...]]:
    """The exercises of a runbook by date, and what is wrong with those that cannot be read."""
    return files.read(root, runbook, KIND)


def kept_before(root: Path, exercise: Exercise) -> Path | None:
    """The file that keeps that very record already, if there is one."""
    found = read(root, exercise.runbook)[0]
    return next((root / one.path for one in found if one.value.record == exercise.record), None)


def write(root: Path, exercise: Exercise) -> Path:
    """Keep an exercise; one more of the same drill and day gets a number, and nothing is overwritten."""
    return files.write(root, exercise, KIND, text_of(exercise))


def text_of(exercise: Exercise) -> str:
    """An exercise as YAML."""
    given: dict[str, Any] = {
        "runbook": exercise.runbook,
        "hash": exercise.hash,
        "drill": exercise.drill,
        "responder": exercise.responder,
        "environment": exercise.environment,
        "date": exercise.date,
        "record": exercise.record,
        "score": exercise.score,
        "objectives_met": exercise.objectives_met,
        "revision": exercise.revision,
        "parts": exercise.parts,
    }
    return files.text_of({key: value for key, value in given.items() if value not in ("", None)}, KIND)
