"""Loaded sources in, their findings out; services whose sources were found clean before are not checked again.

What is found about a service depends on its own documents, on those that they name, on the organization, on the
names of all others, and on files that they lead to. The hash of all that is kept when nothing was found; with
anything amiss, everything is checked, so that every message is what it would be without a memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.cache import Cache, code_stamp
from generator.check import check
from generator.checks.links import leads_to_file, targets
from generator.load import Loaded, needed
from generator.source import Document, Finding

FOLDER = Path("build", "cache", "checks")
PART = 0.5
"""With more than this share of the sources new, all are checked together: that is cheaper."""


def open_cache(root: Path) -> Cache:
    """What earlier checks of this repository left; it says nothing of other code or other schemas."""
    return Cache(root / FOLDER, code_stamp())


def check_again(loaded: Loaded, cache: Cache) -> tuple[Finding, ...]:
    """What ``check`` finds."""
    groups = _groups(loaded.documents)
    if loaded.findings or loaded.asked or groups is None:
        return check(loaded)
    keys = {service: _key(loaded, service, group) for service, group in groups.items()}
    new = [service for service in groups if cache.get(keys[service]) is not True]
    share = sum(len(groups[service]) for service in new) / max(len(loaded.documents), 1)
    if share > PART or any(_found(loaded, groups[service]) for service in new):
        findings = check(loaded)
        if findings:
            return findings
    for service in new:
        cache.put(keys[service], True)
    cache.prune()
    return ()


def _groups(documents: Sequence[Document]) -> dict[str, list[Document]] | None:
    """The documents by the service that they are about; None when one is about none."""
    groups: dict[str, list[Document]] = {d.name: [d] for d in documents if d.kind == "service"}
    for document in documents:
        if document.kind in ("runbook", "drill"):
            service = document.data.get("service")
            if not isinstance(service, str) or service not in groups:
                return None
            groups[service].append(document)
    return groups


def _found(loaded: Loaded, group: Sequence[Document]) -> bool:
    """Whether anything is found about a service, with no more read than that can depend on."""
    read = _needed(loaded, group)
    paths = {document.path for document in read}
    passed_over = tuple((d.kind, d.name) for d in loaded.documents if d.path not in paths)
    own = {document.path for document in group} | {d.path for d in read if d.kind == "organization"}
    findings = check(replace(loaded, documents=tuple(read), passed_over=passed_over))
    return any(finding.place.path in own or finding.place.path not in paths for finding in findings)


def _needed(loaded: Loaded, group: Sequence[Document]) -> list[Document]:
    """The documents that the findings about a service can depend on."""
    return list(needed(group, loaded.documents, lambda document: document.data))


def _key(loaded: Loaded, service: str, group: Sequence[Document]) -> str:
    """All that the findings about a service can depend on, as a text."""
    read = [[d.path, _hash(d.text.encode("utf-8", "surrogatepass"))] for d in _needed(loaded, group)]
    names = sorted((d.kind, d.name) for d in loaded.documents)
    files = [[target, leads_to_file(loaded.root, d, target)] for d in group for _, target in targets(d)]
    beside = [[path, _hash(content)] for path, content in sorted(_beside(loaded.root, group))]
    return json.dumps([service, read, _hash(json.dumps(names).encode()), files, beside])


def _beside(root: Path, group: Collection[Document]) -> Iterator[tuple[str, bytes]]:
    """The files that checks read beside the sources: panels, and the evidence kept of runbooks."""
    for document in group:
        folder = root / "runbooks" / document.name / "evidence"
        if document.kind == "runbook" and folder.is_dir():
            for file in folder.rglob("*"):
                yield file.relative_to(root).as_posix(), _content(file)
        profile: Any = document.data.get("profile")
        panel = profile.get("panel") if isinstance(profile, dict) else None
        if document.kind == "service" and isinstance(panel, dict):
            yield f"{panel.get('file')}", _content(root / "runbooks" / "services" / f"{panel.get('file')}")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError):
        return b""


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
