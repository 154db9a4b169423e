"""A request's path in, whether leases may touch it, and whether it is one of theirs, out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from generator.model.paths import SPARED, parts


@lru_cache(maxsize=4096)
def is_spared(path: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a path, without its query, is one of health or metrics, however it is written.

    ``own``: others that the service has, as ``plain`` writes them.

    >>> is_spared("/v2/health/live"), is_spared("/live-score"), is_spared("/score/status")
    (True, False, False)
    >>> is_spared("/score/%73tatus/", plain(["/score/status"]))
    True
    """
    found = parts(path)
    return not SPARED.isdisjoint(found) or "/".join(found) in own


def plain(paths: Iterable[str]) -> frozenset[str]:
    """However they are written, for comparison. The root is left out: it is where all else begins."""
    return frozenset("/".join(parts(path.partition("?")[0])) for path in paths) - {""}


@lru_cache(maxsize=4096)
def is_within(path: str, paths: tuple[str, ...]) -> bool:
    """Whether a path is one of those, or lies below one: parts between slashes are compared as a whole.

    >>> [is_within(path, ("/score",)) for path in ("/score", "/score/one", "/scores", "/score-admin")]
    [True, True, False, False]
    >>> is_within("/v2/models/m/infer", ("/v2/models/",)), is_within("/a", ("/",))
    (True, True)
    """
    return any(path == one or path.startswith(f"{one.rstrip('/')}/") for one in paths)
