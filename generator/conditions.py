"""Conditions in, what one of them says about another out; by their form alone, whatever values the world takes."""

from __future__ import annotations

from collections.abc import Mapping

from generator.model import Condition, Setting


def signals_of(condition: Condition) -> tuple[str, ...]:
    """The signals that a condition speaks of, each once."""
    parts = [*condition.all, *condition.any, *([condition.not_] if condition.not_ else ())]
    own = [condition.signal] if condition.signal else []
    return tuple(dict.fromkeys([*own, *(name for part in parts for name in signals_of(part))]))


def plain(condition: Condition, *, denied: bool = False) -> Condition:
    """The same condition with ``not`` beside single signals and controls alone.

    >>> plain(Condition(not_=Condition(signal="latency-p99", is_="firing"))).is_
    'quiet'
    """
    if condition.not_ is not None:
        return plain(condition.not_, denied=not denied)
    if condition.all or condition.any:
        parts = tuple(plain(part, denied=denied) for part in condition.all or condition.any)
        return Condition(all=parts) if bool(condition.all) != denied else Condition(any=parts)
    if not denied:
        return condition
    if condition.is_ is not None:
        return Condition(signal=condition.signal, is_="quiet" if condition.is_ == "firing" else "firing")
    return Condition(not_=condition)


def implies(given: Condition, wanted: Condition) -> bool:
    """Whether one plain condition holds whenever the other does, as far as their forms tell.

    >>> implies(Condition(signal="refused", above=0.3), Condition(signal="refused", above=0.2))
    True
    """
    if wanted.all:
        return all(implies(given, part) for part in wanted.all)
    if given.any:
        return all(implies(branch, wanted) for branch in given.any)
    return (
        _same_or_stricter(given, wanted)
        or any(implies(given, branch) for branch in wanted.any)
        or any(implies(part, wanted) for part in given.all)
    )


def _same_or_stricter(given: Condition, wanted: Condition) -> bool:
    if given.not_ is not None and wanted.not_ is not None:
        return _same_or_stricter(wanted.not_, given.not_)
    if given.signal is not None and given.signal == wanted.signal:
        if given.above is not None and wanted.above is not None:
            return given.above >= wanted.above
        if given.below is not None and wanted.below is not None:
            return given.below <= wanted.below
    return given == wanted


def excludes(condition: Condition, settings: Mapping[str, Setting]) -> Condition | None:
    """What in a plain condition cannot hold while those controls stand so; None when it all can."""
    for part in condition.all:
        if (found := excludes(part, settings)) is not None:
            return found
    if condition.any:
        found_in = [excludes(branch, settings) for branch in condition.any]
        return None if None in found_in else found_in[0]
    atom = condition.not_ or condition
    if atom.control not in settings or atom.control is None:
        return None
    agrees = atom.equals == settings[atom.control]
    return condition if agrees == (condition.not_ is not None) else None
