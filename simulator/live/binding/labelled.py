"""A slot and the value for it in; the text for its place out, so written that it stays where it stands.

The same rules as on the page, where the reader's browser fills the slots of an address.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import quote

from generator.contexts import SHUT, VALUE, Context, Piece, Slot
from generator.model import Setting
from generator.prose import ALERT, REFERENCE, printed
from simulator.live.binding.refusing import RefusedBindingError

LONGEST = 200
"""Characters of a label."""
SETTING = "=setting"
"""The name under which a setting is a slot, too: no label is called that."""
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_DOTS = re.compile(r"\.+")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?|[A-Za-z0-9][A-Za-z0-9._:/@+-]*")
"""Means itself and nothing else, even to a shell."""
_WRITERS: Mapping[Context, Callable[[str], str]] = {
    "text": lambda text: text,
    "regex": lambda text: re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", text),
    "promql": lambda text: text.replace("\\", "\\\\").replace('"', "\\x22").replace("'", "\\x27"),
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "url": lambda text: quote(text, safe=""),
}


def with_setting(text: str) -> str:
    """The text with a slot for the setting where it says ``{{ value }}``, so that its context is known, too."""
    return REFERENCE.sub(
        lambda found: f"{{{{ {ALERT}{SETTING} }}}}" if found[1] == VALUE else found[0],
        text,
    )


def label(name: str, labels: Mapping[str, str]) -> str:
    """A label of the alert; RefusedBindingError for none, and for one that could mean more than itself."""
    value = labels.get(name, "")
    if not value:
        raise RefusedBindingError(f"the binding needs the label '{name}' of the alert, and there is none")
    if len(value) > LONGEST:
        raise RefusedBindingError(f"the label '{name}' of the alert is longer than {LONGEST} characters")
    if any(unicodedata.category(sign) in _UNSEEN for sign in value):
        raise RefusedBindingError(f"the label '{name}' of the alert holds characters that cannot be seen")
    if _DOTS.fullmatch(value):
        raise RefusedBindingError(
            f"the label '{name}' of the alert is dots alone, which an address reads as a way up"
        )
    return value


def written(slot: Slot, value: Setting, labels: Mapping[str, str]) -> str:
    """What stands in the place of a slot; RefusedBindingError where nothing may."""
    if slot.label == SETTING:
        return _setting(slot, exactly(value))
    if slot.is_shut:
        raise RefusedBindingError(
            f"the label '{slot.label}' of the alert cannot stand safely where the binding has it "
            "(`runbook check` says where it can)"
        )
    return _in_contexts(slot, label(slot.label, labels))


def exactly(value: Setting) -> str:
    """A setting as prose writes it; RefusedBindingError where that would be another one, or cannot be seen."""
    text = printed(value)
    if type(value) in (int, float) and float(text) != value:
        raise RefusedBindingError(f"the setting {value!r} cannot be written with six decimals")
    if any(unicodedata.category(sign) in _UNSEEN for sign in text):
        raise RefusedBindingError("the setting holds characters that cannot be seen")
    return text


def filled(pieces: list[Piece], value: Setting, labels: Mapping[str, str]) -> str:
    """Pieces as one text; RefusedBindingError for a slot that may not be filled, or that nothing fills."""
    for piece in pieces:
        if isinstance(piece, str) and (left := REFERENCE.search(piece)):
            raise RefusedBindingError(
                f"nothing fills '{left[0][:60]}' in a binding (it takes {{{{ value }}}})"
            )
    return "".join(piece if isinstance(piece, str) else written(piece, value, labels) for piece in pieces)


def _setting(slot: Slot, text: str) -> str:
    """Where a second program may read it as its own text, a setting has to be a plain word."""
    if not slot.is_shut:
        return _in_contexts(slot, text)
    if not _PLAIN.fullmatch(text):
        raise RefusedBindingError(
            f"the setting '{text[:60]}' could be read as a program's text where the binding has it "
            "(give it an argument of its own)"
        )
    return text


def _in_contexts(slot: Slot, text: str) -> str:
    for context in slot.contexts:
        if context == SHUT or context not in _WRITERS:
            raise RefusedBindingError(f"nothing can be written into '{context}'")
        text = _WRITERS[context](text)
    return text
