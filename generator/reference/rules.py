"""The table of checks and their corpus in; a page for each rule, with a bad and a good example, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator import located, waivers
from generator.checks import CHECKS, FIRM
from generator.reference.markdown import header, prose, row, text

CORPUS = Path(__file__).parents[2] / "tests" / "corpus"


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    severity: str
    words: str
    """Markdown; the first paragraph is the rule itself."""
    is_firm: bool


def rules() -> tuple[Rule, ...]:
    """Every rule that a finding can name, those of reading and of waivers among them."""
    found = [
        Rule("load", "error", _LOAD, True),
        Rule(waivers.NAME, "error", _WAIVERS, True),
        *(Rule(one.name, one.severity, prose(one.__doc__ or ""), one.name in FIRM) for one in CHECKS),
    ]
    return tuple(sorted(found, key=lambda rule: rule.name))


def rules_index() -> Iterator[str]:
    """A table of all rules."""
    yield from ("# Rules of runbook check", "")
    yield "A finding names its rule in brackets, after the place."
    yield "An error fails the check; a warning is for the reviewer."
    yield "A rule that is not firm can be switched off by a waiver, with the reason, in the source."
    yield from ("", *header("rule", "what must hold", "severity", "firm"))
    for rule in rules():
        sentence = " ".join(rule.words.split("\n\n")[0].split())
        firm = "firm" if rule.is_firm else ""
        yield row(f"[{rule.name}](checks/{rule.name}.md)", sentence.replace("|", "\\|"), rule.severity, firm)


def rule_pages() -> dict[str, Iterator[str]]:
    """The pages of the rules by their path below ``docs/reference/``."""
    return {f"checks/{rule.name}.md": _page(rule) for rule in rules()}


def _page(rule: Rule) -> Iterator[str]:
    yield from (f"# {rule.name}", "", rule.words, "", f"Severity: {rule.severity}.")
    if rule.is_firm:
        yield "This rule is firm: no waiver switches it off, since pages and drills are made of what it holds."
    else:
        yield from ("", "To switch it off, write the reason where the finding is:", "")
        yield from ("```yaml", "waivers:", f"  - rule: {rule.name}")
        yield from ("    at: the-id-of-the-part", "    reason: Why the rule does not apply here.", "```")
    case = _example(rule.name)
    if case is not None:
        yield from ("", "## Example", "", f"In `{case['file']}`:", "")
        yield from ("```yaml", *_excerpt(case.get("by", case.get("text", ""))), "```", "")
        yield from (f"- {text(line.rpartition('|')[2])}" for line in case["expect"])
        if "good" in case:
            yield from ("", "Better:", "", "```yaml", *_excerpt(case["good"]), "```")


def _example(rule: str) -> Mapping[str, Any] | None:
    """The case that shows the rule best: one that says so, else the first that has a good twin, else the first."""
    files = sorted((CORPUS / rule).glob("*.yaml"))
    cases = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in files]
    return min(cases, key=lambda case: (not case.get("example", False), "good" not in case), default=None)


LONGEST_EXCERPT = 30


def _excerpt(words: str) -> list[str]:
    lines = words.strip("\n").split("\n")
    shown = lines[:LONGEST_EXCERPT] + (["..."] if len(lines) > LONGEST_EXCERPT else [])
    return ["".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line) for line in shown]


_LOAD = f"""A source can be read: it is one YAML document in UTF-8, a mapping, without tricks.

Anchors that multiply, keys given twice, tags and merge keys are refused: a reader at 3 am does not resolve them.
Nothing is nested deeper than {located.MAXIMUM_DEPTH} levels."""

_WAIVERS = """A waiver names a rule and a part that there are, and something that breaks the rule there.

A waiver that nothing needs hides the next mistake, so it is reported until it is deleted."""
