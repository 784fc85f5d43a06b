"""Sharing and the class board in the main window, with the real server."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot
from websockets.sync.client import connect

from digitpad.gui.board.sharing import Place, Stage
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import models
from tests.gui.settling import lay_out

pytest.importorskip("uvicorn")


@pytest.fixture
def reading_window(window: MainWindow) -> MainWindow:
    """Show the window with a network that reads."""
    window.workspace.use_network(models.load("light"))
    return window


def _share(window: MainWindow, qtbot: QtBot, port: int = 0) -> str:
    board = window.class_board
    board.start_here(port)
    qtbot.waitUntil(lambda: board.sharing.stage is Stage.ON, timeout=60_000)
    return board.sharing.address


def _message(window: MainWindow) -> str:
    message = window.messages.message
    return "" if message is None else message.text


def _is_served(address: str) -> bool:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=10).close()
    except OSError:
        return False
    return True


def test_a_drawing_travels_from_a_page_to_the_board(reading_window: MainWindow, qtbot: QtBot) -> None:
    address = _share(reading_window, qtbot)
    reading_window.class_board.open_board()
    board = reading_window.class_board.board
    assert board is not None
    with connect(address.replace("http:", "ws:") + "socket") as page:
        page.send(json.dumps({"type": "name", "name": "table\u202e 5"}))
        page.send(json.dumps({"type": "consent", "agrees": True}))
        stroke = [[150, 40 + 10 * step] for step in range(22)]
        page.send(json.dumps({"type": "ink", "n": 1, "strokes": [stroke], "width": 300, "height": 300}))
        qtbot.waitUntil(lambda: bool(board.grid.people) and board.grid.people[0].answer is not None, timeout=30_000)
        (one,) = board.grid.people
        assert (one.name, one.agrees, one.present) == ("table 5", True, True)
        assert one.answer is not None
        assert one.answer.text == "1"
        board.ask("1")
        received = [json.loads(page.recv(timeout=30)) for _ in range(4)]
        kinds = [message["type"] for message in received]
        assert kinds == ["welcome", "reading", "cleared", "question"]
        assert received[-1]["text"] == "Draw a 1"
    qtbot.waitUntil(lambda: board.grid.people == (), timeout=30_000)


def test_closing_the_window_ends_the_server(reading_window: MainWindow, qtbot: QtBot) -> None:
    address = _share(reading_window, qtbot)
    assert _is_served(address)
    reading_window.close()
    assert not _is_served(address)


def test_a_port_in_use_is_said_in_the_message_bar(reading_window: MainWindow, qtbot: QtBot) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sharing = reading_window.class_board.sharing
        with qtbot.waitSignal(sharing.failed, timeout=60_000):
            reading_window.class_board.start_here(port)
    assert f"Port {port} is in use" in _message(reading_window)
    assert sharing.stage is Stage.OFF


def test_without_the_extra_the_message_names_it(
    reading_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.extras.is_installed", lambda name: name != "uvicorn")
    with qtbot.waitSignal(reading_window.class_board.sharing.failed, timeout=60_000):
        reading_window.class_board.start_here(0)
    assert "pip install 'digitpad[serve]'" in _message(reading_window)


def test_without_a_network_that_reads_nothing_is_shared(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.class_board.sharing.failed, timeout=60_000):
        window.class_board.start_here(0)
    assert "choose one at the top right" in _message(window)


def test_the_sign_in_the_top_bar_opens_the_board(reading_window: MainWindow, qtbot: QtBot, theme: Theme) -> None:
    sign = reading_window.findChild(QToolButton, "sharingIndicator")
    assert sign is not None
    assert not sign.isVisible()
    address = _share(reading_window, qtbot)
    assert sign.isVisible()
    assert address in sign.toolTip()
    assert sign.accessibleName()
    for scheme in ("dark", "light"):
        theme.choose(scheme)
        assert not sign.grab().isNull()
    QTest.mouseClick(sign, Qt.MouseButton.LeftButton)
    board = reading_window.class_board.board
    assert board is not None
    assert board.isVisible()
    reading_window.class_board.stop.trigger()
    qtbot.waitUntil(lambda: not sign.isVisible(), timeout=30_000)


def test_the_tabs_have_room_beside_the_sign(reading_window: MainWindow, qtbot: QtBot) -> None:
    _share(reading_window, qtbot)
    reading_window.setMinimumSize(400, 300)
    reading_window.resize(800, 560)
    lay_out()
    assert reading_window.width() == 800


def test_the_dialog_and_the_board_open_from_the_menu(reading_window: MainWindow) -> None:
    board = reading_window.class_board
    board.share.trigger()
    assert board.dialog is not None
    assert board.dialog.isVisible()
    board.open.trigger()
    assert board.board is not None
    assert board.board.isVisible()
    assert not board.stop.isEnabled()


def test_training_on_the_drawings_leads_to_train(reading_window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    from digitpad.gui.training.train_tab import TrainTab

    wanted: list[str] = []
    monkeypatch.setattr(TrainTab, "train_on", lambda _tab, dataset: wanted.append(dataset))
    reading_window.class_board.open_board()
    board = reading_window.class_board.board
    assert board is not None
    board.train_wanted.emit("collection:Class 7b")
    assert wanted == ["collection:Class 7b"]


def test_the_program_does_not_wait_for_the_board(reading_window: MainWindow) -> None:
    reading_window.class_board.open_board()
    board = reading_window.class_board.board
    assert board is not None
    assert not board.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)
    reading_window.close()
    assert board not in QApplication.topLevelWidgets() or not board.isVisible()


def test_a_place_on_the_network_is_not_local() -> None:
    assert Place.here(8020).is_local
    assert not Place("192.168.0.24", 8020, "k7qd3x").is_local


def test_no_file_of_the_class_is_written_without_asking(reading_window: MainWindow, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    board = reading_window.class_board.sharing.board
    board.joined("a")
    board.consented("a", True)
    reading_window.class_board.open_board()
    reading_window.class_board.sharing.reset()
    assert sorted(tmp_path.rglob("*")) == before
