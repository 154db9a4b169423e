"""The fault proxy beside none, nginx and aiohttp in; what it passes, what it adds, and how late it makes things out."""

from __future__ import annotations

import json
import platform
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy import stats

from tests.bench.asking import CONNECTIONS, latencies_s, most_per_s, request_of
from tests.bench.servers import Proxy, aiohttp_proxy, nginx, nginx_proxy, our_proxy, processor_s, target

HEADING = "The fault proxy of a live drill"
LEAST_PER_S, LEAST_OF_NGINX, LEAST_OF_AIOHTTP, MOST_ADDED_MS = 10_000, 0.5, 3.0, 1.0
P50_MS, P99_MS, CONSTANT_MS = 40.0, 160.0, 50.0
OFF, OFF_MS, SIGNIFICANCE = 0.05, 2.0, 0.01
QUANTILES = (0.5, 0.9, 0.99)
FIELD = "feature_07"
PLAIN, TENSORS = "/predict", "/v2/models/delay-predictor/infer"
SCALE = {"kind": "scale", "with": {"field": FIELD, "factor": 1.609344}}
DIRECT, NGINX, AIOHTTP = "no proxy", "nginx, a plain proxy of one worker", "aiohttp, a plain proxy"
PASSING, DRIFTING = "ours, passing", "ours, drifting one of 20 features of plain JSON"
DRIFTING_TENSORS = "ours, drifting one of 20 tensors (Open Inference Protocol 2)"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    repeats: int = 5
    seconds: int = 2
    late_s: float = 2.0
    """So long at half load, each time."""
    delayed: int = 2_000
    delayed_per_s: float = 400.0


@dataclass(frozen=True, slots=True)
class Late:
    """Milliseconds from when a request was due to its answer: of each repeat, its p50 and its p99."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds, by quantile: what was asked for and what requests got; ``p``: by Kolmogorov and Smirnov."""

    what: str
    asked: tuple[float, ...]
    achieved: tuple[float, ...]
    p: float | None


def proxying(folder: Path, size: Size | None = None) -> str:
    """The section of the page."""
    size = size or Size()
    with target(folder) as behind, our_proxy(folder / "ours", behind) as ours, ExitStack() as stack:
        ways = {DIRECT: _Way(behind)}
        if nginx() is not None:
            peer = stack.enter_context(nginx_proxy(folder, behind))
            ways[NGINX] = _Way(peer.port, peer.pid)
        peer = stack.enter_context(aiohttp_proxy(behind))
        ways[AIOHTTP] = _Way(peer.port, peer.pid)
        ways |= _ours(ours)
        most = _most(ways, size, folder)
        rate = most[DRIFTING].per_s / 2
        late = _late({way: ways[way] for way in (DIRECT, PASSING, DRIFTING)}, size, rate)
    delays = [_delays(folder / name, size, name) for name in ("lognormal", "constant")]
    return _section(most, rate, late, delays)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to the target."""

    port: int
    pid: int | None = None
    """Of the proxy on it."""
    leased: Callable[[], AbstractContextManager[None]] = nullcontext
    path: str = PLAIN


@dataclass(slots=True)
class Most:
    """Requests a second, and the seconds of a processor that the proxy used for each: of each repeat."""

    rates: list[float] = field(default_factory=list)
    costs_s: list[float] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return median(self.rates)


def _ours(proxy: Proxy) -> dict[str, _Way]:
    def drift() -> AbstractContextManager[None]:
        return proxy.leased("drift", SCALE)

    return {
        PASSING: _Way(proxy.port, proxy.pid),
        DRIFTING: _Way(proxy.port, proxy.pid, drift),
        DRIFTING_TENSORS: _Way(proxy.port, proxy.pid, drift, TENSORS),
    }


def _body(path: str) -> bytes:
    """20 features, half of them whole numbers."""
    draw = random.Random(7)
    features = {
        f"feature_{place:02}": draw.randrange(3000) if place % 2 else round(draw.uniform(0, 1000), 2)
        for place in range(20)
    }
    if path == PLAIN:
        return json.dumps(features).encode()
    inputs = [
        {"name": name, "shape": [1, 1], "datatype": "FP64", "data": [float(value)]}
        for name, value in features.items()
    ]
    return json.dumps({"inputs": inputs}).encode()


def _most(ways: Mapping[str, _Way], size: Size, folder: Path) -> dict[str, Most]:
    """As much as each way takes, in turns."""
    found = {way: Most() for way in ways}
    for turn in range(size.repeats + 1):
        for name, way in ways.items():
            seconds = size.seconds if turn else 1
            with way.leased():
                before = processor_s(way.pid) if way.pid else 0.0
                rate = most_per_s(way.port, way.path, _body(way.path), seconds, folder)
                used = processor_s(way.pid) - before if way.pid else 0.0
            if turn:  # the first is to warm up
                found[name].rates.append(rate)
                found[name].costs_s.append(used / (rate * seconds))
    return found


def _late(ways: Mapping[str, _Way], size: Size, rate: float) -> dict[str, Late]:
    """How late answers are at that rate, in turns: medians of the repeats."""
    found: dict[str, list[Any]] = {way: [] for way in ways}
    for _ in range(size.repeats):
        for name, way in ways.items():
            request = request_of(way.path, _body(way.path))
            with way.leased():
                late = latencies_s(way.port, request, rate=rate, requests=int(rate * size.late_s))
            found[name].append(1000 * np.quantile(late, (0.5, 0.99)))
    return {name: Late(*np.median(each, axis=0).tolist()) for name, each in found.items()}


def _delays(folder: Path, size: Size, distribution: str) -> Delays:
    """What a new proxy says of its own delays."""
    given = {"lognormal": {"p50_ms": P50_MS, "p99_ms": P99_MS}, "constant": {"ms": CONSTANT_MS}}[distribution]
    folder.mkdir()
    with target(folder) as behind, our_proxy(folder / "ours", behind) as ours:
        with ours.leased("late", {"kind": "delay", "with": {"distribution": distribution, **given}}):
            latencies_s(
                ours.port, request_of(PLAIN, _body(PLAIN)), rate=size.delayed_per_s, requests=size.delayed
            )
        achieved = [one["delay_achieved_ms"] for one in ours.log() if one["what"] == "touched"]
    got = tuple(np.quantile(achieved, QUANTILES).tolist())
    if distribution == "constant":
        return Delays(f"constant, {CONSTANT_MS:g} ms", (CONSTANT_MS,) * len(QUANTILES), got, None)
    law = stats.lognorm(s=log(P99_MS / P50_MS) / stats.norm.ppf(0.99), scale=P50_MS)
    what = f"lognormal, p50 {P50_MS:g} ms and p99 {P99_MS:g} ms"
    return Delays(
        what, tuple(law.ppf(QUANTILES).tolist()), got, float(stats.kstest(achieved, law.cdf).pvalue)
    )


# --- as a page shows it -------------------------------------------------------------------------


def _section(
    most: Mapping[str, Most], rate: float, late: Mapping[str, Late], delays: Sequence[Delays]
) -> str:
    by = "wrk" if shutil.which("wrk") else "the loop of this bench, as wrk is not installed,"
    peer = "nginx" if nginx() is not None else "a small server, as nginx is not installed"
    return f"""\
Measured alone by `python -m tests.bench proxying`: on loopback, before a target that gives every request the same
small answer ({peer}), with {CONNECTIONS} connections.
Load, proxy and target share two {platform.machine()} cores, so what counts are the ratios in one run.
The processor time of a request is disturbed less by what else runs on them.
Where strangers wear out the memory that the cores share, a request takes all proxies two to three times as long, and
ours more than others: then 2.0 to 2.8 times aiohttp was measured, drifting, and less than 10,000 requests a second.
Each way in turns, {len(most[DIRECT].rates)} times: the median, and in brackets the least and the most; {by} asks.

{_rates(most)}

Asked for: drifting, {LEAST_PER_S:,} requests a second or half of nginx, and three times aiohttp: {_verdict(most)}.

At half of the most that it drifts, {rate:,.0f} requests a second at a constant rate, each late from when it was due:

{_lateness(late)}

Asked for: less than {MOST_ADDED_MS:g} ms more at the median, drifting: {_added(late)}.

Delays as the proxy's own log has them, without what the target takes:

{_delayed(delays)}

Asked for: each within 5 % or 2 ms, and p above 0.01 by Kolmogorov and Smirnov: {_kept(delays)}.
"""


def _rates(most: Mapping[str, Most]) -> str:
    lines = [
        "| way | requests/s | of nginx | of aiohttp | processor time of the proxy |",
        "|---|---|---|---|---|",
    ]
    for way, one in most.items():
        spread = f"{one.per_s:,.0f} ({min(one.rates):,.0f} to {max(one.rates):,.0f})"
        ratios = [f"{one.per_s / most[peer].per_s:.2f}" if peer in most else "-" for peer in (NGINX, AIOHTTP)]
        cost = f"{1e6 * median(one.costs_s):.0f} µs" if way != DIRECT else "-"
        lines.append(f"| {way} | {spread} | {' | '.join(ratios)} | {cost} |")
    if NGINX not in most:
        lines.append(f"| {NGINX} | not measured: nginx is not installed | - | - | - |")
    return "\n".join(lines)


def _verdict(most: Mapping[str, Most]) -> str:
    drifts = most[DRIFTING].per_s
    enough = drifts >= LEAST_PER_S or (NGINX in most and drifts >= LEAST_OF_NGINX * most[NGINX].per_s)
    return f"{_met(enough)} and {_met(drifts >= LEAST_OF_AIOHTTP * most[AIOHTTP].per_s)}"


def _lateness(late: Mapping[str, Late]) -> str:
    lines = ["| way | p50 | p99 | p50 more than without | p99 more |", "|---|---|---|---|---|"]
    bare = late[DIRECT]
    for way, one in late.items():
        more = f"{one.p50 - bare.p50:.2f} ms | {one.p99 - bare.p99:.2f} ms" if way != DIRECT else "- | -"
        lines.append(f"| {way} | {one.p50:.2f} ms | {one.p99:.2f} ms | {more} |")
    return "\n".join(lines)


def _added(late: Mapping[str, Late]) -> str:
    return _met(late[DRIFTING].p50 - late[DIRECT].p50 < MOST_ADDED_MS)


def _delayed(delays: Sequence[Delays]) -> str:
    lines = ["| delay | asked: p50, p90, p99 | achieved | p |", "|---|---|---|---|"]
    for one in delays:
        asked, got = (", ".join(f"{ms:.1f}" for ms in each) + " ms" for each in (one.asked, one.achieved))
        lines.append(f"| {one.what} | {asked} | {got} | {'-' if one.p is None else f'{one.p:.2f}'} |")
    return "\n".join(lines)


def _kept(delays: Sequence[Delays]) -> str:
    near = all(
        abs(got - ms) <= max(OFF * ms, OFF_MS)
        for one in delays
        for ms, got in zip(one.asked, one.achieved, strict=True)
    )
    return f"{_met(near)} and {_met(all(one.p is None or one.p > SIGNIFICANCE for one in delays))}"


def _met(holds: bool) -> str:
    return "met" if holds else "**missed**"
