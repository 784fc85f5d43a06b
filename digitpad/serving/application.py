"""The routes of the server."""

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from digitpad.serving.door import SERVICE, Door, client_address, has_own_origin, is_local
from digitpad.serving.requests import examples, healthz, metrics, openapi, predict
from digitpad.serving.service import Service
from digitpad.serving.session import Session
from digitpad.serving.site import ASSETS, asset, page
from digitpad.translation import gettext as _


def make_application(service: Service, code: str | None = None) -> ASGIApp:
    """Return the application that a server runs.

    Parameters
    ----------
    service
        The state of the server.
    code
        The first part of every path; None if the server is for this computer alone.
    """
    routes: list[BaseRoute] = [
        Route("/", page),
        Route("/predict", predict, methods=["POST"]),
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        Route("/openapi.json", openapi),
        Route("/examples", examples),
        WebSocketRoute("/socket", socket),
        *(Route(f"/{name}", asset) for name in ASSETS),
    ]
    # Without Starlette's own answer to a bug: the door records it first.
    app = ExceptionMiddleware(Router(routes, redirect_slashes=False), {HTTPException: _show_error})
    return Door(app, service, code)


async def socket(websocket: WebSocket) -> None:
    """Serve a page that draws."""
    service: Service = websocket.scope[SERVICE]
    address = client_address(websocket.scope)
    if not has_own_origin(websocket.headers):
        text = _("This page belongs to another server.")
        await websocket.send_denial_response(JSONResponse({"error": text}, 403))
        return
    await websocket.accept()
    if not service.has_room(address, is_local=is_local(address)):
        service.metrics.event("too_many")
        # The page is told so: a browser does not say why a WebSocket was refused.
        await websocket.close(1013)
        return
    client = service.identifier(websocket.query_params.get("client", ""))
    await Session(websocket, service, client, address).run()


async def _show_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    text = {
        404: _("There is nothing at this address; see examples."),
        405: _("This address does not take that method; see examples."),
    }.get(error.status_code, error.detail)
    return JSONResponse({"error": text}, error.status_code, error.headers)
