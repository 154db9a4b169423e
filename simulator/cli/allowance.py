"""What a token is to allow in; what that means for somebody's service, in sentences that are read before, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from generator.model import Binding, Control, Deployment, Service
    from simulator.live.lease import Cap


@dataclass(frozen=True, slots=True)
class Allowance:
    """One run of one drill against one target."""

    drill: str
    service: Service
    deployment: Deployment
    target: str
    """As it is compared; not always the one of the service's file."""
    cap: Cap
    live: Any
    """How the drill's file says that it is played."""
    people: float
    """How many times faster than life people play it."""
    allowed: tuple[str, ...] = ()
    """Programs that whoever starts it is going to allow."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the alert, which whoever starts it is going to give."""

    def words(self) -> Iterator[str]:
        """All of it, a line each."""
        until = datetime.fromtimestamp(self.cap.until or 0.0, UTC)
        place = f"{self.target} ({self.deployment.environment})"
        yield f"One run of '{self.drill}' against {place}, until {until:%Y-%m-%d %H:%M} UTC."
        yield from self._faults()
        able, unable = self._controls()
        yield (
            "Whoever answers may turn these, and at its end the drill turns back what was turned: to where it read "
            "that it stood, else to the default, at which it has to stand now:"
        )
        yield from (f"  {line}" for line in able)
        if unable:
            yield f"Cannot be turned ({len(unable)}), as things stand:"
            yield from (f"  {control}: {why}" for control, why in unable.items())
        yield from (f"NOTE: {remark}" for remark in self.remarks())
        yield "The token is good once, on this machine. 'drill panic' ends everything at any time."

    def unable(self) -> Mapping[str, str]:
        """By control that has a binding there and cannot be turned, why, and what to do."""
        return self._controls()[1]

    def remarks(self) -> Iterator[str]:
        """What is allowed and does not look as if it was meant."""
        from simulator.live.binding import RefusedBindingError
        from simulator.live.binding.running import program

        yield from self._elsewhere()
        for name in self.allowed:
            try:
                program(name, (name,))
            except RefusedBindingError as error:
                yield f"--allow {name}: {error}."

    def per_s(self) -> float:
        """The most requests a second of the wall that the drill sends there."""
        return self._per_s(self.live)

    def _per_s(self, live: Any) -> float:
        from simulator.live.deployed import compression_of

        traffic = self.service.profile.traffic
        peak = traffic.requests_per_s * (1 + traffic.daily_swing) * max(1.0, traffic.weekend_factor)
        most: float = peak * compression_of(live, self.deployment)
        return most if live.requests_per_s is None else min(most, live.requests_per_s)

    def _faults(self) -> Iterator[str]:
        from simulator.live.translating import told

        yield self._traffic()
        share, path = f"{self.cap.share:.0%}", self.deployment.path
        yield f"It may touch up to {share} of the requests to {path} that pass the fault proxy:"
        yield f"  effects: {', '.join(self.cap.effects) or 'none'}"
        if self.cap.fields:
            yield f"  fields:  {', '.join(self.cap.fields)}"
        if self.cap.stop is not None:
            yield told(self.cap.stop)

    def _traffic(self) -> str:
        from simulator.live.deployed import compression_of

        live, path = self.live, self.deployment.path
        head = f"It sends up to {self.per_s():.0f} requests a second to {path}"
        if self.per_s() == live.requests_per_s:
            return f"{head}, at any speed: `requests_per_s` under `live` in the drill's file says so."
        slower = replace(live, compression=min(live.compression, self.people))
        speeds = (compression_of(one, self.deployment) for one in (live, slower))
        most, usual = speeds
        people = (
            f"; {self._per_s(slower):.0f} as people play it, {usual:g} times as fast" if usual < most else ""
        )
        return (
            f"{head}, when its hour passes {most:g} times as fast{people}. "
            "`requests_per_s` under `live` in the drill's file makes it less."
        )

    def _elsewhere(self) -> Iterator[str]:
        """Where something of the deployment stays that a target of the command line has moved away from."""
        from simulator.live.arming import plain_target

        target = urlsplit(self.target)
        if self.target == plain_target(self.deployment.target):
            return
        turned = (binding.http.url for _, binding in self._bindings() if binding.http is not None)
        for what, urls in (
            ("controls are turned", turned),
            ("metrics are read", (self.deployment.metrics.url,)),
        ):
            hosts = dict.fromkeys(host for url in urls if (host := urlsplit(url).hostname))
            if others := [host for host in hosts if host != target.hostname]:
                yield f"{what} at {', '.join(others)}, which is not the target {target.hostname}."

    def _bindings(self) -> Iterator[tuple[Control, Binding]]:
        for control in self.service.controls:
            for binding in control.bindings:
                if binding.environment == self.deployment.environment:
                    yield control, binding

    def _controls(self) -> tuple[list[str], Mapping[str, str]]:
        """What is sent or run for each that can be turned; and why, for each that cannot."""
        from generator.prose import printed
        from simulator.live.binding import Secrets, refusal, told, told_reading

        secrets = Secrets.of(binding for control in self.service.controls for binding in control.bindings)
        able: list[str] = []
        unable: dict[str, str] = {}
        for control, binding in self._bindings():
            value = control.values[-1] if control.values[0] == control.default else control.values[0]
            given: dict[str, Any] = {
                "environment": self.deployment.environment,
                "allowed": self.allowed,
                "labels": self.labels,
                "secrets": secrets,
            }
            if why := refusal(binding, control, value, **given):
                unable[control.id] = f"{why}{_remedy(binding, self.labels)}"
            else:
                able.append(f"{told(binding, control, value, **given)} (default: {printed(control.default)})")
                if read := told_reading(binding, control, **given):
                    able.append(f"  {read}")
        return able, unable


def _remedy(binding: Binding, labels: Mapping[str, str]) -> str:
    """What to do besides, where the refusal itself does not say it."""
    from simulator.live.binding.telling import missing

    given = " ".join(f"--label {name}=VALUE" for name in missing(binding, labels))
    return f": give it by {given}" if given else ""
