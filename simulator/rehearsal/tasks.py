"""What can be worked on apart: each task knows all that it depends on, and the key that follows from it."""

from __future__ import annotations

from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Task(Protocol[T_co]):
    """A frozen, picklable value; the same key, the same result, on any machine with the same engine."""

    @property
    def key(self) -> str:
        """SHA-256 of everything that the result depends on, the engine apart."""
        ...

    @property
    def what(self) -> str:
        """In a few words, for who waits."""
        ...

    @property
    def cost(self) -> float:
        """Steps of the world times replicas: how much of the whole work it is."""
        ...

    @property
    def result(self) -> type[T_co]:
        """The type of its result, a frozen dataclass that ``generator.values`` can write and read."""
        ...

    def run(self) -> T_co:
        """Do it."""
        ...

    def holds(self, result: object) -> bool:
        """Whether a result that was kept under this key is still what ``run`` would find out.

        True wherever the key covers all that decides. Who plays runbooks knows only afterwards which plans were
        followed: such results say so, and outlive an edit to all other plans.
        """
        ...
