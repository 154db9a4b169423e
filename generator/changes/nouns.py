"""A noun of the sources and the same thing in two texts in, what changed of it out.

A noun says how the changes of its keys are told. A key that it says nothing of is told by its name,
so that no change of a value is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.changes.change import Change, Weight
from generator.changes.matching import match, moves
from generator.changes.words import (
    condition_change,
    is_condition,
    is_words,
    listed,
    same,
    shown,
    shown_apart,
    word_changes,
)
from generator.source import Document, Place, Pointer

LONGEST_LIST = 2000
"""Of things without names; longer ones are not told apart item by item."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same thing in the old and in the new text; None where a text has it not."""

    old: Any
    new: Any
    old_at: Pointer
    new_at: Pointer
    before: Document = field(repr=False)
    after: Document = field(repr=False)

    def inner(self, *keys: str) -> Pair:
        """What stands under a key, or under keys in keys, of both."""
        pair = self
        for part in keys:
            old = pair.old.get(part) if isinstance(pair.old, Mapping) else None
            new = pair.new.get(part) if isinstance(pair.new, Mapping) else None
            pair = replace(pair, old=old, new=new, old_at=(*pair.old_at, part), new_at=(*pair.new_at, part))
        return pair

    def items(self) -> tuple[list[Any], list[Any]]:
        """Both as lists; what is none counts as empty."""
        return (
            [*self.old] if isinstance(self.old, (list, tuple)) else [],
            [*self.new] if isinstance(self.new, (list, tuple)) else [],
        )

    def item(self, old: int | None, new: int | None) -> Pair:
        """One thing of both lists."""
        was, now = self.items()
        return replace(
            self,
            old=None if old is None else was[old],
            new=None if new is None else now[new],
            old_at=self.old_at if old is None else (*self.old_at, old),
            new_at=self.new_at if new is None else (*self.new_at, new),
        )

    @property
    def place(self) -> Place:
        """Where it stands now; where it stood, when it is gone."""
        return self.before.place(self.old_at) if self.new is None else self.after.place(self.new_at)

    def change(self, weight: Weight, subject: str, text: str, *, detail: str = "") -> Change:
        return Change(text, weight, self.place, subject, self.new is None, detail)


@dataclass(frozen=True, slots=True)
class Edit:
    """A key whose value differs: what a saying is made from."""

    subject: str
    key: str
    was: str
    now: str
    old: Any
    new: Any
    whole: Pair
    """The thing that has the key."""


@dataclass(frozen=True, slots=True)
class Saying:
    """How the change of one key is told: a text with ``{subject}``, ``{was}`` and ``{now}``, or a function."""

    weight: Weight
    text: str | Callable[[Edit], str]

    def told(self, edit: Edit) -> str:
        if isinstance(self.text, str):
            return self.text.format(subject=edit.subject, was=edit.was, now=edit.now)
        return self.text(edit)


Comparer = Callable[[Pair], Iterator[Change]]


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing in the sources, and how its changes are told."""

    name: str
    weight: Weight
    keys: tuple[str, ...] = ("id",)
    """What names one of them in a list."""
    says: Mapping[str, Saying] = field(default_factory=dict)
    lists: Mapping[str, Noun] = field(default_factory=dict)
    apart: Mapping[str, Comparer] = field(default_factory=dict)
    """Keys that a comparer of their own tells, or that ``also`` does."""
    also: Comparer | None = None
    """What is seen only when the whole thing is looked at."""
    called: Callable[[str, str], str] | None = None
    """The subject of one in a list, from that of what holds the list and its name; none: noun and name."""
    came: Callable[[str, Any], str] | None = None
    went: Callable[[str, Any], str] | None = None
    order: Weight = Weight.WORDS
    gone: Weight | None = None
    """The weight of losing one, where that is more than to change one."""

    def subject(self, holder: str, name: str) -> str:
        """What one of them is called in a line."""
        return f"{self.name} {name}" if self.called is None else self.called(holder, name)


def compare(noun: Noun, pair: Pair, subject: str = "") -> Iterator[Change]:
    """What changed of one thing."""
    yield from _keys(noun, pair, pair, subject, "")
    if noun.also is not None:
        yield from noun.also(pair)


def _keys(noun: Noun, whole: Pair, pair: Pair, subject: str, way: str) -> Iterator[Change]:
    for key in dict.fromkeys([*(pair.new or ()), *(pair.old or ())]):
        yield from _key(noun, whole, pair.inner(key), subject, f"{way}.{key}" if way else key)


def _key(noun: Noun, whole: Pair, pair: Pair, subject: str, way: str) -> Iterator[Change]:
    if same(pair.old, pair.new):
        return
    if way in noun.apart:
        yield from noun.apart[way](pair)
    elif way in noun.lists:
        yield from compare_list(noun.lists[way], pair, subject)
    elif _are_mappings(pair) and not _is_condition(pair, way):
        yield from _keys(noun, whole, pair, subject, way)
    elif way in noun.says:
        yield _said(noun.says[way], whole, pair, subject, way)
    else:
        yield from value_change(noun.weight, pair, subject, way)


def _said(saying: Saying, whole: Pair, pair: Pair, subject: str, way: str) -> Change:
    was, now = shown_apart(pair.old, pair.new)
    edit = Edit(subject, way, was, now, pair.old, pair.new, whole)
    detail = word_changes(pair.old, pair.new) if is_words(pair.old) and is_words(pair.new) else ""
    place = pair if pair.new is not None else replace(pair, new=whole.new, new_at=whole.new_at)
    return place.change(saying.weight, subject or way, saying.told(edit), detail=detail)


def _are_mappings(pair: Pair) -> bool:
    return isinstance(pair.old, Mapping) and isinstance(pair.new, Mapping)


def _is_condition(pair: Pair, way: str) -> bool:
    known = (pair.old is None or is_condition(pair.old)) and (pair.new is None or is_condition(pair.new))
    return way.rpartition(".")[2] in {"when", "that"} and known


def value_change(weight: Weight, pair: Pair, subject: str, way: str) -> Iterator[Change]:
    """A value that no noun has words for: told by its key."""
    about = f"{subject}: {way}" if subject else way
    if _is_condition(pair, way):
        yield pair.change(weight, subject or way, f"{about} {condition_change(pair.old, pair.new)}")
    elif is_words(pair.old) and is_words(pair.new):
        detail = word_changes(pair.old, pair.new)
        yield pair.change(Weight.WORDS, subject or way, f"{about} says something else", detail=detail)
    elif isinstance(pair.old, (list, tuple)) and isinstance(pair.new, (list, tuple)):
        yield from _list_change(weight, pair, subject, way)
    else:
        was, now = shown_apart(pair.old, pair.new)
        yield pair.change(weight, subject or way, f"{about} is now {now}, was {was}")


def _list_change(weight: Weight, pair: Pair, subject: str, way: str) -> Iterator[Change]:
    about = f"{subject}: {way}" if subject else way
    old, new = pair.items()
    if max(len(old), len(new)) > LONGEST_LIST:
        yield pair.change(weight, subject or way, f"{about} is another list")
        return
    came = [item for item in new if not any(same(item, other) for other in old)]
    went = [item for item in old if not any(same(item, other) for other in new)]
    if len(came) == len(went) == 1 and len(old) == len(new) and is_words(came[0]) and is_words(went[0]):
        detail = word_changes(went[0], came[0])
        text = f"{about} says something else in number {new.index(came[0]) + 1}"
        yield pair.change(Weight.WORDS, subject or way, text, detail=detail)
    elif came and len(came) == len(went) and all(isinstance(i, Mapping) for i in (*came, *went)):
        for item, other in zip(went, came, strict=True):
            inner = pair.item(_index(old, item), _index(new, other))
            yield from _keys(Noun(way, weight), inner, inner, subject, f"{way} {_index(new, other) + 1}")
    elif came or went:
        said = [f"now has {listed(map(shown, came))}"] if came else []
        said += [f"no longer has {listed(map(shown, went))}"] if went else []
        words = all(map(is_words, [*came, *went]))
        yield pair.change(Weight.WORDS if words else weight, subject or way, f"{about} {', '.join(said)}")
    else:
        again = (
            "stands in another order" if len(old) == len(new) else "has the same things more or less often"
        )
        yield pair.change(weight, subject or way, f"{about} {again}")


def _index(items: list[Any], item: Any) -> int:
    return next(index for index, other in enumerate(items) if other is item)


def compare_list(noun: Noun, pair: Pair, subject: str = "") -> Iterator[Change]:
    """What changed of a list of named things: which came, went, moved, and what changed of the others."""
    old, new = pair.items()
    lists = all(value is None or isinstance(value, (list, tuple)) for value in (pair.old, pair.new))
    if not lists or not all(isinstance(item, Mapping) for item in (*old, *new)):
        yield from value_change(noun.weight, pair, subject, str(pair.new_at[-1]))
        return
    matched = match(old, new, noun.keys)
    for name, index in matched.went:
        gone = pair.item(index, None)
        called = noun.subject(subject, name)
        text = noun.went(called, gone.old) if noun.went else f"{called} is gone"
        yield gone.change(noun.weight if noun.gone is None else noun.gone, called, text)
    for name, index in matched.came:
        here = pair.item(None, index)
        called = noun.subject(subject, name)
        text = noun.came(called, here.new) if noun.came else f"{called} is new"
        yield here.change(noun.weight, called, text)
    for name, was, now in matched.stayed:
        yield from compare(noun, pair.item(was, now), noun.subject(subject, name))
    yield from _order(noun, pair, subject)


def _order(noun: Noun, pair: Pair, subject: str) -> Iterator[Change]:
    old, new = pair.items()
    matched = match(old, new, noun.keys)
    at = {name: now for name, _, now in matched.stayed}
    was = [name for name, _, _ in sorted(matched.stayed, key=lambda found: found[1])]
    for name, where in moves(was, [*at]):
        called = noun.subject(subject, name)
        yield pair.item(None, at[name]).change(noun.order, called, f"{called} {where}")
