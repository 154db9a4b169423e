"""A URL in, where requests go out."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go."""

    host: str
    port: int
    secure: bool = False
    base: bytes = b""
    """What stands before every path."""

    @property
    def place(self) -> bytes:
        """What the target is called in Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.secure else 80
        return (host if self.port == usual else f"{host}:{self.port}").encode(
            "idna" if not host.isascii() else "ascii"
        )


def target_of(url: str) -> Target:
    """Where a URL points; ValueError with a sentence when it is none.

    >>> target_of("http://127.0.0.1:8080/a/")
    Target(host='127.0.0.1', port=8080, secure=False, base=b'/a')
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"'{url[:200]}' is no target: write http://HOST:PORT")
    if parts.username is not None or not url.isascii() or any(c.isspace() for c in url):
        raise ValueError("a target has neither names nor spaces nor foreign letters in it: http://HOST:PORT")
    secure = parts.scheme == "https"
    return Target(
        parts.hostname, parts.port or (443 if secure else 80), secure, parts.path.rstrip("/").encode()
    )
