"""A request's path in, whether leases may touch it out."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

SPARED = frozenset(
    {"health", "healthcheck", "healthz", "live", "livez", "metrics", "ping", "ready", "readyz"}
)
"""A part of a path that is one of these is about the service, not of it: who watches it must see it as it is."""


@lru_cache(maxsize=4096)
def is_spared(path: str) -> bool:
    """Whether a path, without its query, is one of health or metrics, however it is written.

    >>> is_spared("/v2/health/live"), is_spared("/v2/%48ealth;a=1"), is_spared("/live-score"), is_spared("/predict")
    (True, True, False, False)
    """
    return any(part.partition(";")[0].strip().lower() in SPARED for part in _parts(path))


def _parts(path: str) -> list[str]:
    """The parts between slashes of every kind; decoded as often as a server behind another might."""
    plain, before = path, ""
    while plain != before and len(plain) <= len(path):
        before, plain = plain, unquote(plain)
    return plain.replace("\\", "/").split("/")
