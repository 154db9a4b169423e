"""Shipped sources and a seed in; the same sources spoiled, and what is found in them, out."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from generator import report
from generator.check import check
from generator.files import shown_text
from generator.load import load
from generator.report.quoting import lines_of
from generator.source import Finding
from tests.generator.corpus import BASE, ROOT

Texts = Mapping[str, str]
HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, -0.0, 0.1 + 0.2, 1e-320, 1e308, -1e308, 10**18, 10**17 + 1,
    "", " ", "end", "-", ".", "..", "a.b.c", "'", '"', "~", "no", "null", "0", "1e999", "nan", "inf", "x" * 20_000,
    "{{", "}}", "{{ }}", "{{ signal.x.y }}", "{{ signal.amount-psi.with.x }}", "{{ incident. }}", "{{ step..minutes }}",
    "<script>boom()</script>", "../../etc/passwd", "/etc/passwd", "\u202e", "a\nb", "a\x07b", "\ufeff", "\ud7ff", "🙂",
    "%s %(x)s {0} {x} ${X} $(x) `x`", "2026-02-30", "99:99", "24:00", "0000-00-00", "http://[", "http://[::1", "://",
    "http://a b", "javascript:x", "(" * 50, "[" * 50, "*" * 50, "\\", "\\1", "(?P<", "𝟘", "١", "²", "ſ", "İ",
    [], {}, [[]], [None], [{}], [1, "a", {}], {"id": None}, {"id": []}, {"id": {}}, {"a": {"b": {"c": []}}}, {"": ""},
    {"all": []}, {"any": [{"all": [{"not": {}}]}]}, {"signal": {}}, {"do": []}, {"do": "run", "with": []},
    {"with": None}, {"rule": "schema", "at": "", "reason": ""}, [{"rule": [], "at": {}, "reason": 1}],
)  # fmt: skip
INSERTED = (
    b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xc2\xa0", b"\t", b"\r", b"\n", b"---\n",
    b"...\n", b"&a ", b"*a ", b"<<: *a\n", b"!!python/object:x ", b"{", b"}", b"[", b"]", b": ", b"- ",
    b"# ", b"'", b'"', b"|", b">", b"%", b"@", b"`", b"? ", b"\\", b"{{ ", b"<<<<<<< HEAD\n",
    b"\xe2\x80\xa8", b"\xed\xa0\x80", b"  ", b"[" * 100, b"9" * 400,
)  # fmt: skip


def sources() -> Texts:
    """The sources that are spoiled, by path."""
    files = [ROOT / "runbooks" / part for part in BASE]
    found = [file for part in files for file in ([part] if part.is_file() else sorted(part.rglob("*.yaml")))]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in found}


def spoiled(texts: Texts, seed: int) -> Mapping[str, bytes]:
    """One file, or a few, changed in one to four places; the same for the same seed."""
    rng = random.Random(seed)
    changed: dict[str, bytes] = {}
    for _ in range(rng.choice((1, 1, 2, 4))):
        path = rng.choice(sorted(texts))
        content = changed.get(path, texts[path].encode())
        changed[path] = (_in_data if rng.random() < 0.6 else _in_bytes)(content, rng)
    return {path: changed.get(path, text.encode()) for path, text in texts.items()}


def outcome(files: Mapping[str, bytes], folder: Path) -> tuple[Finding, ...]:
    """The findings, after every format has told them; an error of ours comes out as it is."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    findings = check(load(folder))
    context = report.Context(text_of=partial(shown_text, folder), colour=True, width=60)
    for finding in findings:
        _stands_in_the_file(finding, context)
    text = report.text(findings, context)
    assert text.count("\033[") == 2 * text.count("\033[0m")
    assert "\x07" not in text
    for format_ in ("json", "sarif"):
        json.loads(report.FORMATS[format_](findings, context).encode())
    report.github(findings, context).encode()
    report.markdown(findings, context).encode()
    return findings


def _stands_in_the_file(finding: Finding, context: report.Context) -> None:
    place = finding.place
    lines = lines_of(context.text_of(place.path) or "")
    assert 1 <= place.line <= len(lines), finding
    assert 1 <= place.column <= len(lines[place.line - 1]) + 2, finding


def _in_data(content: bytes, rng: random.Random) -> bytes:
    """A value of the document deleted, doubled, swapped, wrapped, or replaced by a hostile one."""
    try:
        data = yaml.load(content, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return _in_bytes(content, rng)
    places = list(_places(data))
    if not places:
        return _in_bytes(content, rng)
    home, key = rng.choice(places)
    rng.choice((_delete, _double, _swap, _wrap, _replace, _replace, _replace, _rename))(
        home, key, places, rng
    )
    return yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000).encode(
        "utf-8", "replace"
    )


Place = tuple[Any, Any]
"""A list or mapping, and the index or key of a value in it."""


def _places(value: Any) -> Iterator[Place]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _delete(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    del home[key]


def _double(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    if isinstance(home, list):
        home.insert(key, copy.deepcopy(home[key]))
    else:
        home[f"{key}2"] = copy.deepcopy(home[key])


def _swap(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    other, there = rng.choice(places)
    home[key], other[there] = copy.deepcopy(other[there]), copy.deepcopy(home[key])


def _wrap(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    for _ in range(rng.choice((1, 2, 70))):
        home[key] = (
            [home[key]] if rng.random() < 0.5 else {rng.choice(("all", "not", "id", "with")): home[key]}
        )


def _replace(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    home[key] = copy.deepcopy(rng.choice(HOSTILE))


def _rename(home: Any, key: Any, places: list[Place], rng: random.Random) -> None:
    if isinstance(home, dict):
        home[rng.choice((f"{key}x", "", "__class__", 7, None, "k" * 300))] = home.pop(key)
    elif isinstance(home[key], str):
        home[key] = home[key][::-1]


def _in_bytes(content: bytes, rng: random.Random) -> bytes:
    changes: tuple[Callable[[bytes, int, random.Random], bytes], ...] = (
        _cut, _insert, _insert, _flip, _indent, _indent, _repeat, _truncate, _windows,
    )  # fmt: skip
    return rng.choice(changes)(content, rng.randrange(len(content) + 1), rng)


def _cut(content: bytes, at: int, rng: random.Random) -> bytes:
    return content[:at] + content[at + rng.choice((1, 3, 40, 400)) :]


def _insert(content: bytes, at: int, rng: random.Random) -> bytes:
    return content[:at] + rng.choice(INSERTED) * rng.choice((1, 1, 3)) + content[at:]


def _flip(content: bytes, at: int, rng: random.Random) -> bytes:
    return (
        content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
        if at < len(content)
        else b""
    )


def _indent(content: bytes, at: int, rng: random.Random) -> bytes:
    start = content.rfind(b"\n", 0, at) + 1
    less = content[start:].removeprefix(b" ")
    return content[:start] + rng.choice(
        (b" " + content[start:], b"   " + content[start:], less, b"\t" + less)
    )


def _repeat(content: bytes, at: int, rng: random.Random) -> bytes:
    start, end = content.rfind(b"\n", 0, at) + 1, content.find(b"\n", at) + 1
    return content[:end] + content[start:end] + content[end:]


def _truncate(content: bytes, at: int, rng: random.Random) -> bytes:
    return content[:at]


def _windows(content: bytes, at: int, rng: random.Random) -> bytes:
    return rng.choice(
        (
            content.replace(b"\n", b"\r\n"),
            content.replace(b"\n", b"\r"),
            content.decode("utf-8", "replace").encode("utf-16"),
        )
    )
