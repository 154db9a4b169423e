"""A name or two in, the files of a team's first repository out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator import kinds
from generator.site.mkdocs import settings_file
from generator.starting.filling import fill
from generator.starting.ground import StartError
from generator.starting.writing import replace_files

TEMPLATES = Path(__file__).parent / "repository"
_EDITED = ("common", "drill", "organization", "review", "runbook", "service")
"""The schemas of what people write."""
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 64

# Where each template goes; what begins with a dot elsewhere has no dot here, so that no tool mistakes it.
_PLACES: Mapping[str, str] = {
    "README.md": "README.md",
    "github-runbooks.yml": ".github/workflows/runbooks.yml",
    "gitignore": ".gitignore",
    "gitlab-ci.yml": ".gitlab-ci.yml",
    "organization.yaml": "runbooks/organization.yaml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "service.yaml": "runbooks/services/%{service}.yaml",
    "first-service/make_panel.py": "runbooks/services/%{service}/make_panel.py",
    "first-service/panel.csv": "runbooks/services/%{service}/panel.csv",
    "first-runbook/runbook.yaml": "runbooks/input-drift/runbook.yaml",
    "first-runbook/monday-morning.yaml": "runbooks/input-drift/drills/monday-morning.yaml",
    "first-runbook/wednesday-morning.yaml": "runbooks/input-drift/drills/wednesday-morning.yaml",
}


def repository_files(*, service: str, organization: str, version: str) -> dict[str, bytes]:
    """The files by path; StartError for a name that cannot be one."""
    if not _ID.fullmatch(service) or len(service) > _LONGEST:
        raise StartError(
            f"'{service}' is no id: write lower-case words with dashes between them, such as 'fraud-scorer'"
        )
    slug = re.sub(r"[^a-z0-9]+", "-", organization.lower()).strip("-")[:_LONGEST].strip("-")
    if not _ID.fullmatch(slug) or not organization.isprintable() or len(organization) > 120:
        raise StartError(f"'{organization}' is no name: write one line that begins with a Latin letter")
    values = {
        "service": service,
        "service_title": service.replace("-", " ").capitalize(),
        "organization": slug,
        "organization_title": organization,
        "version": version,
    }
    made = {fill(path, values).strip(): _content(name, values) for name, path in _PLACES.items()}
    made["mkdocs.yml"] = settings_file(TEMPLATES).read_bytes()
    return {**made, **schema_files(version=version)}


def schema_files(*, version: str) -> dict[str, bytes]:
    """The schemas that the first lines of sources point at, and a word on where they come from."""
    return dict(_schemas(version))


def renew_schemas(folder: Path, *, version: str) -> tuple[str, ...]:
    """Write the schemas of a repository anew; the paths that were written."""
    if not (folder / "runbooks").is_dir():
        raise StartError(f"{folder} has no runbooks/, so it needs no schemas: leave --update-schemas out")
    files = schema_files(version=version)
    replace_files(folder, files)
    return tuple(files)


def _schemas(version: str) -> Iterator[tuple[str, bytes]]:
    yield "schema/README.md", _content("schema-README.md", {"version": version})
    for name in _EDITED:
        yield f"schema/{name}.schema.json", (kinds.folder() / f"{name}.schema.json").read_bytes()


def _content(name: str, values: Mapping[str, str]) -> bytes:
    path = TEMPLATES / name
    if path.suffix in (".csv", ".py"):
        return path.read_bytes()
    return fill(path.read_text(encoding="utf-8"), values).encode()
