"""``drill arm``, and what ``drill run --live`` is told of somebody's service: the venue of the drill there."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.entry import GOOD, with_given_catalogue
from simulator.cli.group import drill
from simulator.cli.needing import installed

if TYPE_CHECKING:
    from generator.model import Catalogue, Deployment, Service
    from simulator.live.lease import Cap
    from simulator.live.venue import Venue

SEEDS = range(32)
"""A token has to allow what any seed may draw."""
SLACK = 1.5
"""A token lasts so many times as long as its drill, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Against:
    """Whose service a live drill is played against; nothing named: our own sandbox."""

    environment: str | None
    target: str | None
    token: str | None
    allowed: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def is_asked(self) -> bool:
        # A token may stand in the environment for long.
        return any((self.environment, self.target, self.allowed, self.labels))


def against_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--environment``, ``--target``, ``--arm``, ``--allow`` and ``--label``, handed over as ``against``."""

    @click.option(
        "--environment", metavar="NAME",
        help="With --live: where; a deployment of the service's file, such as staging. Default: our own sandbox.",
    )  # fmt: skip
    @click.option("--target", metavar="URL", help="With --environment: its address, where it is another one.")
    @click.option(
        "--arm", "token", metavar="TOKEN", envvar="DRILLBOOK_ARM",
        help="With --environment: the token of 'drill arm', good for one run. Better: the variable DRILLBOOK_ARM.",
    )  # fmt: skip
    @click.option(
        "--allow", "allowed", metavar="PROGRAM", multiple=True,
        help="With --environment: a program that bindings may run; may be given again.",
    )  # fmt: skip
    @click.option(
        "--label", "labels", metavar="NAME=VALUE", multiple=True,
        help="With --environment: a label of the alert that bindings ask for; may be given again.",
    )  # fmt: skip
    @functools.wraps(function)
    def command(
        *,
        environment: str | None,
        target: str | None,
        token: str | None,
        allowed: tuple[str, ...],
        labels: tuple[str, ...],
        **options: Any,
    ) -> Any:
        return function(against=Against(environment, target, token, allowed, labels), **options)

    return command


def venue_of(catalogue: Catalogue, name: str, against: Against, *, speed: float | None) -> Venue:
    """Where the drill is played, and how fast. Wrong usage, with what to do, where it may not be.

    The token is used up by this.
    """
    from simulator.live import arming
    from simulator.live.arming import ArmError
    from simulator.live.drive import NotPlayableError, live_of
    from simulator.live.venue import Sandbox

    try:
        live = live_of(catalogue.drill(name))
        live = live if speed is None else replace(live, compression=speed)
        if against.environment is None:
            _alone(against)
            return Sandbox(live)
        service, deployment = _deployment(catalogue, name, against.environment)
        target = _target(deployment, against.target)
        if against.token is None:
            raise ArmError(
                f"a drill against '{target}' has to be armed: drill arm {name} --environment {against.environment}"
            )
        armed = arming.read(against.token, target=target, drill=name, key=arming.key())
        venue = _deployed(service, deployment, live, target, armed.cap, against)
        arming.spend(armed)
    except ArmError as error:
        raise click.BadParameter(str(error), param_hint="--arm") from error
    except NotPlayableError as error:
        raise click.BadParameter(str(error), param_hint="--live") from error
    return venue


def _alone(against: Against) -> None:
    """Wrong usage where the sandbox is told what is for somebody's service."""
    given = {"--target": against.target, "--allow": against.allowed, "--label": against.labels}
    for option, value in given.items():
        if value:
            raise click.BadParameter("it belongs to --environment: name that too", param_hint=option)


def _deployment(catalogue: Catalogue, name: str, environment: str) -> tuple[Service, Deployment]:
    service = catalogue.service(catalogue.drill(name).service)
    found = service.deployment(environment)
    if found is None:
        known = ", ".join(one.environment for one in service.deployments) or "none"
        raise click.BadParameter(
            f"the file of the service '{service.id}' says nothing of where it runs in '{environment}' "
            f"(deployments: {known}); leave it out to play in the sandbox",
            param_hint="--environment",
        )
    return service, found


def _target(deployment: Deployment, given: str | None) -> str:
    from simulator.live.arming import plain_target

    return plain_target(given or deployment.target)


def _deployed(
    service: Service, deployment: Deployment, live: Any, target: str, cap: Cap, against: Against
) -> Venue:
    from simulator.live.binding import RefusedBindingError, Secrets, labels_of
    from simulator.live.deployed import Deployed

    bindings = [binding for control in service.controls for binding in control.bindings]
    try:
        labels = labels_of(service, dict(_label(text) for text in against.labels))
    except RefusedBindingError as error:
        raise click.BadParameter(str(error), param_hint="--label") from error
    secrets = Secrets.of(bindings, also={"of the token": against.token or ""})
    return Deployed(live, deployment, target, cap, against.allowed, labels, secrets)


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE, as in region=eu-1", param_hint="--label")
    return name, value


@drill.command(
    epilog="""\b
Examples:
  drill arm distance-in-kilometres --environment staging
  export DRILLBOOK_ARM=$(drill arm distance-in-kilometres --environment staging --share 0.2 --minutes 30)
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
    help="Of the wall, until the token expires, and every fault with it; default: one and a half times the drill.",
)  # fmt: skip
@click.option("--allow", "allowed", metavar="PROGRAM", multiple=True, help="A program that bindings may run.")
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
    as_json: bool,
) -> int:
    """Allow one run of a live drill against somebody's service, and say first what it may do there.

    Prints a token that this machine alone takes, once, for this drill, this target and no more than what it says.
    Whoever may decide about the service makes it.
    """
    installed()
    from simulator.cli.running import known_drill
    from simulator.live import arming
    from simulator.live.arming import ArmError
    from simulator.live.drive import NotPlayableError, live_of
    from simulator.live.translating import NotLiveError

    known_drill(catalogue, name)
    one = catalogue.drill(name)
    service, deployment = _deployment(catalogue, name, environment)
    try:
        live, address = live_of(one), _target(deployment, target)
        needed = _needed(catalogue, name, deployment, live, address)
        lasts = minutes or SLACK * one.horizon_minutes / _compression(live, deployment)
        cap = needed if share is None else replace(needed, share=share)
        token = arming.arm(address, name, cap, minutes=lasts, key=arming.key())
        armed = arming.read(token, target=address, drill=name, key=arming.key())
    except (ArmError, NotPlayableError, NotLiveError) as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        told = {"drill": name, "environment": environment, "target": address, "token": token}
        allowance = {
            "share": cap.share,
            "effects": cap.effects,
            "fields": cap.fields,
            "until": armed.cap.until,
        }
        click.echo(json.dumps({**told, "cap": allowance}, indent=2))
        return GOOD
    click.echo("\n".join(_words(service, deployment, address, name, armed.cap, allowed)), err=True)
    click.echo(token)
    return GOOD


def _needed(catalogue: Catalogue, name: str, deployment: Deployment, live: Any, target: str) -> Cap:
    from simulator.live.deployed import Deployed, needed, widest
    from simulator.live.lease import Cap
    from simulator.session.stage import set_up

    venue = Deployed(live, deployment, target, Cap())
    return widest([needed(venue.leases(set_up(catalogue, name, [seed]))) for seed in SEEDS])


def _compression(live: Any, deployment: Deployment) -> float:
    from simulator.live.deployed import compression_of

    return compression_of(live, deployment)


def _words(
    service: Service, deployment: Deployment, target: str, name: str, cap: Cap, allowed: tuple[str, ...]
) -> Iterator[str]:
    from simulator.live.binding import Secrets, told

    until = datetime.fromtimestamp(cap.until or 0.0, UTC)
    yield f"One run of '{name}' against {target} ({deployment.environment}), until {until:%Y-%m-%d %H:%M} UTC."
    yield f"It may touch up to {cap.share:.0%} of the requests to {deployment.path} that pass the fault proxy:"
    yield f"  effects: {', '.join(cap.effects) or 'none'}"
    if cap.fields:
        yield f"  fields:  {', '.join(cap.fields)}"
    yield "Whoever answers may turn, and the drill turns back to the first value at its end:"
    secrets = Secrets.of(binding for control in service.controls for binding in control.bindings)
    for control in service.controls:
        for binding in control.bindings:
            if binding.environment == deployment.environment:
                value = control.values[-1] if control.values[0] == control.default else control.values[0]
                yield "  " + told(
                    binding,
                    control,
                    value,
                    environment=deployment.environment,
                    allowed=allowed,
                    secrets=secrets,
                )
    yield "The token is good once, on this machine. 'drill panic' ends everything at any time."
