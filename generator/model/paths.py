"""A path of a request in, its parts, and which of them is about the service and not of it, out."""

from __future__ import annotations

from urllib.parse import unquote

SPARED = frozenset(
    {
        "actuator",
        "health",
        "healthcheck",
        "healthz",
        "live",
        "livez",
        "metrics",
        "ping",
        "prometheus",
        "ready",
        "readyz",
    }
)
"""A part of a path that is one of these is about the service, not of it: who watches it must see it as it is.

So no fault of a live drill falls there.
"""


def parts(path: str) -> list[str]:
    """What stands between slashes of every kind; decoded as often as a server behind another might.

    >>> parts("/v2/%48ealth;a=1//")
    ['v2', 'health']
    """
    before = ""
    decoded = path
    while decoded != before and len(decoded) <= len(path):
        before, decoded = decoded, unquote(decoded)
    found = (part.partition(";")[0].strip().lower() for part in decoded.replace("\\", "/").split("/"))
    return [part for part in found if part]
