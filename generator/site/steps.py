"""Steps and decisions in, an ordered list that a tired person can follow out."""

from __future__ import annotations

from collections.abc import Mapping

from generator import kinds
from generator.model import Answer, Decision, Step
from generator.site.commands import commands
from generator.site.markup import NOTHING, Html, anchor, escape, join, local, tag
from generator.site.pages.proven import chip
from generator.site.view import View
from generator.site.words import check, condition, duration, setting

SETTING_KEYS = ("to", "value", "setting")
LINKED_KEYS = ("signal", "control", "template", "evidence")
NODE_KEYS = ("component", "node")
ROLE_KEYS = ("role", "to")
TEXT_DIGITS = 12
"""As much of a step's content hash as a browser keeps beside a tick."""


def step_list(view: View, steps: tuple[Step | Decision, ...]) -> Html:
    """The steps in order, each with who, how long, how one knows, and what follows."""
    items = []
    for position, step in enumerate(steps):
        following = steps[position + 1].id if position + 1 < len(steps) else None
        shown = _step(view, step, following) if isinstance(step, Step) else _decision(view, step)
        items.append(step_item(view, step.id, step.role, *shown, id=anchor("step", step.id)))
    return tag("ol", *items, class_="db-steps")


def step_item(view: View, step: str, role: str, *shown: Html, id: str) -> Html:
    """One item of a list of steps, with what the checklist needs: whose it is, and which text it has."""
    text = view.compiled.parts.get(step, "")[:TEXT_DIGITS]
    (words, meta), rest = shown[:2], shown[2:]
    inside = (words, meta, chip(view, step), *rest)
    return tag("li", *inside, id=id, data_step=step, data_role=role, data_text=text or None)


def to_do(step: str, words: Html, class_: str = "db-do") -> Html:
    """What to do, as a heading, so that a search finds the very step."""
    return tag("h4", words, class_=class_, id=anchor("do", step))


def _step(view: View, step: Step, following: str | None) -> list[Html]:
    node = view.nodes.get(step.id)
    # The author's own word first: it names a path or a remedy where the plan names its first step.
    success = step.on_success or (node.on_success if node else None)
    failure = step.on_failure
    shown = [
        to_do(step.id, view.text(step.text)),
        tag("p", *_meta(view, step), class_="db-meta"),
        tag("p", action(view, step.do, step.with_), class_="db-action"),
    ]
    shown.append(commands(view, step))
    if step.check:
        shown.append(_line("Works when", check(step.check, view.name, view.text), "db-check"))
    if success and success != following:
        shown.append(_line("Then", view.go(success), "db-then"))
    if failure and failure != success:
        shown.append(_line("If it fails", view.go(failure), "db-fails"))
    return shown


def _decision(view: View, decision: Decision) -> list[Html]:
    return [
        to_do(decision.id, view.text(decision.decide), "db-do db-ask"),
        tag("p", *_meta(view, decision), class_="db-meta"),
        tag("ul", *[_answer(view, answer) for answer in decision.answers], class_="db-answers"),
    ]


def _answer(view: View, answer: Answer) -> Html:
    when = condition(answer.when, view.name) if answer.when else escape("otherwise")
    return tag(
        "li",
        tag("b", view.text(answer.answer)),
        Html(" → " + view.go(answer.go)),
        tag("span", escape("when "), when, class_="db-when") if answer.when else NOTHING,
    )


def action(view: View, do: str, parameters: Mapping[str, object]) -> Html:
    """What a machine would do for this step, in words."""
    known = kinds.load("actions").get(do)
    title = known.title if known else do.replace("-", " ").capitalize()
    rest = dict(parameters)
    words: list[Html] = [tag("b", title)]
    control = rest.pop("control", None)
    if control is not None:
        words.append(view.name("control", str(control)))
        words += [_set_to(rest.pop(key)) for key in SETTING_KEYS if key in rest]
    said = join(" ", words)
    return join(" · ", [said, *[_parameter(view, key, value) for key, value in rest.items()]])


def _set_to(value: object) -> Html:
    return Html(escape("to ") + tag("b", _plain(value)))


def _parameter(view: View, key: str, value: object) -> Html:
    named = key in LINKED_KEYS + NODE_KEYS + ROLE_KEYS
    label = "" if named else key.replace("_", " ") + ": "
    return Html(escape(label) + _value(view, key, value))


def _value(view: View, key: str, value: object) -> Html:
    """A parameter; what it names is a link to it."""
    if isinstance(value, list | tuple):
        return join(", ", [_value(view, "signal" if key == "evidence" else key, item) for item in value])
    if isinstance(value, str) and key in LINKED_KEYS:
        return view.name(key, value)
    if isinstance(value, str) and key in NODE_KEYS:
        return view.node(value)
    if isinstance(value, str) and key in ROLE_KEYS:
        return view.role(value)
    if isinstance(value, int | float) and key.endswith("_minutes"):
        return escape(duration(value))
    return escape(_plain(value).removesuffix("."))  # a sentence stands here as one of several parts


def _plain(value: object) -> str:
    if isinstance(value, str | int | float | bool):
        return setting(value)
    return str(value)


def _meta(view: View, step: Step | Decision) -> list[Html]:
    """Who, how long, and the name that the console of a drill knows."""
    return [view.role(step.role), escape(f" · {duration(step.minutes)} · "), tag("code", step.id)]


def _line(label: str, words: Html, class_: str) -> Html:
    return tag("p", tag("b", label), escape(" "), words, class_=class_)


def jump(href: str, text: str) -> Html:
    """A link of the row that leads to the sections."""
    return local(href, text, class_="db-jump")
