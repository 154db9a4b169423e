"""A proof and the certificate before it in, out why the certificate is not what a rehearsal wrote, if it is not.

The same texts, seeds and engine give the same figures, bit for bit: where a certificate has others, somebody wrote
them. Of other texts nothing can be said but what a certificate says against itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from generator import values
from generator.contradictions import contradictions
from generator.model import Catalogue, Proof
from simulator.rehearsal.gating.promises import Promise, cut, place_of

SHOWN = 60
"""Characters of a value."""


def forged(proof: Proof, catalogue: Catalogue, before: Proof) -> tuple[Promise, ...]:
    """What speaks against a certificate; of one that was shortened for its readers, nothing can."""
    if catalogue.audience:
        return ()
    found = next((f"it contradicts itself: {one.message}" for one in contradictions(before)), None)
    found = found or other_figures(proof, before)
    if found is None:
        return ()
    name = proof.runbook
    message = (
        f"The certificate of {name} is not what a rehearsal wrote: {found}. Was it made by hand, or by an "
        "engine that changed under its version? "
        f"Nothing is compared with it; make it anew: drill rehearse {name} --write"
    )
    top = place_of(catalogue, name)
    place = f"{top.rsplit('/', 1)[0]}/evidence/proof.json:1:1" if top else ""
    return (Promise("other-figures", cut(message), name, place),)


def other_figures(proof: Proof, before: Proof) -> str | None:
    """The first figure that is another although all that decides it is the same, in words; None: there is none.

    A drill decides its own figures and, with all others, those of signals and steps.
    """
    origin = (proof.hashes, proof.engine, proof.seeds)
    if origin != (before.hashes, before.engine, before.seeds):
        return None
    return next(_differences(_shared(before, proof), _shared(proof, before), ()), None)


def _shared(one: Proof, other: Proof) -> dict[str, Any]:
    """The figures of a certificate that must be those of the other."""
    hashes = {drill.drill: drill.hash for drill in other.drills}
    drills = [drill for drill in one.drills if hashes.get(drill.drill) == drill.hash]
    shared: dict[str, Any] = {
        "drills": {drill.drill: values.plain(drill) for drill in drills},
        "pages_per_week": values.plain(one.pages_per_week),
        "objectives": dict(one.objectives),
        "parts": dict(one.parts),
    }
    if len(drills) == len(one.drills) == len(other.drills):
        shared["turns"] = {turn.node: values.plain(turn) for turn in one.turns}
        keep = one.budget_per_week == other.budget_per_week
        signals = [one if keep else replace(one, suggested=None) for one in one.signals]
        shared["signals"] = {signal.signal: values.plain(signal) for signal in signals}
    return shared


def _differences(was: Any, now: Any, way: tuple[str, ...]) -> Iterator[str]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*now, *was)):
            yield from _differences(was.get(key), now.get(key), (*way, key))
    else:
        place = ".".join(way)
        yield f"`{place}` is {_said(was)} there and {_said(now)} here, of the same texts, seeds and engine"


def _said(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
