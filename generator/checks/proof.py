"""The certificate of a rehearsal can be read, and holds for the texts that stand here now, and for no others.

`evidence/proof.json` says what the robot and healthy traffic showed over many seeds. It holds for the very text of
the runbook, for its drills, and for what its service, the panel and the other runbooks of the service do.
After an edit of any of them nobody knows whether the runbook still keeps what it promises.

Run `drill rehearse RUNBOOK --write`, which repeats only what the edit can have changed, and commit the file with the
edit. One that cannot be read, or that says what no rehearsal writes, is not mended by hand: make it anew. That is a
time beyond its objective, pages beyond their budget or a step that nobody can follow without a broken promise that
says so; shares that are none of their runs, percentiles that fall, or hashes of nothing. A promise that is broken is
mended in the runbook. Fewer seeds than usual prove little of what goes wrong rarely: a warning says of how many it is.
A runbook without a certificate is no finding: its page says that it is not proven. Waive the rule in a runbook that
is rehearsed elsewhere, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.promised import Texts, unsaid
from generator.checks.sources import Sources
from generator.contradictions import Contradiction, contradictions
from generator.evidence import proofs
from generator.evidence.holding import drills_of, present
from generator.evidence.proofs import ReadProof
from generator.model import PanelRows
from generator.model.proof import ENOUGH_SEEDS, making
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
        texts = _texts(sources, runbook)
        wrong = [*_misplaced(found, runbook), *_contradicting(found, runbook, texts)]
        told = () if texts is None else _no_longer(sources, found, texts)
        yield from wrong or [*told, *_few(found), *_broken(found)]


def _misplaced(found: ReadProof, runbook: Document) -> Iterator[Finding]:
    of = found.value.runbook
    if of != runbook.name:
        message = f"this proof is of '{of}', and stands beside '{runbook.name}'"
        hint = f"move it to {proofs.file_of(of)}, or delete it"
        yield Finding(found.place("runbook"), name, severity, message, hint)
    for index, drill in enumerate(found.value.drills):
        if not drill.drill:  # only what is made for readers may keep the name back
            message = "it does not say which drill was rehearsed"
            yield _contradiction(found, Contradiction(("drills", index, "drill"), message), runbook)


def _contradicting(found: ReadProof, runbook: Document, texts: Texts | None) -> Iterator[Finding]:
    """What it says against itself, and against the very texts that it is of."""
    told = [*contradictions(found.value)]
    if texts is not None and found.value.runbook == runbook.name:
        told += unsaid(found.value, texts)
    yield from (_contradiction(found, one, runbook) for one in told)


def _contradiction(found: ReadProof, one: Contradiction, runbook: Document) -> Finding:
    hint = f"no rehearsal writes this; make it anew: {making(runbook.name)}"
    return Finding(found.place(*one.at), name, severity, one.message, hint)


def _texts(sources: Sources, runbook: Document) -> Texts | None:
    """What stands here now; None where some of it has errors, which other rules tell."""
    service = sources.sound_service_of(runbook)
    if service is None:
        return None
    of_service = [d for d in sources.of_kind("runbook") if d.data.get("service") == service.name]
    drills = drills_of(runbook, sources.of_kind("drill"))
    panel = sources.panels.get(service.path)
    if not isinstance(panel, PanelRows) or not all(map(sources.is_sound, [*of_service, *drills])):
        return None
    return Texts(runbook, of_service, drills, present(runbook, [service, *of_service, *drills], panel))


def _no_longer(sources: Sources, found: ReadProof, texts: Texts) -> Iterator[Finding]:
    """What is another text than the one that was rehearsed."""
    proof, now, id = found.value, texts.now, texts.runbook.name
    if proof.hashes.runbook != now.runbook:
        yield _stale(found, ("hashes", "runbook"), f"the text of '{id}' has changed since it was proven")
    if proof.hashes.service != now.service:
        what = f"the service '{proof.service}', its panel or another of its runbooks"
        yield _stale(found, ("hashes", "service"), f"{what} has changed since '{id}' was proven")
    for index, drill in enumerate(proof.drills):
        if drill.drill not in now.drills:
            message = f"'{drill.drill}' is no longer a drill of '{id}'"
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


def _few(found: ReadProof) -> Iterator[Finding]:
    count = found.value.seeds.count
    if count < ENOUGH_SEEDS:
        seeds = f"{count} seed{'s' * (count > 1)}"
        message = f"made of {seeds}: fewer than {ENOUGH_SEEDS} prove little of what goes wrong rarely"
        hint = making(found.value.runbook)
        yield Finding(found.place("seeds", "count"), name, "warning", message, hint)


def _broken(found: ReadProof) -> Iterator[Finding]:
    for index, promise in enumerate(found.value.broken):
        hint = f"mend the runbook, or promise less; then {_again(found)}"
        place = found.place("broken", index)
        yield Finding(place, name, "warning", f"a promise was broken: {promise}", hint)


def _stale(found: ReadProof, pointer: Pointer, message: str) -> Finding:
    return Finding(found.place(*pointer), name, "warning", message, _again(found))


def _again(found: ReadProof) -> str:
    """What makes it anew with as many seeds, as long as they prove enough."""
    runs = found.value.seeds.count
    return making(found.value.runbook, runs) if runs >= ENOUGH_SEEDS else making(found.value.runbook)
