"""A lease and a cap in, what is amiss with it out, as a sentence."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

from simulator.live.lease import LONGEST_S, Cap, Lease

_OF_ID = frozenset(string.ascii_letters + string.digits + "._-")
LONGEST_ID = 100
MOST_EFFECTS = 50
_ROUNDING = 1e-9


class RefusedError(Exception):
    """A lease that is not granted, renewed or found: the status and the sentence that its caller is told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def misshapen(lease: Lease) -> str:
    """What no data plane could do; empty: nothing.

    >>> misshapen(Lease("a b", (), 1))
    "a lease is called by 1 to 100 letters, digits, dots, underscores or hyphens, not 'a b'"
    """
    if not 0 < len(lease.id) <= LONGEST_ID or not _OF_ID.issuperset(lease.id):
        return (
            f"a lease is called by 1 to {LONGEST_ID} letters, digits, dots, underscores or hyphens, "
            f"not {lease.id[:LONGEST_ID]!r}"
        )
    return next(_misshapen(lease), "")


def _misshapen(lease: Lease) -> Iterator[str]:
    if not 0 < len(lease.effects) <= MOST_EFFECTS:
        yield f"a lease has 1 to {MOST_EFFECTS} effects, not {len(lease.effects)}"
    if not 0 < lease.seconds <= LONGEST_S:
        yield f"a lease is granted for at most {LONGEST_S:g} s, not for {lease.seconds:g}: renew it in time"
    if not 0 <= lease.share <= 1:
        yield f"the share is between 0 and 1, not {lease.share:g}"
    if lease.course.ramp_s < 0:
        yield f"a ramp lasts 0 s or more, not {lease.course.ramp_s:g}"
    if lease.course.duration_s is not None and lease.course.duration_s <= 0:
        yield f"a course lasts more than 0 s, not {lease.course.duration_s:g}"
    if lease.slice is not None and lease.slice.least > lease.slice.most:
        yield f"the slice of '{lease.slice.field[:100]}' ends before it begins"
    if any(not path.startswith("/") for path in lease.paths):
        yield "paths begin with a slash"
    if lease.stop is not None:
        yield from _unstoppable(lease)


def _unstoppable(lease: Lease) -> Iterator[str]:
    stop = lease.stop
    assert stop is not None
    if stop.error_ratio is None and stop.p99_ms is None:
        yield "a stop condition names an error ratio or a p99"
    if stop.error_ratio is not None and not 0 <= stop.error_ratio <= 1:
        yield f"an error ratio is between 0 and 1, not {stop.error_ratio:g}"
    if stop.p99_ms is not None and stop.p99_ms <= 0:
        yield f"a p99 is more than 0 ms, not {stop.p99_ms:g}"
    if not 0.1 <= stop.window_s <= 3600:
        yield f"a stop condition looks back 0.1 s to an hour, not {stop.window_s:g} s"
    if stop.least_requests < 1:
        yield f"a stop condition judges 1 request or more, not {stop.least_requests}"


def beyond(cap: Cap, lease: Lease, *, fields: Iterable[str], others: float) -> str:
    """What of a lease is beyond the cap; empty: nothing.

    ``fields``: what it may change; ``others``: the shares of the leases in force, added.

    Leases need not fall on the same requests: what they may touch together is what they add up to.
    """
    together = min(1.0, lease.share + others)
    if together > cap.share + _ROUNDING:
        held = f", with {others:g} in force," if others else ""
        return f"a share of {lease.share:g}{held} is more than the {cap.share:g} that is allowed here"
    for effect in lease.effects:
        if cap.effects and effect.kind not in cap.effects:
            return f"the effect '{effect.kind[:100]}' is not allowed here: {', '.join(cap.effects)}"
    for field in sorted(fields):
        if cap.fields and field not in cap.fields:
            return f"the field '{field[:100]}' may not be changed here: {', '.join(cap.fields)}"
    return ""
