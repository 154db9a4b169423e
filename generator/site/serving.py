"""A built site in, pages on loopback out, until somebody stops it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads the log of a preview."""


def server(site: Path, *, port: int = 8000, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server of the folder, bound and not yet running; port 0 takes a free one."""
    handler = functools.partial(_Quiet, directory=str(site))
    return ThreadingHTTPServer((host, port), handler)


def serve(
    site: Path, *, port: int = 8000, host: str = "127.0.0.1", ready: Callable[[str], None] | None = None
) -> None:
    """Serve the folder until interrupted; ``ready`` is told the address once it answers."""
    with server(site, port=port, host=host) as running:
        if ready:
            ready(f"http://{host}:{running.server_port}/")
        running.serve_forever()
