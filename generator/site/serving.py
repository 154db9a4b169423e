"""A built site in, pages on loopback out, until somebody stops it; open pages notice when a newer one is up.

Nobody else gets in: the server listens to this machine alone, and answers only who asks for it by its own name,
so that no page of another site can read it.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
OWN_NAMES = frozenset({HOST, "localhost"})
TURN = "/.turn"
"""Where open pages ask which state of the site is up."""
_RELOAD = f"""<script>(() => {{
  "use strict";
  let seen = null;
  setInterval(async () => {{
    const turn = await fetch("{TURN}").then(answer => answer.text()).catch(() => seen);
    if (seen !== null && turn !== seen) location.reload();
    seen = turn;
  }}, 500);
}})();</script>
"""


@dataclass(slots=True)
class Shown:
    """What is up: a folder, and pages that are newer than the folder is."""

    folder: Path
    reloads: bool = False
    """Whether pages ask for newer states; the built files hold nothing of that."""
    turn: int = 0
    newer: Mapping[str, bytes] = field(default_factory=dict)
    """Pages by their path below the site."""

    def show(self, newer: Mapping[str, bytes]) -> None:
        """Put these pages before those of the folder; the folder may have changed too."""
        self.newer, self.turn = dict(newer), self.turn + 1

    def page(self, path: str) -> bytes | None:
        """The content of an HTML page at that path of an address; None: it is no page of the site."""
        name = posixpath.normpath(unquote(urlsplit(path).path)).lstrip("/")
        name = "index.html" if name in ("", ".") else name
        if not name.endswith(".html"):
            return None
        if name in self.newer:
            return self.newer[name]
        try:
            file = (self.folder / name).resolve()
            return file.read_bytes() if file.is_relative_to(self.folder.resolve()) else None
        except (OSError, ValueError):
            return None


class _Handler(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def __init__(self, *given: object, shown: Shown) -> None:
        self.shown = shown
        super().__init__(*given, directory=str(shown.folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        if self.path == TURN:
            self._send(str(self.shown.turn).encode(), "text/plain")
            return
        page = self.shown.page(self.path)
        if page is None:
            super().do_GET()
        else:
            self._send(page + _RELOAD.encode() if self.shown.reloads else page, "text/html; charset=utf-8")

    def do_HEAD(self) -> None:
        if self._is_ours():
            super().do_HEAD()

    def translate_path(self, path: str) -> str:
        """The file of an address; what a link leads out of the site to is not there."""
        found = Path(super().translate_path(path)).resolve()
        inside = found.is_relative_to(self.shown.folder.resolve())
        return str(found) if inside else str(self.shown.folder / "404.html" / "outside")

    def list_directory(self, path: object) -> None:
        """No folder is listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def _is_ours(self) -> bool:
        """Refuse who asks for another host: a name that was made to lead here."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if name in OWN_NAMES:
            return True
        self.send_error(HTTPStatus.FORBIDDEN, "This server has another name")
        return False

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads the log of a preview."""


def server(shown: Shown, *, port: int = 8000) -> ThreadingHTTPServer:
    """A server of what is shown, bound to loopback and not yet running; port 0 takes a free one."""
    return ThreadingHTTPServer((HOST, port), functools.partial(_Handler, shown=shown))


def address(running: ThreadingHTTPServer) -> str:
    """Where it answers."""
    return f"http://{HOST}:{running.server_port}/"
