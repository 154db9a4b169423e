"""What ``drill run --live`` is told of somebody's service in; the venue of the drill there out."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from generator.model import Catalogue, Deployment, Service
    from simulator.live.deployed import Deployed
    from simulator.live.lease import Cap
    from simulator.live.venue import Venue

VARIABLE = "DRILLBOOK_ARM"
OURS = {"sandbox": " --live", "simulated": ""}
"""Environments that serve nobody, and what plays a drill there."""
SLACK, STARTS_MINUTES = 1.5, 10.0
"""A token lasts so many times as long as its drill, and so much for what it takes to start, unless somebody says
otherwise."""


@dataclass(frozen=True, slots=True)
class Against:
    """Whose service a live drill is played against; nothing named: our own sandbox."""

    environment: str | None
    target: str | None
    token: str | None = field(repr=False)
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
        "--arm", "token", metavar="TOKEN", envvar=VARIABLE,
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

    The token is read by this, and used up when all is up and the drill begins.
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
        service, deployment = deployment_named(catalogue, name, against.environment)
        target = target_of(deployment, against.target)
        armed = arming.read(
            _token(name, against, target),
            target=target,
            environment=against.environment,
            scope=scope(catalogue, name, deployment),
            drill=name,
            key=arming.key(),
        )
        most = armed.requests_per_s if live.requests_per_s is None else live.requests_per_s
        live = replace(live, requests_per_s=min(most, armed.requests_per_s))
        venue = _deployed(service, deployment, live, target, armed.cap, against)
        _lasts(armed.cap, catalogue.drill(name).horizon_minutes / venue.place.compression)
        venue = replace(venue, permit=functools.partial(arming.spend, armed))
    except ArmError as error:
        raise click.BadParameter(str(error), param_hint="--arm") from error
    except NotPlayableError as error:
        raise click.BadParameter(str(error), param_hint="--live") from error
    return venue


def _token(name: str, against: Against, target: str) -> str:
    """ArmError where none was given, or where one was made that was none."""
    from simulator.live.arming import ArmError

    # A variable that is set and empty is what is left of a 'drill arm' that failed.
    if against.token is None and VARIABLE not in os.environ:
        raise ArmError(
            f"a drill against '{target}' has to be armed: drill arm {name} --environment {against.environment}"
        )
    return against.token or ""


def scope(catalogue: Catalogue, name: str, deployment: Deployment) -> str:
    from simulator.live.arming import scope_of

    one = catalogue.drill(name)
    return scope_of(catalogue.service(one.service), deployment, one, catalogue.panels[one.service])


def _alone(against: Against) -> None:
    """Wrong usage where the sandbox is told what is for somebody's service."""
    given = {"--target": against.target, "--allow": against.allowed, "--label": against.labels}
    for option, value in given.items():
        if value:
            raise click.BadParameter("it belongs to --environment: name that too", param_hint=option)


def deployment_named(catalogue: Catalogue, name: str, environment: str) -> tuple[Service, Deployment]:
    service = catalogue.service(catalogue.drill(name).service)
    found = service.deployment(environment)
    if found is not None:
        return service, found
    if environment in OURS:
        why = f"'{environment}' is ours, and needs no token: drill run {name}{OURS[environment]}"
    else:
        known = ", ".join(one.environment for one in service.deployments)
        others = f"; it names {known}" if known else ""
        why = (
            f"the file of the service '{service.id}' says nothing of where it runs in '{environment}'{others}: "
            f"add `deployments` to runbooks/services/{service.id}.yaml; the sandbox needs none: drill run {name} --live"
        )
    raise click.BadParameter(why, param_hint="--environment")


def target_of(deployment: Deployment, given: str | None) -> str:
    """Wrong usage where it is no address, or holds the path that requests are sent to below it."""
    from simulator.live.arming import ArmError, plain_target

    try:
        target = plain_target(given or deployment.target)
    except ArmError as error:
        raise click.BadParameter(str(error), param_hint="--target") from error
    path = deployment.path.rstrip("/")
    if path and target.endswith(path):
        said = given or deployment.target
        raise click.BadParameter(
            f"requests are sent to {path} below the target, and '{said[:200]}' ends with that already: "
            f"did you mean {said.rstrip('/').removesuffix(path)}?",
            param_hint="--target",
        )
    return target


def _lasts(cap: Cap, minutes: float) -> None:
    """ArmError where the faults would end before the drill does: the team would be judged by what never was."""
    from simulator.live.arming import ArmError

    left = ((cap.until or 0.0) - time.time()) / 60
    if left < minutes:
        raise ArmError(
            f"the drill takes {minutes:.0f} minutes, and the token expires in {left:.0f}: "
            f"make one that lasts, with --minutes {minutes * SLACK + STARTS_MINUTES:.0f}"
        )


def _deployed(
    service: Service, deployment: Deployment, live: Any, target: str, cap: Cap, against: Against
) -> Deployed:
    from simulator.live.binding import Secrets
    from simulator.live.deployed import Deployed

    bindings = [binding for control in service.controls for binding in control.bindings]
    labels = labels_given(service, against.labels)
    secrets = Secrets.of(bindings, also={"of the token": against.token or ""})
    return Deployed(live, deployment, target, cap, against.allowed, labels, secrets)


def labels_given(service: Service, given: tuple[str, ...]) -> Mapping[str, str]:
    from simulator.live.binding import RefusedBindingError, labels_of

    try:
        return labels_of(service, dict(_label(text) for text in given))
    except RefusedBindingError as error:
        raise click.BadParameter(str(error), param_hint="--label") from error


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE, as in region=eu-1", param_hint="--label")
    return name, value
