"""How many sources to spoil in; how they were answered, how fast and in how much memory, out."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.generator.corpus import ROOT
from tests.generator.spoiling import outcome, sources, spoiled

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """One spoiled repository."""

    seed: int
    findings: int
    seconds: float
    megabytes: float
    """The most that the process had held so far."""
    failure: str = ""
    """The traceback, where findings should have come."""


def trials(count: int) -> Iterator[Trial]:
    """The trials of the seeds below a count, in two processes."""
    with ProcessPoolExecutor(max_workers=2) as processes:
        yield from chain.from_iterable(processes.map(_batch, range(0, count, _BATCH)))


def _batch(start: int) -> list[Trial]:
    texts = sources()
    with tempfile.TemporaryDirectory() as folder:
        panel = "runbooks/services/fraud-scorer"
        shutil.copytree(ROOT / panel, Path(folder, panel))
        return [_trial(seed, texts, Path(folder)) for seed in range(start, start + _BATCH)]


def _trial(seed: int, texts: Mapping[str, str], folder: Path) -> Trial:
    files = spoiled(texts, seed)
    began, found, failure = time.perf_counter(), 0, ""
    try:
        found = len(outcome(files, folder))
    except Exception:  # any error is what is looked for here
        failure = traceback.format_exc()
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Trial(seed, found, seconds, megabytes, failure)
