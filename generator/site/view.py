"""A compiled runbook in, its words, names and links out: what every section of its page asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.model import (
    END,
    STAND_DOWN,
    Catalogue,
    CompiledRunbook,
    Decision,
    Runbook,
    Service,
    Step,
)
from generator.prose import INCIDENT, REFERENCE, UnknownReferenceError, resolve
from generator.site.markup import (
    Html,
    anchor,
    contact,
    contact_url,
    escape,
    external,
    inline,
    join,
    local,
    paragraphs,
    tag,
)
from generator.source import Finding, Place

ENDING_WORDS = {END: "the plan ends", STAND_DOWN: "stand down"}


@dataclass(frozen=True, slots=True)
class Target:
    """Something on a runbook's page that steps lead to."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class View:
    """One runbook with the service and the organization it speaks of."""

    catalogue: Catalogue
    compiled: CompiledRunbook
    service: Service
    targets: dict[str, Target] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)

    @property
    def runbook(self) -> Runbook:
        return self.compiled.runbook

    def text(self, source: str) -> Html:
        """A sentence with its references resolved; one that leads nowhere stays, marked, and is a finding."""
        pieces = REFERENCE.split(self._resolved(source))
        return Html("".join(_placeholder(p) if i % 2 else _spaced(p) for i, p in enumerate(pieces)))

    def plain(self, source: str) -> str:
        """The same sentence for places that hold text only; not escaped yet."""
        return REFERENCE.sub(lambda found: f"‹{found.group(1)}›", self._resolved(source)).replace("`", "")

    def _resolved(self, source: str) -> str:
        try:
            return resolve(source, self.runbook, self.service)
        except UnknownReferenceError as error:
            problem = _problem(self.runbook.id, error)
            if problem not in self.problems:
                self.problems.append(problem)
            return source

    def prose(self, source: str) -> Html:
        """A longer text as paragraphs and bullet lists."""
        return Html("".join(self._paragraph(part) for part in paragraphs(source)))

    def _paragraph(self, part: str) -> Html:
        lines = part.strip().splitlines()
        if all(line.lstrip().startswith("- ") for line in lines):
            return tag("ul", *[tag("li", self.text(line.lstrip()[2:])) for line in lines])
        return tag("p", self.text(" ".join(line.strip() for line in lines)))

    def name(self, kind: str, id: str) -> Html:
        """The name of a signal, a control, a template or evidence, as a link to where it is explained."""
        if kind == "control":
            href = f"../services/{self.service.id}.html#{anchor('control', id)}"
            return local(href, id, class_="db-name")
        return local("#" + anchor(kind, id), id, class_="db-name")

    def node(self, id: str) -> Html:
        """The title of a lineage node, as a link to the service's page."""
        title = next((node.title for node in self.service.lineage.nodes if node.id == id), None)
        return (
            local(f"../services/{self.service.id}.html#{anchor('node', id)}", title) if title else escape(id)
        )

    def go(self, target: str) -> Html:
        """Where the plan goes, as a link; endings in words."""
        if target in ENDING_WORDS:
            return tag("b", ENDING_WORDS[target], class_="db-ending")
        found = self.targets.get(target)
        return local("#" + found.anchor, short(self.plain(found.title))) if found else escape(target)

    def role(self, id: str) -> Html:
        """The title of a role, a team or a channel, as a link to how to reach them."""
        organization = self.catalogue.organization
        for kind, items in (("role", organization.roles), ("team", organization.teams)):
            for item in items:
                if item.id == id:
                    return local(f"../organization.html#{anchor(kind, id)}", item.title, class_="db-role")
        return escape(id)

    def roles(self, ids: tuple[str, ...]) -> Html:
        """Several roles in a row."""
        return join(", ", [self.role(id) for id in ids])

    def reach(self, id: str) -> Html | None:
        """How to reach a role or a team, where the organization says so."""
        address = self._contact(id)
        return contact(address) if address else None

    def call(self, id: str) -> Html | None:
        """The title of a role as a link that reaches it, where its team has an address to follow."""
        title = next((role.title for role in self.catalogue.organization.roles if role.id == id), id)
        address = contact_url(self._contact(id))
        return external(address, title) if address else None

    def _contact(self, id: str) -> str:
        organization = self.catalogue.organization
        home = next((role.team for role in organization.roles if role.id == id), id)
        return next((team.contact for team in organization.teams if team.id == home), "")


def view_of(catalogue: Catalogue, compiled: CompiledRunbook) -> View:
    """The view of one runbook, with everything on its page that can be linked to."""
    view = View(catalogue, compiled, catalogue.service(compiled.runbook.service))
    view.targets.update(_targets(compiled))
    return view


def page_of(runbook: str) -> str:
    """The Markdown path of a runbook's page."""
    return f"runbooks/{runbook}.md"


def all_steps(runbook: Runbook) -> Iterator[Step | Decision]:
    """Every step and decision that an author wrote, in the order of the page."""
    yield from runbook.detection.steps
    for path in runbook.containment.paths:
        yield from path.steps
        yield from path.rollback.steps
    for remedy in runbook.mitigation.remedies:
        yield from remedy.steps


def words_of(step: Step | Decision) -> str:
    """What a step says to do, or what a decision asks."""
    return step.text if isinstance(step, Step) else step.decide


def short(text: str, limit: int = 56) -> str:
    """The beginning of a text, cut between words."""
    flat = " ".join(text.split()).rstrip(".")
    if len(flat) <= limit:
        return flat
    return flat[:limit].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _spaced(piece: str) -> Html:
    """A piece of a sentence with the spaces at its ends kept."""
    if not piece.strip():
        return escape(piece)
    before = piece[: len(piece) - len(piece.lstrip())]
    after = piece[len(piece.rstrip()) :]
    return Html(escape(before) + inline(piece) + escape(after))


def _targets(compiled: CompiledRunbook) -> dict[str, Target]:
    runbook = compiled.runbook
    found = {step.id: Target(anchor("step", step.id), words_of(step)) for step in all_steps(runbook)}
    for path in runbook.containment.paths:
        found.setdefault(path.id, Target(anchor("path", path.id), path.title))
        found.setdefault(
            f"{path.id}-rollback", Target(anchor("rollback", path.id), f"Roll back: {path.title}")
        )
    for remedy in runbook.mitigation.remedies:
        found.setdefault(remedy.id, Target(anchor("remedy", remedy.id), remedy.title))
    for phase in runbook.mitigation.restoration.phases:
        found.setdefault(phase.id, Target(anchor("phase", phase.id), f"Restoration: {phase.id}"))
    found.setdefault("restoration", Target("restoration", "Restoration"))
    return found


def _placeholder(reference: str) -> Html:
    if reference.startswith(INCIDENT):
        words = reference.removeprefix(INCIDENT).replace("_", " ")
        return tag("mark", f"‹{words}›", class_="db-blank")
    return tag("mark", f"{{{{ {reference} }}}}", class_="db-wrong")


def _problem(runbook: str, error: UnknownReferenceError) -> Finding:
    place = Place(f"runbooks/{runbook}/runbook.yaml")
    return Finding(place, "reference", "error", f"unknown reference '{error.reference}'", error.hint)
