"""A version that a step sets can serve: the model finds its features, and the pipeline its fields.

Going back to a version that asks for a feature which nobody computes any more, or reads a topic which is gone,
is an outage made by the runbook itself, in the middle of an incident.

Set a version that fits the default versions of the others; or say in `omits` of the pipeline's version, on purpose,
which features it leaves out; or add the edge from the source to the lineage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.checks.sources import Sources
from generator.model import Lineage, Node, NodeVersion, Service
from generator.source import Document, Finding, Severity
from generator.ways import Ways, turned

name = "compatible"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Services whose default versions do not fit, and steps that set a version which does not."""
    for document in sources.sound("service"):
        yield from _as_it_is(document, sources.services[document.path])
    for document, ways, service in sources.served():
        yield from _as_it_would_be(sources, document, ways, _Serving.of(service))


@dataclass(frozen=True, slots=True)
class _Serving:
    """A lineage, and by node the id of the version that serves."""

    lineage: Lineage
    versions: Mapping[str, str]

    @classmethod
    def of(cls, service: Service) -> _Serving:
        """The versions that controls have as their default; the newest where there is no control."""
        newest = {node.id: node.versions[-1].id for node in service.lineage.nodes if node.versions}
        chosen = {c.with_.get("node"): c.default for c in service.controls if c.kind == "version"}
        versions = {node: str(chosen.get(node, version)) for node, version in newest.items()}
        return cls(service.lineage, versions)

    def with_version(self, node: str, version: str) -> _Serving:
        """The same, with another version of a node."""
        return _Serving(self.lineage, {**self.versions, node: version})

    def version(self, node: Node) -> NodeVersion | None:
        """The version of a node that serves."""
        return next((v for v in node.versions if v.id == self.versions.get(node.id)), None)

    def problems(self) -> Iterator[tuple[str, str]]:
        """The node that could not serve, and why."""
        for node in self.lineage.nodes:
            version = self.version(node)
            if version is None:
                continue
            if node.kind == "model":
                yield from ((node.id, problem) for problem in self._unfed(node, version))
            elif node.kind == "pipeline":
                yield from ((node.id, problem) for problem in self._unread(node, version))

    def _unfed(self, model: Node, version: NodeVersion) -> Iterator[str]:
        pipelines = [node for node in self._above(model) if node.kind == "pipeline" and node.versions]
        serving = [made for node in pipelines if (made := self.version(node)) is not None]
        known = {name for one in serving for name in (*(f.name for f in one.features), *one.omits)}
        missing = [weight.feature for weight in version.weights if weight.feature not in known]
        if serving and missing:
            by = " and ".join(f"'{one.id}'" for one in serving)
            yield f"'{version.id}' weighs {_listed(missing)}, which the pipeline {by} does not compute"

    def _unread(self, pipeline: Node, version: NodeVersion) -> Iterator[str]:
        fields = {field for node in self._above(pipeline) for field in node.fields}
        missing = [feature.field for feature in version.features if feature.field not in fields]
        if missing:
            yield f"'{version.id}' reads {_listed(missing)}, which no edge brings to '{pipeline.id}'"

    def _above(self, node: Node) -> list[Node]:
        """The nodes that feed a node, directly or not, by the edges that the serving versions read."""
        found: dict[str, None] = {}
        waiting = [node.id]
        while waiting:
            at = waiting.pop()
            for edge in self.lineage.edges:
                reads = not edge.versions or self.versions.get(at) in edge.versions
                if edge.into == at and reads and edge.feeds not in found:
                    found[edge.feeds] = None
                    waiting.append(edge.feeds)
        return [other for other in self.lineage.nodes if other.id in found]


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in dict.fromkeys(names))


def _as_it_is(document: Document, service: Service) -> Iterator[Finding]:
    """What could not serve even now, at the version in the lineage."""
    serving = _Serving.of(service)
    for id, problem in serving.problems():
        for index, node in enumerate(service.lineage.nodes):
            version = serving.version(node)
            if node.id == id and version is not None:
                way = ("lineage", "nodes", index, "versions", node.versions.index(version), "id")
                message = f"{problem}: the service could not serve as it stands"
                yield Finding(document.place(way), name, severity, message, _HINT)


_HINT = "compute it, list it in omits of the pipeline's version, or add the edge that brings it"


def _as_it_would_be(sources: Sources, document: Document, ways: Ways, serving: _Serving) -> Iterator[Finding]:
    """What a step would break where everything serves now."""
    if any(serving.problems()):
        return
    service = sources.service_of(document)
    controls = {} if service is None else {c.id: c for c in sources.services[service.path].controls}
    for node in ways.plan.nodes:
        control = controls.get(turned(node) or "")
        if control is None or control.kind != "version":
            continue
        then = serving.with_version(str(control.with_.get("node")), str(node.with_["value"]))
        for _, problem in then.problems():
            place = sources.node_place(document, node.id, "with", "value")
            yield Finding(place, name, severity, f"after '{node.id}' {problem}", _HINT)
