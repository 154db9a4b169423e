"""Controls with bindings, and servers that answer as a test says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.model import Binding, Control, HttpBinding, Setting
from simulator.events import Acted
from simulator.live.binding import Secrets, act

TOKEN = "s3cr3t-T0ken/+with=signs"
SECRETS = Secrets({"STAGING_TOKEN": TOKEN, "the run": "run-token-0123456789"})
LONG = 600.0
"""Seconds after which a server gives up, so that no test leaves one behind."""

Answer = Callable[[socket.socket], None]


def control(*bindings: Binding, values: tuple[Setting, ...] = (0.0, 0.5, 1.0)) -> Control:
    return Control(
        id="traffic-split",
        kind="traffic-split",
        title="Share of the model",
        cost="Less fraud is found.",
        minutes=1,
        default=values[0],
        values=values,
        bindings=bindings,
    )


def by_http(
    url: str, *, body: str = "", secret: str = "", seconds: float = 30.0, method: str = "PUT"
) -> Binding:
    http = HttpBinding(method, url, body, secret)  # type: ignore[arg-type]
    return Binding("staging", http=http, timeout_seconds=seconds)


def by_command(*words: str, seconds: float = 30.0) -> Binding:
    return Binding("staging", command=words, timeout_seconds=seconds)


def acted(
    binding: Binding,
    value: Setting = 0.5,
    *,
    values: tuple[Setting, ...] = (0.0, 0.5, 1.0),
    labels: Mapping[str, str] | None = None,
    allowed: tuple[str, ...] = (),
    secrets: Secrets = SECRETS,
    keep: Path | None = None,
) -> Acted:
    return act(
        binding,
        control(binding, values=values),
        value,
        environment="staging",
        allowed=allowed,
        labels=labels or {},
        secrets=secrets,
        keep=keep,
    )


@dataclass(slots=True)
class Server:
    """Answers one connection after another, and remembers what it was asked."""

    port: int
    asked: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def answering(answer: bytes | Answer) -> Iterator[Server]:
    """A server on loopback; ``answer``: its bytes, or what is done with a connection once its request is in."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1])
    thread = threading.Thread(target=_answer, args=(listener, server, answer), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def _answer(listener: socket.socket, server: Server, answer: bytes | Answer) -> None:
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line, contextlib.suppress(OSError):
            line.settimeout(LONG)
            server.asked.append(_request(line))
            if isinstance(answer, bytes):
                line.sendall(answer)
            else:
                answer(line)


def _request(line: socket.socket) -> bytes:
    """Its head and its body, as far as it says how long that is."""
    said = b""
    while b"\r\n\r\n" not in said:
        if not (piece := line.recv(65_536)):
            return said
        said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        (
            int(row.split(b":")[1])
            for row in head.split(b"\r\n")
            if row.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length and (piece := line.recv(65_536)):
        body += piece
    return head + b"\r\n\r\n" + body


def ok(body: bytes = b"done") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
