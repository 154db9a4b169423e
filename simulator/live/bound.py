"""A control and a setting in; its binding carried out in an environment that is not ours, and in the end back, out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from generator.model import Service, Setting
from simulator.events import Acted
from simulator.live.aftermath import State
from simulator.live.binding import Secrets, act


class BoundHands:
    """Turns controls of a deployment, by the bindings that the service's file gives them there."""

    def __init__(
        self,
        service: Service,
        environment: str,
        *,
        allowed: Collection[str],
        labels: Mapping[str, str],
        secrets: Secrets,
        keep: Path | None,
    ) -> None:
        """``allowed``: programs that may be run; ``keep``: the folder in which what bindings say is kept."""
        self._service, self._environment = service, environment
        self._allowed, self._labels, self._secrets, self._keep = allowed, labels, secrets, keep
        self._turned: list[str] = []
        """Controls, in the order in which they were first turned."""

    def turn(self, control: str, value: Setting) -> Acted:
        known = self._service.control(control)
        binding = next((one for one in known.bindings if one.environment == self._environment), None)
        if binding is None:
            why = f"it has no binding in '{self._environment}': turn it there by hand, and enter it"
            return Acted(
                control, value, self._environment, "command", ok=False, status=-1, seconds=0.0, why=why
            )
        if control not in self._turned:
            self._turned.append(control)
        return act(
            binding,
            known,
            value,
            environment=self._environment,
            allowed=self._allowed,
            labels=self._labels,
            secrets=self._secrets,
            keep=self._keep,
        )

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        """To what the service's file calls the default, the last one first: that is where a drill begins."""
        for control in reversed(self._turned):
            yield self.turn(control, self._service.control(control).default)
        self._turned.clear()
