"""An address in, how it answered out: the one door to the network in this package."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

TIMEOUT_S = 5.0
_REFUSED_HEAD = (403, 404, 405, 501)
"""What servers say that answer GET alone."""


def knock(address: str) -> str:
    """What is wrong with an address as it answers now, or nothing: HEAD, and GET where HEAD is refused."""
    status, problem = _ask(address, "HEAD")
    if status in _REFUSED_HEAD:
        status, problem = _ask(address, "GET")
    return problem


def _ask(address: str, method: str) -> tuple[int, str]:
    """The status (0: none), and what is wrong."""
    request = urllib.request.Request(address, method=method, headers={"User-Agent": "drillbook"})
    try:
        with _opener().open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "" if error.code in (401, 429) else f"it answers with {error.code}"
    except urllib.error.URLError as error:
        return 0, f"it does not answer: {_reason(error.reason)}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, f"it does not answer: {_reason(error)}"


def _opener() -> urllib.request.OpenerDirector:
    """What speaks HTTP alone: a redirection to a file or to FTP is not followed."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _reason(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT_S:g} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__
