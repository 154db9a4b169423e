"""Options in, an observer that passes requests on and measures them until nobody needs it any more out.

Clients come to its front; from there requests go on to ``--via``, where a fault proxy stands, and from there come to
its back, and reach the target. Without ``--via``, or when nobody listens there, the front goes on to the back itself.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from generator.model import Deployment
from simulator.live.clock import Compression, LiveClock, monotonic
from simulator.live.drill_options import add_drill, week_minute
from simulator.live.observer import control
from simulator.live.observer.faces import Face
from simulator.live.observer.measures import Measures
from simulator.live.observer.own import Own
from simulator.live.observer.passing import InBack, InFront
from simulator.live.observer.paths import METRICS
from simulator.live.options import loop_factory, number, port, raise_limits
from simulator.live.process import LINGER_S, LOOPBACK, Alive, announce
from simulator.live.proxy.target import Target, target_of
from simulator.live.runs import TOKEN_VARIABLE
from simulator.live.sandbox.given import Given, GivenError, read
from simulator.live.serving import serving

SHORTEST_TOKEN = 16
PATIENCE_S = 5.0
"""So much longer the front waits than the back does: who is behind it says what is amiss."""


@dataclass(frozen=True, slots=True)
class Observed:
    given: Given
    deployment: Deployment
    target: Target


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was no longer needed, 2 when it cannot start."""
    options = _options(arguments)
    token = os.environ.pop(TOKEN_VARIABLE, "") or (secrets.token_urlsafe() if options.alone else "")
    if len(token) < SHORTEST_TOKEN:
        return _complain(f"{TOKEN_VARIABLE} has to hold a token of {SHORTEST_TOKEN} characters or more")
    try:
        observed = _observed(options)
    except GivenError as error:
        return _complain(str(error))
    raise_limits()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            runner.run(_serve(observed, options, token))
        except OSError as error:
            return _complain(f"it cannot listen: {error.strerror or error}")
    return 0


def _observed(options: argparse.Namespace) -> Observed:
    given = read(options.catalogue, options.service)
    deployment = given.service.deployment(options.environment)
    if deployment is None:
        known = ", ".join(one.environment for one in given.service.deployments) or "none"
        raise GivenError(
            f"{options.catalogue}: the service '{options.service}' has no deployment in "
            f"'{options.environment[:100]}'; it has: {known}"
        )
    try:
        return Observed(given, deployment, options.target or target_of(deployment.target))
    except ValueError as error:
        raise GivenError(f"{options.catalogue}: the deployment in '{options.environment}': {error}") from None


async def _serve(observed: Observed, options: argparse.Namespace, token: str) -> None:
    compression, loop = Compression(options.compression), asyncio.get_running_loop()
    begins_in_s = 0.0 if options.origin is None else options.origin - time.monotonic()
    clock = LiveClock(compression, begins_in_s=begins_in_s)
    alive = Alive(linger_s=math.inf if options.alone else LINGER_S)
    measures = Measures(
        observed.given,
        observed.deployment,
        compression=compression,
        seed=options.seed,
        now=clock.drill_s,
        week_minute=week_minute(options),
        step_s=options.step_seconds,
        most_per_s=options.requests_per_s or math.inf,
    )
    own = Own(measures)
    back = Face(observed.target, partial(InBack, measures=measures), timeout_s=options.timeout, loop=loop)
    async with back.serving(options.back_port) as back_port:
        itself = Target(LOOPBACK, back_port)
        front = Face(
            options.via or itself,
            partial(InFront, measures=measures, own=own),
            timeout_s=options.timeout + PATIENCE_S,
            loop=loop,
            otherwise=itself if options.via else None,
        )
        async with (
            front.serving(options.port) as front_port,
            serving(
                control.application(measures, own, alive, token), port=options.control_port
            ) as control_port,
        ):
            over = asyncio.create_task(alive.over())
            await asyncio.sleep(0)  # signals are heard from here on
            announce(
                url=f"http://{LOOPBACK}:{front_port}",
                back=f"http://{LOOPBACK}:{back_port}",
                control=f"http://{LOOPBACK}:{control_port}",
                pid=os.getpid(),
                service=observed.given.service.id,
                origin=repr(time.monotonic() - clock.drill_s() / compression.factor),
            )
            await over
            # Who asks nothing of it may still have clients, who come through it to somebody's service.
            while not alive.is_stopped and monotonic() - max(front.seen, back.seen) < LINGER_S:
                await asyncio.sleep(1.0)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.live.observer",
        description="Stand before a model server, pass everything on unchanged, and measure it; metrics stand at "
        f"{METRICS}. {TOKEN_VARIABLE} in the environment opens its control plane.",
        allow_abbrev=False,
    )
    add_drill(parser)
    add = parser.add_argument
    add("--target", type=_place, metavar="URL", help="the server; default: the one of the deployment")
    add("--via", type=_place, metavar="URL", help="what stands between front and back; default: nothing")
    add("--environment", required=True, metavar="NAME", help="of one of the service's deployments")
    add("--timeout", type=number(0.1, 3600), default=60.0, metavar="SECONDS", help="for a silent target")
    add("--alone", action="store_true", help="stay until a signal comes; then it needs no token")
    add("--port", type=port, default=0, help="where clients come; default: a free one")
    add("--back-port", type=port, default=0, metavar="PORT", help="where what stands between goes on")
    add("--control-port", type=port, default=0, metavar="PORT")
    return parser.parse_args(arguments)


def _place(text: str) -> Target:
    try:
        return target_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _complain(message: str) -> int:
    sys.stderr.write(f"observer: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
