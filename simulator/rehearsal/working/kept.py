"""Results in, kept by the keys of their tasks; found again as long as the code that made them is the same."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from generator.cache import Cache, code_stamp
from generator.values import structure
from simulator.rehearsal.tasks import Task

T = TypeVar("T")

FOLDER = Path("build", "cache", "rehearsals")
KEPT_DAYS = 30


def open_cache(root: Path) -> Cache:
    """What earlier rehearsals of this repository found out; it says nothing of other code or another engine."""
    return Cache(root / FOLDER, made_by())


def no_cache() -> Cache:
    """Keeps nothing."""
    return Cache(None, "")


@functools.cache
def made_by() -> str:
    """The hash of all that decides a result beside its task: the code, Python, and what draws."""
    mark = hashlib.sha256("\0".join([code_stamp(), np.__version__, *_versions("faker")]).encode())
    package = Path(__file__).parents[1]
    for file in sorted(package.rglob("*.py")):
        mark.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return mark.hexdigest()


def recall(task: Task[T], key: str, cache: Cache) -> T | None:
    """The result of a task, from an earlier rehearsal; what does not read as one, or holds no more, is not there."""
    data = cache.get(key)
    result = None if data is None else result_of(task, data)
    return result if result is not None and task.holds(result) else None


def result_of(task: Task[T], data: Any) -> T | None:
    """Plain data as the result of a task; None when they are none."""
    try:
        return structure(data, task.result)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def keep(key: str, data: Any, cache: Cache) -> bool:
    """Keep a result for the next rehearsal; whether it is kept."""
    cache.put(key, data)
    return cache.get(key) is not None


def tidy(cache: Cache) -> None:
    """Drop what was kept a long time ago; others may be using the rest."""
    for file in _files(cache):
        try:
            if time.time() - file.stat().st_mtime > KEPT_DAYS * 24 * 3600:
                file.unlink(missing_ok=True)
        except OSError:
            continue


def _files(cache: Cache) -> Iterator[Path]:
    try:
        yield from () if cache.folder is None else list(cache.folder.iterdir())
    except OSError:
        return


def _versions(*names: str) -> Iterator[str]:
    for name in names:
        try:
            yield version(name)
        except PackageNotFoundError:
            yield ""
