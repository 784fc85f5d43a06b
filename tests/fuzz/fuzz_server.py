"""Requests and messages to the prediction server: what anyone on the network may send."""

import json
import logging
import socket
from functools import cache
from pathlib import Path

import numpy as np
from fuzzing import TOKENS, mutated, odd_json, odd_value
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from digitpad.serving.addresses import Address
from digitpad.serving.server import Server

_CODE = "k7qdm3"
_SEVEN = {"strokes": [[[70, 60], [140, 58], [205, 60], [165, 140], [130, 230]]], "width": 280, "height": 280}
_PATHS = (
    "",
    "predict",
    "healthz",
    "metrics",
    "openapi.json",
    "examples",
    "socket",
    "page.js",
    "../../etc/passwd",
    "%00",
    "//",
    "?client=x",
)
#: A refusal is one of these; nothing a client sends is a bug.
_ALLOWED = {200, 307, 400, 404, 405, 408, 413, 426, 422, 429}
_ANSWERS_WITHIN = 5.0
_SILENT = logging.getLogger("digitpad.fuzz")
_SILENT.disabled = True
_A_MOMENT = 0.2


def fuzz(rng: np.random.Generator, _folder: Path) -> None:
    """Send one input, and see that it is refused or answered, and that the next drawing is read as ever."""
    place = _server()
    # Each input comes from an address of its own, so that wrong codes do not lock out the others.
    source = (f"127.{rng.integers(1, 255)}.{rng.integers(256)}.{rng.integers(1, 255)}", 0)
    kinds = (_send_request, _send_drawing, _send_rubbish, _guess_code, _misuse_socket)
    kinds[int(rng.choice(len(kinds), p=[0.2, 0.35, 0.15, 0.1, 0.2]))](rng, place, source)
    answer = _exchange(place, ("127.0.0.1", 0), _post(place, json.dumps(_SEVEN).encode()))
    if not answer.startswith(b"HTTP/1.1 200") or b'"label":"7"' not in answer:
        raise AssertionError(f"the next drawing was answered with {answer[:300]!r}")
    counters = _exchange(place, ("127.0.0.1", 0), _get(place, "metrics"))
    if b'digitpad_events_total{event="fault"} 0' not in counters:
        raise AssertionError("the server has recorded a bug")


@cache
def _server() -> Address:
    """Start the server of this process."""
    reader = Recognizer(load_model("light"))
    return Server(lambda: reader, port=0, code=_CODE).start()


def _send_request(rng: np.random.Generator, place: Address, source: tuple[str, int]) -> None:
    method = str(rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW", "get", "\u00e9"]))
    path = f"/{_CODE}/{rng.choice(_PATHS)}"
    lines = [f"{method} {path} HTTP/1.1", f"Host: {place.host}", "Connection: close"]
    lines += [f"X-{number}: {'x' * int(rng.integers(3000))}" for number in range(int(rng.integers(40)))]
    if rng.random() < 0.3:
        lines.append(f"Content-Length: {rng.choice(['0', '-1', 'x', '99999999999999999999', '5'])}")
    text = ("\r\n".join(lines) + "\r\n\r\n").encode()
    # After some changes, the server waits for more.
    _check(_exchange(place, source, mutated(rng, text) if rng.random() < 0.5 else text, patience=_A_MOMENT))


def _send_drawing(rng: np.random.Generator, place: Address, source: tuple[str, int]) -> None:
    record = odd_json(rng, odd_json(rng, odd_json(rng, _SEVEN)))
    body = json.dumps(record).encode("utf-8", "surrogatepass")
    body = [
        lambda: body,
        lambda: mutated(rng, body),
        lambda: b"[" * 100_000,
        lambda: b'{"strokes":' + b"[" * 200 + b"]" * 200 + b"}",
        lambda: json.dumps({"strokes": [[[x, x % 7] for x in range(int(rng.integers(1, 4000)))]]}).encode(),
        lambda: json.dumps(
            {"strokes": [[[float(x), y]] for x, y in rng.normal(0, 1e30, (int(rng.integers(1, 300)), 2))]}
        ).encode(),
        lambda: bytes(rng.integers(0, 256, int(rng.integers(1, 4000)), dtype=np.uint8)),
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(rng.integers(0, 256, 400, dtype=np.uint8)),
        lambda: b" " * int(rng.integers(1, 2_000_000)),
    ][int(rng.integers(9))]()
    kind = str(
        rng.choice(["application/json", "image/png", "text/plain", "application/x-www-form-urlencoded", "*/*;q=x"])
    )
    _check(_exchange(place, source, _post(place, body, kind)))


def _send_rubbish(rng: np.random.Generator, place: Address, source: tuple[str, int]) -> None:
    good = _post(place, json.dumps(_SEVEN).encode())
    rubbish = bytes(rng.integers(0, 256, int(rng.integers(1, 3000)), dtype=np.uint8)) + b"\r\n\r\n"
    # A request that is cut off, after which the client leaves.
    contents = [
        mutated(rng, good),
        good[: int(rng.integers(len(good)))],
        rubbish,
        TOKENS[int(rng.integers(len(TOKENS)))],
    ]
    chosen = contents[int(rng.integers(len(contents)))]
    _check(_exchange(place, source, chosen, patience=_A_MOMENT if rng.random() < 0.5 else 0.001))


def _guess_code(rng: np.random.Generator, place: Address, source: tuple[str, int]) -> None:
    for _ in range(int(rng.integers(1, 12))):
        code = "".join(rng.choice(list("abc234/%.\\?#"), 6)) if rng.random() < 0.8 else _CODE[:5]
        answer = _exchange(
            place, source, f"GET /{code}/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        if not answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 429", b"HTTP/1.1 400")):
            raise AssertionError(f"a wrong code was answered with {answer[:100]!r}")


def _misuse_socket(rng: np.random.Generator, place: Address, source: tuple[str, int]) -> None:
    address = f"ws://{place.host}:{place.port}/{_CODE}/socket"
    messages: list[object] = [
        {"type": "ink", "n": odd_value(rng), **_SEVEN},
        {"type": "ink", "n": 1} | {"strokes": odd_json(rng, odd_json(rng, _SEVEN["strokes"]))},
        {"type": "name", "name": odd_value(rng)},
        {"type": "consent", "agrees": odd_value(rng)},
        {"type": odd_value(rng)},
        odd_value(rng),
    ]
    client_socket = socket.create_connection((place.host, place.port), _ANSWERS_WITHIN, source)
    try:
        with connect(address, sock=client_socket, logger=_SILENT, close_timeout=_A_MOMENT) as page:
            for _ in range(int(rng.integers(1, 40))):
                text = json.dumps(messages[int(rng.integers(len(messages)))])
                if rng.random() < 0.2:
                    page.send(mutated(rng, text.encode()))
                else:
                    page.send(mutated(rng, text.encode()).decode("utf-8", "replace") if rng.random() < 0.3 else text)
            if rng.random() < 0.1:
                page.send("x" * 400_000)
            if rng.random() < 0.5:
                # The page leaves without a word.
                client_socket.shutdown(socket.SHUT_RDWR)
    except (WebSocketException, OSError):
        # The server may end the connection at any message.
        client_socket.close()


def _post(place: Address, body: bytes, kind: str = "application/json") -> bytes:
    head = f"POST /{_CODE}/predict HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _get(place: Address, path: str) -> bytes:
    return f"GET /{_CODE}/{path} HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\n\r\n".encode()


def _exchange(place: Address, source: tuple[str, int], request: bytes, *, patience: float = _ANSWERS_WITHIN) -> bytes:
    """Return what is answered until the server closes the connection, or `patience` seconds have passed."""
    with socket.create_connection((place.host, place.port), _ANSWERS_WITHIN, source) as client:
        try:
            client.sendall(request)
        except OSError:
            # The server has refused what was not sent yet.
            return _all_of(client)
        client.settimeout(patience)
        return _all_of(client)


def _all_of(client: socket.socket) -> bytes:
    contents = b""
    try:
        while part := client.recv(65_536):
            contents += part
    except (ConnectionResetError, TimeoutError):
        return contents
    return contents


def _check(answer: bytes) -> None:
    if answer and int(answer.split()[1]) not in _ALLOWED:
        raise AssertionError(f"answered with {answer[:300]!r}")
    if b"Traceback" in answer:
        raise AssertionError("a traceback was sent")
