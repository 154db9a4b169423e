"""The same two fields and the same two cases, in every format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.live.bodies import Document, read

MILES = "schedule-feed.distance_miles"
CARRIER = "schedule-feed.carrier"


@dataclass(frozen=True)
class Example:
    path: str
    body: Any
    rows: int = 2

    def document(self) -> Document:
        found = read(self.path, "application/json", json.dumps(self.body).encode())
        assert found is not None
        return found


def _nested(miles: float, carrier: str) -> dict[str, Any]:
    return {
        "schedule-feed": {"distance_miles": miles, "carrier": carrier, "scheduled_min": 120},
        "other": None,
    }


def _flat(miles: float, carrier: str) -> dict[str, Any]:
    return {MILES: miles, CARRIER: carrier, "other": [1, 2.5]}


def _tensor(name: str, datatype: str, data: list[Any], shape: list[int]) -> dict[str, Any]:
    return {"name": name, "shape": shape, "datatype": datatype, "data": data, "parameters": {"x": 1}}


EXAMPLES: Mapping[str, Example] = {
    "kserve-v1": Example(
        "/v1/models/m:predict", {"instances": [_nested(733.5, "AA"), _nested(200.25, "UA")], "id": 7}
    ),
    "mlflow inputs by column": Example(
        "/invocations", {"inputs": {MILES: [733.5, 200.25], CARRIER: ["AA", "UA"], "other": [1, 2]}}, rows=1
    ),
    "mlflow inputs by row": Example("/invocations", {"inputs": [_flat(733.5, "AA"), _flat(200.25, "UA")]}),
    "mlflow instances": Example("/invocations", {"instances": [_flat(733.5, "AA"), _flat(200.25, "UA")]}),
    "mlflow records": Example(
        "/invocations", {"dataframe_records": [_flat(733.5, "AA"), _flat(200.25, "UA")], "params": {"a": 1}}
    ),
    "mlflow split": Example(
        "/invocations",
        {
            "dataframe_split": {
                "index": [0, 1],
                "columns": ["other", MILES, CARRIER],
                "data": [[None, 733.5, "AA"], [2, 200.25, "UA"]],
            }
        },
    ),
    "open-inference-v2 flat": Example(
        "/v2/models/m/infer",
        {
            "id": "r-1",
            "inputs": [
                _tensor("other", "INT64", [5, 6], [2]),
                _tensor(MILES, "FP64", [733.5, 200.25], [2]),
                _tensor(CARRIER, "BYTES", ["AA", "UA"], [2]),
            ],
        },
    ),
    "open-inference-v2 nested": Example(
        "/v2/models/m/versions/1/infer",
        {
            "inputs": [
                _tensor(CARRIER, "BYTES", [["AA"], ["UA"]], [2, 1]),
                _tensor(MILES, "FP32", [[733.5], [200.25]], [2, 1]),
            ],
            "parameters": {"y": None},
        },
    ),
    "plain-json of many": Example("/predict", [_nested(733.5, "AA"), _nested(200.25, "UA")]),
    "plain-json under inputs": Example(
        "/predict", {"id": "r-1", "case": 12, "inputs": [_nested(733.5, "AA"), _nested(200.25, "UA")]}, rows=1
    ),
}
