"""A step is an imperative sentence, and short; a decision is a question.

A tired reader does what the first word says. "The toggle should be switched off" leaves open who does it, and when.

Begin with the verb, say one thing, and move explanations to the check or to the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.sources import Sources
from generator.prose import REFERENCE
from generator.source import Finding, Severity

name = "wording"
severity: Severity = "error"

LONGEST_SENTENCE = 25
LONGEST_STEP = 50
LONGEST_DECISION = 30

NOT_A_VERB = frozenset(
    (
        "a all an any he how i if in it its my no on our she someone somebody that the their there these "
        "they this those to we what when where which who why you your please maybe perhaps"
    ).split()
)

VERBS_IN_ING = frozenset("bring cling fling ping ring sing sling spring string swing wring".split())


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that describe, steps that run on, and decisions that ask nothing."""
    for document in sources.sound("runbook"):
        for pointer, item in sources.mappings[document.path]:
            key = "decide" if "decide" in item else "text" if "do" in item else None
            if key is not None:
                for message, hint in _problems(item, key):
                    yield Finding(document.place((*pointer, key)), name, severity, message, hint)


def _problems(item: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    text = " ".join(REFERENCE.sub("N", item[key]).split())
    words = len(text.split())
    if key == "decide":
        if not text.endswith("?"):
            yield f"the decision '{item['id']}' asks nothing", "write a question that its answers answer"
        if words > LONGEST_DECISION:
            yield f"the decision '{item['id']}' takes {words} words", f"ask it in {LONGEST_DECISION} words"
        return
    first = re.split(r"[\s,.:;]", text, maxsplit=1)[0].lower()
    if first in NOT_A_VERB or (first.endswith("ing") and first not in VERBS_IN_ING):
        yield (
            f"the step '{item['id']}' does not begin with a verb: '{text.split()[0]}'",
            "say what to do, as an order",
        )
    longest = max(len(sentence.split()) for sentence in re.split(r"(?<=[.!?])\s", text))
    if longest > LONGEST_SENTENCE or words > LONGEST_STEP:
        message = f"the step '{item['id']}' takes {words} words, {longest} of them in one sentence"
        yield (
            message,
            f"say it in sentences of {LONGEST_SENTENCE} words, {LONGEST_STEP} in all, or make two steps",
        )
