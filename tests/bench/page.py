"""A page and one section of it in, the page with that section in its place out."""

from __future__ import annotations

import re


def with_section(page: str, heading: str, text: str) -> str:
    """The page with ``text`` under ``## heading``: where that stands already, else at the end.

    >>> with_section("# Page\\n\\n## One\\n\\nold\\n\\n## Two\\n\\nkept\\n", "One", "new")
    '# Page\\n\\n## One\\n\\nnew\\n\\n## Two\\n\\nkept\\n'
    """
    section = f"## {heading}\n\n{text.strip()}\n"
    held = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if held is None:
        return f"{page.rstrip()}\n\n{section}"
    rest = page[held.end() :]
    return page[: held.start()] + section + (f"\n{rest}" if rest else "")
