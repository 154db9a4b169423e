"""Text and values in, HTML and Markdown that cannot become anything else out.

Every text field is hostile until it went through this room: plain strings are escaped when they
become children of a tag, only :class:`Html` passes as it is.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from generator.contexts import in_url, static

ALLOWED_SCHEMES = ("http", "https", "mailto", "tel")
VOID = frozenset({"br", "hr", "img", "input", "path", "rect", "circle", "line"})
LINE_BREAKING = frozenset({"div", "section", "ol", "ul", "dl", "nav", "details", "svg", "g"})

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Inside a raw HTML block a fence, a brace or a bracket could still be read by a Markdown extension.
_MARKDOWN_IN_HTML = str.maketrans(
    {"\n": "&#10;", "`": "&#96;", "~": "&#126;", "{": "&#123;", "}": "&#125;", "[": "&#91;"}
)
_SPECIAL = re.compile(r"""[\x00-\x08\x0a-\x1f\x7f&<>"'`~{}\[]""")
_MARKDOWN = re.compile(r"[^\w\s,.%-]|_")
_PARAGRAPH = re.compile(r"\n\s*\n")
_CODE = re.compile(r"`([^`\n]+)`")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,30}[0-9]")
_NOT_IN_ANCHOR = re.compile(r"[^a-zA-Z0-9.-]")
_PLAIN_TITLE = str.maketrans({"<": "‹", ">": "›", '"': "”", "\n": " "})


class Html(str):
    """A piece of HTML that was built here and needs no escaping."""

    __slots__ = ()


NOTHING = Html("")


def escape(text: str) -> Html:
    """The text as HTML that reads the same and does nothing, in an attribute too."""
    return text if isinstance(text, Html) else _escaped(text)


@functools.lru_cache(maxsize=20_000)
def _escaped(text: str) -> Html:
    """The same; names, classes and numbers come again and again."""
    if not _SPECIAL.search(text):
        return Html(text)
    return Html(html.escape(_CONTROL.sub("", text)).translate(_MARKDOWN_IN_HTML))


@functools.cache
def _attribute(key: str) -> str:
    """What a keyword argument is called in HTML."""
    return key.rstrip("_").replace("_", "-")


def tag(name: str, *children: str, **attributes: str | None) -> Html:
    """One element; ``class_`` becomes ``class``, other underscores hyphens, None leaves out."""
    shown = name
    for key, value in attributes.items():
        if value is not None:
            words = value if isinstance(value, Html) else _escaped(value)
            shown += f' {_attribute(key)}="{words}"'
    if name in VOID:
        return Html(f"<{shown}/>")
    line = "\n" if name in LINE_BREAKING else ""
    inner = line.join([c if isinstance(c, Html) else _escaped(c) for c in children if c])
    return Html(f"<{shown}>{line}{inner}{line}</{name}>")


def element(name: str, *attributes: str) -> Callable[..., Html]:
    """What makes elements that always have these attributes, from their values in order and, unless void, a child.

    It costs a third of ``tag``; drawings are made of thousands.

    >>> element("a", "href", "class_")("#top", "db-way-on", "To the top")
    '<a href="#top" class="db-way-on">To the top</a>'
    """
    begun = f"<{name}" + "".join(f' {_attribute(key)}="%s"' for key in attributes)
    form = f"{begun}/>" if name in VOID else f"{begun}>%s</{name}>"

    def filled(*values: str) -> Html:
        return Html(form % tuple([v if isinstance(v, Html) else _escaped(v) for v in values]))

    return filled


def join(separator: str, parts: list[Html] | tuple[Html, ...]) -> Html:
    """The pieces in a row, with an escaped separator between them."""
    return Html(escape(separator).join([part for part in parts if part]))


def heading(level: int, text: str, id: str | None = None) -> str:
    """A Markdown heading with an anchor of its own."""
    suffix = f" {{#{id}}}" if id else ""
    return f"{'#' * level} {md(text)}{suffix}"


def md(text: str) -> str:
    """The text as one line of Markdown in which nothing has structure."""
    line = " ".join(_CONTROL.sub("", text).split())
    return _MARKDOWN.sub(lambda found: f"&#{ord(found.group())};", line)


def plain_title(text: str) -> str:
    """A title for places where the theme escapes nothing: navigation and ``<title>``."""
    return _CONTROL.sub("", text).translate(_PLAIN_TITLE).replace("&", "&amp;")


def safe_url(url: str) -> str | None:
    """The address when its scheme is one a reader may follow, else None."""
    text = url.strip()
    if _CONTROL.search(text) or any(character.isspace() for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in ALLOWED_SCHEMES:
        return None
    return text


@functools.lru_cache(maxsize=2_000)
def external(url: str, text: str) -> Html:
    """A link out of the site, or the plain text and address when the address is not allowed.

    It goes without the labels of an alert that the address asks for, until a script puts them in.
    """
    pieces = in_url(url)
    address = safe_url(static(pieces))
    if address is None:
        return tag("span", text if text == url or not url else f"{text} ({url})")
    slots = [
        piece if isinstance(piece, str) else [piece.label, " ".join(piece.contexts)]
        for piece in pieces
        if isinstance(piece, str) or not piece.is_shut
    ]
    filled = json.dumps(slots, ensure_ascii=False) if len(slots) > 1 else None
    return tag("a", text, href=address, rel="noopener noreferrer", data_from_alert=filled)


def contact(text: str) -> Html:
    """An address or a way to reach somebody, as a link where it is one."""
    address = contact_url(text)
    return external(address, contact_words(text)) if address else escape(text)


def contact_words(text: str) -> str:
    """A way to reach somebody as people write it, without the scheme of a mail or of a call."""
    return text.strip().removeprefix("mailto:").removeprefix("tel:")


def contact_url(text: str) -> str | None:
    """The link behind a way to reach somebody; a bare mail address and a phone number have one too."""
    if _MAIL.fullmatch(text):
        return f"mailto:{text}"
    number = contact_words(text)
    if _PHONE.fullmatch(number):
        return "tel:" + re.sub(r"[^0-9+]", "", number)
    return safe_url(text)


_LINK, _CLASSED_LINK = element("a", "href"), element("a", "href", "class_")


def local(href: str, text: str, class_: str | None = None) -> Html:
    """A link inside the site; ``href`` is ours, never an author's."""
    return _LINK(href, text) if class_ is None else _CLASSED_LINK(href, class_, text)


def inline(text: str, words: Callable[[str], Html] = escape) -> Html:
    """A sentence; what stands in backticks is set as code, ``words`` shows the rest."""
    stripped = text.strip()
    if "`" not in stripped:
        return words(stripped)
    pieces = _CODE.split(stripped)
    return Html("".join([tag("code", p) if i % 2 else words(p) for i, p in enumerate(pieces)]))


def paragraphs(text: str) -> list[str]:
    """The paragraphs and the bullet lists of a longer text, in order."""
    return [part for part in _PARAGRAPH.split(text.strip()) if part.strip()]


@functools.lru_cache(maxsize=20_000)
def anchor(kind: str, id: str) -> str:
    """The HTML id of one thing on a page; distinct ids stay distinct whatever they hold."""
    return f"{kind}-" + _NOT_IN_ANCHOR.sub(lambda found: f"_{ord(found.group()):x}", id)
