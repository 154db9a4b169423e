"""A request in, its answer out; nothing when there is none. The target may go and come back at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import aiohttp

from simulator.live.headers import ASIDE, REQUEST_ID
from simulator.live.load.ends import NOTHING, Answer, answer_of, decision_in

LEAST_S, DEADLINES = 10.0, 3.0
"""Who has no answer after so many deadlines, but not before so many seconds, gets none."""
_JSON = {"Content-Type": "application/json"}
_ASIDE = {ASIDE: "1"}


class Asking:
    """Connections to a target, as many as there are requests under way; to be closed."""

    def __init__(self, *, deadline_ms: float, decision: Callable[[bytes], str] = decision_in) -> None:
        """``deadline_ms``: later an answer is late; ``decision``: what its body says; empty: nothing."""
        self._decision = decision
        self.gives_up_s = max(LEAST_S, DEADLINES * deadline_ms / 1000)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30.0),
            timeout=aiohttp.ClientTimeout(total=self.gives_up_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def post(self, url: str, id: str, body: bytes, *, aside: bool = False) -> Answer:
        """``aside``: it is no traffic, and a target that knows the word counts it in no metric of its own."""
        headers: Mapping[str, str] = {**_JSON, REQUEST_ID: id, **(_ASIDE if aside else {})}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer_of(answer.status, await answer.read(), self._decision)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return NOTHING
