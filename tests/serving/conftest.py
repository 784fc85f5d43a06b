"""A running server, and what listens to it."""

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from digitpad.data.ink import Drawing
from digitpad.models.model_file import load_model
from digitpad.reading.number_reading import NumberReading
from digitpad.reading.recognizer import Recognizer
from digitpad.serving.server import Server


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer(load_model("light"))


class Listener:
    """An audience that passes on what it hears, in order."""

    def __init__(self) -> None:
        self.heard: SimpleQueue[tuple[Any, ...]] = SimpleQueue()

    def joined(self, client: str) -> None:
        self.heard.put(("joined", client))

    def named(self, client: str, name: str) -> None:
        self.heard.put(("named", client, name))

    def consented(self, client: str, agrees: bool) -> None:
        self.heard.put(("consented", client, agrees))

    def drew(self, client: str, drawing: Drawing, reading: NumberReading) -> None:
        self.heard.put(("drew", client, drawing, reading))

    def left(self, client: str) -> None:
        self.heard.put(("left", client))

    def next(self) -> tuple[Any, ...]:
        return self.heard.get(timeout=20)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def start(recognizer: Recognizer) -> Iterator[Callable[..., Server]]:
    """Start servers at free ports; they are stopped after the test."""
    started: list[Server] = []

    def call(**options: Any) -> Server:
        server = Server(options.pop("source", lambda: recognizer), port=0, **options)
        server.start()
        started.append(server)
        return server

    yield call
    for server in started:
        server.stop()


@pytest.fixture
def address(start: Callable[..., Server]) -> str:
    """Start a server for this computer and return its address."""
    return start().address
