"""The leases of a drill and its proxy in; of each, what became of it on its way to the service, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.events import Injected
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.injecting import Injector

MOST_PAGES = 10
"""Of the proxy's log: as much as it keeps."""
AS_IT_SHOULD = ("it has run its course", "somebody ended it", "somebody ended all of them")


def injected(
    injector: Injector, rows: Sequence[Mapping[str, Any]], step_seconds: float
) -> Iterator[Injected]:
    """To be asked when the drill is over; ``rows``: what became of the requests, a row a step."""
    known, silent = _known(injector.proxy)
    delays = _delays(injector.proxy) if not silent else {}
    for id, said in known.items():
        injector.hear(id, said)
    for _, end, lease in injector.leases:
        at, said = injector.granted.get(lease.id), known.get(lease.id, {})
        made = delays.get(lease.id, [])
        why = "" if said.get("ended") in AS_IT_SHOULD else str(said.get("ended", ""))
        if at is None:
            why = why or next((one for one in injector.problems if lease.id in one), "it was never due")
        yield Injected(
            fault=lease.id.partition(".")[0],
            lease=lease.id,
            effects=tuple(effect.kind for effect in lease.effects),
            at_minutes=at,
            touched=0 if silent else injector.touched(lease.id),
            passed=None if at is None or not rows else _passed(rows, step_seconds / 60, at, end),
            delay_p50_ms=_quantile(made, 0.5),
            delay_p99_ms=_quantile(made, 0.99),
            why=(silent or why)[:1000],
        )


def _passed(rows: Sequence[Mapping[str, Any]], step_minutes: float, at: float, end: float) -> int:
    """Requests that were sent in the steps from one minute to another."""
    return sum(int(row["offered"]) for row in rows if at - 1e-9 <= row["step"] * step_minutes < end)


def _known(proxy: Caller) -> tuple[Mapping[str, Mapping[str, Any]], str]:
    """By lease, what the proxy says of it; and why it says nothing, empty where it does."""
    try:
        return {one["id"]: one for one in proxy.get("leases")["leases"]}, ""
    except (UnreachableError, RefusedError) as error:
        return {}, f"the proxy does not tell any more: {error}"


def _delays(proxy: Caller) -> Mapping[str, list[float]]:
    """By lease, the milliseconds of each delay that it made, as far as the log goes back.

    A request that several delayed waits for all of them: each has made its part of that.
    """
    found: dict[str, list[float]] = {}
    since = 0
    try:
        for _ in range(MOST_PAGES):
            page = proxy.get(f"log?since={since}")
            for entry in page["entries"]:
                if entry.get("what") == "touched" and entry.get("delay_asked_ms", 0) > 0:
                    achieved = entry["delay_achieved_ms"] / entry["delay_asked_ms"]
                    for lease, told in entry["leases"].items():
                        if "delay_ms" in told:
                            found.setdefault(lease, []).append(told["delay_ms"] * achieved)
            if not page["entries"]:
                break
            since = page["next"]
    except (UnreachableError, RefusedError):
        return found
    return found


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 1) if values else None
