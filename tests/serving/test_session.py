"""Pages that are connected: what they send, what they are told, and what they may not do."""

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from digitpad.reading.recognizer import Recognizer
from digitpad.serving import service, session
from digitpad.serving.limits import MOST_MESSAGE, MOST_WRONG_MESSAGES
from digitpad.serving.server import Server
from tests.serving.client import POINTS, SEVEN, answer, page, send, tell, told
from tests.serving.conftest import Listener


def closed(socket: ClientConnection) -> int:
    """Return the code with which the server closes the connection."""
    try:
        while True:
            socket.recv(timeout=20)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd is not None else 1006


def test_a_drawing_is_read_while_it_grows(address: str, recognizer: Recognizer) -> None:
    message: dict[str, Any] = {}
    with page(address) as socket:
        assert told(socket, "welcome")["client"]
        for number in range(1, len(POINTS) + 1):
            tell(socket, type="ink", n=number, strokes=[POINTS[:number]], width=280, height=280)
            message = told(socket, "reading")
            assert message["n"] == number
    expected = recognizer.recognize_ink([np.array(POINTS, np.float32)], canvas=280)
    assert message["record"]["label"] == expected.label == "7"
    np.testing.assert_allclose(message["probabilities"], expected.probabilities, rtol=1e-4, atol=1e-7)
    assert (message["shape"], message["labels"], message["count"]) == ([1, 28, 28], list("0123456789"), 1)
    assert message["reason"] is None


def test_the_picture_is_what_the_network_receives(address: str, recognizer: Recognizer) -> None:
    with page(address) as socket:
        tell(socket, type="ink", n=1, **SEVEN)
        message = told(socket, "reading")
    pixels = np.frombuffer(base64.b64decode(message["pixels"]), np.uint8).reshape(28, 28)
    image = recognizer.prepare_ink([np.array(POINTS, np.float32)], canvas=280)
    np.testing.assert_array_equal(pixels, np.rint(image * 255))


def test_the_audience_hears_everything_in_order(start: Callable[..., Server], listener: Listener) -> None:
    address = start(audience=listener).address
    with page(address) as socket:
        client = told(socket, "welcome")["client"]
        tell(socket, type="name", name=" Ada\n<b> ")
        tell(socket, type="consent", agrees=True)
        tell(socket, type="ink", n=1, **SEVEN)
        told(socket, "reading")
        tell(socket, type="ink", n=2, strokes=[], width=280, height=280)
        told(socket, "reading")
    heard = [listener.next() for _ in range(6)]
    assert heard[:3] == [("joined", client), ("named", client, "Ada <b>"), ("consented", client, True)]
    kind, who, drawing, reading = heard[3]
    assert (kind, who, drawing.width, reading.text) == ("drew", client, 280, "7")
    assert heard[4][:2] == ("drew", client)
    assert heard[4][2].strokes == ()
    assert heard[5] == ("left", client)


def test_a_page_that_reconnects_is_the_same_person(start: Callable[..., Server], listener: Listener) -> None:
    address = start(audience=listener).address
    with page(address) as socket:
        client = told(socket, "welcome")["client"]
    with page(address, f"?client={client}") as socket:
        assert told(socket, "welcome")["client"] == client
    with page(address, "?client=somebody") as socket:
        other = told(socket, "welcome")["client"]
    assert other not in {client, "somebody"}
    heard = [listener.next() for _ in range(6)]
    assert heard == [(kind, who) for who in (client, client, other) for kind in ("joined", "left")]


def test_a_page_takes_over_from_its_lost_connection(start: Callable[..., Server], listener: Listener) -> None:
    address = start(audience=listener).address
    with page(address) as lost:
        client = told(lost, "welcome")["client"]
        with page(address, f"?client={client}") as socket:
            assert told(socket, "welcome")["client"] == client
            assert closed(lost) == 1001
            tell(socket, type="ink", n=1, **SEVEN)
            assert told(socket, "reading")["record"]["label"] == "7"
    assert [listener.next()[0] for _ in range(5)] == ["joined", "left", "joined", "drew", "left"]


def test_questions_reach_all_pages_also_later_ones(start: Callable[..., Server]) -> None:
    server = start()
    question = {"type": "question", "text": "Draw a 4", "label": "4"}
    with page(server.address) as early:
        told(early, "welcome")
        server.announce(question)
        assert told(early, "question") == question
        with page(server.address) as late:
            assert told(late, "question") == question
            server.announce({"type": "cleared"})
            assert told(early, "cleared") == told(late, "cleared")
            server.announce({"type": "question", "label": None})
            assert told(late, "question")["label"] is None
        with page(server.address) as last:
            told(last, "welcome")
            server.announce({"type": "cleared"})
            # The next message: there is no question before it.
            assert json.loads(last.recv(timeout=20))["type"] == "cleared"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("{}", "The type of a message"),
        ('{"type": ["ink"]}', "The type of a message"),
        ('{"type": "ink", "n": 3}', "no list of strokes"),
        ('{"type": "ink", "n": "x", "strokes": [[[0]]]}', "stroke 1"),
        ('{"type": "name"}', "must be text"),
        ('{"type": "name", "name": {}}', "must be text"),
        ('{"type": "consent", "agrees": 1}', "true or false"),
        ('{"a":' * 30 + "1" + "}" * 30, "nested more than"),
    ],
)
def test_a_message_without_a_meaning_is_answered_and_the_next_one_read(address: str, message: str, reason: str) -> None:
    with page(address) as socket:
        socket.send(message)
        assert reason in told(socket, "error")["text"]
        tell(socket, type="ink", n=4, **SEVEN)
        assert told(socket, "reading")["n"] == 4


def test_a_page_that_only_sends_nonsense_is_disconnected(address: str) -> None:
    with page(address) as socket:
        for _ in range(MOST_WRONG_MESSAGES + 1):
            socket.send("{}")
        assert closed(socket) == 1008
    assert answer(address, "healthz")[0] == 200


def test_a_binary_message_ends_the_connection(address: str) -> None:
    with page(address) as socket:
        socket.send(b"\x00\x01")
        assert closed(socket) == 1003


def test_a_message_that_is_too_large_ends_the_connection(address: str) -> None:
    with page(address, max_size=None) as socket:
        socket.send(" " * (MOST_MESSAGE + 1))
        assert closed(socket) == 1009
    assert answer(address, "predict", json.dumps(SEVEN))[0] == 200


def test_a_page_that_floods_is_disconnected(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MESSAGES_AT_ONCE", 5.0)
    monkeypatch.setattr(session, "MESSAGES_PER_SECOND", 0.001)
    with page(address) as socket:
        for _ in range(6):
            tell(socket, type="consent", agrees=True)
        assert closed(socket) == 1008


def test_a_page_of_another_server_is_refused(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused, page(address, origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with page(address, origin=address.rstrip("/")) as socket:
        told(socket, "welcome")


def test_the_wrong_code_is_refused(start: Callable[..., Server]) -> None:
    address = start(code="k7qdm3").address
    with pytest.raises(InvalidStatus) as refused, page(address.replace("k7qdm3", "wrong1")):
        pass
    assert refused.value.response.status_code == 404
    with page(address) as socket:
        told(socket, "welcome")


def test_too_many_pages_are_told_so(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PAGES", 2)
    with page(address) as one, page(address) as two:
        told(one, "welcome")
        told(two, "welcome")
        with page(address) as three:
            assert closed(three) == 1013
    with page(address) as four:
        told(four, "welcome")


def test_the_newest_drawing_is_read_when_many_wait(address: str) -> None:
    with page(address) as socket:
        for number in range(40):
            tell(socket, type="ink", n=number, **SEVEN)
        read: list[int] = []
        while not read or read[-1] != 39:
            read.append(told(socket, "reading")["n"])
    assert read == sorted(set(read))


def test_without_a_network_the_page_is_told_and_goes_on(start: Callable[..., Server], recognizer: Recognizer) -> None:
    current: list[Any] = [None]
    address = start(source=lambda: current[0]).address
    with page(address) as socket:
        tell(socket, type="ink", n=1, **SEVEN)
        assert "no network" in told(socket, "error")["text"]
        current[0] = recognizer
        tell(socket, type="ink", n=2, **SEVEN)
        assert told(socket, "reading")["n"] == 2


def test_pages_are_counted(address: str) -> None:
    with page(address) as socket:
        told(socket, "welcome")
        _status, _headers, body = send(address, "metrics")
        assert "digitpad_pages 1" in body.decode().splitlines()
