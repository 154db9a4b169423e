"""Formats of bodies: bytes in, a document whose fields can be read and changed out; bytes again.

A field has one name in all of them. The name is a path, ``schedule-feed.distance_miles``: dots between the names of
mappings, ``[*]`` for all items of a list, ``[3]`` for one, and a backslash before a dot that belongs to a name. It is
looked for in each row, then in the whole body, then under its ``inputs``; where nothing stands at the path, the
whole of it is taken for one name, as tensors and columns have. See ``fields``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from simulator.live.bodies import kserve_v1, mlflow, open_inference_v2, plain_json
from simulator.live.bodies.document import Document
from simulator.live.bodies.fields import parsed as parsed_field
from simulator.live.bodies.reading import Body, is_json, parsed

__all__ = ["FORMATS", "Document", "parsed_field", "read"]


class Format(Protocol):
    @property
    def KEYS(self) -> frozenset[str]:  # noqa: N802
        """One of these stands in every body that it covers, unless the path says already that it does."""
        ...

    def is_path(self, path: str) -> bool:
        """Whether mappings that are sent to a path may be of this format whatever stands in them."""
        ...

    def covers(self, path: str, body: Body) -> bool:
        """Whether a body that was sent to a path, or came back from it, is of this format."""
        ...

    def document(self, body: Body) -> Document | None:
        """None where the format says of the body what it does not keep."""
        ...


FORMATS: Mapping[str, Format] = {
    "kserve-v1": kserve_v1,
    "mlflow": mlflow,
    "open-inference-v2": open_inference_v2,
    "plain-json": plain_json,
}
"""The first that covers a body has it; plain JSON covers all."""
_PROTOCOLS = tuple(format for format in FORMATS.values() if format is not plain_json)
_KEYS = frozenset[str]().union(*(format.KEYS for format in _PROTOCOLS))


def read(path: str, content_type: str, body: bytes) -> Document | None:
    """What a request to a path carries, or its answer; None where it is not understood, and has to stay as it is.

    Never raises. What it returns can be dumped, and says the same then but for what was changed.
    """
    if not is_json(content_type):
        return None
    data = parsed(body)
    if data is None:
        return None
    # Most bodies are plain, and show it at first sight.
    if isinstance(data, list) or (data.keys().isdisjoint(_KEYS) and not _is_path(path)):
        return plain_json.document(data)
    path = path.partition("?")[0]
    for format in FORMATS.values():
        if format.covers(path, data):
            return format.document(data)
    return None


@lru_cache(maxsize=4096)
def _is_path(path: str) -> bool:
    """Whether it alone may say what is sent there."""
    path = path.partition("?")[0]
    return any(format.is_path(path) for format in _PROTOCOLS)
