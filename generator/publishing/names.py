"""Names that somebody wants to publish under in, nothing out when every host and every git can keep them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.publishing.errors import UnfitNameError

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}")
_TAKEN = frozenset({"index.html", "versions.json", "404.html", "cname"})
"""What stands beside the versions."""
LONGEST_TITLE = 80


def check_names(version: str, aliases: Sequence[str]) -> None:
    """UnfitNameError when one of the names is no folder's name, or an alias is the version itself."""
    for what, name in (("version", version), *(("alias", alias) for alias in aliases)):
        if not is_safe(name):
            raise UnfitNameError(
                f"{what} {name!r} cannot be the name of a folder on every host: take letters, digits and . _ + -,"
                " begin with a letter or a digit, and end with one"
            )
    if version in aliases:
        raise UnfitNameError(
            f"'{version}' cannot be a version and an alias of it: leave out --alias {version}"
        )


def is_safe(name: str) -> bool:
    """Whether a version or an alias may be called that.

    >>> [is_safe(name) for name in ("1.0", "2026-11", "v2+eu", "", "..", "a/b", "1..0", ".git", "index.html")]
    [True, True, True, False, False, False, False, False, False]
    """
    ends_well = name[-1:].isalnum() and not name.lower().endswith((".lock", ".git"))
    return bool(_SAFE.fullmatch(name)) and ends_well and ".." not in name and name.lower() not in _TAKEN


def check_title(title: str) -> None:
    """UnfitNameError when a title would not fit where readers choose a version."""
    if not title.isprintable() or not title.strip() or len(title) > LONGEST_TITLE:
        raise UnfitNameError(
            f"the title is empty, longer than {LONGEST_TITLE} characters, or not all of it shows"
        )
