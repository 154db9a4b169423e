"""Names and a text in, the text with pseudonyms in their place out: however a name is typed.

Both are compared folded: without case, accents and the kinds of quotes, dashes and spaces. What is found is replaced
where it stands in the text as it was typed, and the rest of that stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

LEAST_LETTERS = 3
"""Shorter names are not looked for in what is typed: too many words are as short."""
LEAST_JOINED = 6
"""Letters of a name that is found also where its parts are typed as one word."""
TITLES = frozenset(
    "dr drs prof professor doctor mr mrs ms miss mx sir dame lord lady herr frau mme mlle monsieur madame "
    "senor senora dott ing dipl med phd msc mba bsc jun sen iii".split()
)
PARTICLES = frozenset(
    "van von vom zum zur den der dem ter ten del della delle dei dal dos das des bin ibn bint and und the".split()
)
"""Like titles they say nothing about who it is; but a name may begin with one that is a part like any other."""
SIGNS = str.maketrans(
    dict.fromkeys("‘’‚‛′‵ʹʻʼʽˈ`´＇", "'") | dict.fromkeys("‐‑‒–—―−﹘﹣－˗", "-") | dict.fromkeys("·‧・･", "·")
)
LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe"})
ACCENTS = re.compile("[\u0300-\u036f\ufe00-\ufe0f]")
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts in which a name stands among other words without a space."""
BETWEEN = r"[\s\-_.'\"·()]"
START, END = r"(?<![^\W_])", r"(?![^\W_])"


def veiled(text: str, names: Mapping[str, str]) -> str:
    """``names``: by pseudonym, in the order of coming: where two share a part of theirs, it is the first one's."""
    people, shapes = _looked_for(names)
    if not people:
        return text
    folded, spans = _folded(text)
    done, parts = 0, []
    for found in re.finditer("|".join(shapes), folded):
        first, last = found.start(), found.end() - 1
        cuts_a_sign = (first > 0 and spans[first - 1] == spans[first]) or (
            last + 1 < len(spans) and spans[last + 1] == spans[last]
        )
        if not cuts_a_sign:
            parts += [text[done : spans[first][0]], people["".join(_words(found[0]))]]
            done = spans[last][1]
    return "".join([*parts, text[done:]])


def same(name: str) -> str:
    """What two ways of writing one name share; names that differ by an accent are two."""
    return " ".join(_composed(_composed(name.translate(SIGNS)).casefold()).split())


def _looked_for(names: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Pseudonyms by folded words without what stands between them; and patterns, the longest first."""
    people: dict[str, str] = {}
    shapes: dict[str, str] = {}
    latest_first = [(person, _ways(name)) for person, name in reversed([*names.items()])]
    for rank in range(4):
        for person, ways in latest_first:
            for words in ways[rank]:
                people["".join(words)] = person
                shapes.setdefault("".join(words), _shape(words))
    return people, [shapes[key] for key in sorted(shapes, key=len, reverse=True)]


def _ways(name: str) -> tuple[Sequence[Sequence[str]], ...]:
    """What a person may be called, as folded words: any part, the first one, the first and the last, the whole."""
    folded = _folded(name)[0]
    words = _words(folded)
    named = [word for word in words if word not in TITLES] or words
    telling = [word for word in named if word == named[0] or word not in PARTICLES]
    spaced = [[word for word in _words(part) if word in telling] for part in folded.split()]
    parts = [*spaced, *([word] for word in telling)]
    firsts = [*[way for way in spaced if way][:1], telling[:1]]
    ends = [[telling[0], telling[-1]]] if len(telling) > 1 else []
    return _enough(parts), _enough(firsts), _enough(ends), _enough([telling, named, words])


def _enough(ways: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Those of enough letters to be looked for."""
    wholes = ((way, "".join(way)) for way in ways)
    return [way for way, whole in wholes if _letters(whole) >= LEAST_LETTERS or _is_unspaced(whole)]


def _shape(words: Sequence[str]) -> str:
    """The pattern of a name in a folded text; one sign alone has to stand apart in every script."""
    whole = _composed("".join(words))
    is_unspaced = _is_unspaced(whole)
    joint = f"{BETWEEN}{{0,3}}" if is_unspaced or _letters(whole) >= LEAST_JOINED else f"{BETWEEN}{{1,3}}"
    found = joint.join(map(re.escape, words))
    return found if is_unspaced and len(whole) > 1 else f"{START}{found}{END}"


def _letters(word: str) -> int:
    return sum(sign.isalpha() or _is_mark(sign) for sign in _composed(word))


def _is_unspaced(word: str) -> bool:
    return UNSPACED.search(_composed(word)) is not None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _words(folded: str) -> list[str]:
    return "".join(sign if sign.isalnum() or _is_mark(sign) else " " for sign in folded).split()


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text; for each sign of it, from where to where that stands in the text."""
    starts = [place for place, sign in enumerate(text) if place == 0 or not _is_mark(sign)]
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    for span in pairwise([*starts, len(text)]):
        piece = _fold(text[slice(*span)])
        pieces.append(piece)
        spans += [span] * len(piece)
    return "".join(pieces), spans


def _fold(sign: str) -> str:
    """A letter with its marks; nothing for what shows nothing."""
    if unicodedata.category(sign[0]) == "Cf":
        return ""
    apart = unicodedata.normalize("NFKD", sign.translate(SIGNS)).casefold()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).translate(LETTERS)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")
