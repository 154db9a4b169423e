"""An answer of the proxy's own, with an error status, in place of the target's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.live.effects.fate import Act, Fate, Refusal
from simulator.live.effects.parameters import Number, Text
from simulator.live.effects.streams import Streams

PARAMETERS = (
    Number("status", 400, 599, default=503, whole=True),
    Number("retry_after_s", 0, 86_400, "seconds", default=None, whole=True),
    Text("body", default='{"error":"unavailable"}'),
)


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    refusal = answer(int(parameters["status"]), parameters["body"], parameters["retry_after_s"])

    def fall(fate: Fate, *_: object) -> None:
        fate.refuse = fate.refuse or refusal
        fate.told["refused"] = fate.refuse.status

    return Act(fall)


def answer(status: int, body: str, retry_after_s: float | None = None) -> Refusal:
    """An answer with a body that says of itself whether it is JSON."""
    headers = {}
    if body:
        is_json = body.lstrip()[:1] in ("{", "[")
        headers["Content-Type"] = "application/json" if is_json else "text/plain; charset=utf-8"
    if retry_after_s is not None:
        headers["Retry-After"] = str(int(retry_after_s))
    return Refusal(status, headers, body.encode())
