"""What the server answers to programs, over real sockets."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from digitpad import __version__
from digitpad.reading.recognizer import Recognizer
from digitpad.serving import door, limits, patience, requests
from digitpad.serving.limits import MOST_BODY, MOST_INK
from digitpad.serving.server import Server
from tests.serving.client import SEVEN, answer, send
from tests.serving.test_batch_reader import png

JSON = {"content-type": "application/json"}


def test_a_drawing_is_answered_with_the_record_of_predict(
    address: str, run: Callable[..., tuple[int, str, str]], tmp_path: Any
) -> None:
    status, record = answer(address, "predict", json.dumps(SEVEN), headers=JSON)
    assert status == 200
    (tmp_path / "seven.jsonl").write_text(json.dumps(SEVEN) + "\n")
    _code, out, _err = run("predict", tmp_path / "seven.jsonl", "--model", "light", "--json")
    (expected,) = json.loads(out)
    assert record == {name: value for name, value in expected.items() if name not in {"path", "index"}}


def test_a_number_has_its_digits(address: str) -> None:
    one = [[[40, 60], [40, 240]]]
    status, record = answer(address, "predict", json.dumps({"strokes": [*one, [[120, 60], [120, 240]]]}))
    assert (status, record["label"], record["lines"]) == (200, "11", ["11"])
    assert [digit["label"] for digit in record["digits"]] == ["1", "1"]


@pytest.mark.parametrize("headers", [{"content-type": "image/png"}, {"content-type": "application/octet-stream"}, {}])
def test_a_picture_is_read(address: str, headers: dict[str, str]) -> None:
    status, record = answer(address, "predict", png(), headers=headers)
    assert (status, record["label"]) == (200, "7")


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        (b"", {}, 422, "The body is empty"),
        (b"  \n", JSON, 422, "The body is empty"),
        (b"{", {}, 422, "This is not JSON"),
        (b"hello", JSON, 422, "This is not JSON"),
        (b"hello", {}, 422, "not a picture that can be read"),
        (png(), JSON, 422, "This is not JSON"),
        (json.dumps(SEVEN).encode(), {"content-type": "image/png"}, 422, "not a picture that can be read"),
        (b'{"strokes": [[[1]]]}', {}, 422, "stroke 1 must be a list of points"),
        (b'{"strokes": []}' + b" " * MOST_INK, {}, 413, "1,000,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    address: str, body: bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    got, record = answer(address, "predict", body, headers=headers)
    assert got == status
    assert list(record) == ["error"]
    assert reason in record["error"]


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(address: str) -> None:
    status, record = answer(address, "predict", b"x", headers={"content-length": str(MOST_BODY + 1)})
    assert status == 413
    assert "10,000,000 bytes" in record["error"]


def test_a_body_in_pieces_is_refused_when_it_is_too_large(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_BODY", 1000)

    def pieces() -> Any:
        yield from (b"x" * 300 for _ in range(5))

    status, record = answer(address, "predict", pieces())
    assert status == 413
    assert "1,000 bytes" in record["error"]


@pytest.mark.parametrize(
    ("path", "method", "status", "allowed"),
    [
        ("predict", "GET", 405, "POST"),
        ("predict", "DELETE", 405, "POST"),
        ("healthz", "POST", 405, "GET"),
        ("", "PUT", 405, "GET"),
        ("nowhere", "GET", 404, ""),
        ("a/b/c", "GET", 404, ""),
        ("..%2f..%2fetc%2fpasswd", "GET", 404, ""),
        ("__init__.py", "GET", 404, ""),
        ("index.html", "GET", 404, ""),
    ],
)
def test_wrong_methods_and_places_are_refused(address: str, path: str, method: str, status: int, allowed: str) -> None:
    got, headers, body = send(address, path, method=method)
    assert got == status
    assert list(json.loads(body)) == ["error"]
    assert allowed in headers.get("allow", "")


def test_health_and_counters(address: str) -> None:
    assert answer(address, "healthz") == (200, {"status": "ok", "version": __version__})
    answer(address, "predict", json.dumps(SEVEN))
    answer(address, "predict", b"{")
    status, headers, body = send(address, "metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = body.decode().splitlines()
    assert 'digitpad_requests_total{route="predict",status="200"} 1' in lines
    assert 'digitpad_requests_total{route="predict",status="422"} 1' in lines
    assert "digitpad_batch_size_count 1" in lines


def test_the_description_names_every_route(address: str) -> None:
    status, description = answer(address, "openapi.json")
    assert (status, description["openapi"], description["servers"]) == (200, "3.1.0", [{"url": address.rstrip("/")}])
    for path, methods in description["paths"].items():
        for method in methods:
            assert send(address, path[1:], method=method.upper())[0] in {200, 422}
    schemas = description["components"]["schemas"]
    _status, record = answer(address, "predict", json.dumps(SEVEN))
    assert set(schemas["Prediction"]["required"]) <= set(record) <= set(schemas["Prediction"]["properties"])


def test_too_many_pictures_are_answered_with_429(start: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.serving.batch_reader.MOST_SLOW", 0)
    address = start().address
    status, headers, body = send(address, "predict", png())
    assert (status, headers["retry-after"]) == (429, "1")
    assert "too many requests" in json.loads(body)["error"]
    assert answer(address, "predict", json.dumps(SEVEN))[0] == 200


def test_much_at_once_is_answered_with_429(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_BUFFERED", 100)
    assert answer(address, "predict", png() + bytes(200))[0] == 429
    assert answer(address, "predict", b'{"strokes": []}')[0] == 200


def test_without_a_network_the_answer_is_503(start: Callable[..., Server]) -> None:
    status, record = answer(start(source=lambda: None).address, "predict", json.dumps(SEVEN))
    assert status == 503
    assert "no network" in record["error"]


def test_a_bug_is_recorded_and_not_shown(
    start: Callable[..., Server], recognizer: Recognizer, own_user_folders: Any
) -> None:
    faults = [ZeroDivisionError("a secret")]

    def source() -> Recognizer:
        if faults:
            raise faults.pop()
        return recognizer

    address = start(source=source).address
    status, headers, body = send(address, "predict", json.dumps(SEVEN))
    assert status == 500
    assert "content-security-policy" in headers
    assert b"secret" not in body
    assert b"Traceback" not in body
    assert "a secret" in (own_user_folders / "log" / "digitpad.log").read_text()
    assert answer(address, "predict", json.dumps(SEVEN))[0] == 200


@pytest.mark.parametrize("path", ["", "page.js", "healthz", "nowhere", "examples"])
def test_every_response_has_a_strict_policy(address: str, path: str) -> None:
    _status, headers, _body = send(address, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_another_host_name_is_refused(address: str) -> None:
    # A page elsewhere whose name leads to this computer must not use the server.
    status, record = answer(address, "healthz", headers={"host": "evil.example"})
    assert status == 421
    assert "only to its own computer" in record["error"]
    assert answer(address, "healthz", headers={"host": f"localhost:{address.rpartition(':')[2]}"})[0] == 200


def test_the_network_needs_the_code(start: Callable[..., Server]) -> None:
    address = start(code="k7qdm3").address
    root = address.removesuffix("k7qdm3/")
    assert answer(address, "healthz")[0] == 200
    assert answer(address, "predict", json.dumps(SEVEN))[0] == 200
    assert answer(root, "healthz")[0] == 404
    assert answer(root, "wrong1/healthz")[0] == 404
    status, headers, body = send(root, "wrong2/", headers={"accept": "text/html"})
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"This address is not complete" in body
    for begins in ("k7qdm3", "K7qdm3/"):
        status, headers, _body = send(root, begins)
        assert (status, headers["location"]) == (307, "/k7qdm3/")


def test_wrong_codes_are_slowed_down(start: Callable[..., Server]) -> None:
    address = start(code="k7qdm3").address
    root = address.removesuffix("k7qdm3/")
    for path in ("", "favicon.ico", "robots.txt"):
        for _ in range(10):
            assert answer(root, path)[0] == 404
    for number in range(5):
        assert answer(root, f"wrong{number}/")[0] == 404
    # Now even the right code is not looked at for a while.
    status, headers, body = send(address, "healthz")
    assert (status, headers["retry-after"]) == (429, "1")
    assert "too many wrong codes" in json.loads(body)["error"]


def test_the_network_has_a_pace(start: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "REQUESTS_AT_ONCE", 3.0)
    monkeypatch.setattr(door, "REQUESTS_PER_SECOND", 0.001)
    monkeypatch.setattr(door, "_LOCAL", set())
    address = start(code="k7qdm3").address
    assert [answer(address, "healthz")[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def dial(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").partition("/")[0].split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def ended(connection: socket.socket) -> bytes:
    """Return what the server says until it closes the connection."""
    contents = b""
    try:
        while part := connection.recv(65536):
            contents += part
    except ConnectionResetError:
        return contents
    return contents


@pytest.mark.parametrize("begin", [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
def test_a_client_that_hangs_before_its_request_is_dropped(
    address: str, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.2)
    with dial(address) as connection:
        connection.sendall(begin)
        assert ended(connection) == b""
    assert answer(address, "healthz")[0] == 200


def test_a_client_that_hangs_before_its_second_request_is_dropped(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.5)
    with dial(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea")
        contents = ended(connection)
    assert contents.startswith(b"HTTP/1.1 200 OK")
    assert contents.count(b"HTTP/1.1") == 1


def test_a_client_that_hangs_within_its_body_is_dropped(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_WITHIN", 0.2)
    with dial(address) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert ended(connection).startswith(b"HTTP/1.1 408")


def test_requests_that_are_sent_ahead_are_all_answered(address: str) -> None:
    body = json.dumps(SEVEN).encode()
    one = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    last = one.replace(b"Host: localhost", b"Host: localhost\r\nConnection: close")
    with dial(address) as connection:
        connection.sendall(one * 9 + last)
        assert ended(connection).count(b"HTTP/1.1 200 OK") == 10


def test_what_is_not_http_is_refused(address: str) -> None:
    with dial(address) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n")
        assert ended(connection).startswith(b"HTTP/1.1 400")
    assert answer(address, "healthz")[0] == 200


def test_slow_clients_do_not_slow_down_the_others(address: str) -> None:
    slow = [dial(address) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n{")
        assert answer(address, "predict", json.dumps(SEVEN))[0] == 200
    finally:
        for connection in slow:
            connection.close()


def test_the_limits_leave_room_for_what_people_send() -> None:
    assert limits.QUICK_BYTES < limits.MOST_MESSAGE < limits.MOST_INK < limits.MOST_BODY < limits.MOST_BUFFERED
