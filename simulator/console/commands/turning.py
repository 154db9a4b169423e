"""Commands with which controls are turned: by the tool, or by people themselves who enter it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.model import Binding, Control, Setting
from simulator.console import times, vocabulary
from simulator.console.commands.base import CommandError, Deed, Reply, named, words_of
from simulator.console.desk import Desk
from simulator.console.wording import setting
from simulator.responders.view import TurnControl

OURS = ("simulated", "sandbox")
"""Environments that come with Drillbook: their controls are turned here, and nowhere else."""


def turn(rest: str, desk: Desk) -> Reply:
    control, value = _wanted("set", rest, desk)
    environment = desk.board.started.environment
    if environment not in OURS:
        _carried_out(control, value, environment)
    return _ordered(control, value, desk)


def outside(rest: str, desk: Desk) -> Reply:
    """What somebody did with their own tools is in the record as what they did, and the binding is left alone."""
    environment = desk.board.started.environment
    if environment in OURS:
        raise CommandError(f"nobody turns a control of '{environment}' outside: type set CONTROL VALUE")
    control, value = _wanted("outside", rest, desk)
    return _ordered(control, value, desk, outside=True)


def _wanted(command: str, rest: str, desk: Desk) -> tuple[Control, Setting]:
    words = words_of(rest, f"{command} CONTROL VALUE", least=1, most=2)
    known = {control.id: control for control in desk.scene.service.controls}
    control = named(words[0], known, "control", listing="controls")
    if len(words) == 1:
        raise CommandError(f"type: {command} {control.id} VALUE, where VALUE is {_choices(control)}")
    return control, _value(words[1], control)


def _ordered(control: Control, value: Setting, desk: Desk, *, outside: bool = False) -> Reply:
    order = desk.board.ordered.get(control.id)
    if order is None and value == desk.board.in_force[control.id]:
        raise CommandError(f"{control.id} is {setting(value)} already")
    if order is not None and value == order.value and not outside:
        at = times.time_of_day(desk.board.started, order.effective_t, seconds=True)
        raise CommandError(f"{control.id} goes to {setting(value)} already, in force from {at}")
    deed = Deed(desk.role, TurnControl(control.id, value, outside))
    return Reply((deed,), warns=tuple(before_turning(control.id, desk)))


def _carried_out(control: Control, value: Setting, environment: str) -> None:
    """Raises where its binding would refuse what the simulated world takes."""
    found: Binding | None = next((one for one in control.bindings if one.environment == environment), None)
    by_hand = f"turn it there by hand, and type: outside {control.id} {setting(value)}"
    if found is None or (found.http is None and not found.command):
        raise CommandError(f"{control.id} has no binding in '{environment}': {by_hand}")
    if not any(value == one for one in control.values):
        raise CommandError(
            f"the binding of {control.id} in '{environment}' takes {_choices(control)} alone: type one, or {by_hand}"
        )


def before_turning(control: str, desk: Desk) -> Iterator[str]:
    """What speaks against turning a control as things stand."""
    board, needed = desk.board, vocabulary.leave(desk.scene, control)
    if needed and not board.approving & set(needed):
        yield (
            f"Careful: {control} needs leave, and {' or '.join(needed)} has approved nothing so far "
            f"(`approve CHANGE` in that role)."
        )
    if (order := board.ordered.get(control)) is not None:
        yield (
            f"Careful: {control} is on its way to {setting(order.value)}; this order takes its place, "
            "and its minutes begin anew."
        )


def _value(word: str, control: Control) -> Setting:
    for value in control.values:
        if setting(value).lower() == word.lower():
            return value
    numbers = [float(value) for value in control.values if type(value) in (int, float)]
    is_number = len(numbers) == len(control.values) and re.fullmatch(r"\d+(\.\d+)?", word)
    if is_number and min(numbers) <= float(word) <= max(numbers):
        return float(word)
    raise CommandError(
        f"{control.id} cannot be '{word}'{vocabulary.near(word, settings(control))}: it is {_choices(control)}"
    )


def settings(control: Control) -> tuple[str, ...]:
    """What may be typed for a control."""
    return tuple(setting(value) for value in control.values)


def _choices(control: Control) -> str:
    return " or ".join(settings(control))
