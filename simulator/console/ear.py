"""Lines that are typed on a screen in, the next one out: its event loop runs only while somebody waits for one."""

from __future__ import annotations

import asyncio
import signal
from collections import deque

from prompt_toolkit.application import Application


class Ear:
    """What comes in while nobody waits for it is kept."""

    def __init__(self) -> None:
        self.typed: deque[str] = deque()
        self.also: int | None = None
        """A file descriptor that ends the waiting as well, as soon as it can be read."""
        self._loop = asyncio.new_event_loop()
        self._news = asyncio.Event()
        self._interrupted = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_closed(self) -> bool:
        return self._loop.is_closed()

    def open(self, app: Application[None]) -> None:
        """The application runs in this loop from now on."""
        self._task = self._loop.create_task(app.run_async())
        self._loop.add_signal_handler(signal.SIGTERM, self.interrupt)

    def close(self, app: Application[None]) -> None:
        if self._task is not None and not self._task.done():
            app.exit()
            self._loop.run_until_complete(self._task)
        self._loop.close()

    def hear(self, line: str) -> None:
        self.typed.append(line)
        self._news.set()

    def interrupt(self) -> None:
        self._interrupted = True
        self._news.set()

    def wait(self, seconds: float | None) -> None:
        """Until there is news, or so many seconds are over; KeyboardInterrupt when somebody wants to leave.

        When the application itself fails, its error.
        """
        self._loop.run_until_complete(self._listen(seconds))
        if self._interrupted:
            raise KeyboardInterrupt

    async def _listen(self, seconds: float | None) -> None:
        assert self._task is not None
        if self.also is not None:
            self._loop.add_reader(self.also, self._news.set)
        waiting = asyncio.ensure_future(self._news.wait())
        await asyncio.wait({waiting, self._task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        self._news.clear()
        if self.also is not None:
            self._loop.remove_reader(self.also)
        if self._task.done():
            self._task.result()
            self._interrupted = True
