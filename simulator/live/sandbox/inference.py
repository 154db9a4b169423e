"""The Open Inference Protocol, version 2, in: rows to be decided; and their answers back, out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from simulator.live.sandbox.bodies import BodyError, case_of
from simulator.live.sandbox.scoring import Asked
from simulator.live.sandbox.service import Answer

CASE = "case"
MOST_ROWS = 1000
_OUTPUTS: Mapping[str, str] = {"score": "FP64", "decision": "BYTES", "route": "BYTES"}
"""By name, the type of what comes back."""


def rows_of(found: Mapping[str, Any], id: str, sources: Collection[str], cases: int) -> Sequence[Asked]:
    """The rows of an inference request, whose inputs are named ``<source>.<field>``; BodyError where it holds none."""
    inputs = found.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise BodyError("'inputs' is no list of inputs")
    columns = [_column(one) for one in inputs]
    count = len(columns[0][1])
    if not 1 <= count <= MOST_ROWS:
        raise BodyError(f"there are {count} rows; 1 to {MOST_ROWS} are answered at a time")
    if any(len(values) != count for _, values in columns):
        raise BodyError("the inputs are not of one length")
    by_row: list[dict[str, dict[str, object]]] = [{} for _ in range(count)]
    of_case: Sequence[object] = [None] * count
    for name, values in columns:
        if name == CASE:
            of_case = values
            continue
        source, _, field = name.partition(".")
        if source in sources:
            for row, value in zip(by_row, values, strict=True):
                row.setdefault(source, {})[field] = value
    ids = [id] if count == 1 else [f"{id}-{place}" for place in range(count)]
    return [
        Asked(name, case_of(case, cases), row) for name, case, row in zip(ids, of_case, by_row, strict=True)
    ]


def wanted_of(found: Mapping[str, Any]) -> Sequence[str]:
    """The outputs that are asked for; all of them where nobody chooses."""
    outputs = found.get("outputs")
    if not outputs:
        return tuple(_OUTPUTS)
    names = [one.get("name") if isinstance(one, dict) else None for one in _list(outputs, "outputs")]
    for name in names:
        if not isinstance(name, str) or name not in _OUTPUTS:
            raise BodyError(f"there is no output {str(name)[:60]!r}; there are: {', '.join(_OUTPUTS)}")
    return [str(name) for name in names]


def answered(model: str, id: str, answers: Sequence[Answer], wanted: Sequence[str]) -> Mapping[str, Any]:
    """The response to an inference request."""
    return {
        "model_name": model,
        "model_version": answers[0].version,
        "id": id,
        "outputs": [
            {
                "name": name,
                "datatype": _OUTPUTS[name],
                "shape": [len(answers)],
                "data": [getattr(answer, name) for answer in answers],
            }
            for name in wanted
        ],
    }


def metadata(model: str, versions: Sequence[str], names: Sequence[str]) -> Mapping[str, Any]:
    """What the model takes and gives; ``names``: of its inputs."""
    return {
        "name": model,
        "versions": list(versions),
        "platform": "drillbook_sandbox",
        "inputs": [
            {"name": CASE, "datatype": "INT64", "shape": [-1]},
            *({"name": name, "datatype": "FP64", "shape": [-1]} for name in names),
        ],
        "outputs": [{"name": name, "datatype": type_, "shape": [-1]} for name, type_ in _OUTPUTS.items()],
    }


def _column(one: object) -> tuple[str, Sequence[object]]:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise BodyError("an input has no name")
    name, data, shape = one["name"], one.get("data"), one.get("shape")
    about = f"the input '{name[:100]}'"
    values = [
        value[0] if isinstance(value, list) and len(value) == 1 else value for value in _list(data, about)
    ]
    sizes = _list(shape, f"the shape of {about}")
    if not 1 <= len(sizes) <= 2 or any(type(size) is not int for size in sizes):
        raise BodyError(f"{about} is not of shape [n] or [n, 1]")
    if sizes[0] != len(values) or sizes[1:] not in ([], [1]):
        raise BodyError(f"{about} has {len(values)} values and the shape {sizes[:2]}")
    return name, values


def _list(value: object, about: str) -> list[Any]:
    if not isinstance(value, list):
        raise BodyError(f"{about} is no list")
    return value
