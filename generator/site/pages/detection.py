"""A runbook's detection in, how one finds out and confirms out."""

from __future__ import annotations

from collections import Counter

from generator import kinds
from generator.model import Cue, Link, Signal
from generator.site.markup import NOTHING, Html, anchor, escape, external, heading, inline, tag
from generator.site.pages.fold import counted, fold
from generator.site.steps import step_list
from generator.site.view import View
from generator.site.words import duration, number, setting


def detection(view: View) -> list[str]:
    """Signals as cards, what people notice, and the steps to confirm."""
    found = view.runbook.detection
    order = {"page": 0, "ticket": 1, "info": 2}
    signals = sorted(found.signals, key=lambda signal: order[signal.severity])
    blocks: list[str] = [heading(2, "Detection", "detection")]
    blocks.append(fold(_counted(signals), *[_signal(view, signal) for signal in signals]))
    if found.cues:
        cues = tag("ul", *[_cue(view, cue) for cue in found.cues])
        blocks.append(fold(f"What people notice ({len(found.cues)})", cues, id="cues"))
    steps = fold(
        f"{counted(len(found.steps), 'step')} to tell whether it is real",
        step_list(view, found.steps),
        is_open=True,
    )
    return [*blocks, heading(3, "Confirm", "confirm"), steps]


def _counted(signals: list[Signal]) -> str:
    counts = Counter(signal.severity for signal in signals)
    return "Signals: " + ", ".join(f"{count} {severity}" for severity, count in counts.items())


def _signal(view: View, signal: Signal) -> Html:
    unit = view.compiled.queries[signal.id].unit if signal.id in view.compiled.queries else ""
    level = f"{signal.compare} {number(signal.threshold)}{'' if unit in ('', 'ratio') else ' ' + unit}"
    held = f" for {duration(signal.hold_minutes)}" if signal.hold_minutes else ", at once"
    return tag(
        "details",
        tag(
            "summary",
            tag("span", signal.severity, class_=f"db-{signal.severity}"),
            escape(f" {signal.title}"),
            tag("small", f"{level}{held}"),
        ),
        tag("p", tag("b", _of_what(signal)), class_="db-level"),
        _query(view, signal),
        tag("p", tag("b", "Noise or real?"), escape(" "), view.text(signal.noise)),
        tag("p", *_where(view, signal), class_="db-meta"),
        class_="db-signal",
        id=anchor("signal", signal.id),
    )


def _of_what(signal: Signal) -> str:
    known = kinds.load("signals").get(signal.kind)
    words = [known.title if known else signal.kind]
    for key, value in signal.with_.items():
        if key.endswith("_minutes"):
            words.append(f"{key.removesuffix('_minutes').replace('_', ' ')} {duration(float(value))}")
        else:
            words.append(f"{key.replace('_', ' ')} {setting(value)}")
    return ", ".join(words)


def _query(view: View, signal: Signal) -> Html:
    query = view.compiled.queries.get(signal.id)
    return tag("pre", tag("code", query.firing), class_="db-query") if query else NOTHING


def _where(view: View, signal: Signal) -> list[Html]:
    artifacts = view.service.artifacts
    shown = [_link("Dashboard", signal.dashboard, artifacts.dashboards), escape(" · ")]
    shown.append(_link("Log", signal.log, artifacts.logs))
    if signal.triggers:
        shown += [escape(" · begins with "), view.go(signal.triggers)]
    return shown


def _link(label: str, given: str, links: tuple[Link, ...]) -> Html:
    """A dashboard or a log: an id of the service's own list, or an address."""
    for link in links:
        if link.id == given:
            return external(link.url, f"{label}: {link.title}")
    return external(given, f"{label}: {given}") if ":" in given else inline(f"{label}: {given}")


def _cue(view: View, cue: Cue) -> Html:
    return tag(
        "li",
        tag("b", view.text(cue.who)),
        escape(": "),
        view.text(cue.notices),
        Html("<br/>"),
        escape("To confirm: "),
        view.text(cue.confirm),
        escape(" → "),
        view.go(cue.triggers),
        id=anchor("cue", cue.id),
    )
