"""A request in, what became of it out: nothing followed, nothing waited for beyond the limit, nothing unverified."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress

from simulator.live.binding.filling import Request
from simulator.live.binding.hearing import Heard
from simulator.live.binding.outcome import Outcome

_PIECE = 65_536


def send(request: Request, seconds: float) -> Outcome:
    """Send it and hear the answer out; however slowly either end speaks, no longer than ``seconds``."""
    exchange = _Exchange(request, seconds)
    exchange.start()
    try:
        exchange.done.wait(seconds)
    finally:
        exchange.cut()
    # Whoever was cut off is through at once; a name that nobody resolves is not waited for.
    exchange.join(1.0)
    return exchange.outcome()


class _Exchange(threading.Thread):
    """One request and its answer, in a thread: only so can the whole be cut off, names and handshakes included."""

    def __init__(self, request: Request, seconds: float) -> None:
        super().__init__(name="binding", daemon=True)
        self._request, self._seconds = request, seconds
        self._until = time.monotonic() + seconds
        self._heard, self._status, self._why = Heard(), -1, f"{request.place} was not asked"
        self._socket: socket.socket | None = None
        """Kept here: the connection forgets it as soon as an answer begins."""
        self._is_cut = False
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._exchange()
        except TimeoutError:
            self._fail(self._late)
        except http.client.HTTPException as error:
            self._fail(f"{self._request.place} did not answer in HTTP ({type(error).__name__})")
        except ssl.SSLError as error:
            self._fail(f"{self._request.place} could not be trusted: {_reason(error)}")
        except OSError as error:
            self._fail(f"nobody answers at {self._request.place}: {error.strerror or type(error).__name__}")
        except ValueError:
            self._fail(f"'{self._request.place}' is no address that can be asked")
        finally:
            if self._socket is not None:
                self._socket.close()
            self.done.set()

    def _fail(self, why: str) -> None:
        self._why, self._heard.broke_off = why, True

    @property
    def _late(self) -> str:
        return f"{self._request.place} had not answered in full after {self._seconds:g} s"

    def cut(self) -> None:
        """End it wherever it is; nothing is sent any more."""
        self._is_cut = not self.done.is_set()
        if self._is_cut and self._socket is not None:
            with suppress(OSError):
                # Not that of TLS, which would go on in the clear for a moment.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def outcome(self) -> Outcome:
        self._heard.broke_off |= self._is_cut
        if self._is_cut:
            return Outcome(False, self._status, self._heard, self._late)
        return Outcome(not self._why, self._status, self._heard, self._why)

    def _exchange(self) -> None:
        line = self._connected()
        self._socket = line.sock
        if self._is_cut or time.monotonic() >= self._until:
            raise TimeoutError
        line.request(self._request.method, self._request.path, self._request.body or None, self._headers())
        answer = line.getresponse()
        self._status = answer.status
        while piece := answer.read1(_PIECE):
            self._heard.add(piece)
        self._why = ""
        if answer.length:
            self._fail(f"the answer of {self._request.place} broke off")
        elif 300 <= answer.status < 400:
            self._why = (
                f"{self._request.place} answered {answer.status}, a redirect, which is not followed: "
                "write the address that it leads to"
            )
        elif not 200 <= answer.status < 300:
            self._why = f"{self._request.place} answered {answer.status}"

    def _connected(self) -> http.client.HTTPConnection:
        address = self._request.address
        host, left = address.hostname or "", max(0.001, self._until - time.monotonic())
        if address.scheme == "https":
            trusted = ssl.create_default_context()
            line: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, address.port, timeout=left, context=trusted
            )
        else:
            line = http.client.HTTPConnection(host, address.port, timeout=left)
        line.connect()
        return line

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "drillbook"}
        if self._request.body:
            headers["Content-Type"] = "application/json"
        if self._request.token:
            headers["Authorization"] = f"Bearer {self._request.token}"
        return headers


def _reason(error: ssl.SSLError) -> str:
    return getattr(error, "verify_message", "") or error.reason or type(error).__name__
