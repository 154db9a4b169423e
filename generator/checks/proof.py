"""The certificate of a rehearsal can be read, and holds for the texts that stand here now, and for no others.

`evidence/proof.json` says what the robot and healthy traffic showed over many seeds. It holds for the very text of
the runbook, for its drills, and for what its service, the panel and the other runbooks of the service do.
After an edit of any of them nobody knows whether the runbook still keeps what it promises.

Run `drill rehearse RUNBOOK --write`, which repeats only what the edit can have changed, and commit the file with the
edit. One that cannot be read is not mended by hand: make it anew. A promise that is broken is mended in the runbook.
A runbook without a certificate is no finding: its page says that it is not proven. Waive the rule in a runbook that
is rehearsed elsewhere, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.checks.sources import Sources
from generator.evidence import proofs
from generator.evidence.holding import Present, drills_of, present
from generator.evidence.proofs import ReadProof, command_of
from generator.model import PanelRows
from generator.source import Document, Finding, Pointer, Severity

name = proofs.RULE
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Certificates that cannot be read, that stand elsewhere, that no longer hold, and that say it failed."""
    for runbook in sources.of_kind("runbook"):
        found, findings = proofs.read(sources.root, runbook.name)
        yield from findings
        if found is None:
            continue
        wrong = [*_misplaced(found, runbook), *_contradicting(found)]
        yield from wrong or [*_no_longer(sources, found, runbook), *_broken(found)]


def _misplaced(found: ReadProof, runbook: Document) -> Iterator[Finding]:
    of = found.value.runbook
    if of != runbook.name:
        message = f"this proof is of '{of}', and stands beside '{runbook.name}'"
        hint = f"move it to {proofs.file_of(of)}, or delete it"
        yield Finding(found.place("runbook"), name, severity, message, hint)
    for index, drill in enumerate(found.value.drills):
        if not drill.drill:  # only what is made for readers may keep the name back
            message = "it does not say which drill was rehearsed"
            place = found.place("drills", index, "drill")
            yield Finding(place, name, severity, message, f"make it anew: {command_of(runbook.name)}")


def _contradicting(found: ReadProof) -> Iterator[Finding]:
    proof = found.value
    if proof.passed == bool(proof.broken):
        said = (
            "it passed, and names broken promises"
            if proof.passed
            else "it failed, and names no broken promise"
        )
        hint = f"make it anew: {command_of(proof.runbook)}"
        yield Finding(found.place("passed"), name, severity, f"it says that {said}", hint)


def _no_longer(sources: Sources, found: ReadProof, runbook: Document) -> Iterator[Finding]:
    """What is another text than the one that was rehearsed."""
    now = _present(sources, runbook)
    if now is None:
        return
    proof = found.value
    if proof.hashes.runbook != now.runbook:
        yield _stale(
            found, ("hashes", "runbook"), f"the text of '{runbook.name}' has changed since it was proven"
        )
    if proof.hashes.service != now.service:
        what = f"the service '{proof.service}', its panel or another of its runbooks"
        yield _stale(found, ("hashes", "service"), f"{what} has changed since '{runbook.name}' was proven")
    for index, drill in enumerate(proof.drills):
        if drill.drill not in now.drills:
            message = f"'{drill.drill}' is no longer a drill of '{runbook.name}'"
            yield _stale(found, ("drills", index, "drill"), message)
        elif drill.hash != now.drills[drill.drill]:
            message = f"the drill '{drill.drill}' has changed since it was rehearsed"
            yield _stale(found, ("drills", index, "hash"), message)
    budget = (
        sources.organization.data["page_budget_per_week"] if sources.organization else proof.budget_per_week
    )
    if budget != proof.budget_per_week:
        message = f"{budget:g} false pages a week are allowed now, and not {proof.budget_per_week:g}"
        yield _stale(found, ("budget_per_week",), message)
    missing = sorted(set(now.drills) - {one.drill for one in proof.drills})
    if missing:
        listed = ", ".join(f"'{id}'" for id in missing)
        verb = "was" if len(missing) == 1 else "were"
        yield _stale(found, ("drills",), f"{listed} {verb} not rehearsed")


def _present(sources: Sources, runbook: Document) -> Present | None:
    """What stands here now; None where some of it has errors, which other rules tell."""
    service = sources.sound_service_of(runbook)
    if service is None:
        return None
    of_service = [d for d in sources.of_kind("runbook") if d.data.get("service") == service.name]
    needed: Sequence[Document] = [*of_service, *drills_of(runbook, sources.of_kind("drill"))]
    panel = sources.panels.get(service.path)
    if not isinstance(panel, PanelRows) or not all(map(sources.is_sound, needed)):
        return None
    return present(runbook, [service, *needed], panel)


def _broken(found: ReadProof) -> Iterator[Finding]:
    for index, promise in enumerate(found.value.broken):
        hint = f"mend the runbook, or promise less; then {command_of(found.value.runbook)}"
        place = found.place("broken", index)
        yield Finding(place, name, "warning", f"a promise was broken: {promise}", hint)


def _stale(found: ReadProof, pointer: Pointer, message: str) -> Finding:
    return Finding(found.place(*pointer), name, "warning", message, command_of(found.value.runbook))
