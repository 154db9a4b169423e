"""Values, conditions and texts in, the words that a line says about them out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

SHORT = 60
CONTEXT = 4
LONGEST_DETAIL = 600
MOST_WORDS = 1000
_FORMS = ("signal", "control", "all", "any", "not")


def same(old: Any, new: Any) -> bool:
    """Whether two values say the same: 2 is 2.0, true is not 1, and space around a text does not count.

    >>> same({"a": 2, "b": " x\\n"}, {"b": "x", "a": 2.0}), same(True, 1)
    (True, False)
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return len(old) == len(new) and all(map(same, old, new))
    if isinstance(old, str) and isinstance(new, str):
        return old.strip() == new.strip()
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def shown(value: Any) -> str:
    """A value on one line, short.

    >>> shown(2.0), shown(None), shown(["a", "b"]), shown(True), shown({"kind": "psi", "role": None})
    ('2', 'nothing', 'a, b', 'true', 'kind psi')
    """
    if value is None or (isinstance(value, (str, list, tuple, dict)) and not value):
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Mapping):
        return shortened(_pairs(value))
    if isinstance(value, (list, tuple)):
        return shortened(", ".join(shown(item) for item in value))
    return shortened(" ".join(str(value).split()))


def _pairs(value: Mapping[str, Any]) -> str:
    if any(form in value for form in _FORMS) and is_condition(value):
        return asked(value)
    return ", ".join(f"{key} {shown(item)}" for key, item in value.items() if item is not None)


def shown_apart(old: Any, new: Any) -> tuple[str, str]:
    """Both values, each as short as can be, but never alike."""
    was, now = shown(old), shown(new)
    if was == now:
        was, now = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    return was, now


def shortened(text: str, length: int = SHORT) -> str:
    """The text, or as much of it as fits."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = [*names] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last


def is_words(value: Any) -> bool:
    """Whether a text is read by people: more than one word."""
    return isinstance(value, str) and len(value.split()) > 1


def is_condition(value: Any) -> bool:
    """Whether data are one condition in one of its forms."""
    known = {*_FORMS, "is", "above", "below", "equals"}
    if not isinstance(value, Mapping) or not value or not set(value) <= known:
        return False
    return all(isinstance(value.get(form) or (), (list, tuple)) for form in ("all", "any"))


def asked(condition: Any) -> str:
    """What a condition asks for.

    >>> asked({"all": [{"signal": "a", "is": "firing"}, {"not": {"control": "b", "equals": 0.0}}]})
    'a fires and not b is 0'
    """
    if not is_condition(condition):
        return "nothing" if condition is None else str(condition)
    if condition.get("signal") is not None:
        return _about_a_signal(condition)
    if condition.get("control") is not None:
        return f"{condition['control']} is {shown(condition.get('equals'))}"
    for form, word in (("all", " and "), ("any", " or ")):
        if condition.get(form):
            return word.join(_bracketed(item) for item in condition[form])
    return f"not {_bracketed(condition.get('not'))}"


def _about_a_signal(condition: Mapping[str, Any]) -> str:
    for bound in ("above", "below"):
        if condition.get(bound) is not None:
            return f"{condition['signal']} is {bound} {shown(condition[bound])}"
    state = condition.get("is")
    return f"{condition['signal']} " + ("fires" if state == "firing" else f"is {shown(state)}")


def _bracketed(condition: Any) -> str:
    many = is_condition(condition) and any(len(condition.get(f) or ()) > 1 for f in ("all", "any"))
    return f"({asked(condition)})" if many else asked(condition)


def condition_change(old: Any, new: Any) -> str:
    """How what is asked differs: the parts that came and went where the form stayed, else both."""
    if new is None:
        return f"asks nothing of a machine any more, was {shortened(asked(old), 160)}"
    if old is None:
        return f"asks that {shortened(asked(new), 160)}, was nothing for a machine"
    for form in ("all", "any"):
        was, now = _parts(old, form), _parts(new, form)
        if was and now:
            return _came_and_went(was, now, form)
    was_asked, now_asked = asked(old), asked(new)
    if was_asked == now_asked:
        return "asks the same in another form"
    return f"asks that {shortened(now_asked, 160)}, was {shortened(was_asked, 160)}"


def _parts(condition: Any, form: str) -> list[str]:
    given = condition.get(form) if isinstance(condition, Mapping) else None
    return [_bracketed(item) for item in given] if isinstance(given, (list, tuple)) else []


def _came_and_went(was: Sequence[str], now: Sequence[str], form: str) -> str:
    came, went = [p for p in now if p not in was], [p for p in was if p not in now]
    also = {"all": "also asks that", "any": "also takes that"}[form]
    said = [f"{also} {shortened(listed(came), 160)}"] if came else []
    said += [f"no longer {also[5:]} {shortened(listed(went), 160)}"] if went else []
    return "; ".join(said) or "asks the same in another order"


def word_changes(old: str, new: str) -> str:
    """The words that went in ``[-...-]`` and those that came in ``{+...+}``, with a few around them.

    >>> word_changes("Do not unlock by hand today.", "Do unlock by hand today.")
    'Do [-not-] unlock by hand today.'
    """
    was, now = old.split(), new.split()
    if was == now:
        return "only the space between the words differs"
    if max(len(was), len(now)) > MOST_WORDS:
        return "too long to be shown"
    return shortened(" ".join(_marked(was, now)), LONGEST_DETAIL)


def _marked(was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _context(was[a:b], first=a == 0, last=b == len(was))
            continue
        if a < b:
            yield f"[-{' '.join(was[a:b])}-]"
        if c < d:
            yield f"{{+{' '.join(now[c:d])}+}}"


def _context(words: Sequence[str], *, first: bool, last: bool) -> Iterator[str]:
    """What stays, but for its middle."""
    before = () if first else words[:CONTEXT]
    after = () if last else words[-CONTEXT:]
    if len(before) + len(after) >= len(words):
        yield from words
    else:
        yield from (*before, "…", *after)
