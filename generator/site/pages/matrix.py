"""Every kind of fault of a service in, a table out: which runbook opens, and whether it is the right one."""

from __future__ import annotations

from collections.abc import Sequence

from generator import kinds
from generator.model import Proof, Reaction
from generator.site.markup import NOTHING, Html, escape, tag
from generator.site.pages.backtest import percent
from generator.site.pages.table import table
from generator.site.view import View
from generator.site.words import setting

NONE = ""
_VERDICTS = {
    "harmless": ("db-unsure", "does no harm"),
    "right": ("db-kept", "right"),
    "unpaged": ("db-broken", "wakes nobody"),
    "wrong": ("db-broken", "wrong runbook"),
    "late": ("db-broken", "opens too late"),
    "nobody": ("db-unsure", "no runbook contains it"),
    "beyond": ("db-unsure", "nothing here contains it"),
}


def matrix(view: View, proof: Proof) -> list[Html]:
    """Every kind of fault at every node, against the runbooks of the service."""
    if not proof.reactions:
        return []
    runbooks = [one.runbook for one in view.catalogue.runbooks_of(view.service.id)]
    seen = {id for one in proof.reactions for id in (*one.opened, *one.right)}
    columns = [(one.id, one.title) for one in runbooks if one.id in seen]
    heads = ("Fault", "Verdict", *(title for _, title in columns), "None opens")
    ids = [*(id for id, _ in columns), NONE]
    harmful = [one for one in proof.reactions if one.harmful]
    right = sum(one.verdict == "right" for one in harmful)
    words = f"For {right} of {len(harmful)} faults that do harm, a runbook opens that contains them."
    rows = [_row(view, one, ids) for one in sorted(proof.reactions, key=lambda one: (one.kind, one.node))]
    return [
        tag(
            "details",
            tag("summary", tag("span", "Which runbook opens, fault by fault"), tag("small", words)),
            table(heads, rows, class_="db-matrix"),
            class_="db-fold",
        )
    ]


def _row(view: View, found: Reaction, ids: Sequence[str]) -> list[Html]:
    known = kinds.load("faults")
    title = known[found.kind].title if found.kind in known else found.kind
    tried = ", ".join(f"{name} {setting(value)}" for name, value in found.tried.items())
    fault = tag(
        "span",
        tag("b", title),
        escape(" at "),
        view.node(found.node),
        *([tag("small", tried)] if tried else []),
    )
    class_, words = _VERDICTS[found.verdict]
    return [fault, tag("b", words, class_=class_), *(_cell(found, id) for id in ids)]


def _cell(found: Reaction, id: str) -> Html:
    share = found.opened.get(id, 0.0)
    is_right = id in found.right if found.harmful else id == NONE
    if not share:
        return (
            tag("span", "right, never opens", class_="db-cell db-cell-missed") if is_right and id else NOTHING
        )
    if not found.harmful or found.right:
        state, word = ("right", "right") if is_right else ("missed" if id == NONE else "wrong", "wrong")
        if found.harmful and id == NONE:
            word = "nobody woken"
    else:
        state, word = "unsure", "contains it as little as any"
    return tag("span", tag("b", percent(share)), escape(f" {word}"), class_=f"db-cell db-cell-{state}")
