"""Whatever goes wrong with a request in, a status and one sentence as JSON out: never a traceback, never a page."""

from __future__ import annotations

import asyncio
import logging

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from simulator.live.sandbox.bodies import BodyError
from simulator.live.sandbox.service import NoAnswerError

RETRY_AFTER_S = 1
_log = logging.getLogger(__name__)


def as_json(data: object, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


def refusal(status: int, message: str) -> web.Response:
    return as_json({"error": message}, status=status)


@web.middleware
async def no_browsers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages may not send requests or labels into a drill."""
    if "Origin" in request.headers:
        return refusal(403, "pages in a browser may not ask here")
    return await handler(request)


@web.middleware
async def sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BodyError as error:
        return refusal(400, str(error))
    except NoAnswerError as error:
        response = refusal(error.status, str(error))
        if error.status == 429:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response
    except web.HTTPException as error:
        return refusal(error.status, f"{request.method} {request.path[:200]}: {error.reason}")
    except (web.RequestPayloadError, ConnectionError):
        return refusal(400, "the body broke off, or is not as its headers say")
    except asyncio.CancelledError:
        raise
    except Exception:  # whoever asks gets a sentence; the log has what we need to mend it
        _log.exception("a request was not answered")
        return refusal(500, "this is a fault of the sandbox itself; its log says more")
