"""A live target, and what it was like before, in; it left as it was, and what became of it, out.

However a drill ends: what was turned is turned back, and nobody is left without being told what is not.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType

from generator.model import Service
from simulator.events import Acted, Event, Injected, Inspected
from simulator.live.aftermath import State
from simulator.live.target import LiveTarget
from simulator.live.turned import sentence

ASKED = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Whoever asks the drill to end, or closes its terminal, interrupts it: it has something to leave as it was."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = [number for number in ASKED if signal.getsignal(number) == signal.SIG_DFL]
    for number in asked:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in asked:
            signal.signal(number, signal.SIG_DFL)


class Leaving:
    """Around a drill: it leaves the target when it is told to, or when the drill has broken off."""

    def __init__(
        self, target: LiveTarget, before: State, service: Service, *, say: Callable[[str], None]
    ) -> None:
        """``say``: what nobody may miss, in sentences."""
        self._target, self._before, self._service, self._tell = target, before, service, say
        self._acted: list[Acted] = []
        self._is_over = self._is_left = False
        """Everything is turned back; somebody does not want that to go on."""

    def __enter__(self) -> Leaving:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Of a drill that broke off nothing more is recorded: it is said."""
        # Our own sandbox ends with the drill, and its controls with it.
        if kind is not None and not (self._is_over or self._is_left or self._target.is_ours):
            self._say("The drill has broken off: its faults are ended, and what it turned is turned back.")
            # What ended the drill is what is to be told, not what then got in the way.
            with suppress(Exception, KeyboardInterrupt):
                self._end()
            for acted in self._acted:
                self._say(_said(acted))
        for line in self._target.left():
            self._say(line)

    def leave(self, events: Sequence[Event]) -> Iterator[Injected | Acted | Inspected]:
        """End every fault, turn everything back, and look at the target; what is to be recorded of that.

        ``events``: of the drill so far. Whoever interrupts it once is told what is still being done.
        """
        try:
            self._end()
        except KeyboardInterrupt:
            self._say(
                "What was turned is still being turned back. Whoever interrupts this too leaves it as it is."
            )
            self._is_left = True
            self._end()
        yield from self._acted
        yield from self._target.injected()
        failed = [one for one in self._acted if not one.ok]
        again = {one.control for one in self._acted if one.ok}
        by_hand = [line for control, line in self._by_hand(events) if control not in again]
        yield self._target.inspected(self._before, [*map(_said, failed), *by_hand])

    def _say(self, line: str) -> None:
        # Whose terminal is gone is still to be left as it was.
        with suppress(OSError, ValueError):
            self._tell(line)

    def _end(self) -> None:
        self._target.end()
        if self._target.is_turning:
            self._say(
                "A control is still being turned: nothing is turned back before that is over, "
                "which takes its binding's timeout_seconds at most."
            )
        for acted in self._target.put_back(self._before):
            self._acted.append(acted)
        self._is_over = True

    def _by_hand(self, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
        """Controls that somebody turned without the tool, and did not say to have turned back."""
        turned = {
            event.payload.control: event.payload
            for event in events
            if isinstance(event.payload, Acted) and event.payload.ok
        }
        for control, acted in turned.items():
            default = self._service.control(control).default
            # Where a control can be read, it is compared.
            is_read = control in self._before.standing.get("controls", {})
            if acted.by == "outside" and acted.value != default and not is_read:
                yield control, sentence(control, acted.environment, default)


def _said(acted: Acted) -> str:
    to = f"'{acted.control}' in '{acted.environment}'"
    if acted.ok:
        return f"{to} was turned back to {acted.value}"
    return f"{to} could not be turned back to {acted.value}: {acted.why}"
