"""Every key, every choice and every reference of a shipped service and its runbook is misspelt once, and found."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import pytest

from generator import inside, schemas
from generator.check import check
from generator.checks import prose, references, schema
from generator.checks.sources import Sources
from generator.load import Loaded, load
from generator.prose import references as references_in
from generator.schemas import Definition, Pair, Reading, Reference
from generator.source import Document, Finding, Pointer
from tests.generator.corpus import BASE, ROOT

SHIPPED = load(ROOT)
# One service and its first runbook: misspelling every key of all would take as long as everything else.
LOADED = dataclasses.replace(
    SHIPPED,
    documents=tuple(d for d in SHIPPED.documents if d.path.removeprefix("runbooks/").startswith(BASE)),
)
SOURCES = Sources.of(LOADED)
ONE_OF_EACH = {document.kind: document for document in SOURCES.documents}
DOCUMENTS = pytest.mark.parametrize("document", SOURCES.documents, ids=lambda d: f"{d.kind}-{d.name}")


def misspelt(name: str) -> str:
    """A name with a slip of the finger that no schema and no document knows."""
    return f"{name[:-1]}zq{name[-1]}"


def closed_mappings(document: Document) -> Iterator[Pair]:
    """Every mapping whose schema names its keys."""
    for pair in schemas.walk(schemas.of_kind(document.kind), document.data):
        if isinstance(pair.value, dict) and pair.schema.get("additionalProperties") is False:
            yield pair


def findings_of(document: Document, part: Reading) -> list[Finding]:
    return [schema.finding(document, problem) for problem in part.problems]


@DOCUMENTS
def test_every_misspelt_key_is_found(document: Document) -> None:
    """An unknown key is reported at its own line and column, and the right one is named."""
    unseen = []
    for pair in closed_mappings(document):
        for key in pair.value:
            changed = {misspelt(k) if k == key else k: value for k, value in pair.value.items()}
            pointer = (*pair.pointer, misspelt(key))
            moved = dataclasses.replace(document, keys={pointer: document.keys[(*pair.pointer, key)]})
            place = document.keys[(*pair.pointer, key)]
            findings = findings_of(moved, schemas.read_part(pair.schema, changed, pair.pointer))
            if not any(f.place == place and f"unknown key '{misspelt(key)}'" in f.message for f in findings):
                unseen.append(f"{place}: {key}")

    assert unseen == []


@DOCUMENTS
def test_every_misspelt_choice_is_found(document: Document) -> None:
    """A value that is none of the choices is reported where it stands, with what was meant."""
    unseen = []
    pairs = [*schemas.walk(schemas.of_kind(document.kind), document.data)]
    for pair in pairs:
        if isinstance(pair.value, str) and "enum" in pair.schema:
            findings = findings_of(
                document, schemas.read_part(pair.schema, misspelt(pair.value), pair.pointer)
            )
            place = document.values[pair.pointer]
            if not any(f.place == place and f"did you mean '{pair.value}'" in f.hint for f in findings):
                unseen.append(f"{place}: {pair.value}")

    assert unseen == []


@DOCUMENTS
def test_every_misspelt_kind_is_found(document: Document) -> None:
    """A kind that is not declared is reported where it stands, with the one that was meant."""
    unseen = []
    for pair in schemas.walk(schemas.of_kind(document.kind), document.data):
        by = pair.schema.get("x-kind", {}).get("by")
        if by is None:
            continue
        changed = {**pair.value, by: misspelt(pair.value[by])}
        findings = findings_of(document, schemas.read_part(pair.schema, changed, pair.pointer))
        place = document.values[(*pair.pointer, by)]
        if not any(f.place == place and f"did you mean '{pair.value[by]}'" in f.hint for f in findings):
            unseen.append(f"{place}: {pair.value[by]}")

    assert unseen == []


@DOCUMENTS
def test_every_misspelt_reference_is_found(document: Document) -> None:
    """A name that nobody defines is reported where it is used."""
    unseen = []
    for reference in SOURCES.readings[document.path].references:
        changed = dataclasses.replace(reference, name=misspelt(reference.name))
        found = [*references.unknown(SOURCES, document, changed)]
        place = document.values[reference.pointer]
        if not any(f.place == place and misspelt(reference.name) in f.message for f in found):
            unseen.append(f"{place}: {reference.name}")

    assert unseen == []


@DOCUMENTS
def test_every_misspelt_definition_is_found_where_it_is_used(document: Document) -> None:
    """Who uses a name that has been misspelt in its definition is told the likely definition."""
    reading = SOURCES.readings[document.path]
    given = Counter((definition.namespace, definition.name) for definition in reading.definitions)
    silent = []
    for definition in reading.definitions:
        if definition.namespace.startswith("catalogue.") or given[definition.namespace, definition.name] > 1:
            continue  # a catalogue name is the file's, and a name that is given again is still there
        new = dataclasses.replace(definition, name=misspelt(definition.name))
        definitions = tuple(new if d is definition else d for d in reading.definitions)
        changed = dataclasses.replace(reading, definitions=definitions)
        sources = Sources(SOURCES.root, SOURCES.documents, {**SOURCES.readings, document.path: changed})
        for user, reference in users(document, definition):
            found = [*references.unknown(sources, user, reference)]
            if not found or not names_the_likely(found[0].hint, reference.name, new.name):
                silent.append((str(user.values[reference.pointer]), definition.name, found))

    assert silent == []


def users(home: Document, definition: Definition) -> Iterator[tuple[Document, Reference]]:
    """Every use of a name that a document defines, where no other namespace could give it."""
    for document in SOURCES.documents:
        if home in SOURCES.homes(definition.namespace, document):
            for reference in SOURCES.readings[document.path].references:
                if reference.name == definition.name and reference.namespaces == (definition.namespace,):
                    yield document, reference


def names_the_likely(hint: str, used: str, misspelt_definition: str) -> bool:
    """The hint names the misspelt definition, or another name that is as close to what is used."""
    named = hint.removeprefix("did you mean '").removesuffix("'?")
    closeness = [SequenceMatcher(None, name, used).ratio() for name in (named, misspelt_definition)]
    return named == misspelt_definition or closeness[0] >= closeness[1]


def test_every_misspelt_reference_in_prose_is_found() -> None:
    """``{{ signal.amuont-psi.threshold }}`` is reported at the text that says it."""
    unseen = []
    for document in SOURCES.sound("runbook"):
        for pointer, text in inside.texts(document.data):
            for reference in dict.fromkeys(references_in(text)):
                wrong = misspelt(reference)
                changed = dataclasses.replace(
                    document, data=replaced(document.data, pointer, text, reference, wrong)
                )
                others = tuple(changed if d is document else d for d in SOURCES.documents)
                found = [*prose.check(Sources(SOURCES.root, others, SOURCES.readings))]
                if [(f.place, wrong in f.message) for f in found] != [(document.place(pointer), True)]:
                    unseen.append(f"{document.place(pointer)}: {reference}")

    assert unseen == []


def replaced(data: Any, pointer: Pointer, text: str, old: str, new: str) -> Any:
    """A copy of the data in which one text says something else."""
    out = copy.deepcopy(data)
    inner = out
    for key in pointer[:-1]:
        inner = inner[key]
    inner[pointer[-1]] = text.replace(old, new)
    return out


def test_the_sources_stay_as_they_are() -> None:
    """The mutations above work on copies."""
    assert Sources.of(LOADED).readings == SOURCES.readings


@pytest.mark.parametrize("document", ONE_OF_EACH.values(), ids=ONE_OF_EACH.keys())
def test_no_value_is_answered_by_a_traceback(document: Document) -> None:
    """Whatever stands where something else should, the checks answer with findings."""
    others = tuple(d for d in SOURCES.documents if d is not document)
    pointers = [pointer for pointer in document.values if pointer]
    for pointer in pointers[:: max(1, len(pointers) // 12)]:
        for odd in (None, [], [[]], {}, {"id": []}, True, "odd"):
            data = copy.deepcopy(dict(document.data))
            spoil(data, pointer, odd)
            spoiled = dataclasses.replace(document, data=data)

            check(Loaded(ROOT, (*others, spoiled), (), ("runbooks/services",)))


def spoil(data: Any, pointer: Pointer, value: object) -> None:
    """Put a value where the pointer leads."""
    for part in pointer[:-1]:
        data = data[part]
    data[pointer[-1]] = value
