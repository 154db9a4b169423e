"""Hands in; controls turned one after another beside the drill, which goes on meanwhile, out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from generator.model import Setting
from simulator.events import Acted
from simulator.live.hands import Hands


class Turner:
    """In a thread of its own: a binding may take half a minute, in which the drill has its scrapes and its faults."""

    def __init__(self, hands: Hands, at_once_s: float) -> None:
        """``at_once_s``: so long is waited, so that what is done at once is done in the same step."""
        self._hands, self._at_once_s = hands, at_once_s
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hands")
        self._turns: list[Future[Acted | None]] = []

    def turn(self, control: str, value: Setting) -> Acted | Future[Acted | None] | None:
        """What there is to say of it, or what will say it. RefusedError where our own sandbox will not."""
        turn = self._pool.submit(self._hands.turn, control, value)
        self._turns.append(turn)
        wait([turn], timeout=self._at_once_s)
        return turn.result() if turn.done() else turn

    @property
    def is_turning(self) -> bool:
        """Whether a control is being turned, or waits for another one."""
        return not all(turn.done() for turn in self._turns)

    def finish(self) -> None:
        """Wait for what is being turned; what has not begun will not."""
        for turn in self._turns:
            turn.cancel()
        wait(self._turns)

    def acted(self) -> Iterator[Acted]:
        """What there is to say of all that was turned so far."""
        for turn in self._turns:
            is_well = turn.done() and not turn.cancelled() and turn.exception() is None
            if is_well and (acted := turn.result()) is not None:
                yield acted

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
