"""What a responder may see, and what it may answer: the border between the world and whoever acts in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from generator.model import CompiledRunbook, Condition, Service, Setting, Signal
from simulator.events import Payload

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SignalRef:
    """A signal of one of the service's runbooks, under the key that records use."""

    key: str
    runbook: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known from the start, to everybody."""

    service: Service
    runbooks: tuple[CompiledRunbook, ...]
    """The most urgent first."""
    signals: tuple[SignalRef, ...]
    """In the order of their runbooks."""
    replicas: int
    pace: Callable[[int, int], float]
    """How much longer than stated a replica's n-th deed takes: a machine's hands are not a clock."""
    horizon_minutes: float

    def signal_row(self, runbook: str, signal: str) -> int:
        """The row of a runbook's signal in a view; KeyError when there is none."""
        for row, ref in enumerate(self.signals):
            if (ref.runbook, ref.signal.id) == (runbook, signal):
                return row
        raise KeyError(f"{runbook}/{signal}")


@dataclass(frozen=True, slots=True)
class View:
    """One scrape of a batch, as participants see it."""

    t: float
    """Seconds since the start."""
    values: Floats
    """(signal, replica); NaN where there is none."""
    firing: Bools
    """(signal, replica)"""
    crossed_since: Floats
    """(signal, replica): since when the threshold has been crossed, in seconds; NaN while it is not."""
    in_force: Sequence[Sequence[Setting]]
    """By replica, then by control in the order of the service."""

    @property
    def minutes(self) -> float:
        return self.t / 60


# --- answers --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnControl:
    control: str
    value: Setting
    outside: bool = False
    """Somebody does it without the tool, in an environment that is not ours."""


@dataclass(frozen=True, slots=True)
class ClaimCause:
    component: str
    mechanism: str
    onset_minutes: float | None
    evidence: tuple[str, ...]
    """Keys of signals or vitals."""


@dataclass(frozen=True, slots=True)
class TakeEvidence:
    evidence: str


Action: TypeAlias = TurnControl | ClaimCause | TakeEvidence | Payload
"""What the session must complete, or an event as it stands."""


@dataclass(frozen=True, slots=True)
class Move:
    replica: int
    actor: str
    action: Action
    t: float | None = None
    """Seconds since the start; None: at the scrape just seen."""
    more: bool = False
    """The next move is of the same deed: no crash may part them."""


class Responder(Protocol):
    name: str
    pace: str

    def begin(self, scene: Scene) -> Sequence[Move]:
        """Before the first scrape."""
        ...

    def respond(self, view: View) -> Sequence[Move]:
        """Right after each scrape."""
        ...

    def wait(self, until_t: float) -> Iterator[Move]:
        """Between two scrapes, as long as the responder's clock takes to get to ``until_t``."""
        ...


def holds(condition: Condition, view: View, scene: Scene, runbook: str) -> Bools:
    """Whether a runbook's condition holds, axes (replica,). A missing value satisfies neither above nor below."""
    replicas = view.values.shape[1]
    if condition.all:
        every: Bools = np.logical_and.reduce([holds(part, view, scene, runbook) for part in condition.all])
        return every
    if condition.any:
        some: Bools = np.logical_or.reduce([holds(part, view, scene, runbook) for part in condition.any])
        return some
    if condition.not_ is not None:
        return ~holds(condition.not_, view, scene, runbook)
    if condition.control is not None:
        place = [control.id for control in scene.service.controls].index(condition.control)
        return np.array([view.in_force[replica][place] == condition.equals for replica in range(replicas)])
    row = scene.signal_row(runbook, condition.signal or "")
    if condition.is_ is not None:
        firing: Bools = view.firing[row]
        return firing if condition.is_ == "firing" else ~firing
    value: Floats = view.values[row]
    if condition.above is not None:
        return np.greater(value, condition.above)
    return np.less(value, condition.below if condition.below is not None else np.nan)
