"""A control and a setting in; its binding carried out in an environment that is not ours, and in the end back, out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from generator.model import Binding, Service, Setting
from simulator.events import Acted
from simulator.live import turned
from simulator.live.aftermath import State
from simulator.live.binding import Secrets, UnreadControlError, act, refusal, standing


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
        self._stood: dict[str, Setting] = {}
        """Where controls stood when that was first read, before any of them was turned."""
        self._one_at_a_time = threading.Lock()
        self._is_over = False
        """What was turned is being turned back, and nothing is turned any more."""

    def settings(self) -> Mapping[str, Callable[[], Setting]]:
        """By control whose binding says how it is read: asks where it stands now; UnreadControlError."""
        bound = ((control.id, self._binding(control.id)) for control in self._service.controls)
        return {id: partial(self._read, id) for id, one in bound if one is not None and one.read is not None}

    def turn(self, control: str, value: Setting) -> Acted:
        """Turn it; nothing is turned that nobody could turn back."""
        with self._one_at_a_time:
            return self._turn(control, value)

    def _turn(self, control: str, value: Setting) -> Acted:
        binding = self._binding(control)
        if binding is None:
            return self._not_turned(
                control,
                value,
                f"it has no binding in '{self._environment}': turn it there by hand, and enter it",
            )
        if self._is_over:
            return self._not_turned(control, value, "the drill is over, and what it turned is turned back")
        if self._until is not None and self._wall() >= self._until:
            return self._not_turned(
                control,
                value,
                "the time for which the drill was armed is over: turn it by hand, and enter it",
            )
        # What is refused before anything is sent has turned nothing; all else may have, whatever is said of it.
        is_first = control not in self._turned and not self._refusal(binding, control, value)
        if is_first and (why := self._unkept(binding, control)):
            return self._not_turned(control, value, f"{why}: turn it by hand, and enter it")
        return self._act(binding, control, value)

    def _unkept(self, binding: Binding, control: str) -> str:
        """Why it could not be turned back to where it stood; empty: that is noted."""
        try:
            if binding.read is not None and control not in self._stood:
                self._read(control)
            self._note([*self._turned, control])
        except UnreadControlError as error:
            return f"nobody knows where it stands, and could turn it back to ({error})"
        except OSError as error:
            return f"the disk takes no note of it ({error.strerror or type(error).__name__})"
        return ""

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        """To where it stood, or else to what the service's file calls the default; the last one first.

        It waits for what is being turned. Whoever is interrupted may ask again: what was turned back is not turned
        again.
        """
        with self._one_at_a_time:
            self._is_over = True
        for control in reversed([*self._turned]):
            binding = self._binding(control)
            assert binding is not None
            acted = self._act(binding, control, self._home(control))
            if acted.ok:
                left = [one for one in self._turned if one != control]
                # What is turned back and still noted is looked at once too often: that is no harm.
                with suppress(OSError):
                    self._note(left)
                self._turned = left
            yield acted

    def left(self) -> Sequence[str]:
        """What is not turned back, a sentence each."""
        return [turned.sentence(control, self._environment, self._home(control)) for control in self._turned]

    def _home(self, control: str) -> Setting:
        """Where it is put back to."""
        return self._stood.get(control, self._service.control(control).default)

    def _note(self, controls: list[str]) -> None:
        """Before any of them is turned; OSError where the disk does not take it."""
        if self._keep is not None:
            homes = {control: self._home(control) for control in controls}
            turned.note(self._keep, self._environment, homes)
        self._turned = controls

    def _read(self, control: str) -> Setting:
        binding = self._binding(control)
        assert binding is not None
        found = standing(
            binding,
            self._service.control(control),
            environment=self._environment,
            allowed=self._allowed,
            labels=self._labels,
            secrets=self._secrets,
        )
        self._stood.setdefault(control, found)
        return found

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
