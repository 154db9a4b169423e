"""Every link in a source leads somewhere: to a file of the repository, a heading of the page, or a well-formed address.

A dead link costs a minute of searching, and the trust in the rest of the page.

Mend the path (it counts from the folder of the source), name a heading or id that is there, or write the whole
address with ``https://``. ``runbook check --external`` also asks each address whether it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.checks.sources import Sources
from generator.inside import texts
from generator.source import Document, Finding, Pointer, Severity, likely

name = "links"
severity: Severity = "error"

SCHEMES = ("http", "https", "mailto")
ADDRESSES = frozenset({"dependency_tree", "data_dictionary", "model_card", "site_url", "url"})
"""Keys whose whole value is an address, or a path."""

_LINK = re.compile(r"""!?\[[^\]\n]*\]\(\s*<?([^\s)>]*)>?(?:\s+["'][^"'\n]*["'])?\s*\)""")
_BARE = re.compile(r"""\b[a-z][a-z0-9+.-]*://[^\s<>"'`]*""", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_SIGNS = ("](", "://", "mailto:")
"""What stands in every link, and in few texts."""
_TRAILING = ".,;:!?)]}"

Problem = tuple[str, str]
"""What is wrong, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Targets that are not there, and addresses that are none."""
    for document in sources.documents:
        found = list(_in_texts(sources.texts[document.path]))
        leads_within = any(target.startswith("#") for _, target in found)
        anchors = _anchors(sources, document) if leads_within else frozenset()
        for pointer, target in found:
            problem = _problem(sources.root, document, anchors, target)
            if problem is not None:
                yield Finding(document.place(pointer), name, severity, *problem)


def targets(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Every address, path and anchor in a document, each once a text."""
    return _in_texts(texts(document.data))


def _in_texts(texts: Iterable[tuple[Pointer, str]]) -> Iterator[tuple[Pointer, str]]:
    for pointer, text in texts:
        if pointer[-1] in ADDRESSES:
            yield pointer, text.strip()
            continue
        if not any(sign in text for sign in _SIGNS):
            continue
        prose = _CODE.sub(" ", text)
        found = [link.group(1) for link in _LINK.finditer(prose)]
        found += [bare.group().rstrip(_TRAILING) for bare in _BARE.finditer(_LINK.sub(" ", prose))]
        if text.startswith("mailto:"):
            found.append(text.strip())
        yield from ((pointer, target) for target in dict.fromkeys(found))


def _problem(root: Path, document: Document, anchors: frozenset[str], target: str) -> Problem | None:
    if target.startswith("#"):
        return _anchor_problem(unquote(target[1:]), anchors)
    if "{{" in target:
        target = re.sub(r"\{\{.*?\}\}", "x", target)
    if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE) or target.startswith("//"):
        return _address_problem(target)
    return _file_problem(root, document, target)


def leads_to_file(root: Path, document: Document, target: str) -> bool:
    """Whether a target is a path, and there is a file."""
    is_path = not target.startswith("#") and _problem(root, document, frozenset(), target) is None
    return is_path and not re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.IGNORECASE)


def _anchor_problem(anchor: str, anchors: frozenset[str]) -> Problem | None:
    if anchor in anchors:
        return None
    hint = likely(anchor, anchors) or "name a heading, or kind-id, such as signal-latency-p99"
    return f"the page has no '#{anchor}'", hint


def is_sound_address(address: str) -> bool:
    """Whether an address has a scheme that readers may follow, and a host."""
    return _address_problem(address) is None


def _address_problem(address: str) -> Problem | None:
    shown = f"'{address}' is no address"
    try:
        parts = urlsplit(address)
        port_is_wrong = parts.port == 0
    except ValueError:
        return shown, "check the host and the port"
    if parts.scheme.lower() not in SCHEMES:
        return f"{shown} that a reader may follow", f"it begins with {', '.join(SCHEMES)}"
    if parts.scheme.lower() == "mailto":
        user, _, host = parts.path.partition("@")
        return None if user and _is_host(host) else (shown, "write mailto:name@host")
    if port_is_wrong or not _is_host(parts.hostname or ""):
        return shown, "write a host, such as https://dash.example.com/d/overview"
    return None


def _is_host(host: str) -> bool:
    """Whether it is a name of labels, or an address in brackets that the parser accepted."""
    return ":" in host or (bool(host) and all(_LABEL.fullmatch(part) for part in _ascii(host).split(".")))


def _ascii(host: str) -> str:
    """The host as it is asked for; one that cannot be asked for as nothing."""
    try:
        return host.removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _file_problem(root: Path, document: Document, target: str) -> Problem | None:
    path = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
    if not path:
        return "the link has no target", "name a file, a heading or an address"
    if path.startswith("/") or "\\" in path:
        return f"'{target}' is no path inside the repository", "write it relative to the folder of this file"
    home = (root / document.path).parent
    try:
        file = (home / path).resolve()
        if not file.is_relative_to(root.resolve()):
            return f"'{target}' climbs out of the repository", "link to a file inside it"
        there = file.exists()
    except (OSError, RuntimeError, ValueError):
        there = False
    hint = "the path counts from the folder of this file; an address begins with https://"
    return None if there else (f"there is no file '{target}'", hint)


def _anchors(sources: Sources, document: Document) -> frozenset[str]:
    """What a page may be entered at: what the document defines, and the headings of its texts."""
    found: set[str] = set()
    for definition in sources.readings[document.path].definitions:
        found |= {definition.name, *(f"{kind}-{definition.name}" for kind in _kinds(definition.pointer))}
    for _, text in sources.texts[document.path]:
        found |= {_slug(heading) for heading in _HEADING.findall(text)}
    return frozenset(found)


def _kinds(pointer: Pointer) -> Iterator[str]:
    """What a page calls the things of that list, as the first part of an anchor."""
    for key in (part for part in pointer if isinstance(part, str)):
        yield {"phases": "phase"}.get(key, key.removesuffix("s"))
    if "paths" in pointer:
        yield "rollback"


def _slug(heading: str) -> str:
    """The anchor that Markdown gives to a heading."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())
