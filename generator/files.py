"""A path inside a repository in, the text of that file out, or the finding that says why there is none."""

from __future__ import annotations

import codecs
from pathlib import Path

from generator.source import Finding, Place, place_after

MAXIMUM_BYTES = 2_000_000
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


PACKED = b"\x1f\x8b"
"""How gzip begins."""


def read_text(root: Path, path: str) -> tuple[str, Finding | None]:
    """The text of a source, or the finding that says why it cannot be read."""
    content = _bytes(root, path)
    return ("", content) if isinstance(content, Finding) else _decoded(content, path)


def shown_text(root: Path, path: str) -> str | None:
    """The text of a source as far as it can be shown; None when there is nothing to show, as of what is packed."""
    content = _bytes(root, path)
    if isinstance(content, Finding) or content.startswith(PACKED):
        return None
    return content.decode("utf-8-sig", "replace")


def finding(path: str, message: str, hint: str) -> Finding:
    """A finding about a file as a whole."""
    return Finding(Place(path), "load", "error", message, hint)


def _bytes(root: Path, path: str) -> bytes | Finding:
    try:
        target = (root / path).resolve()
        target.stat()
    except (OSError, RuntimeError):
        return finding(path, "this link leads nowhere", "replace it by the file itself")
    if not target.is_relative_to(root.resolve()):
        return finding(path, "this link leads out of the repository", "replace it by the file itself")
    if not target.is_file():
        return finding(path, "this is not a file", "replace it by a YAML file")
    try:
        with target.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        return finding(path, f"the file cannot be read: {error.strerror}", "let it be read by you")
    if len(content) > MAXIMUM_BYTES:
        return finding(path, f"the file is larger than {MAXIMUM_BYTES:,} bytes", "split it")
    return content


def _decoded(content: bytes, path: str) -> tuple[str, Finding | None]:
    for mark, encoding in _OTHER_ENCODINGS:
        if content.startswith(mark):
            return "", finding(path, f"the file is {encoding}, not UTF-8", "save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = place_after(content[: error.start].decode("utf-8-sig", "replace"), path)
        message = f"the file is not UTF-8: a byte 0x{content[error.start]:02X} stands here"
        return "", Finding(place, "load", "error", message, "save it as UTF-8")
    return text, None
