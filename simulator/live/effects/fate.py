"""What becomes of one request: what all effects of a lease together do to it and to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from simulator.live.bodies.document import Document

Edit: TypeAlias = Callable[[Document, str], int]
"""Changes a document in place for the request of that id; how many values."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the target never gave."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Fate:
    delay_s: float = 0.0
    """Before the request goes on to the target; 0: none."""
    refuse: Refusal | None = None
    """Answered so, without the target."""
    reset: bool = False
    """The connection ends without an answer."""
    swallow: Refusal | None = None
    """Answered as if it had been taken, while the target never sees it."""
    bytes_per_s: float | None = None
    """The answer comes no faster."""
    truncate: float | None = None
    """The share of the answer's body that comes before the connection ends."""
    edits_request: bool = False
    """The document of the request was changed, and has to be written anew."""
    told: dict[str, object] = field(default_factory=dict)
    """What was done, for the log; what was done to the answer comes with it."""
    later: list[tuple[str, Edit, str]] = field(default_factory=list, repr=False)
    """Edits of the answer: what they are called, and the request's id."""

    @property
    def matters(self) -> bool:
        return bool(self.told or self.later)

    def answer(self, document: Document) -> bool:
        """Change an answer in place; whether anything is different now."""
        done = [self._edited(name, edit(document, id)) for name, edit, id in self.later]
        return any(done)

    def edit(self, name: str, edit: Edit, document: Document, id: str) -> None:
        """Change the request in place."""
        if self._edited(name, edit(document, id)):
            self.edits_request = True

    def _edited(self, name: str, count: int) -> bool:
        if count:
            told = self.told.setdefault("edits", {})
            assert isinstance(told, dict)
            told[name] = told.get(name, 0) + count
        return count > 0


@dataclass(frozen=True, slots=True)
class Act:
    """An effect with its parameters, ready to fall on requests."""

    fall: Callable[[Fate, Document | None, str], None]
    """Add to the fate of the request of that id; None: its body is not understood, or was not asked for."""
    needs: Literal["", "request", "answer"] = ""
    """The body that it has to see."""
    fields: tuple[str, ...] = ()
    """What it may change."""
    watch: Callable[[Document], None] | None = None
    """Sees the requests on which the lease does not fall."""
    at: Callable[[float], Act] | None = None
    """The same at a part of its size, from 0 to 1; None: it has no size."""
