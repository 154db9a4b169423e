"""Schemas, kinds, checks and the commands' own help in; every page of the reference out.

What the other package knows is asked of its commands, in processes of their own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from generator import kinds, shell
from generator.exports import EXPORTS
from generator.reference.markdown import code, fenced, header, row, text
from generator.reference.rules import rule_pages, rules_index
from generator.reference.tables import SOURCES, Json, from_kinds, keys, schema_page, title_of

ROOT = Path(__file__).parents[2]
MADE = "<!-- Made by `python -m generator.reference`; edit what it is made of, not this page. -->"
COMMANDS = ("runbook", "drill")
OUTPUTS = ("event", "score", "report", "review", "exercise", "catalogue", "proof", "rehearsal", "provenance")
FILES = {
    "event": "A record's line",
    "score": "A score",
    "report": "A report",
    "review": "A review",
    "exercise": "An exercise",
    "catalogue": "The catalogue",
    "proof": "A proof of rehearsals",
    "rehearsal": "What a rehearsal prints",
    "provenance": "What a published version is made of",
}
VOCABULARIES = ("symptom", "mechanism")


def pages() -> dict[str, str]:
    """Every page by its path below ``docs/reference/``."""
    made: dict[str, Iterable[str]] = {"index.md": _index(), "checks.md": rules_index(), "words.md": _words()}
    made |= rule_pages()
    made |= {f"commands/{command}.md": _command(command) for command in COMMANDS}
    made["commands/console.md"] = _console()
    made |= {f"sources/{name}.md": schema_page(name) for name in SOURCES}
    made |= {f"files/{name}.md": schema_page(name) for name in OUTPUTS}
    made |= {f"kinds/{table}.md": _kinds(table) for table in kinds.TABLES}
    return {path: "\n".join([MADE, "", *lines]).rstrip() + "\n" for path, lines in made.items()}


def _index() -> Iterator[str]:
    yield from (
        "# Reference",
        "",
        "Every page in this part is made from the product itself, and a test holds it.",
    )
    for title, links in (
        ("What you type", {f"commands/{name}.md": f"`{name}`" for name in COMMANDS}
         | {"commands/console.md": "the console of a drill"}),
        ("What you write", {f"sources/{name}.md": title_of(name) for name in SOURCES}),
        ("What kinds there are", {f"kinds/{table}.md": table for table in kinds.TABLES}
         | {"words.md": "symptoms and mechanisms"}),
        ("What is checked", {"checks.md": "the rules of `runbook check`"}),
        ("What is written for programs", {f"files/{name}.md": FILES[name] for name in OUTPUTS}),
    ):  # fmt: skip
        yield from ("", f"## {title}", "", *(f"- [{words}]({path})" for path, words in links.items()))


def _command(command: str) -> Iterator[str]:
    """The help of a command and of all that stand below it, as the command prints it."""
    shown = _help(command)
    yield from (f"# {command}", "", *fenced(shown))
    for name in _subcommands(shown):
        yield from ("", f"## {command} {name}", "", *fenced(_help(command, name)))
    if command == "runbook":
        yield from ("", "## Formats of runbook export", "")
        yield from (f"- `{name}`: {export.title}, as `{export.file}`." for name, export in EXPORTS.items())


def _console() -> Iterator[str]:
    yield from ("# The console of a drill", "")
    yield "People answer a drill with these commands, after `drill run DRILL`."
    yield from ("Each unmistakable beginning of a name will do, and the Tab key completes names.", "")
    yield _output([sys.executable, "-m", "simulator.reference"])


def _words() -> Iterator[str]:
    yield from ("# Symptoms and mechanisms", "")
    yield "These words are closed lists: a declaration names a symptom, a hypothesis names a mechanism."
    for name in VOCABULARIES:
        yield from ("", f"## {name.capitalize()}s", "", *header("word", "meaning"))
        yield from (row(f"`{word}`", text(meaning)) for word, meaning in kinds.vocabulary(name).items())


def _kinds(table: str) -> Iterator[str]:
    yield from (f"# Kinds of {table}", "", f"Each is declared in `schema/kinds/{table}/`.")
    for kind in kinds.load(table).values():
        yield from ("", f"## {kind.name}", "", f"**{text(kind.title)}.** {text(kind.summary)}", "")
        yield from _facts(kind.declaration)
        if kind.parameters.get("properties"):
            yield from ("", *keys(kind.parameters, from_kinds))


def _facts(declaration: Json) -> Iterator[str]:
    """What a declaration says beside its words and parameters."""
    for key, words in (
        ("mechanism", "Mechanism"),
        ("setting", "Setting"),
        ("unit", "Unit"),
        ("promql", "PromQL"),
        ("source", "Source"),
    ):
        if key in declaration:
            said = declaration[key]
            said = " or ".join(said) if isinstance(said, list) else str(said)
            yield f"- {words}: {text(said) if key in ('source', 'unit') else code(said)}"
    if "incident" in declaration:
        incident = declaration["incident"]
        yield f"- Incident: {text(incident['what'])} ({text(incident['source'])})"
    if "changes" in declaration:
        yield "- Changes something." if declaration["changes"] else "- Changes nothing."
    for key, words in (("nodes", "Stands at nodes of kind"), ("metrics", "Metrics")):
        if declaration.get(key):
            yield f"- {words}: {', '.join(code(name) for name in declaration[key])}"
    if "effects" in declaration:
        yield f"- Effect: {text(kinds.told_effects(kinds.load('faults')[declaration['name']].effects))}"
    if "live" in declaration:
        yield f"- Live: {text(kinds.told_live(kinds.load('faults')[declaration['name']].live))}"


def _help(command: str, *names: str) -> str:
    return _output([str(Path(sys.executable).parent / command), *names, "--help"])


def _subcommands(shown: str) -> list[str]:
    listed = shown.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def _output(command: Sequence[str]) -> str:
    done = shell.run(command, ROOT, environment={"COLUMNS": "100", "NO_COLOR": "1"})
    if done.code:
        raise RuntimeError(f"{' '.join(command)} ended with {done.code}: {done.output}")
    return done.output
