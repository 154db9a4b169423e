"""A certificate and the texts beside it in, out where it says something else of them, or less than it knows.

What the texts promised is known where their hashes are the certificate's; of other texts nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.contradictions import OBJECTIVES, Contradiction, is_told
from generator.evidence.holding import Present
from generator.model import DrillProof, Objective, Proof
from generator.source import Document

NEAR = 1e-3
"""Minutes within which a time is not told from its objective, as times are kept rounded."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands here now; all of it without errors."""

    runbook: Document
    of_service: Sequence[Document]
    """All runbooks of its service."""
    drills: Sequence[Document]
    """Those in its folder."""
    now: Present


def unsaid(proof: Proof, texts: Texts) -> Iterator[Contradiction]:
    """What the texts have otherwise, and objectives that were missed without a word."""
    if proof.hashes.runbook == texts.now.runbook:
        yield from _of_text(proof, texts.runbook)
    found = {one.name: one for one in texts.drills}
    for index, drill in enumerate(proof.drills):
        if drill.drill in found and drill.hash == texts.now.drills[drill.drill]:
            wanted = found[drill.drill].data["truth"].get("runbook")
            most = _promised(proof, texts, wanted) if wanted else {}
            for one in _missed(proof, drill, wanted or "", most):
                yield Contradiction(("drills", index, *one.at), one.message)


def _of_text(proof: Proof, runbook: Document) -> Iterator[Contradiction]:
    for id, minutes in _objectives(runbook).items():
        told = proof.objectives.get(id)
        if told is not None and told != minutes:
            message = f"{runbook.name} promises to {id} within {minutes:g} min, and not {told:g}"
            yield Contradiction(("objectives", id), message)
    severities = {one["id"]: one["severity"] for one in runbook.data["detection"]["signals"]}
    for index, signal in enumerate(proof.signals):
        severity = severities.pop(signal.signal, None)
        if severity is None:
            message = f"`{signal.signal}` is no signal of {runbook.name}"
            yield Contradiction(("signals", index, "signal"), message)
        elif signal.severity not in ("", severity):
            message = f"the severity of `{signal.signal}` is {severity}, and not {signal.severity}"
            yield Contradiction(("signals", index, "severity"), message)
    for id in severities:
        yield Contradiction(("signals",), f"it does not say what `{id}` showed")


def _objectives(runbook: Document) -> Mapping[Objective, float]:
    return {id: runbook.data["objectives"][f"{id}_minutes"] for id in OBJECTIVES}


def _promised(proof: Proof, texts: Texts, runbook: str) -> Mapping[Objective, float]:
    """The objectives of the runbook in charge, as they were; none where that is not known."""
    if runbook == proof.runbook:
        return proof.objectives
    found = [one for one in texts.of_service if one.name == runbook]
    return _objectives(found[0]) if found and proof.hashes.service == texts.now.service else {}


def _missed(
    proof: Proof, drill: DrillProof, runbook: str, most: Mapping[Objective, float]
) -> Iterator[Contradiction]:
    for id, found in drill.minutes.items():
        missed = drill.missed.get(id)
        if id not in most or (id == "acknowledge" and not missed):
            continue
        if found.p95 is not None and abs(found.p95 - most[id]) < NEAR:
            continue
        late = found.p95 is None or found.p95 > most[id]
        when = "is never reached" if found.p95 is None else f"comes after {found.p95:g} min"
        promise = f"{runbook} promises to {id} within {most[id]:g} min"
        if late and not is_told(proof, drill.drill):
            message = f"{drill.drill}: {promise}, the 95th percentile {when}, and no broken promise says so"
            yield Contradiction(("minutes", id, "p95"), message)
        elif id != "acknowledge" and missed is not None:
            kept = drill.harmful - missed
            if late == (kept >= -(-95 * drill.harmful // 100)):
                message = (
                    f"{drill.drill}: {promise}, the 95th percentile {when}, and {missed} of {drill.harmful} runs "
                    "are said to miss that"
                )
                yield Contradiction(("missed", id), message)
