"""A step in, the commands that carry it out in each environment out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from generator.contexts import Piece, Slot, in_body, in_command, in_url, static
from generator.model import Binding, HttpBinding, Setting, Step
from generator.site.alerts import slot
from generator.site.markup import NOTHING, Html, escape, join, tag
from generator.site.view import View

SIMULATED = "simulated"
"""A drill's world is turned from its own console."""
_QUOTE = "'\"'\"'"
_GLOBS = frozenset("[]{}")


def commands(view: View, step: Step) -> Html:
    """What to type or to call for a step, an environment each; nothing when it turns no control."""
    control, value = step.with_.get("control"), step.with_.get("value")
    if step.do != "set-control" or control is None or value is None:
        return NOTHING
    return turning(view, str(control), value)


def turning(view: View, control: str, value: Setting) -> Html:
    """What to type or to call to set a control, in each environment that the runbook claims; folded."""
    bindings = next((one.bindings for one in view.service.controls if one.id == control), ())
    bound = {binding.environment: binding for binding in bindings}
    lines = [
        (environment, line)
        for environment in view.runbook.environments
        if environment != SIMULATED and environment in bound and (line := _line(bound[environment], value))
    ]
    if not lines:
        return NOTHING
    shown = [_block(environment, line, several=len(lines) > 1) for environment, line in lines]
    title = f"Command for {', '.join(environment for environment, _ in lines)}"
    return tag("details", tag("summary", title), *shown, class_="db-command")


def _block(environment: str, line: Html, *, several: bool) -> Html:
    label = tag("p", tag("b", environment), class_="db-meta") if several else NOTHING
    return Html(label + tag("pre", tag("code", line)))


def _line(binding: Binding, value: Setting) -> Html:
    """One line for a shell; nothing when the binding says neither."""
    if binding.http is not None:
        return join(" ", [shell_word(word) for word in _curl(binding.http, value)])
    return join(" ", [shell_word(word) for word in in_command(binding.command, value)])


def _curl(http: HttpBinding, value: Setting) -> list[list[Piece]]:
    """The words of a call; what an address holds is never a pattern, and what is carried never a file's name."""
    url, body = in_url(http.url, value), in_body(http.body, value)
    words: list[list[Piece]] = [["curl"], ["-fsS"], ["-X"], [http.method]]
    if _GLOBS & set(static(url)):
        words.append(["--globoff"])
    if http.body:
        words += [["-H"], ["Content-Type: application/json"], ["--data-raw"], body]
    return [*words, url]


def shell_word(pieces: Sequence[Piece]) -> Html:
    """One word for a POSIX shell; every slot stands inside single quotes."""
    if not any(isinstance(piece, Slot) for piece in pieces):
        return escape(shlex.quote("".join(map(str, pieces))))
    inside = [
        slot(piece.inside("shell")) if isinstance(piece, Slot) else escape(piece.replace("'", _QUOTE))
        for piece in pieces
    ]
    return Html(escape("'") + "".join(inside) + escape("'"))
