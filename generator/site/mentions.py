"""A sentence in, the same sentence with what it names as links out: dashboards, logs, words of the glossary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from generator.model import Artifacts, Link, Term
from generator.site.markup import Html, anchor, escape, external, local

LOOKING = r"(?:(?:open|see|read|on|in|at|from)\s+(?:the\s+)?[\"“']?)"
"""What stands before the name of a dashboard that is not called one."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A pattern with one group a name, and the link that each group becomes."""

    pattern: re.Pattern[str] | None = None
    links: tuple[Callable[[str], Html], ...] = ()
    keys: tuple[str, ...] = ()
    """What each group names; a key is linked once where that is asked for."""
    hrefs: tuple[str, ...] = ()
    """Where each group leads on the site; empty for what lies elsewhere."""
    hints: tuple[str, ...] = ("",)
    """Words, one of which stands in everything that is found; the empty one stands in every text."""

    def href(self, key: str) -> str:
        """Where a key leads; ValueError when the finder does not know it."""
        return self.hrefs[self.keys.index(key)]


@dataclass(slots=True)
class Once:
    """Which names were linked already in a section."""

    seen: set[str] = field(default_factory=set)


def lacks(text: str, words: Iterable[str]) -> bool:
    """Whether a glance tells that none of some words stands in a text, in large or in small letters.

    Most texts name nothing, and patterns are long.

    >>> lacks("Look at the scores.", ["Latency"]), lacks("The LATENCY rises.", ["Latency"])
    (True, False)
    """
    if not text.isascii():
        return False  # a letter beyond ASCII may be a large or a small one of two
    lowered = text.lower()
    perhaps = [word for word in words if not word.isascii() or word.lower() in lowered]
    return not perhaps


def linked(text: str, finder: Finder, once: Once | None = None, rest: Callable[[str], Html] = escape) -> Html:
    """The text with each name that the finder knows as a link; ``rest`` shows what stands between."""
    if finder.pattern is None or lacks(text, finder.hints):
        return rest(text)
    shown: list[Html] = []
    at = 0
    for found in finder.pattern.finditer(text):
        group = found.lastindex
        if group is None or (once is not None and finder.keys[group - 1] in once.seen):
            continue
        if once is not None:
            once.seen.add(finder.keys[group - 1])
        start, end = found.span(group)
        shown += [rest(text[at:start]), finder.links[group - 1](text[start:end])]
        at = end
    return Html("".join([*shown, rest(text[at:])]))


def named(text: str, finder: Finder) -> list[str]:
    """The keys of what the text names, in order, each once."""
    if finder.pattern is None or lacks(text, finder.hints):
        return []
    groups = [found.lastindex for found in finder.pattern.finditer(text)]
    return list(dict.fromkeys(finder.keys[group - 1] for group in groups if group))


@lru_cache(maxsize=1_024)
def artifact_finder(artifacts: Artifacts) -> Finder:
    """Finds the dashboards and logs of a service by title, or by id in words."""
    rules = [rule for link in artifacts.dashboards for rule in _dashboard(link)]
    rules += [rule for link in artifacts.logs for rule in _log(link)]
    names = [name for link in (*artifacts.dashboards, *artifacts.logs) for name in _names(link)]
    return _finder(((pattern, link.id, _out(link)) for pattern, link in _longest(rules)), names)


@lru_cache(maxsize=16)
def term_finder(glossary: tuple[Term, ...], page: str) -> Finder:
    """Finds the words of a glossary, and their plain plurals; ``page`` is where they are explained."""
    terms = sorted(glossary, key=lambda term: (-len(term.term), term.term))
    rules = ((rf"({_words(t.term)}s?)(?!\w)", t.term, _explained(t, page)) for t in terms)
    return _finder(rules, [t.term for t in terms])


def id_finder(hrefs: Mapping[str, str]) -> Finder:
    """Finds ids as they are written, each with where on the site it leads."""
    ids = sorted(hrefs, key=lambda id: (-len(id), id))
    if not ids:
        return Finder()
    # What all begin with stands before them once: within a word, none of them has to be tried.
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(f'({re.escape(id)})' for id in ids)})(?![\w-])")
    links = tuple(_inside(hrefs[id], "db-name") for id in ids)
    return Finder(pattern, links, tuple(ids), tuple(hrefs[id] for id in ids), _hints(ids))


def _finder(rules: Iterable[tuple[str, str, Callable[[str], Html]]], names: Sequence[str]) -> Finder:
    """Patterns, keys and links in; each pattern is tried where a word begins, and asks for one of the names."""
    listed = tuple(rules)
    if not listed:
        return Finder()
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(pattern for pattern, _, _ in listed)})", re.IGNORECASE)
    links, keys = tuple(link for _, _, link in listed), tuple(key for _, key, _ in listed)
    return Finder(pattern, links, keys, hints=_hints(names))


def _hints(names: Iterable[str]) -> tuple[str, ...]:
    """The longest word of each name, which may be written with other spaces between."""
    return tuple(dict.fromkeys(max(name.split(), key=len, default="").lower() for name in names))


def _dashboard(link: Link) -> list[tuple[str, Link]]:
    """Called a dashboard in the text; or of several words, and looked at."""
    names = _names(link)
    rules = [(rf"({_words(name)}\s+dashboard)(?!\w)", link) for name in names]
    rules += [(rf"dashboard\s+[\"“']?({_words(name)})(?!\w)", link) for name in names]
    # One word alone, such as "retrieval", is a name only where it is written as one.
    cases = [
        _words(name) if " " in name else rf"(?-i:{_words(name)})" for name in names if name[:1].isupper()
    ]
    return rules + [(rf"{LOOKING}({case}(?:\s+dashboard)?)(?!\w)", link) for case in cases]


def _log(link: Link) -> list[tuple[str, Link]]:
    return [(rf"({_words(name)})(?!\w)", link) for name in _names(link) if " " in name]


def _names(link: Link) -> list[str]:
    return list(dict.fromkeys([link.title, link.id.replace("-", " ").replace("_", " ")]))


def _longest(rules: Sequence[tuple[str, Link]]) -> list[tuple[str, Link]]:
    return sorted(rules, key=lambda rule: (-len(rule[0]), rule[0]))


def _words(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())


def _out(link: Link) -> Callable[[str], Html]:
    return lambda words: external(link.url, words)


def _explained(term: Term, page: str) -> Callable[[str], Html]:
    return _inside(f"{page}#{anchor('term', term.term)}", "db-term")


def _inside(href: str, class_: str) -> Callable[[str], Html]:
    return lambda words: local(href, words, class_=class_)
