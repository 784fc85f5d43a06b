"""What every request passes first: the code in the address, the pace, the headers of the response, and faults."""

import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitpad.fault_log import open_log
from digitpad.serving.limits import REQUESTS_AT_ONCE, REQUESTS_PER_SECOND
from digitpad.serving.pace import Buckets, Guesses
from digitpad.serving.service import Service
from digitpad.serving.site import page_html
from digitpad.translation import gettext as _

SERVICE = "digitpad.service"
"""The name under which a request has the state of the server in its scope."""

_LOCAL = {"127.0.0.1", "::1", "localhost"}
#: What browsers ask for without being told; this is not a guess at the code.
_UNASKED = {"", "favicon.ico", "robots.txt", "apple-touch-icon.png", "apple-touch-icon-precomposed.png"}


class Door:
    """An ASGI application that lets in who knows the code.

    Parameters
    ----------
    app
        The application behind it.
    service
        The state of the server.
    code
        The first part of every path; None if there is none, then only this computer is let in.
    """

    def __init__(self, app: ASGIApp, service: Service, code: str | None) -> None:
        self._app, self._service, self._code = app, service, code
        self._guesses = Guesses()
        self._buckets = Buckets(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        status = 0
        headers = _security_headers(scope)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                status = message["status"]
                MutableHeaders(scope=message).update(headers)
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        # With `app`, Starlette raises what it would answer itself otherwise: every error is an object in JSON.
        inner: Scope = {**scope, "app": self, SERVICE: self._service}
        inner["root_path"] = f"/{self._code}" if self._code else ""
        try:
            refusal = self._refusal(scope)
            await (refusal or self._app)(inner, receive, send_with_headers)
        except Exception:
            # Starlette has answered the errors that a client can cause; this one is a bug.
            logger, _path = open_log()
            logger.exception("digitpad serve: %s %s", scope["type"], scope["path"])
            self._service.metrics.event("fault")
            if not status:
                text = _("An internal error occurred; the details are in the log of the computer that serves.")
                await JSONResponse({"error": text}, 500)(inner, receive, send_with_headers)
        endpoint = inner.get("endpoint")
        self._service.metrics.request(getattr(endpoint, "__name__", "none"), status)

    def _refusal(self, scope: Scope) -> Response | None:
        address = client_address(scope)
        if self._code is None:
            return None if _host(scope) in _LOCAL else _error(421, _("This server answers only to its own computer."))
        wait = self._guesses.wait(address)
        if wait:
            self._service.metrics.event("too_many")
            text = _("There were too many wrong codes; wait {seconds} s.").format(seconds=wait)
            return _error(429, text, {"retry-after": str(wait)})
        segment, slash, _rest = scope["path"].lstrip("/").partition("/")
        if not hmac.compare_digest(segment.lower().encode("utf-8", "replace"), self._code.encode()):
            if segment not in _UNASKED:
                self._guesses.was_wrong(address)
                self._service.metrics.event("wrong_code")
            return _closed(scope)
        if address not in _LOCAL and not self._buckets.take(address):
            self._service.metrics.event("too_many")
            return _error(429, _("There are too many requests; try again in {seconds} s.").format(seconds=1))
        if segment != self._code or not slash:
            # A phone may write the first letter of the code large.
            return RedirectResponse(f"/{self._code}/")
        return None


def client_address(scope: Scope) -> str:
    """Return the address from which a request comes."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_local(address: str) -> bool:
    """Return whether an address is this computer."""
    return address in _LOCAL


def has_own_origin(headers: Headers) -> bool:
    """Return whether a WebSocket was opened by this server's own page, or by a program that is not a browser."""
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()


def _host(scope: Scope) -> str:
    """Return the name in the request's Host header, without the port."""
    host = Headers(scope=scope).get("host", "").lower()
    return host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]


def _security_headers(scope: Scope) -> dict[str, str]:
    host = Headers(scope=scope).get("host", "")
    # Older versions of Safari do not count WebSockets as 'self'.
    socket = f" ws://{host}" if host.replace(".", "").replace(":", "").replace("-", "").isalnum() else ""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{socket}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }


def _error(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": text}, status, headers)


def _closed(scope: Scope) -> Response:
    if "text/html" in Headers(scope=scope).get("accept", ""):
        return Response(page_html("closed.html"), 404, media_type="text/html; charset=utf-8")
    return _error(404, _("The code in the address is missing or wrong; copy the whole address."))
