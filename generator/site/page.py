"""The blocks of a page in, its Markdown file out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from generator.site.markup import Html, plain_title


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the tree: Markdown lines and blocks of raw HTML, in order."""

    path: str
    """Below the tree's root, with ``/``, ending in ``.md``."""
    title: str
    blocks: tuple[str, ...]
    tags: tuple[str, ...] = ()
    contents: bool = True
    """Whether a table of contents stands beside it."""
    sought: bool = False
    """Whether a search lists it before pages that only mention the same words."""

    def markdown(self) -> str:
        """The file's text; JSON is YAML, so the front matter needs no quoting rules of its own."""
        hidden = ["tags", "path"] + ([] if self.contents else ["toc"])
        front = [f"hide: {json.dumps(hidden)}"]
        if self.tags:
            front.append(f"tags: {_yaml([plain_title(tag) for tag in self.tags])}")
        if self.sought:
            front.append('search: {"boost": 4}')
        blocks = [_block(block) for block in self.blocks if block]
        return "\n".join(["---", *front, "---", "", "\n\n".join(blocks), ""])


def _yaml(texts: list[str]) -> str:
    """The texts as YAML; JSON is YAML but for characters that it writes in two halves, which YAML does not join."""
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    shown = (json.dumps(one)[1:-1] if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}" for one in text)
    return f'"{"".join(shown)}"'


def _block(block: str) -> str:
    """Raw HTML is wrapped, so that Markdown sees one block whatever stands inside."""
    return f'<div class="db">\n{block}\n</div>' if isinstance(block, Html) else block
