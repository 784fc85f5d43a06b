"""The board with a server that only remembers what it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from digitpad.errors import DigitpadError
from digitpad.gui.board.sharing import Place, Sharing, Stage
from digitpad.gui.board.window import BoardWindow
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import models
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.workspace import Workspace
from digitpad.serving.board import Board
from tests.gui.conftest import FakeReader


@dataclass
class FakeServer:
    """Remembers what was announced, and whether it was stopped."""

    place: Place
    board: Board
    said: list[dict[str, object]] = field(default_factory=list)
    stops: int = 0

    @property
    def address(self) -> str:
        return f"http://{self.place.host}:{self.place.port}/" + (f"{self.place.code}/" if self.place.code else "")

    def announce(self, message: dict[str, object]) -> None:
        self.said.append(message)

    def stop(self) -> None:
        self.stops += 1


@dataclass
class Servers:
    """Starts servers; port 8021 is in use."""

    started: list[FakeServer] = field(default_factory=list)

    def start(self, place: Place, board: Board) -> FakeServer:
        if place.port == 8021:
            raise DigitpadError("Port 8021 is in use; choose another one.")
        server = FakeServer(place, board)
        self.started.append(server)
        return server


@pytest.fixture
def servers() -> Servers:
    return Servers()


@pytest.fixture
def sharing(servers: Servers, theme: Theme) -> Iterator[Sharing]:
    sharing = Sharing(servers.start, theme)
    yield sharing
    sharing.shut_down()
    shiboken6.delete(sharing)


@pytest.fixture
def workspace(settings: Settings, reader: FakeReader, theme: Theme, tmp_path: Path) -> Iterator[Workspace]:
    """Use a network that is none, with its own folders."""
    workspace = Workspace(settings, models.load, tmp_path / "runs", tmp_path / "collections", theme)
    workspace.use_network(LoadedModel("fake", tmp_path / "fake.safetensors", 0.1307, 0.3081, reader))
    yield workspace
    workspace.shut_down()
    shiboken6.delete(workspace)


@pytest.fixture
def shared(sharing: Sharing, qtbot: QtBot) -> Sharing:
    """Share the page with the network."""
    sharing.start(Place("192.168.0.24", 8020, "k7qd3x"))
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    return sharing


@pytest.fixture
def board(theme: Theme, workspace: Workspace, shared: Sharing) -> Iterator[BoardWindow]:
    """Open the board of a page that is shared."""
    board = BoardWindow(theme, workspace, shared)
    order_by_layout(board)
    board.show()
    board.activateWindow()
    yield board
    board.shut_down()
    shiboken6.delete(board)
