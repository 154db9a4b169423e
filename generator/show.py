"""One thing of the catalogue in, what a terminal shows of it out."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import Catalogue, CompiledRunbook, Drill, PlanNode, Service
from generator.model.proven import proven_by
from generator.prose import resolve


def find(catalogue: Catalogue, id: str) -> CompiledRunbook | Service | Drill | None:
    """The runbook, service or drill of that id."""
    things: dict[str, CompiledRunbook | Service | Drill] = {drill.id: drill for drill in catalogue.drills}
    things |= {service.id: service for service in catalogue.services}
    return (things | {compiled.runbook.id: compiled for compiled in catalogue.runbooks}).get(id)


def ids(catalogue: Catalogue) -> list[str]:
    """Everything that can be shown."""
    drills, services = (
        (drill.id for drill in catalogue.drills),
        (service.id for service in catalogue.services),
    )
    return sorted([*drills, *services, *(compiled.runbook.id for compiled in catalogue.runbooks)])


def text_of(thing: CompiledRunbook | Service | Drill, catalogue: Catalogue) -> str:
    """A few lines that say what it is; of a runbook also its card and its plan, with the numbers filled in."""
    if isinstance(thing, CompiledRunbook):
        service = catalogue.service(thing.runbook.service)
        proven = proven_by(thing, catalogue.kept(thing.runbook.id))
        return resolve("\n".join(_runbook(thing, proven.words)), thing.runbook, service)
    if isinstance(thing, Drill):
        return f"{thing.title} ({thing.service}, {thing.horizon_minutes:g} min)\n\n{thing.briefing}"
    controls = "\n".join(f"  {control.id}: {control.title}" for control in thing.controls)
    return f"{thing.title}\n\n{thing.summary}\n\nControls:\n{controls}"


def _runbook(compiled: CompiledRunbook, proven: str) -> Iterator[str]:
    runbook = compiled.runbook
    yield f"{runbook.title} ({runbook.service}, {runbook.severity}, {runbook.symptom})"
    yield f"content {compiled.hash[:12]}, {proven}"
    yield ""
    yield f"Confirm: {runbook.card.confirm}"
    yield f"Act:     {runbook.card.act}"
    yield f"Stop:    {runbook.card.stop}"
    part = ""
    for node in compiled.plan.nodes:
        if node.part != part:
            part = node.part
            yield f"\n{node.phase}: {part}"
        yield f"  {node.id}: {node.text}"
        yield f"    {_ways(node)}"


def _ways(node: PlanNode) -> str:
    if node.answers:
        return "; ".join(f"{answer.answer} -> {answer.go}" for answer in node.answers)
    return f"then -> {node.on_success}" + (f", else -> {node.on_failure}" if node.on_failure else "")
