"""Clients of the server for tests: requests and pages over real sockets."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

POINTS = [[70, 60], [140, 58], [205, 60], [165, 140], [130, 230]]
SEVEN: dict[str, Any] = {"strokes": [POINTS], "width": 280, "height": 280}
"""A seven, as the page sends it."""


def send(
    address: str,
    path: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> tuple[int, Mapping[str, str], bytes]:
    """Send one request; return the status, the headers and the body of the response."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
    try:
        connection.request(method or ("GET" if body is None else "POST"), place.path + path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def answer(address: str, path: str, body: bytes | str | None = None, **more: Any) -> tuple[int, Any]:
    """Send one request; return the status and the JSON of the response."""
    status, _headers, contents = send(address, path, body, **more)
    return status, json.loads(contents)


def page(address: str, query: str = "", **more: Any) -> ClientConnection:
    """Connect as the page does."""
    place = f"ws{address.removeprefix('http')}socket{query}"
    socket: ClientConnection = connect(place, open_timeout=20, close_timeout=5, **more)
    return socket


def tell(socket: ClientConnection, **message: object) -> None:
    """Send a message."""
    socket.send(json.dumps(message))


def told(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a type; others are skipped."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=20))
        if message["type"] == kind:
            return message
