"""A question to a process of a live drill in, its answer out; or a sentence that says why there is none."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

TIMEOUT_S = 2.0
MOST_BYTES = 32 * 1024 * 1024


class UnreachableError(OSError):
    """Nobody answers there."""


class RefusedError(ValueError):
    """It answered that it will not; ``status`` as in HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotJsonError(RefusedError):
    """It answered, and not in JSON."""


class Caller:
    """Asks one process; a connection is kept, and made anew when it has gone. Not for several threads."""

    def __init__(self, url: str, token: str = "", *, timeout_s: float = TIMEOUT_S) -> None:
        self.url = url
        parts = urlsplit(url)
        self._is_secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (443 if self._is_secure else 80)
        self._base = parts.path.rstrip("/")
        self._token, self._timeout_s = token, timeout_s
        self._line: http.client.HTTPConnection | None = None

    def get(self, *path: str) -> Any:
        """The JSON that stands there."""
        return read_json(self._ask("GET", path))

    def text(self, *path: str) -> str:
        return self._ask("GET", path).decode("utf-8", errors="replace")

    def put(self, *path: str, data: object, within_s: float = 0.0) -> Any:
        """``within_s``: the answer may take so long, where that is longer than others may."""
        usual_s, self._timeout_s = self._timeout_s, max(within_s, self._timeout_s)
        try:
            return read_json(self._ask("PUT", path, data))
        finally:
            self._timeout_s = usual_s

    def post(self, *path: str, data: object | None = None) -> Any:
        return read_json(self._ask("POST", path, data))

    def delete(self, *path: str) -> Any:
        return read_json(self._ask("DELETE", path))

    def verbatim(self, where: str, *, data: object | None = None) -> bytes:
        """What stands at a path that is sent as it is written, by GET, or by POST where there is ``data``."""
        return self._sent("GET" if data is None else "POST", f"{self._base}{where}", data)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, method: str, path: tuple[str, ...], data: object | None = None) -> bytes:
        return self._sent(method, self._base + "".join(f"/{quote(part, safe='?=&')}" for part in path), data)

    def _sent(self, method: str, where: str, data: object | None) -> bytes:
        body = None if data is None else json.dumps(data).encode()
        try:
            status, answer = self._exchange(method, where, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            why = str(error) or type(error).__name__
            raise UnreachableError(f"nobody answers at {self.url}: {why}") from error
        if 300 <= status < 400:
            raise RefusedError(status, f"{method} {where}: {status}, a redirect, which is not followed")
        if status >= 400:
            raise RefusedError(status, _sentence(answer) or f"{method} {where}: {status}")
        return answer

    def _exchange(self, method: str, where: str, body: bytes | None) -> tuple[int, bytes]:
        for is_last in (False, True):
            try:
                return self._once(method, where, body)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # A kept connection may have been closed since; every question here may be asked twice.
                self.close()
                if is_last:
                    raise
        raise AssertionError("unreachable")

    def _once(self, method: str, where: str, body: bytes | None) -> tuple[int, bytes]:
        if self._line is None:
            kind = http.client.HTTPSConnection if self._is_secure else http.client.HTTPConnection
            self._line = kind(self._host, self._port)
        self._line.timeout = self._timeout_s
        if self._line.sock is not None:
            self._line.sock.settimeout(self._timeout_s)
        self._line.request(method, where, body, self._headers(body))
        response = self._line.getresponse()
        return response.status, response.read(MOST_BYTES)

    def _headers(self, body: bytes | None) -> Mapping[str, str]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return {**headers, "Authorization": f"Bearer {self._token}"} if self._token else headers


def read_json(answer: bytes) -> Any:
    """What an answer says, None where it is empty; NotJsonError."""
    if not answer:
        return None
    try:
        return json.loads(answer)
    except ValueError as error:
        raise NotJsonError(502, f"the answer is no JSON: {answer[:80]!r}") from error


def _sentence(answer: bytes) -> str:
    try:
        found = json.loads(answer)
    except ValueError:
        return answer[:300].decode("utf-8", errors="replace")
    return str(found.get("error", "")) if isinstance(found, dict) else ""
