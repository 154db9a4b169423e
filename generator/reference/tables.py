"""A JSON schema in; a page with a table of keys for it, and for each of its definitions, out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from generator import kinds
from generator.reference.markdown import cell, header, literal, row, text

SOURCES = ("organization", "service", "runbook", "drill", "common")
LONGEST_EXAMPLE = 72

Json: TypeAlias = Mapping[str, Any]
Link: TypeAlias = Callable[[str], str]
"""The name of a definition, as a file and a fragment, to a link in Markdown."""


def schema_page(name: str) -> Iterator[str]:
    """The keys of a document, then those of everything that it is made of."""
    schema = json.loads((kinds.folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    link = _linker(name)
    yield from (f"# {schema['title']}", "", text(schema["description"]))
    yield from ("", f"Schema: `schema/{name}.schema.json`.")
    if schema.get("properties"):
        yield from ("", "## Keys", "", *keys(schema, link))
    for title, definition in schema.get("definitions", {}).items():
        yield from ("", f"## {title}", "", text(definition.get("description", "")))
        if definition.get("properties"):
            yield from ("", *keys(definition, link))
        else:
            yield from ("", f"Type: {_type(definition, link)}.{_examples(definition)}")
        yield from _choices(definition)


def keys(schema: Json, link: Link) -> Iterator[str]:
    """A row for each key of an object; a bold key is required."""
    required = set(schema.get("required", ()))
    yield from header("key", "type", "what it says", "example")
    for key, value in schema["properties"].items():
        name = f"**`{key}`**" if key in required else f"`{key}`"
        words = text(value.get("description", ""))
        if "default" in value and value["default"] not in ("", None, [], {}):
            words += f" Left out: {cell(literal(value['default']))}."
        yield row(name, _type(value, link), words, _example(value))
    yield from ("", "Keys in bold are required.")
    for key, value in schema["properties"].items():
        yield from _choices(value, of=key)


def _choices(schema: Json, *, of: str = "") -> Iterator[str]:
    meanings: Json = schema.get("x-descriptions", {})
    if meanings:
        yield from ("", f"`{of}` is one of:" if of else "One of:", "")
        yield from (f"- `{word}`: {text(meaning)}" for word, meaning in meanings.items())


def _type(schema: Json, link: Link) -> str:
    """The type in words; a definition by a link to its section."""
    if "$ref" in schema:
        return link(schema["$ref"])
    named = [part["$ref"] for part in schema.get("allOf", ()) if "$ref" in part]
    if named:
        return link(named[0]) + _limits(schema)
    if "enum" in schema and "x-descriptions" not in schema:
        return " or ".join(cell(literal(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], link)}" if "items" in schema else "list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {_type(schema['additionalProperties'], link)}"
    types = schema.get("type", "object")
    return " or ".join([types] if isinstance(types, str) else types) + _limits(schema)


def _limits(schema: Json) -> str:
    bounds = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    said = [f"{sign} {literal(schema[key])}" for key, sign in bounds if key in schema]
    said += [str(schema["x-unit"])] if "x-unit" in schema else []
    return f", {', '.join(said)}" if said else ""


def _linker(page: str) -> Link:
    def link(reference: str) -> str:
        file, _, pointer = reference.partition("#")
        title = pointer.rsplit("/", 1)[-1]
        target = file.rsplit("/", 1)[-1].removesuffix(".schema.json") or page
        if target == page:
            return f"[{title or page}](#{title})"
        folder = (
            ""
            if (target in SOURCES) == (page in SOURCES)
            else "../sources/"
            if target in SOURCES
            else "../files/"
        )
        return f"[{title or target}]({folder}{target}.md{'#' + title if title else ''})"

    return link


def from_kinds(reference: str) -> str:
    """A definition's link from a page of kinds."""
    return _linker("")(reference).replace("](", "](../sources/")


def _example(schema: Json) -> str:
    """The first example that is short enough to read in a table."""
    short = [text for value in schema.get("examples", ()) if len(text := literal(value)) <= LONGEST_EXAMPLE]
    return cell(short[0]) if short else ""


def _examples(schema: Json) -> str:
    return f" Example: {found}." if (found := _example(schema)) else ""


def title_of(name: str) -> str:
    """What a schema calls what it describes."""
    schema = json.loads((kinds.folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    return str(schema["title"])
