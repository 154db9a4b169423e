"""``drill arm``: a drill and somebody's service in, leave for one run there out, said in full beforehand."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.entry import GOOD, with_given_catalogue
from simulator.cli.against import SLACK, STARTS_MINUTES, deployment_named, labels_given, scope, target_of
from simulator.cli.group import drill
from simulator.cli.needing import installed

if TYPE_CHECKING:
    from generator.model import Catalogue, Deployment, Drill
    from simulator.cli.allowance import Allowance
    from simulator.live.lease import Cap

SEEDS = range(32)
"""A token has to allow what any seed may draw."""


@drill.command(
    epilog="""\b
Examples:
  drill arm distance-in-kilometres --environment staging
  T=$(drill arm distance-in-kilometres --environment staging --minutes 30) && export DRILLBOOK_ARM=$T
"""
)
@click.argument("name", metavar="DRILL")
@click.option(
    "--environment",
    required=True,
    metavar="NAME",
    help="A deployment of the service's file, such as staging.",
)
@click.option("--target", metavar="URL", help="Its address, where it is another one than the file says.")
@click.option(
    "--share", type=click.FloatRange(0, 1, min_open=True),
    help="Of the requests, those that faults may touch; default: what it needs. With less it never begins.",
)  # fmt: skip
@click.option(
    "--minutes", type=click.FloatRange(0, 24 * 60, min_open=True),
    help="Of the wall, until the token expires, and every fault with it; default: as long as people need, and more.",
)  # fmt: skip
@click.option(
    "--allow", "allowed", metavar="PROGRAM", multiple=True,
    help="A program that bindings may run, as drill run is told; here it only says what can be turned then.",
)  # fmt: skip
@click.option(
    "--label", "labels", metavar="NAME=VALUE", multiple=True,
    help="A label of the alert that bindings ask for, as drill run is told; the same.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print token and allowance for programs.")
@with_given_catalogue
def arm(
    catalogue: Catalogue,
    *,
    root: Path,
    name: str,
    environment: str,
    target: str | None,
    share: float | None,
    minutes: float | None,
    allowed: tuple[str, ...],
    labels: tuple[str, ...],
    as_json: bool,
) -> int:
    """Allow one run of a live drill against somebody's service, and say first what it may do there.

    Prints a token that this machine alone takes, once, for this drill, this target and no more than what it says.
    Whoever may decide about the service makes it.
    """
    installed()
    from simulator.cli.allowance import Allowance
    from simulator.cli.running import PACE_OF_HANDS, known_drill
    from simulator.faults.solving import UnreachableError
    from simulator.live import arming
    from simulator.live.arming import ArmError
    from simulator.live.drive import NotPlayableError, live_of
    from simulator.live.translating import NotLiveError

    known_drill(catalogue, name)
    one = catalogue.drill(name)
    service, deployment = deployment_named(catalogue, name, environment)
    try:
        live, address = live_of(one), target_of(deployment, target)
        needed = _needed(catalogue, name, deployment, live, address)
        lasts = minutes or min(_minutes(one, live, deployment), arming.LONGEST_MINUTES)
        # A drill without faults gets none, whatever somebody would allow it.
        cap = needed if share is None or not needed.share else replace(needed, share=share)
        cap = replace(cap, until=time.time() + lasts * 60)
        told = Allowance(
            name,
            service,
            deployment,
            address,
            cap,
            live,
            PACE_OF_HANDS,
            allowed,
            labels_given(service, labels),
        )
        token = arming.arm(
            address,
            name,
            cap,
            environment=environment,
            scope=scope(catalogue, name, deployment),
            requests_per_s=told.per_s(),
            minutes=lasts,
            key=arming.key(),
        )
    except (ArmError, NotPlayableError, NotLiveError, UnreachableError) as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(_data(told, token), indent=2))
        return GOOD
    click.echo("\n".join(told.words()), err=True)
    click.echo(token)
    return GOOD


def _data(told: Allowance, token: str) -> Mapping[str, Any]:
    """For programs."""
    from generator.values import plain

    cap = plain(told.cap)
    return {
        "drill": told.drill,
        "environment": told.deployment.environment,
        "target": told.target,
        "token": token,
        "cap": {**cap, "requests_per_s": told.per_s()},
        "cannot_be_turned": dict(told.unable()),
        "notes": [*told.remarks()],
    }


def _needed(catalogue: Catalogue, name: str, deployment: Deployment, live: Any, target: str) -> Cap:
    from simulator.live.deployed import Deployed, needed, widest
    from simulator.live.lease import Cap
    from simulator.session.stage import set_up

    venue = Deployed(live, deployment, target, Cap())
    return widest([needed(venue.leases(set_up(catalogue, name, [seed]))) for seed in SEEDS])


def _minutes(one: Drill, live: Any, deployment: Deployment) -> float:
    """How long a token lasts when nobody says: so that people, the slowest, come to the end of the drill."""
    from simulator.cli.running import PACE_OF_HANDS
    from simulator.live.deployed import compression_of

    slowest = replace(live, compression=min(live.compression, PACE_OF_HANDS))
    return SLACK * one.horizon_minutes / compression_of(slowest, deployment) + STARTS_MINUTES
