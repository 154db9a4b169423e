"""The sources of one service in, the same out with a canary in every place that can be classified.

What can be classified is read off the schemas (``x-labels``), so that no place is forgotten: of each, a copy of
something that is there is labelled, and every text in it that may be any text becomes a word of its own.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.audience import Readable, evidence_of, readable
from generator.compile import compile
from generator.load import load
from generator.model import Catalogue, Kept, Proof, ProofHashes, Turn, Unfollowed
from generator.schemas import Pair, fits, of_kind, walk
from generator.source import Document, Pointer
from tests.generator.corpus import copied
from tests.generator.proofs import sample

CLOSED = "confidential"
KINDS = ("organization", "service", "runbook", "drill")
_FORMS = ("{}", "It says {} and no more than that.", "https://{}.example.org/", "{}.csv")
_FIXED = {"kind", "do", "classification", "event", "service", "is"}
_ROW = 7351973.25
PROVEN = "feature-drift"
PROOF_WORDS = tuple(f"zqproof{number}x" for number in range(6))
"""What a rehearsal may have written, each in another field of the proof of a runbook that everybody may read."""

Where = tuple[str, str]
"""A kind of document, and what its schema says of a mapping in it."""


def labelled_keys(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The classifications among the keys that a schema knows, and what each is the classification of."""
    known = schema.get("properties", {})
    return {key: node["x-labels"] for key, node in known.items() if "x-labels" in node}


DEPLOYMENT = {
    "environment": "staging",
    "target": "https://staging.example.com",
    "protocol": "plain-json",
    "path": "/score",
    "answer": {"field": "decision"},
    "metrics": {"kind": "exposition", "url": "https://staging.example.com/metrics"},
}


@dataclass(slots=True)
class Planted:
    """Documents with canaries in them."""

    documents: list[Document]
    words: dict[Where, list[str]] = field(default_factory=dict)
    """The canaries, by where they are."""

    def catalogue(self, audience: str, root: Path) -> Catalogue:
        """What an audience reads of it; the panels are one row with a canary of its own."""
        shown: Readable = readable(self.documents, audience)
        found = compile(self.documents, root, read_panel=_panel, shown=shown)
        kept = {PROVEN: Kept(proof=self._proof(root))}
        drills = {drill.id for drill in found.drills}
        return dataclasses.replace(found, evidence=evidence_of(kept, found.runbooks, drills, found.services))

    def _proof(self, root: Path) -> Proof:
        """A proof that names the closed drill, the closed runbook, and every step, signal and control there is."""
        whole = compile(self.documents, root, read_panel=_panel)
        drill, runbook = (
            next(d.name for d in self.documents[::-1] if d.kind == kind) for kind in ("drill", "runbook")
        )
        made = sample(whole, PROVEN, drills={drill: "ab" * 32}, hashes=ProofHashes("cd" * 32, "ef" * 32))
        (result,) = made.drills
        broken, why, effect, kind, node, seen = PROOF_WORDS
        spoken = dataclasses.replace(
            result,
            opened={runbook: 5},
            steps=dict.fromkeys(whole.runbook(PROVEN).parts, 1),
            unfollowed=(Unfollowed(next(iter(whole.runbook(PROVEN).parts)), f"It says {why}.", 1, 1),),
        )
        controls = [control.id for control in whole.service(made.service).controls]
        first = next(iter(whole.runbook(PROVEN).parts))
        reaction = dataclasses.replace(
            made.reactions[0],
            kind=kind,
            node=node,
            tried={"field": seen},
            opened={runbook: 1.0},
            right=(runbook,),
        )
        return dataclasses.replace(
            made,
            drills=(spoken,),
            passed=False,
            broken=(f"It says {broken}.",),
            steps=tuple(
                dataclasses.replace(one, effect=(f"It says {effect}.",)) if one.effect else one
                for one in made.steps
            ),
            reactions=(reaction,),
            turns=tuple(Turn(first, control, True, (), 1, 0, 0) for control in controls),
            parts=dict(whole.runbook(PROVEN).parts),
        )


def _panel(_: str) -> str:
    """One row with a canary of its own."""
    return f"amount,fraud\n{_ROW},1\n"


def planted(root: Path) -> Planted:
    """The corpus' service and runbook with everything that can be closed to some, closed to them."""
    found = Planted([_deployed(_dated(d)) for d in load(copied(root)).documents])
    most: dict[Where, tuple[Document, Pair]] = {}
    for document in found.documents:
        for pair in _holders(document):
            where: Where = (document.kind, str(pair.schema["description"]))
            if pair.pointer and len(str(pair.value)) > len(
                str(most[where][1].value if where in most else "")
            ):
                most[where] = (document, pair)
    lists = {where: document.at(pair.pointer[:-1]) for where, (document, pair) in most.items()}
    for number, (where, (_, pair)) in enumerate(most.items()):
        found.words[where] = list(_close(lists[where], pair, number))
    _close_organization(found)
    _close_documents(found)
    return found


def _dated(document: Document) -> Document:
    return dataclasses.replace(document, data=copy.deepcopy(dict(document.data)))


def _deployed(document: Document) -> Document:
    """A service that says where it runs, which the corpus' does not."""
    if document.kind == "service":
        document.data.setdefault("deployments", [copy.deepcopy(DEPLOYMENT)])  # type: ignore[attr-defined]
    return document


def _holders(document: Document) -> list[Pair]:
    return [pair for pair in walk(of_kind(document.kind), document.data) if labelled_keys(pair.schema)]


def _close(things: Any, pair: Pair, number: int) -> Iterator[str]:
    """Put a labelled copy before the things of a list, or label what stands in no list."""
    ((key, labels),) = labelled_keys(pair.schema).items()
    if labels == ["rows"]:
        pair.value[key] = CLOSED
        yield str(_ROW)
        return
    thing, words, _ = _canaried(pair.value, pair.schema, f"zq{number:02d}", {})
    if labels != "whole":
        kept = copy.deepcopy(pair.value)
        thing = {**kept, "id": f"evidence-{number}", **{way: thing[way] for way in labels if way in thing}}
        words = [word for word in words if any(word in str(thing.get(way)) for way in labels)]
    things.insert(0, {**thing, key: CLOSED})
    yield from words


def _close_organization(found: Planted) -> None:
    organization = next(d for d in found.documents if d.kind == "organization")
    schema = of_kind("organization")
    ((key, _),) = labelled_keys(schema).items()
    words = []
    for list_, name in (("teams", "contact"), ("channels", "address")):
        for number, item in enumerate(organization.data[list_]):
            item[name] = f"zq{list_}{number}x"
            words.append(item[name])
    organization.data[key] = CLOSED  # type: ignore[index]
    found.words["organization", schema["description"]] = words


def _close_documents(found: Planted) -> None:
    """A closed service with an open runbook, and a closed runbook and a closed drill of the open service."""
    names: dict[str, str] = {}
    for kind, closed in (("service", True), ("runbook", False), ("runbook", True), ("drill", True)):
        schema = of_kind(kind)
        source = next(d for d in found.documents if d.kind == kind)
        fresh = f"zq{kind}{int(closed)}"
        data, words, renamed = _canaried(source.data, schema, fresh, names if not closed else {})
        if kind == "service":
            names = {**renamed, source.name: str(data["id"])}
        if not closed:
            data["service"] = names[source.data["service"]]
        data["classification"] = CLOSED if closed else source.data["classification"]
        name = str(data["id"])
        found.documents.append(Document(f"runbooks/{name}.yaml", source.kind, name, data))
        found.words.setdefault((kind, str(schema["description"])), []).extend(words)


def _canaried(
    value: Any, schema: Mapping[str, Any], prefix: str, names: Mapping[str, str]
) -> tuple[Any, list[str], dict[str, str]]:
    """A copy with a word of its own in each text; the words; and what the names in it are called now."""
    thing = copy.deepcopy(value)
    texts: dict[Pointer, list[Mapping[str, Any]]] = {}
    for pair in walk(schema, thing):
        if isinstance(pair.value, str):
            texts.setdefault(pair.pointer, []).append(pair.schema)
    fresh = (f"{prefix}n{number:03d}x" for number in itertools.count())
    words: list[str] = []
    renamed = dict(names)
    for defining in (True, False):
        for pointer, schemas in texts.items():
            if any("x-defines" in one for one in schemas) == defining:
                old = _at(thing, pointer)
                new = _word(old, pointer, schemas, next(fresh), renamed)
                if defining:
                    renamed.setdefault(old, new)
                    new = renamed[old]
                if new != old and new not in names.values():
                    words += [new] if defining else [w for w in [_inner(new, prefix)] if w]
                _at(thing, pointer[:-1])[pointer[-1]] = new
    return thing, list(dict.fromkeys(words)), renamed


def _word(
    old: str, pointer: Pointer, schemas: list[Mapping[str, Any]], word: str, renamed: Mapping[str, str]
) -> str:
    if any("x-refers" in one for one in schemas):
        return renamed.get(old, old)
    if {part for part in pointer[-1:] if isinstance(part, str)} & _FIXED:
        return old
    forms = (form.format(word) for form in _FORMS)
    return next((form for form in forms if all(fits(one, form) for one in schemas)), old)


def _inner(text: str, prefix: str) -> str:
    """The canary in a text, which may stand for itself or in a sentence."""
    begin = text.find(prefix)
    return text[begin : text.find("x", begin + len(prefix)) + 1] if begin >= 0 else ""


def _at(value: Any, pointer: Pointer) -> Any:
    for part in pointer:
        value = value[part]
    return value
