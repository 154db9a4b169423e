"""A case of the panel in, the bytes of a request to a deployment out; by protocol, under the names of fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from generator.model import Deployment, PanelRows, Service
from simulator.live.sandbox.given import GivenError

Values: TypeAlias = Mapping[str, float | None]
"""By field; None: it is missing."""
_ID = b'"@"'
"""Stands for the id of a request in what is prepared; no field is named like it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Each case, up to the id of the request."""

    pieces: tuple[tuple[bytes, ...], ...]
    """By case: what stands before and behind the id; one piece, where the protocol has none."""

    def body(self, id: str, case: int, as_of_s: float) -> bytes:
        """A request. A deployment keeps time itself: nobody tells it of when the values are."""
        return (b'"%s"' % id.encode()).join(self.pieces[case])


def prepared(service: Service, panel: PanelRows, deployment: Deployment) -> Prepared:
    """Every field of a source that the panel has, and nothing of what nobody knows when a request is made.

    GivenError where that is nothing at all.
    """
    write = PROTOCOLS[deployment.protocol]
    kept = {service.profile.panel.label, service.profile.panel.weight}
    names = [name for name in fields_of(service) if name in panel.columns and name not in kept]
    if not names:
        raise GivenError("no source has a field that the panel has: there is nothing to send")
    rows = zip(*(panel.columns[name] for name in names), strict=True)
    return Prepared(
        tuple(
            tuple(orjson.dumps(write(dict(zip(names, map(_known, row), strict=True)))).split(_ID))
            for row in rows
        )
    )


def fields_of(service: Service) -> tuple[str, ...]:
    """The fields of all sources, each once: two that send the same one are two ways to one value."""
    sources = (node for node in service.lineage.nodes if node.kind == "source")
    return tuple(dict.fromkeys(name for node in sources for name in node.fields))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain_json(values: Values) -> Any:
    return values


def _kserve_v1(values: Values) -> Any:
    return {"instances": [values]}


def _mlflow(values: Values) -> Any:
    return {"dataframe_split": {"columns": list(values), "data": [list(values.values())]}}


def _open_inference_v2(values: Values) -> Any:
    inputs = [
        {"name": name, "shape": [1, 1], "datatype": "FP64", "data": [value]} for name, value in values.items()
    ]
    return {"id": "@", "inputs": inputs}


PROTOCOLS: Mapping[str, Callable[[Values], Any]] = {
    "kserve-v1": _kserve_v1,
    "mlflow": _mlflow,
    "open-inference-v2": _open_inference_v2,
    "plain-json": _plain_json,
}
