"""Options in, a sandbox that answers until nobody needs it any more out."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from simulator.live.clock import Compression, LiveClock
from simulator.live.drill_options import add_drill, week_minute
from simulator.live.options import loop_factory, number, port
from simulator.live.process import LOOPBACK, Alive, announce
from simulator.live.runs import TOKEN_VARIABLE
from simulator.live.sandbox import control, data
from simulator.live.sandbox.bodies import MOST_BYTES
from simulator.live.sandbox.given import Given, GivenError, read
from simulator.live.sandbox.service import Sandbox
from simulator.live.serving import serving

SHORTEST_TOKEN = 16


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if len(token) < SHORTEST_TOKEN:
        return _complain(f"{TOKEN_VARIABLE} has to hold a token of {SHORTEST_TOKEN} characters or more")
    try:
        given = read(options.catalogue, options.service)
    except GivenError as error:
        return _complain(str(error))
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            runner.run(_serve(given, options, token))
        except OSError as error:
            return _complain(f"it cannot listen: {error.strerror or error}")
    return 0


async def _serve(given: Given, options: argparse.Namespace, token: str) -> None:
    compression = Compression(options.compression)
    begins_in_s = 0.0 if options.origin is None else options.origin - time.monotonic()
    clock, alive = LiveClock(compression, begins_in_s=begins_in_s), Alive()
    sandbox = Sandbox(
        given,
        compression=compression,
        seed=options.seed,
        now=clock.drill_s,
        week_minute=week_minute(options),
        step_s=options.step_seconds,
        most_per_s=options.requests_per_s or math.inf,
        pace=options.pace,
        kept=options.keep,
        hop=options.hop,
        met=options.met,
    )
    async with (
        serving(data.application(sandbox), port=options.port) as data_port,
        serving(control.application(sandbox, alive, token), port=options.control_port) as control_port,
    ):
        over = asyncio.create_task(alive.over())
        await asyncio.sleep(0)  # signals are heard from here on
        announce(
            url=f"http://{LOOPBACK}:{data_port}",
            control=f"http://{LOOPBACK}:{control_port}",
            pid=os.getpid(),
            service=given.service.id,
            origin=repr(time.monotonic() - clock.drill_s() / compression.factor),
        )
        await over


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.live.sandbox",
        description=f"Serve a service of a catalogue for real; {TOKEN_VARIABLE} in the environment opens its controls. "
        f"Bodies of requests may have {MOST_BYTES // 2**20} MiB.",
        allow_abbrev=False,
    )
    add_drill(parser)
    add = parser.add_argument
    add("--port", type=port, default=0, help="of requests; default: a free one")
    add("--control-port", type=port, default=0, metavar="PORT", help="of controls; default: a free one")
    add(
        "--keep",
        type=Path,
        metavar="FILE",
        help="in which turned controls stand: one started anew goes on there",
    )
    add(
        "--pace",
        type=number(0.0, 1000.0),
        default=1.0,
        metavar="X",
        help="multiplies every service time; 0: answer at once",
    )
    add(
        "--hop",
        default="",
        metavar="URL",
        help="at which the endpoint asks its model and its fallback; default: in here",
    )
    add(
        "--met",
        type=lambda text: text.split(","),
        default=[],
        metavar="NODE,...",
        help="stores, pipelines and models that are asked there about each request",
    )
    return parser.parse_args(arguments)


def _complain(message: str) -> int:
    sys.stderr.write(f"sandbox: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
