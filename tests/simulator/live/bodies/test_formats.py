"""Fields are found and changed under one name in every format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.live.bodies import FORMATS, Document, read
from tests.simulator.live.bodies.examples import CARRIER, EXAMPLES, MILES, Example

each_format = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def _loaded(document: Document) -> Any:
    return json.loads(document.dump())


def _document(path: str, body: Any) -> Document:
    found = read(path, "application/json", json.dumps(body).encode())
    assert found is not None
    return found


def test_the_table_is_in_order_and_ends_with_what_covers_all() -> None:
    """Formats are asked in the order of the alphabet, and plain JSON comes last."""
    assert list(FORMATS) == sorted(FORMATS)
    assert list(FORMATS)[-1] == "plain-json"


@pytest.mark.parametrize(
    "path", ["/predict", "/v2/models/m/infer", "/invocations?a", "/score/invocations", "/"]
)
@pytest.mark.parametrize(
    "held", [1, [], {}, [1], [{"a": 1}], [{"name": "a", "datatype": "FP64", "data": [1]}]]
)
@pytest.mark.parametrize(
    "key", ["a", *sorted(set[str]().union(*(format.KEYS for format in FORMATS.values())))]
)
def test_no_format_is_overlooked(path: str, held: Any, key: str) -> None:
    """A body that shows at first sight that it is plain is one that no other format covers."""
    for body in ({key: held}, [{key: held}]):
        first = next(format for format in FORMATS.values() if format.covers(path.partition("?")[0], body))
        expected, found = first.document(body), read(path, "application/json", json.dumps(body).encode())

        assert type(found) is type(expected)
        assert (
            found is None
            or expected is None
            or (found.rows, found.get("a")) == (expected.rows, expected.get("a"))
        )


@each_format
def test_a_field_has_one_name_in_all_formats(example: Example) -> None:
    """The name that the sandbox's plain JSON has, and the same with ``inputs`` before it, find it everywhere."""
    document = example.document()

    assert document.get(MILES) == [733.5, 200.25]
    assert document.get(f"inputs.{MILES}") == [733.5, 200.25]
    assert document.get(CARRIER) == ["AA", "UA"]
    assert document.rows == example.rows


@each_format
def test_what_nobody_changed_stays_as_it_was(example: Example) -> None:
    """A document that is written again says the same, in the same order."""
    assert json.dumps(_loaded(example.document())) == json.dumps(example.body)


@each_format
def test_an_edit_changes_one_field_and_nothing_else(example: Example) -> None:
    """What is left without the field is what was left before."""
    document, before = example.document(), example.document()
    count = document.edit(MILES, lambda value: value * 2 if isinstance(value, float) else value)

    assert count == 2
    assert document.get(MILES) == [1467, 400.5]
    assert document.drop(MILES) > 0
    before.drop(MILES)
    assert document.dump() == before.dump()


@each_format
def test_a_field_that_is_not_there_is_no_error(example: Example) -> None:
    """Nothing is found, nothing is changed."""
    document = example.document()

    assert document.get("nobody.knows") is None
    assert document.edit("nobody.knows", lambda _: 1) == 0
    assert document.rename("nobody.knows", "it") == 0
    assert document.drop("nobody.knows") == 0
    assert document.retype("nobody.knows", "string") == 0
    assert _loaded(document) == example.body


@each_format
def test_a_renamed_field_keeps_its_place_and_its_values(example: Example) -> None:
    """Its last name is another one; a name that is taken is not taken twice."""
    document = example.document()

    assert document.rename(MILES, "carrier") == 0
    assert document.rename(MILES, "distance_km") > 0
    assert document.get(MILES) is None
    assert document.get("schedule-feed.distance_km") == [733.5, 200.25]
    text = document.dump().decode().replace("distance_km", "distance_miles")
    assert json.dumps(json.loads(text)) == json.dumps(example.body)


@each_format
def test_a_field_is_written_in_another_type(example: Example) -> None:
    """Numbers become texts and come back; a carrier is no number."""
    document = example.document()

    assert document.retype(MILES, "string") == 2
    assert document.get(MILES) == ["733.5", "200.25"]
    assert document.retype(MILES, "number") == 2
    assert document.get(MILES) == [733.5, 200.25]
    assert document.retype(CARRIER, "number") == 0
    assert document.retype(MILES, "boolean") == 2
    assert document.get(MILES) == [True, True]


@each_format
def test_what_json_cannot_hold_is_never_written(example: Example) -> None:
    """Infinite numbers and numbers beyond 64 bits leave a value as it was."""
    document = example.document()

    for value in (float("inf"), float("nan")):
        assert document.edit(MILES, lambda _, value=value: value) == 0
    document.edit(CARRIER, lambda _: 2**70)
    assert _loaded(document) == example.body


def test_a_path_reaches_into_lists() -> None:
    """All items, or one of them, and names that hold dots by a backslash."""
    document = _document("/p", {"rows": [{"x": [1, 2]}, {"x": [3, 4]}], "a.b": {"c": 5}})

    assert document.get("rows[*].x[1]") == [2, 4]
    assert document.get("rows[0].x") == [1, 2]
    assert document.get(r"a\.b.c") == [5]
    assert document.edit("rows[1].x[*]", lambda _: 0) == 2
    assert _loaded(document)["rows"] == [{"x": [1, 2]}, {"x": [0, 0]}]


def test_one_column_of_a_tensor_is_a_field() -> None:
    """Many servers take one tensor for all features: ``[1]`` is the second, flat or nested."""
    flat = {"name": "predict", "shape": [2, 3], "datatype": "FP64", "data": [1, 2, 3, 4, 5, 6]}
    nested = {**flat, "data": [[1, 2, 3], [4, 5, 6]]}
    for tensor, after in ((flat, [1, 0, 3, 4, 0, 6]), (nested, [[1, 0, 3], [4, 0, 6]])):
        document = _document("/v2/models/m/infer", {"inputs": [tensor]})
        assert document.get("predict[1]") == [2, 5]
        assert document.edit("predict[1]", lambda _: 0.0) == 2
        assert _loaded(document)["inputs"][0]["data"] == after
        assert document.edit("predict[3]", lambda _: 9.0) == 0
        assert document.drop("predict[1]") == 0


def test_columns_without_names_are_found_by_their_place() -> None:
    """Instances that are lists have fields by number."""
    document = _document("/v1/models/m:predict", {"instances": [[1, 2], [3, 4]]})

    assert document.get("[1]") == [2, 4]


@pytest.mark.parametrize(
    ("datatype", "old", "new", "held"),
    [
        ("INT64", 5, 7.6, 8),
        ("INT8", 5, 1000.0, 127),
        ("UINT8", 5, -3, 0),
        ("INT64", 5, None, 5),
        ("INT64", 5, "x", 5),
        ("INT64", 5, float("inf"), 5),
        ("FP64", 5.0, None, None),
        ("FP64", 5.0, 3, 3.0),
        ("FP16", 5.0, 70000.0, 5.0),
        ("FP32", 5.0, True, 5.0),
        ("BOOL", True, False, False),
        ("BOOL", True, 0, True),
        ("BYTES", "a", "b", "b"),
        ("BYTES", "a", 1, "a"),
        ("STRANGE", "a", "b", "a"),
    ],
)
def test_a_tensor_keeps_its_type(datatype: str, old: Any, new: Any, held: Any) -> None:
    """Whole numbers are rounded and stay in range; what is of another type is not written."""
    tensor = {"name": "x", "shape": [1], "datatype": datatype, "data": [old]}
    document = _document("/v2/models/m/infer", {"inputs": [tensor]})
    document.edit("x", lambda _: new)

    found = document.get("x")
    assert found == [held]
    assert type(found[0]) is type(held)


def test_a_retyped_tensor_says_so() -> None:
    """The declared type changes with the values."""
    document = EXAMPLES["open-inference-v2 flat"].document()
    document.retype(MILES, "string")

    tensor = _loaded(document)["inputs"][1]
    assert (tensor["datatype"], tensor["data"]) == ("BYTES", ["733.5", "200.25"])


def test_answers_are_documents_too() -> None:
    """Predictions and outputs have fields as requests have."""
    predictions = _document("/invocations", {"predictions": [0.1, 0.9]})
    outputs = _document(
        "/v2/models/m/infer",
        {"outputs": [{"name": "score", "shape": [1], "datatype": "FP64", "data": [0.4]}]},
    )
    rows = _document("/v1/models/m:predict", {"predictions": [{"score": 0.1}, {"score": 0.9}]})

    assert predictions.get("predictions") == [0.1, 0.9]
    assert outputs.get("score") == [0.4]
    assert rows.get("score") == [0.1, 0.9]


def test_what_stands_beside_the_cases_can_be_looked_at() -> None:
    """A request's id is there to be sticky by, in every format that has one."""
    assert EXAMPLES["open-inference-v2 flat"].document().get("id") == ["r-1"]
    assert EXAMPLES["kserve-v1"].document().get("id") == [7]
    assert EXAMPLES["mlflow records"].document().get("params.a") == [1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/v2/models/m/infer",
            {"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "parameters": {}}]},
        ),
        ("/v2/models/m/infer", {"inputs": 3}),
        ("/v2/models/m/infer", {}),
        ("/elsewhere", {"inputs": [{"name": "x", "datatype": "FP64", "shape": [3]}]}),
        ("/invocations", {"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}),
        ("/invocations", {"dataframe_split": 3}),
    ],
)
def test_a_body_that_breaks_its_format_is_not_understood(path: str, body: Any) -> None:
    """Binary tensors, and tables whose rows do not fit, are left alone."""
    assert read(path, "application/json", json.dumps(body).encode()) is None


@pytest.mark.parametrize("elsewhere", [{"binary_data_size": 4}, {"shared_memory_region": "r"}])
def test_a_tensor_whose_values_are_elsewhere_stays_as_it_is(elsewhere: Any) -> None:
    """An image in shared memory beside the numbers does not switch off a fault on the numbers."""
    raw = {"name": "raw", "shape": [1], "datatype": "BYTES", "parameters": elsewhere}
    tensors = [{"name": "y", "shape": [1], "datatype": "FP64", "data": [1.0]}, raw]
    document = _document("/v2/models/m/infer", {"inputs": tensors})

    assert document.edit("y", lambda _: 2.0) == 1
    assert document.unheld == ""
    assert document.edit("raw", lambda _: "x") == document.drop("raw") == 0
    assert document.unheld == "a tensor whose values are elsewhere"
    assert json.loads(document.dump())["inputs"][1] == raw


def test_a_body_with_binary_values_behind_it_is_not_understood() -> None:
    """They stand in an order that nobody may disturb."""
    tensors = [
        {"name": "y", "shape": [1], "datatype": "FP64", "data": [1.0]},
        {"name": "raw", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}},
    ]
    body = json.dumps({"inputs": tensors}).encode()

    assert read("/v2/models/m/infer", "application/json", body + b"\0\0\x80\x3f") is None
    assert read("/v2/models/m/infer", "application/octet-stream", body + b"\0\0\x80\x3f") is None


@pytest.mark.parametrize("amiss", [{"shape": 3}, {"datatype": ["FP64"]}, {"datatype": None}])
def test_a_tensor_that_does_not_say_what_it_is_stays_as_it_is(amiss: Any) -> None:
    """The others can still be changed."""
    tensors = [
        {"name": "x", "shape": [1], "datatype": "FP64", "data": [1.0]} | amiss,
        {"name": "y", "shape": [1], "datatype": "FP64", "data": [1.0]},
    ]
    document = _document("/v2/models/m/infer", {"inputs": tensors})

    assert document.edit("x", lambda _: 2.0) == document.drop("x") == document.rename("x", "z") == 0
    assert document.edit("y", lambda _: 2.0) == 1
