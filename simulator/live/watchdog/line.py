"""An order to a process of the run in; whether it answered in time, out."""

from __future__ import annotations

import aiohttp

from simulator.live.plane import bearer


class Line:
    """Asks the control planes of a run; to be closed."""

    def __init__(self, token: str) -> None:
        self._session = aiohttp.ClientSession(
            headers=bearer(token),
            # Each question has a connection of its own: one that is kept may lead to a process that is gone.
            connector=aiohttp.TCPConnector(force_close=True),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def tell(self, control: str, method: str, path: str, *, within_s: float) -> int:
        """The status of its answer; 0 when there was none in time."""
        limit = aiohttp.ClientTimeout(total=max(within_s, 0.05))
        try:
            async with self._session.request(
                method, f"{control}{path}", timeout=limit, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0
