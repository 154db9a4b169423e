"""Who approved what and who approves it now, in; what may be turned with less leave, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.changes.change import Change, Weight
from generator.changes.nouns import Noun, Pair, Saying, compare_list
from generator.changes.words import listed

_GRANT = Noun(
    "approval",
    Weight.PEOPLE,
    keys=("change",),
    says={
        "controls": Saying(Weight.PEOPLE, "{subject} covers {now}, was {was}"),
        "role": Saying(Weight.PEOPLE, "{subject} is given by {now}, was {was}"),
    },
    called=lambda _, name: f"the approval '{name.rstrip('.')}'",
)


def _told(_: Pair) -> Iterator[Change]:
    """What has been told by control."""
    yield from ()


_WORDS = replace(_GRANT, apart={"controls": _told, "role": _told})


def compare(pair: Pair) -> Iterator[Change]:
    """By control first, since that is what is turned; then what is left of the words."""
    old, new = pair.items()
    was, now = _roles(old), _roles(new)
    for control in dict.fromkeys([*was, *now]):
        before, after = was.get(control, ()), now.get(control, ())
        if not after:
            text = f"control {control} lost its approver: it needed leave from {listed(before)}"
            yield pair.change(Weight.SAFETY, control, text)
        elif not before:
            yield pair.change(
                Weight.SAFETY, control, f"control {control} needs leave from {listed(after)} now"
            )
        elif set(before) != set(after):
            text = f"control {control} needs leave from {listed(after)}, was {listed(before)}"
            yield pair.change(Weight.SAFETY, control, text)
    yield from compare_list(_GRANT if was == now else _WORDS, pair)


def _roles(approvals: list[Any]) -> Mapping[str, tuple[str, ...]]:
    roles: dict[str, tuple[str, ...]] = {}
    for approval in approvals:
        given = approval.get("controls") if isinstance(approval, Mapping) else None
        for control in given if isinstance(given, (list, tuple)) else ():
            roles[str(control)] = (*roles.get(str(control), ()), str(approval.get("role")))
    return roles
