"""A lease: what the data plane does to which requests, how strongly, and until when. Plain values; all in wall seconds.

A lease is granted to a data plane, which alone ends it: when nobody renewed it for ``seconds`` by the data plane's own
monotonic clock, when its course is over, when a stop condition is met, or when it is told to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from generator.model import Parameters, Slice

LONGEST_S = 15.0
"""No fault outlives the last word of who asked for it by more."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that is done to a request or to its answer. Kinds: ``simulator.live.effects.KINDS``."""

    kind: str
    with_: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """How strong it is, by seconds since it was granted: it falls on more and more requests, or does more to each."""

    shape: Literal["step", "linear", "sigmoid", "pulse", "periodic"] = "step"
    ramp_s: float = 0.0
    duration_s: float | None = None
    """Then it is over; None: until the lease ends."""
    age_s: float = 0.0
    """It has gone on for so long already: a lease that is granted anew goes on where it was."""
    grows: Literal["share", "size"] = "share"
    """``size``: it falls on its whole share from the first, and what it does to each request grows."""


@dataclass(frozen=True, slots=True)
class Stop:
    """It ends by itself when the answers that pass are worse than this over the last ``window_s``."""

    error_ratio: float | None = None
    """Share of answers that are no answer, or have a status of 500 and above."""
    p99_ms: float | None = None
    """Requests under way that have waited for longer count as well."""
    window_s: float = 10.0
    least_requests: int = 50
    """With fewer in the window nothing is judged."""


@dataclass(frozen=True, slots=True)
class Lease:
    id: str
    effects: tuple[Effect, ...]
    seed: int
    """With the request's id, it decides whom it falls on and by how much."""
    position: int = 0
    """Of its fault among those of the drill: leases of one fall on the same requests, those of others on others."""
    seconds: float = LONGEST_S
    """It ends so long after it was granted or last renewed; at most ``LONGEST_S``."""
    share: float = 1.0
    """Of the requests, those that it falls on at full strength."""
    course: Course = field(default_factory=Course)
    slice: Slice | None = None
    sticky: str = ""
    """A field, or ``header:NAME``: requests that are equal in it share one fate; empty: each has its own."""
    paths: tuple[str, ...] = ()
    """What it may touch: these paths and all below them, never those of health and metrics; empty: all others."""
    header: bool = True
    """Whether requests that it fell on carry ``X-Drillbook-Fault: <id>`` to the target and back."""
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """What leases on a data plane may do at most; from the arming token."""

    share: float = 1.0
    effects: tuple[str, ...] = ()
    """Kinds that are allowed; empty: all."""
    fields: tuple[str, ...] = ()
    """Fields that may be changed; empty: all."""
    until: float | None = None
    """Seconds since the epoch; later nothing is granted or renewed."""
    stop: Stop | None = None
    """Each lease has to stop by itself no later than this would; None: it need not."""
