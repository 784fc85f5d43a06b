"""Starting and stopping the server, and what the pages are told."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.board.sharing import Place, RunningServer, Sharing, Stage
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.board import Board
from tests.gui.board.conftest import FakeServer, Servers
from tests.serving.drawn import drawing, read_as


def _start(sharing: Sharing, qtbot: QtBot, place: Place | None = None) -> None:
    sharing.start(place or Place.here(8020))
    qtbot.waitUntil(lambda: sharing.stage in {Stage.ON, Stage.OFF})


def test_it_shares_with_this_computer_unless_told_otherwise(sharing: Sharing, servers: Servers, qtbot: QtBot) -> None:
    assert (sharing.stage, sharing.address) == (Stage.OFF, "")
    _start(sharing, qtbot)
    (server,) = servers.started
    assert server.place.host == "127.0.0.1"
    assert server.board is sharing.board
    assert sharing.address == "http://127.0.0.1:8020/"


def test_the_network_needs_a_code(sharing: Sharing) -> None:
    with pytest.raises(ValueError, match="code"):
        sharing.start(Place("192.168.0.24", 8020))
    assert sharing.stage is Stage.OFF


def test_a_port_in_use_is_reported_and_another_one_can_be_tried(sharing: Sharing, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sharing.failed) as failed:
        sharing.start(Place.here(8021))
    assert failed.args == ["Port 8021 is in use; choose another one."]
    assert (sharing.stage, sharing.address) == (Stage.OFF, "")
    _start(sharing, qtbot, Place.here(8022))
    assert sharing.address == "http://127.0.0.1:8022/"


def test_stopping_ends_the_server_and_it_can_start_again(sharing: Sharing, servers: Servers, qtbot: QtBot) -> None:
    _start(sharing, qtbot)
    sharing.stop()
    assert sharing.address == ""
    qtbot.waitUntil(lambda: sharing.stage is Stage.OFF)
    assert servers.started[0].stops == 1
    _start(sharing, qtbot)
    assert len(servers.started) == 2


def test_a_second_start_changes_nothing(sharing: Sharing, servers: Servers, qtbot: QtBot) -> None:
    _start(sharing, qtbot)
    sharing.start(Place.here(8030))
    assert sharing.stage is Stage.ON
    assert sharing.address == "http://127.0.0.1:8020/"
    assert len(servers.started) == 1


def test_the_end_of_the_window_ends_a_server_that_is_still_starting(theme: Theme) -> None:
    may_start = threading.Event()
    started: list[FakeServer] = []

    def slow(place: Place, board: Board) -> RunningServer:
        assert may_start.wait(30)
        started.append(FakeServer(place, board))
        return started[0]

    sharing = Sharing(slow, theme)
    sharing.start(Place.here(8020))
    threading.Timer(0.05, may_start.set).start()
    sharing.shut_down()
    assert started[0].stops == 1


def test_a_question_clears_the_pages_and_stays_for_those_that_come_later(
    sharing: Sharing, servers: Servers, qtbot: QtBot
) -> None:
    sharing.ask("7", "Draw a 7")
    _start(sharing, qtbot)
    (server,) = servers.started
    question: dict[str, object] = {"type": "question", "text": "Draw a 7", "label": "7"}
    assert server.said == [question]
    sharing.ask("4", "Draw a 4")
    assert server.said[1:] == [{"type": "cleared"}, {"type": "question", "text": "Draw a 4", "label": "4"}]
    assert sharing.board.state().asked == "4"
    sharing.ask(None)
    assert server.said[-1] == {"type": "question", "text": "", "label": None}


def test_a_reset_clears_the_board_and_the_pages(sharing: Sharing, servers: Servers, qtbot: QtBot) -> None:
    _start(sharing, qtbot)
    sharing.board.joined("a")
    sharing.ask("4", "Draw a 4")
    sharing.board.drew("a", drawing(1), read_as("4"))
    sharing.reset()
    assert sharing.board.state().tally == {}
    assert servers.started[0].said[-2:] == [{"type": "cleared"}, {"type": "question", "text": "", "label": None}]
