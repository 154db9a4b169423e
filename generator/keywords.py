"""One value and one schema in, what the schema's own keywords have against it out.

The keywords are those of JSON Schema draft-07 that ``schema/`` uses; what lies inside the value is
judged apart (``schemas.walk``), so that every problem is told once, where it is.
"""

from __future__ import annotations

import datetime
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from generator.source import LARGEST, Pointer, likely

Schema: TypeAlias = Mapping[str, Any]
ProblemKind = Literal["unknown-key", "missing-key", "wrong-type", "wrong-value"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value, or with a key of it."""

    pointer: Pointer
    kind: ProblemKind
    message: str
    hint: str = ""
    at_key: bool = False


_TYPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "array": (lambda v: isinstance(v, list), "a list"),
    "boolean": (lambda v: isinstance(v, bool), "true or false"),
    "integer": (lambda v: _is_number(v) and v == int(v), "a whole number"),
    "null": (lambda v: v is None, "nothing"),
    "number": (lambda v: _is_number(v), "a number"),
    "object": (lambda v: isinstance(v, dict), "keys with values"),
    "string": (lambda v: isinstance(v, str), "text"),
}


# Booleans in other versions of YAML; words here.
_SWITCHES = {
    **dict.fromkeys(("yes", "on", "y", "true"), "write true, without quotes"),
    **dict.fromkeys(("no", "off", "n", "false"), "write false, without quotes"),
}
_BOUNDS: tuple[tuple[str, Callable[[float, float], bool], str], ...] = (
    ("minimum", operator.lt, "must not be below"),
    ("maximum", operator.gt, "must not be above"),
    ("exclusiveMinimum", operator.le, "must be above"),
    ("exclusiveMaximum", operator.ge, "must be below"),
)
_SIGNS = {">": "above", ">=": "above", "<": "below", "<=": "below"}
# Last words of keys that say what their number counts.
_UNITS = ("days", "minutes", "ms", "seconds")


Resolve: TypeAlias = Callable[[str], Schema]
"""What a ``$ref`` names."""


def judge(
    schema: Schema, value: Any, pointer: Pointer, *, resolve: Resolve = lambda reference: {}
) -> Iterator[Problem]:
    """The problems of the value itself; of keys only whether they are known and there."""
    types = schema.get("type")
    if types is not None and not _has_type(value, types):
        yield _wrong_type(schema, value, pointer)
    elif "const" in schema and not _same(value, schema["const"]):
        yield Problem(pointer, "wrong-value", f"{shown(value)} must be {shown(schema['const'])}")
    elif "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
        yield _wrong_choice(schema["enum"], value, pointer)
    elif isinstance(value, str):
        yield from _text(schema, value, pointer)
    elif isinstance(value, list):
        yield from _list(schema, value, pointer)
    elif isinstance(value, dict):
        yield from _keys(schema, value, pointer, resolve)
    elif _is_number(value):
        yield from _number(schema, value, pointer)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_type(value: object, types: str | list[str]) -> bool:
    if isinstance(types, str):
        return _TYPES[types][0](value)
    return any(_TYPES[name][0](value) for name in types)


def _same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def shown(value: object) -> str:
    """A value as a message shows it: short, on one line."""
    if isinstance(value, dict):
        return "this mapping"
    if isinstance(value, list):
        return "this list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    text = " ".join(str(value).split())
    text = text if len(text) <= 40 else text[:39] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def _about(schema: Schema) -> str:
    """The first sentence of a description, or an example: what would be right here."""
    if schema.get("examples"):
        return f"for example {shown(schema['examples'][0])}"
    return str(schema.get("description", "")).split(". ")[0].rstrip(".")


def _wrong_type(schema: Schema, value: object, pointer: Pointer) -> Problem:
    types = schema["type"]
    names = [types] if isinstance(types, str) else types
    wanted = " or ".join(_TYPES[name][1] for name in names)
    if value is None:
        return Problem(pointer, "wrong-type", f"{wanted} must stand here, not nothing", _about(schema))
    hint = _about(schema)
    if isinstance(value, str) and "boolean" in names:
        hint = _SWITCHES.get(value.lower(), hint)
    if isinstance(value, str) and {"number", "integer"} & set(names):
        hint = _number_in(value, pointer) or hint
    if "array" in names and not isinstance(value, (list, dict)):
        hint = _listed(schema) or hint
    if isinstance(value, str) and "array" in names and re.match(r"-\w", value):
        hint = f"a space is missing after the dash: write '- {value.split()[0][1:]}'"
    if "string" in names and not isinstance(value, (dict, list)):
        hint = f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    return Problem(pointer, "wrong-type", f"{shown(value)} must be {wanted}", hint)


def _listed(schema: Schema) -> str:
    """An example of a list of texts, as it is written; empty where there is none, or it is a longer story."""
    example = next(iter(schema.get("examples", ())), ())
    if not isinstance(example, list) or not example or not all(isinstance(item, str) for item in example):
        return ""
    return f"for example [{', '.join(map(_item, example))}]"


def _item(text: str) -> str:
    """An item of a list in brackets, in quotes where YAML would take it for something else."""
    return text if re.fullmatch(r"[A-Za-z][\w./ -]*", text) else json.dumps(text, ensure_ascii=False)


def _number_in(text: str, pointer: Pointer) -> str:
    """How to write a number that was quoted, or got a comma or a unit."""
    found = re.fullmatch(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*([^\W\d]+|%)?\s*", text)
    if found is None:
        return ""
    if found[2] is None:
        how = "with a point" if "," in found[1] else "without quotes"
        return f"write {found[1].replace(',', '.')}, {how}"
    unit = str(pointer[-1]).rpartition("_")[2] if pointer else ""
    return "write the number alone" + (f", in {unit}" if unit in _UNITS else "")


def _to_add(key: str, schema: Schema, resolve: Resolve) -> str:
    """The keys that a mapping, or each item of a list, has to have when it is added."""
    required, items = _required(schema, resolve)
    if not required:
        return ""
    *most, last = required
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"add '{key}:' with {listed}" + (" in each item" if items else "")


def _required(schema: Schema, resolve: Resolve) -> tuple[list[str], bool]:
    """The keys that a schema requires, and whether of the items of a list."""
    if schema.get("required"):
        return list(schema["required"]), False
    parts = [resolve(schema["$ref"])] if "$ref" in schema else list(schema.get("allOf", ()))
    for part in parts:
        found = _required(part, resolve)
        if found[0]:
            return found
    return (
        (_required(schema["items"], resolve)[0], True)
        if isinstance(schema.get("items"), dict)
        else ([], False)
    )


def _wrong_choice(choices: list[Any], value: object, pointer: Pointer) -> Problem:
    listed = ", ".join(str(choice) for choice in choices)
    if isinstance(value, str) and _SIGNS.get(value) in choices:
        hint = f"write {_SIGNS[value]}"
        return Problem(pointer, "wrong-value", f"{shown(value)} is not one of: {listed}", hint)
    hint = likely(value, [c for c in choices if isinstance(c, str)]) if isinstance(value, str) else ""
    return Problem(pointer, "wrong-value", f"{shown(value)} is not one of: {listed}", hint)


def _text(schema: Schema, value: str, pointer: Pointer) -> Iterator[Problem]:
    length = len(value.strip())
    if length < schema.get("minLength", 0):
        message = "the text is empty" if not length else f"{shown(value)} is too short"
        yield Problem(pointer, "wrong-value", message, _about(schema))
    elif length > schema.get("maxLength", length):
        yield Problem(pointer, "wrong-value", f"the text is longer than {schema['maxLength']} characters")
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield Problem(pointer, "wrong-value", f"{shown(value)} has the wrong form", _about(schema))
    elif schema.get("format") == "date" and not _is_date(value):
        yield Problem(pointer, "wrong-value", f"{shown(value)} is not a date", "write YYYY-MM-DD")


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _number(schema: Schema, value: float, pointer: Pointer) -> Iterator[Problem]:
    if abs(value) > LARGEST:
        yield Problem(pointer, "wrong-value", f"{value:g} is no quantity of anything", _about(schema))
        return
    for keyword, broken, words in _BOUNDS:
        if keyword in schema and broken(value, schema[keyword]):
            percent = keyword == "maximum" and schema[keyword] == 1 and value <= 100
            hint = f"{value:g} % is {value / 100:g}" if percent else _about(schema)
            yield Problem(pointer, "wrong-value", f"{value} {words} {schema[keyword]}", hint)


def _list(schema: Schema, value: list[Any], pointer: Pointer) -> Iterator[Problem]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not value and least:
        yield Problem(pointer, "wrong-value", "the list is empty", f"give at least {least}")
    elif len(value) < least:
        yield Problem(pointer, "wrong-value", f"the list needs at least {least} of them", _about(schema))
    elif len(value) > most:
        yield Problem(pointer, "wrong-value", f"the list may hold at most {most}", _about(schema))
    if schema.get("uniqueItems"):
        seen: set[str] = set()
        for index, item in enumerate(value):
            told = json.dumps(item, sort_keys=True)
            if told in seen:
                message = f"{shown(item)} stands in the list twice"
                yield Problem((*pointer, index), "wrong-value", message, "delete one")
            seen.add(told)


def _keys(schema: Schema, value: dict[str, Any], pointer: Pointer, resolve: Resolve) -> Iterator[Problem]:
    known: Schema = schema.get("properties", {})
    missing = [key for key in schema.get("required", ()) if key not in value]
    if schema.get("additionalProperties") is False and not value.keys() <= known.keys():
        for key in [k for k in value if k not in known]:
            meant = likely(key, missing) or likely(key, [k for k in known if k not in value])
            missing = [k for k in missing if f"'{k}'" not in meant]  # told once is enough
            hint = meant or "known here: " + ", ".join(known)
            yield Problem((*pointer, key), "unknown-key", f"unknown key '{key}'", hint, at_key=True)
    for key in missing:
        about = _about({k: v for k, v in known.get(key, {}).items() if k != "examples"})
        hint = "; ".join(filter(None, (about, _to_add(key, known.get(key, {}), resolve))))
        yield Problem(pointer, "missing-key", f"missing key '{key}'", hint)
    named = schema.get("propertyNames", {})
    named = resolve(named["$ref"]) if "$ref" in named else named
    for key in value if named else ():
        yield from (replace(one, at_key=True) for one in _text(named, key, (*pointer, key)))
    if len(value) < schema.get("minProperties", 0):
        yield Problem(pointer, "missing-key", "keys are missing here", _about(schema))
    if len(value) > schema.get("maxProperties", len(value)):
        message = f"only {schema['maxProperties']} of these keys may stand here: {', '.join(value)}"
        yield Problem(pointer, "wrong-value", message, _about(schema))
    forbidden = schema.get("not", {}).get("required", ())
    if forbidden and set(forbidden) <= set(value):
        message = f"{' and '.join(repr(key) for key in forbidden)} exclude each other"
        yield Problem(
            pointer,
            "wrong-value",
            message if len(forbidden) > 1 else f"{forbidden[0]!r} is out of place here",
        )
