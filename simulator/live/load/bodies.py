"""A case of the panel in, the bytes of a request about it out: plain JSON, with what each source sends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import orjson

from generator.model import PanelRows, Service
from simulator.live.headers import TAKEN_AT

_MARK = b'"@"'
"""Stands for a moment of the drill in what is prepared; no number is written like it."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Each case prepared, up to what differs from request to request."""

    pieces: tuple[tuple[bytes, ...], ...]
    """By case: what stands between the moments."""

    def body(self, id: str, case: int, as_of_s: float) -> bytes:
        """A request; ``as_of_s``: seconds of the drill at which its values were taken."""
        rest = (b"%.3f" % as_of_s).join(self.pieces[case])
        return b'{"id":"%s","case":%d,"inputs":%s}' % (id.encode(), case, rest)


def bodies_of(service: Service, panel: PanelRows, sources: Collection[str]) -> Bodies:
    """``sources``: those whose values come with requests, each with every field that the panel has of it."""
    fields = {
        node.id: [name for name in node.fields if name in panel.columns]
        for node in service.lineage.nodes
        if node.id in sources
    }
    cases = len(panel.columns[service.profile.panel.label])
    return Bodies(tuple(_pieces(panel, fields, case) for case in range(cases)))


def _pieces(panel: PanelRows, fields: dict[str, list[str]], case: int) -> tuple[bytes, ...]:
    inputs: dict[str, dict[str, float | str]] = {
        node: {name: panel.columns[name][case] for name in names} for node, names in fields.items()
    }
    for sent in inputs.values():
        sent[TAKEN_AT] = "@"
    return tuple(orjson.dumps(inputs).split(_MARK))
