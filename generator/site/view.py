"""A compiled runbook in, its words, names and links out: what every section of its page asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from generator.contexts import Slot, of_text
from generator.model import (
    END,
    STAND_DOWN,
    Catalogue,
    CompiledRunbook,
    Decision,
    PlanNode,
    Runbook,
    Service,
    Step,
)
from generator.prose import ALERT, INCIDENT, REFERENCE, UnknownReferenceError, resolve
from generator.site.alerts import slot
from generator.site.markup import (
    Html,
    anchor,
    contact,
    escape,
    inline,
    join,
    local,
    paragraphs,
    tag,
)
from generator.site.mentions import Finder, Once, artifact_finder, linked, term_finder
from generator.site.reach import followed, team_of
from generator.source import Finding, Place

GLOSSARY = "../glossary.html"
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
    artifacts: Finder = field(default_factory=Finder)
    """Finds the dashboards and logs of the service."""
    targets: dict[str, Target] = field(default_factory=dict)
    nodes: dict[str, PlanNode] = field(default_factory=dict)
    """Of the plan, by id."""
    problems: list[Finding] = field(default_factory=list)

    @property
    def runbook(self) -> Runbook:
        return self.compiled.runbook

    def text(self, source: str) -> Html:
        """A sentence with its references resolved; one that leads nowhere stays, marked, and is a finding.

        Dashboards and logs of the service that it names are links.
        """
        return self.worded(source, lambda words: linked(words, self.artifacts))

    def worded(self, source: str, words: Callable[[str], Html]) -> Html:
        """The same with a say of the caller in how plain words are shown."""
        if "{{" not in source:
            return _spaced(source, words)
        pieces = REFERENCE.split(self._resolved(source, alerts=False))
        shown = [
            _placeholder(piece, "".join(pieces[:i])) if i % 2 else _spaced(piece, words)
            for i, piece in enumerate(pieces)
        ]
        return Html("".join(shown))

    def plain(self, source: str) -> str:
        """The same sentence for places that hold text only; not escaped yet."""
        resolved = self._resolved(source)
        if "{{" in resolved:
            resolved = REFERENCE.sub(lambda found: f"‹{found.group(1)}›", resolved)
        return resolved.replace("`", "")

    def blanks(self, source: str) -> str:
        """The text as an author wrote it, with numbers for references and its blanks marked; not escaped yet."""
        return REFERENCE.sub(lambda found: f"‹{_blank(found.group(1))}›", self._resolved(source))

    def _resolved(self, source: str, *, alerts: bool = True) -> str:
        if "{{" not in source:
            return source
        try:
            return resolve(source, self.runbook, self.service, alerts=alerts)
        except UnknownReferenceError as error:
            problem = _problem(self.runbook.id, error)
            if problem not in self.problems:
                self.problems.append(problem)
            return source

    def prose(self, source: str) -> Html:
        """A longer text as paragraphs and bullet lists; the first of each word of the glossary is a link."""
        terms, once = term_finder(self.catalogue.organization.glossary, GLOSSARY), Once()

        def words(text: str) -> Html:
            return linked(text, self.artifacts, rest=lambda rest: linked(rest, terms, once))

        return Html("".join(self._paragraph(part, words) for part in paragraphs(source)))

    def _paragraph(self, part: str, words: Callable[[str], Html]) -> Html:
        lines = part.strip().splitlines()
        if all(line.lstrip().startswith("- ") for line in lines):
            return tag("ul", *[tag("li", self.worded(line.lstrip()[2:], words)) for line in lines])
        return tag("p", self.worded(" ".join(line.strip() for line in lines), words))

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

    def title(self, id: str) -> str:
        """The title of a role or a team; of one that nobody knows, its id. Not escaped yet."""
        organization = self.catalogue.organization
        found = (item.title for items in (organization.roles, organization.teams) for item in items
                 if item.id == id)  # fmt: skip
        return next(found, id)

    def roles(self, ids: tuple[str, ...]) -> Html:
        """Several roles in a row."""
        return join(", ", [self.role(id) for id in ids])

    def reach(self, id: str) -> Html | None:
        """How to reach a role or a team, where the organization says so."""
        address = self._contact(id)
        return contact(address) if address else None

    def ways(self, id: str) -> list[Html]:
        """Every way to reach a role or a team that can be followed, the fastest first."""
        return followed(team_of(self.catalogue.organization, id))

    def _contact(self, id: str) -> str:
        team = team_of(self.catalogue.organization, id)
        return team.contact if team else ""


def view_of(catalogue: Catalogue, compiled: CompiledRunbook) -> View:
    """The view of one runbook, with everything on its page that can be linked to."""
    service = catalogue.service(compiled.runbook.service)
    view = View(catalogue, compiled, service, artifact_finder(service.artifacts))
    view.targets.update(_targets(compiled))
    view.nodes.update((node.id, node) for node in compiled.plan.nodes)
    return view


def severity_rank(view: View) -> int:
    """0 for the worst severity of the organization; unknown ones come last."""
    known = [severity.id for severity in view.catalogue.organization.severities]
    return known.index(view.runbook.severity) if view.runbook.severity in known else len(known)


def severity_mark(view: View, words: str = "") -> Html:
    """The severity as a small label, coloured by its rank."""
    rank = min(severity_rank(view) + 1, 4)
    return tag("b", words or view.runbook.severity, class_=f"db-severity db-rank-{rank}")


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


def _spaced(piece: str, words: Callable[[str], Html]) -> Html:
    """A piece of a sentence with the spaces at its ends kept."""
    stripped = piece.strip()
    if not stripped:
        return escape(piece)
    if len(stripped) == len(piece):
        return inline(piece, words)
    before = piece[: len(piece) - len(piece.lstrip())]
    after = piece[len(piece.rstrip()) :]
    return Html(escape(before) + inline(piece, words) + escape(after))


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


def _placeholder(reference: str, before: str) -> Html:
    if reference.startswith(ALERT):
        return slot(Slot(reference.removeprefix(ALERT), of_text(before)))
    if reference.startswith(INCIDENT):
        field = reference.removeprefix(INCIDENT)
        return tag("mark", f"‹{_blank(reference)}›", class_="db-blank", data_field=field)
    return tag("mark", f"{{{{ {reference} }}}}", class_="db-wrong")


def _blank(reference: str) -> str:
    return reference.removeprefix(INCIDENT).replace("_", " ")


def _problem(runbook: str, error: UnknownReferenceError) -> Finding:
    place = Place(f"runbooks/{runbook}/runbook.yaml")
    return Finding(place, "reference", "error", f"unknown reference '{error.reference}'", error.hint)
