"""A control and a setting in; its binding carried out in an environment that is not ours, and in the end back, out."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from generator.model import Binding, Service, Setting
from simulator.events import Acted
from simulator.live import turned
from simulator.live.aftermath import State
from simulator.live.binding import Secrets, act, refusal


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
        until: float | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """``allowed``: programs that may be run; ``keep``: the folder in which what bindings say is kept.

        ``until``: when the token expires, in seconds since the epoch; later, controls are turned back alone.
        """
        self._service, self._environment = service, environment
        self._allowed, self._labels, self._secrets, self._keep = allowed, labels, secrets, keep
        self._until, self._wall = until, wall
        self._turned: list[str] = []
        """Controls that may be turned, in the order in which they first were."""

    def turn(self, control: str, value: Setting) -> Acted:
        binding = self._binding(control)
        if binding is None:
            return self._not_turned(
                control,
                value,
                f"it has no binding in '{self._environment}': turn it there by hand, and enter it",
            )
        if self._until is not None and self._wall() >= self._until:
            return self._not_turned(
                control,
                value,
                "the time for which the drill was armed is over: turn it by hand, and enter it",
            )
        # What is refused before anything is sent has turned nothing; all else may have, whatever is said of it.
        if control not in self._turned and not self._refusal(binding, control, value):
            self._note([*self._turned, control])
        return self._act(binding, control, value)

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        """To what the service's file calls the default, the last one first: that is where a drill begins.

        Whoever is interrupted may ask again: what was turned back is not turned again.
        """
        for control in reversed([*self._turned]):
            binding, default = self._binding(control), self._service.control(control).default
            assert binding is not None
            acted = self._act(binding, control, default)
            if acted.ok:
                self._note([one for one in self._turned if one != control])
            yield acted

    def left(self) -> Sequence[str]:
        """What is not turned back, a sentence each."""
        return [
            turned.sentence(control, self._environment, self._service.control(control).default)
            for control in self._turned
        ]

    def _note(self, controls: list[str]) -> None:
        self._turned = controls
        if self._keep is not None:
            defaults = {control: self._service.control(control).default for control in controls}
            turned.note(self._keep, self._environment, defaults)

    def _binding(self, control: str) -> Binding | None:
        bindings = self._service.control(control).bindings
        return next((one for one in bindings if one.environment == self._environment), None)

    def _refusal(self, binding: Binding, control: str, value: Setting) -> str:
        return refusal(
            binding,
            self._service.control(control),
            value,
            environment=self._environment,
            allowed=self._allowed,
            labels=self._labels,
            secrets=self._secrets,
        )

    def _act(self, binding: Binding, control: str, value: Setting) -> Acted:
        return act(
            binding,
            self._service.control(control),
            value,
            environment=self._environment,
            allowed=self._allowed,
            labels=self._labels,
            secrets=self._secrets,
            keep=self._keep,
        )

    def _not_turned(self, control: str, value: Setting, why: str) -> Acted:
        return Acted(control, value, self._environment, "command", ok=False, status=-1, seconds=0.0, why=why)
