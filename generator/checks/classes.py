"""Sources in, how every text and every name in them is classified out: its rank on the organization's ladder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator import audience
from generator.audience import Label
from generator.checks.sources import Sources
from generator.schemas import Definition
from generator.source import Document, Pointer


@dataclass(frozen=True, slots=True)
class Classified:
    """The labels of one document, and what each of them covers."""

    document: Document
    labels: Sequence[tuple[Label, int]]
    """Each with its rank."""
    names: Mapping[tuple[str, str], int]
    """Rank by namespace and name; the lowest, where a name is given more than once."""
    _covered: Mapping[Pointer, int]

    @classmethod
    def of(cls, sources: Sources, document: Document, rungs: Sequence[str]) -> Classified:
        """What is known of a document; a label that is no rung is told elsewhere."""
        reading = sources.readings[document.path]
        labels = [
            (label, rungs.index(label.name))
            for label in audience.labels_of(document, reading.labels)
            if label.name in rungs
        ]
        covered: dict[Pointer, int] = {}
        for label, rank in labels:
            for pointer in label.pointers:
                covered[pointer] = max(rank, covered.get(pointer, 0))
        names = _names(reading.definitions, covered)
        return cls(document, labels, names, covered)

    def rank(self, pointer: Pointer) -> int:
        """The rung on which one has to stand to read what is there."""
        return _rank(pointer, self._covered)


@dataclass(frozen=True, slots=True)
class Classes:
    """All that is classified, by the path of its document."""

    sources: Sources
    rungs: Sequence[str]
    documents: Mapping[str, Classified]
    raised: frozenset[str]
    """Every name of something, in whatever document, that not everybody may read."""

    @classmethod
    def of(cls, sources: Sources, organization: Document) -> Classes:
        """Every document on the ladder of an organization that says what its schema asks for."""
        rungs = audience.ladder([organization])
        documents = {d.path: Classified.of(sources, d, rungs) for d in sources.documents}
        return cls(sources, rungs, documents, frozenset(_raised(documents.values())))

    def of_name(self, document: Document, namespaces: Sequence[str], name: str) -> int:
        """The rank of what a document calls by that name; 0 when it is not known.

        In another document, 0 too where only the whole of that is classified: whoever names it is told once.
        """
        if name not in self.raised:
            return 0
        found = [rank for space in namespaces for rank in self._ranks(document, space, name)]
        return min(found, default=0)

    def _ranks(self, document: Document, namespace: str, name: str) -> Iterator[int]:
        scope, _, kind = namespace.partition(".")
        if scope == "catalogue":
            home = self.sources.document(kind, name)
            if home is not None:
                yield self.documents[home.path].rank(())
            return
        for home in self.sources.homes(namespace, document):
            classified = self.documents[home.path]
            rank = classified.names.get((namespace, name))
            if rank is not None:
                yield rank if home is document or rank > classified.rank(()) else 0


def _raised(documents: Iterable[Classified]) -> Iterator[str]:
    for classified in documents:
        if classified.rank(()):
            yield classified.document.name
        yield from (name for (_, name), rank in classified.names.items() if rank)


def _rank(pointer: Pointer, covered: Mapping[Pointer, int]) -> int:
    if not covered:
        return 0
    return max(covered.get(pointer[:length], 0) for length in range(len(pointer) + 1))


def _names(definitions: Sequence[Definition], covered: Mapping[Pointer, int]) -> dict[tuple[str, str], int]:
    names: dict[tuple[str, str], int] = {}
    for definition in definitions:
        key, rank = (definition.namespace, definition.name), _rank(definition.pointer, covered)
        names[key] = min(rank, names.get(key, rank))
    return names
