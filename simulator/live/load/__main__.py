"""``python -m simulator.live.load``: send a drill's requests; the token comes in ``DRILLBOOK_TOKEN``.

It says where it is as soon as it knows how every case ends when all is well, and sends nothing more before it is told
to begin.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from generator.model import Deployment, Service
from simulator.live.clock import Compression
from simulator.live.drill_options import add_drill, week_minute
from simulator.live.load import desk
from simulator.live.load.arrivals import Schedule
from simulator.live.load.driver import MOST_UNDER_WAY
from simulator.live.load.generator import Generator, Way, weight_of
from simulator.live.options import loop_factory, port, raise_limits, whole
from simulator.live.process import LOOPBACK, Alive, announce
from simulator.live.runs import TOKEN_VARIABLE
from simulator.live.sandbox.given import Given, GivenError, read
from simulator.live.serving import serving

SANDBOX = "sandbox"
"""The environment of our own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was no longer needed, 2 when it cannot start."""
    options = _options(arguments)
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if not token:
        return _complain(f"{TOKEN_VARIABLE} is not set: the control plane needs a token")
    raise_limits()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            given = read(options.catalogue, options.service, is_ours=options.environment == SANDBOX)
            runner.run(_run(given, options, token))
        except GivenError as error:
            return _complain(str(error))
        except OSError as error:
            return _complain(f"it cannot listen: {error.strerror or error}")
    return 0


async def _run(given: Given, options: argparse.Namespace, token: str) -> None:
    generator = Generator(given.service, given.panel, _schedule(given, options), _way(given, options))
    try:
        await generator.ready()
        alive = Alive()
        async with serving(desk.application(generator, alive, token), port=options.control_port) as port:
            announce(control=f"http://{LOOPBACK}:{port}", pid=os.getpid())
            await alive.over()
    finally:
        await generator.close()


def _schedule(given: Given, options: argparse.Namespace) -> Schedule:
    return Schedule(
        given.service.profile.traffic,
        given.service.profile.labels,
        weight_of(given.service, given.panel),
        Compression(options.compression),
        options.seed,
        week_minute(options),
        options.steps,
        options.step_seconds,
        options.requests_per_s,
    )


def _way(given: Given, options: argparse.Namespace) -> Way:
    return Way(
        options.target,
        options.direct,
        options.origin,
        options.keep,
        options.under_way,
        _deployment(given.service, options.environment),
        options.labels or "",
    )


def _deployment(service: Service, environment: str) -> Deployment | None:
    """None: it is our sandbox."""
    if environment == SANDBOX:
        return None
    found = service.deployment(environment)
    if found is None:
        known = ", ".join([*(one.environment for one in service.deployments), SANDBOX])
        raise GivenError(f"the service '{service.id}' has no deployment '{environment}'; it runs in: {known}")
    return found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator.live.load", allow_abbrev=False)
    add_drill(parser)
    add = parser.add_argument
    add("--target", type=_url, required=True, metavar="URL", help="through the proxy")
    add("--direct", type=_url, required=True, metavar="URL", help="past it")
    add("--steps", type=whole(1, 1_000_000), required=True, metavar="S")
    add("--under-way", type=whole(1, 50_000), default=MOST_UNDER_WAY, metavar="N", help="at a time")
    add("--environment", default=SANDBOX, metavar="NAME", help="the deployment that the target is")
    add("--labels", type=_url, metavar="URL", help="that takes labels, as a whole")
    add("--keep", type=Path, metavar="FILE", help="from which one that is started anew goes on")
    add("--control-port", type=port, default=0, metavar="PORT")
    return parser.parse_args(arguments)


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise argparse.ArgumentTypeError(f"'{text[:100]}' is no address: http://HOST:PORT")
    return text.rstrip("/")


def _complain(message: str) -> int:
    sys.stderr.write(f"load: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
