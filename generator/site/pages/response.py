"""A runbook's containment, mitigation and restoration in, what to do about it out."""

from __future__ import annotations

from generator.model import Criterion, Path, Phase, Remedy
from generator.site.commands import turning
from generator.site.markup import NOTHING, Html, anchor, escape, heading, tag
from generator.site.pages.fold import counted, fold
from generator.site.steps import step_item, step_list, to_do
from generator.site.view import View
from generator.site.words import condition, duration, number


def containment(view: View) -> list[str]:
    """Every way to contain, each with its rollback."""
    blocks: list[str] = [heading(2, "Containment", "containment")]
    for position, path in enumerate(view.runbook.containment.paths):
        blocks += _path(view, path, is_first=position == 0)
    return blocks


def mitigation(view: View) -> list[str]:
    """Every remedy with what must be so before and after."""
    blocks: list[str] = [heading(2, "Mitigation", "mitigation")]
    for remedy in view.runbook.mitigation.remedies:
        blocks += _remedy(view, remedy)
    return blocks


def restoration(view: View) -> list[str]:
    """The way back to normal, rung by rung."""
    found = view.runbook.mitigation.restoration
    rungs = [_phase(view, phase) for phase in found.phases]
    return [
        heading(2, "Restoration", "restoration"),
        fold(
            "Back to normal: " + ", ".join(_share(phase) for phase in found.phases),
            tag("ol", *rungs, class_="db-steps"),
            tag("p", tag("b", "After the last"), escape(" "), view.go(found.then)),
        ),
    ]


def criterion(view: View, given: Criterion) -> Html:
    """The condition in the author's words, and in the machine's where they differ."""
    if given.when is None:
        return view.text(given.text)
    machine = tag("span", condition(given.when, view.name), class_="db-when")
    return Html(view.text(given.text) + machine)


def facts(pairs: list[tuple[str, Html]]) -> Html:
    """Short facts, one below the other; empty ones are left out."""
    shown: list[Html] = []
    for label, words in pairs:
        if words:
            shown += [tag("dt", label), tag("dd", words)]
    return tag("dl", *shown, class_="db-facts")


def _path(view: View, path: Path, *, is_first: bool) -> list[str]:
    before = [
        ("Take it when", criterion(view, path.enter_when)),
        ("What users feel", view.text(path.effect_on_users)),
    ]
    after = [
        ("Still visible", view.text(path.diagnostics)),
        ("Data", view.text(path.data_governance)),
    ]
    return [
        heading(3, path.title, anchor("path", path.id)),
        fold(
            view.plain(path.enter_when.text),
            facts(before),
            step_list(view, path.steps),
            fold("What stays visible, and the data", facts(after)),
            note=f"{counted(len(path.steps), 'step')}, and a way back",
            is_open=is_first,
        ),
        fold("Roll back", *_rollback(view, path), note=view.plain(path.rollback.trigger.text)),
    ]


def _rollback(view: View, path: Path) -> list[Html]:
    return [
        tag("h4", "Roll back", id=anchor("rollback", path.id), class_="db-sub"),
        facts([("Trigger", criterion(view, path.rollback.trigger))]),
        step_list(view, path.rollback.steps),
        facts([("Back when", criterion(view, path.rollback.validation))]),
    ]


def _remedy(view: View, remedy: Remedy) -> list[str]:
    before = [
        ("Owner", view.role(remedy.owner)),
        ("Takes", escape(duration(remedy.minutes))),
        ("Only when", _criteria(view, remedy.preconditions)),
    ]
    after = [
        ("It worked when", _criteria(view, remedy.success)),
        ("Afterwards", _criteria(view, remedy.postconditions)),
        ("Safety net", view.text(remedy.safety_net)),
        ("Compensating", _list(view, remedy.compensating)),
        ("Validate live", view.text(remedy.live_validation)),
    ]
    return [
        heading(3, remedy.title, anchor("remedy", remedy.id)),
        fold(
            f"{view.title(remedy.owner)}, {duration(remedy.minutes)}, {counted(len(remedy.steps), 'step')}",
            facts(before),
            step_list(view, remedy.steps),
            facts(after),
        ),
    ]


def _phase(view: View, phase: Phase) -> Html:
    share = _share(phase)
    held = f"hold {duration(phase.hold_minutes)}, pass within {duration(phase.within_minutes)}"
    to_set = Html(escape("Set ") + view.name("control", phase.control) + escape(" to ") + tag("b", share))
    return step_item(
        view,
        phase.id,
        phase.role,
        to_do(phase.id, to_set),
        tag("p", view.role(phase.role), escape(f" · {held}"), class_="db-meta"),
        turning(view, phase.control, phase.share),
        tag("p", tag("b", "Gate"), escape(" "), criterion(view, phase.gate), class_="db-check"),
        tag("p", tag("b", "If it fails"), escape(" "), view.go(phase.on_failure), class_="db-fails"),
        id=anchor("phase", phase.id),
    )


def _share(phase: Phase) -> str:
    return f"{number(phase.share * 100)} %" if 0 <= phase.share <= 1 else number(phase.share)


def _criteria(view: View, given: tuple[Criterion, ...]) -> Html:
    if not given:
        return NOTHING
    return tag("ul", *[tag("li", criterion(view, one)) for one in given])


def _list(view: View, texts: tuple[str, ...]) -> Html:
    return tag("ul", *[tag("li", view.text(text)) for text in texts]) if texts else NOTHING
