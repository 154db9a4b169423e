"""A Markdown tree in, HTML out: MkDocs Material in a process of its own."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from generator import shell
from generator.model import Organization
from generator.site.markup import plain_title, safe_url
from generator.site.navigation import Entry, as_config
from generator.source import Finding, Place

SETTINGS = "mkdocs.yml"
# Material prints an advertisement about the successor of MkDocs unless this is set.
QUIET = {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
_COMPLAINT = re.compile(r"^(WARNING|ERROR|CRITICAL)\s+-\s+(.*)$")


def settings_file(root: Path) -> Path:
    """The settings every build shares: the repository's own, or the ones shipped beside the package."""
    package = Path(__file__).parents[1]
    for candidate in (root / SETTINGS, package.parent / SETTINGS, package / "_mkdocs.yml"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no {SETTINGS} in {root} nor beside {package}: install drillbook again")


def config(
    organization: Organization,
    navigation: tuple[Entry, ...],
    *,
    root: Path,
    build: Path,
    out: Path,
    is_published: bool = False,
) -> bytes:
    """The text of ``build/mkdocs.yml``; JSON is YAML, so that no title can become structure.

    Only what is published beside other versions asks which there are.
    """
    values: dict[str, object] = {
        "INHERIT": _relative(settings_file(root), build),
        "site_name": plain_title(organization.title),
        "docs_dir": "site-src",
        "site_dir": _relative(out, build),
        "nav": as_config(navigation),
    }
    if safe_url(organization.site_url):
        values["site_url"] = organization.site_url
    if is_published:
        values["extra"] = {"version": {"provider": "mike"}}
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()


def run(build: Path, *, day: date, cached: bool = True) -> list[Finding]:
    """Build what ``build/mkdocs.yml`` describes, as if on that day; complaints become findings.

    Never with ``--quiet``: it hides the counter that ``--strict`` reads.
    """
    module = ["-m", "generator.site.rendering", *([] if cached else ["--no-cache"])]
    command = [sys.executable, *module, "build", "--strict", "--config-file", "mkdocs.yml"]
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    done = shell.run(command, build, environment={**QUIET, "SOURCE_DATE_EPOCH": str(seconds)})
    found = [
        _finding(match) for line in done.output.splitlines() if (match := _COMPLAINT.match(line.strip()))
    ]
    if done.code and not found:
        last = "\n".join(done.output.strip().splitlines()[-15:])
        found.append(Finding(Place("build/mkdocs.yml"), "site", "error", f"MkDocs failed: {last}"))
    return found


def _finding(match: re.Match[str]) -> Finding:
    words = match.group(2)
    page = re.search(r"Doc file '([^']+)'", words)
    place = Place(f"build/site-src/{page.group(1)}" if page else "build/mkdocs.yml")
    return Finding(place, "site", "error", words)


def _relative(target: Path, start: Path) -> str:
    return Path(os.path.relpath(target.resolve(), start.resolve())).as_posix()
