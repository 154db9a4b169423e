"""A lease and a cap in, what is amiss with it out, as a sentence."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

from simulator.live.lease import LONGEST_S, Cap, Lease, Stop

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
    if lease.course.shape == "periodic" and not lease.course.ramp_s:
        yield "a periodic course says in ramp_s how long its period is"
    if lease.course.shape == "pulse" and not (lease.course.ramp_s or lease.course.duration_s):
        yield "a pulse says in duration_s how long it is, or in ramp_s half of that"
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
    return "" if cap.stop is None else laxer(lease.stop, cap.stop)


def laxer(stop: Stop | None, most: Stop) -> str:
    """Why one would not stop as soon as another; empty: it would.

    >>> laxer(Stop(error_ratio=0.9), Stop(error_ratio=0.5))
    'it stops by itself by the error ratio 0.9, and here it has to by 0.5 at most'
    """
    if stop is None:
        return "it does not stop by itself when answers fail or come too late, and here it has to"
    for words, ours, theirs in (
        ("error ratio", stop.error_ratio, most.error_ratio),
        ("p99 in ms", stop.p99_ms, most.p99_ms),
        ("window in s", stop.window_s, most.window_s),
        ("number of requests", stop.least_requests, most.least_requests),
    ):
        if theirs is not None and (ours is None or ours > theirs + _ROUNDING):
            said = f"no {words}" if ours is None else f"the {words} {ours:g}"
            return f"it stops by itself by {said}, and here it has to by {theirs:g} at most"
    return ""
