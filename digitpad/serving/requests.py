"""What the server answers to programs: predictions, its state, and a description of itself."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from digitpad import __version__
from digitpad.serving.batch_reader import BusyError, NoAnswerError
from digitpad.serving.door import SERVICE
from digitpad.serving.limits import ANSWER_WITHIN, BODY_WITHIN, MOST_BODY, MOST_BUFFERED, MOST_INK
from digitpad.serving.metrics import CONTENT_TYPE
from digitpad.serving.openapi import description
from digitpad.serving.received import UnreadableError
from digitpad.serving.service import Service
from digitpad.serving.site import page_html
from digitpad.translation import gettext as _

#: What JSON may begin with; no picture does.
_JSON_BEGINS = b"{[\"'-0123456789tfn\xef"


async def predict(request: Request) -> Response:
    """Read the drawing or the picture in the body."""
    service: Service = request.scope[SERVICE]
    async with _body(request, service) as body:
        started = time.perf_counter()
        try:
            is_ink = _is_ink(request, body)
            waiting = service.reader.read_ink(body) if is_ink else service.reader.read_picture(body)
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await asyncio.wrap_future(waiting)
        except UnreadableError as error:
            raise HTTPException(422, str(error)) from error
        except NoAnswerError as error:
            raise HTTPException(503, str(error)) from error
        except (BusyError, TimeoutError) as error:
            raise too_many(service) from error
    service.metrics.answered("http", time.perf_counter() - started)
    return JSONResponse(answer.record)


async def healthz(_request: Request) -> Response:
    """Return that the server runs."""
    return JSONResponse({"status": "ok", "version": __version__})


async def metrics(request: Request) -> Response:
    """Return the counters."""
    return PlainTextResponse(request.scope[SERVICE].metrics.text(), headers={"content-type": CONTENT_TYPE})


async def openapi(request: Request) -> Response:
    """Return the description of the interface for tools."""
    return JSONResponse(description(_base(request)))


async def examples(request: Request) -> Response:
    """Return the page of examples."""
    return Response(page_html("examples.html", base=_base(request)), media_type="text/html; charset=utf-8")


def too_many(service: Service, seconds: int = 1) -> HTTPException:
    """Return the error for too many requests, and count it."""
    service.metrics.event("too_many")
    text = _("There are too many requests; try again in {seconds} s.").format(seconds=seconds)
    return HTTPException(429, text, {"retry-after": str(seconds)})


def _base(request: Request) -> str:
    """Return the address of the server, as this client knows it, with the code and a slash."""
    return str(request.base_url)


def _is_ink(request: Request, body: bytes) -> bool:
    """Return whether the body is a drawing, not a picture.

    Raises
    ------
    HTTPException
        If it is neither, or a drawing that is too large.
    """
    if not body.strip():
        raise HTTPException(422, _("The body is empty; send a drawing as JSON, or the contents of a picture."))
    is_ink = _is_json(request, body)
    if is_ink and len(body) > MOST_INK:
        raise HTTPException(413, _("A drawing may have at most {count:,} bytes as JSON.").format(count=MOST_INK))
    return is_ink


def _is_json(request: Request, body: bytes) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return True
    return not kind.startswith("image/") and body.lstrip()[:1] in _JSON_BEGINS


@asynccontextmanager
async def _body(request: Request, service: Service) -> AsyncIterator[bytes]:
    """Receive the body; its bytes count as buffered until the block ends.

    Raises
    ------
    HTTPException
        413 if it is too large, 408 if it takes too long, 429 if too much is being received.
    """
    too_large = HTTPException(
        413,
        _("A request may have at most {count:,} bytes; send a smaller picture.").format(count=MOST_BODY),
        {"connection": "close"},
    )
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > MOST_BODY):
        raise too_large
    parts: list[bytes] = []
    received = 0
    try:
        try:
            async with asyncio.timeout(BODY_WITHIN):
                async for part in request.stream():
                    received += len(part)
                    service.buffered += len(part)
                    if received > MOST_BODY:
                        raise too_large
                    if service.buffered > MOST_BUFFERED:
                        raise too_many(service)
                    parts.append(part)
        except TimeoutError as error:
            service.metrics.event("dropped")
            text = _("The body did not arrive within {seconds:.0f} s.").format(seconds=BODY_WITHIN)
            raise HTTPException(408, text, {"connection": "close"}) from error
        except ClientDisconnect as error:
            # Nobody receives this.
            raise HTTPException(400, _("The connection was closed.")) from error
        yield b"".join(parts)
    finally:
        service.buffered -= received
