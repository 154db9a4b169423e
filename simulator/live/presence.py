"""The folder of a run in; a word to its watchdog every now and then, for as long as the drill is there, out."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from simulator import shell
from simulator.live import runs
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.runs import RunError
from simulator.live.watchdog.calling import Called, call

SAY_S = 2.0
ANSWER_S = 1.0
GONE_S = 20.0
"""How long the processes of a run may take to end."""


class Presence:
    """Tells the watchdog that the drill lives; one that has died is followed by another.

    In a thread of its own, as a drill may be paused, or wait for people. It renews no fault: who pauses lets them end.
    """

    def __init__(self, folder: Path) -> None:
        """Starts the first watchdog, and waits until it watches; RunError when it does not."""
        self._folder, self._token = folder, runs.token(folder)
        self._watchdog: Called = call(folder)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._say, name="presence", daemon=True)
        self.problems: list[str] = []

    def __enter__(self) -> Presence:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The drill is over: returns when the watchdog has ended what it kept, and itself."""
        self._over.set()
        self._thread.join()
        running = self._watchdog.running
        if not self._tell("stop"):
            self.problems.append("the watchdog could not be told that all is over: it finds out by itself")
        elif not shell.gone(running.identity, within_s=GONE_S):
            self.problems.append(f"the watchdog has not ended within {GONE_S:g} s: 'drill panic' ends it")
        running.forget()

    def lost(self) -> str:
        """Why the drill cannot go on; empty: it can. Asks nobody, so that it may be called at every step."""
        if (self._folder / runs.PANICKED).exists():
            return "'drill panic' has ended this run; what was recorded before stands"
        if runs.is_over(self._folder):
            return (
                "the processes of this run were ended, as the drill itself had been stopped for too long; "
                "what was recorded before stands"
            )
        return ""

    def _say(self) -> None:
        while not self._over.wait(SAY_S):
            if self._tell("alive") or runs.is_over(self._folder):
                continue
            self.problems.append("the watchdog does not answer: another one takes over")
            try:
                former, self._watchdog = self._watchdog, call(self._folder)
                former.running.forget()
            except RunError as error:
                self.problems.append(str(error))

    def _tell(self, what: str) -> bool:
        caller = Caller(self._watchdog.control, self._token, timeout_s=ANSWER_S)
        try:
            caller.post(what)
        except (UnreachableError, RefusedError):
            return False
        finally:
            caller.close()
        return True
