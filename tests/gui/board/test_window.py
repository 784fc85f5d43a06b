"""The class board: what everyone draws, questions, sorting, hiding, one large, and the next class."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from digitpad.gui.board.join_card import LargeAddress
from digitpad.gui.board.sharing import Sharing, Stage
from digitpad.gui.board.window import BoardWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.participants import OTHER, Order
from tests.gui.board.conftest import Servers
from tests.gui.controls import check_names, controls_of, tab_order
from tests.gui.languages import LANGUAGES, speaking
from tests.gui.measuring import faults
from tests.gui.settling import lay_out
from tests.serving.drawn import drawing, number, read_as

SIZES = ((1024, 640, 1.0), (1280, 800, 1.0), (1280, 800, 2.0), (800, 560, 1.0))


def _join(sharing: Sharing, *clients: str) -> None:
    for client in clients:
        sharing.board.joined(client)


def _clients(board: BoardWindow) -> list[str]:
    return [one.client for one in board.grid.people]


def test_drawings_appear_by_themselves(board: BoardWindow, shared: Sharing, qtbot: QtBot) -> None:
    _join(shared, "a", "b")
    shared.board.named("a", "table 1")
    shared.board.drew("a", drawing(1), read_as("7", 0.75))
    qtbot.waitUntil(lambda: len(board.grid.people) == 2 and board.grid.people[0].answer is not None)
    assert board.grid.tip_of(0) == "table 1: 7, 75.0\N{NO-BREAK SPACE}%"
    assert board.grid.tip_of(1) == "phone 2: nothing drawn yet"


def test_only_what_changed_is_painted_again(
    board: BoardWindow, shared: Sharing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _join(shared, *"abcdefgh")
    qtbot.waitUntil(lambda: len(board.grid.people) == 8)
    asked: list[QRegion] = []
    monkeypatch.setattr(board.grid.viewport(), "update", asked.append)
    shared.board.drew("c", drawing(1), read_as("1"))
    board.refresh()
    assert asked == [QRegion(board.grid.image_rect(2))]
    board.refresh()
    assert len(asked) == 1


def test_more_changes_than_a_frame_has_time_for_take_turns(
    board: BoardWindow, shared: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    _join(shared, *"abcdef")
    board.refresh()
    QApplication.processEvents()
    monkeypatch.setattr(board.grid, "_tile_seconds", 0.003)  # three tiles a frame
    asked: list[QRegion] = []
    monkeypatch.setattr(board.grid.viewport(), "update", asked.append)
    for client in "abcdef":
        shared.board.drew(client, drawing(1), read_as("1"))
    board.refresh()
    behind = [board.grid.is_behind]
    # Those that were painted have changed again; the others come first.
    for client in "abc":
        shared.board.drew(client, drawing(2), read_as("2"))
    board.refresh()
    areas = [board.grid.image_rect(place) for place in range(6)]
    painted = [[place for place, area in enumerate(areas) if region.contains(area.center())] for region in asked]
    assert painted == [[0, 1, 2], [3, 4, 5]]
    board.refresh()
    behind.append(board.grid.is_behind)
    assert behind == [True, False]
    assert len(asked) == 3


def test_many_drawings_between_two_looks_are_one_change(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a")
    for place in range(100):
        shared.board.drew("a", drawing(place), read_as(str(place % 10)))
    board.refresh()
    answer = board.grid.people[0].answer
    assert answer is not None
    assert answer.text == "9"


def test_a_question_is_asked_and_counted(board: BoardWindow, shared: Sharing, servers: Servers) -> None:
    _join(shared, "a", "b", "c")
    board.refresh()
    QTest.keyClick(board.grid, Qt.Key.Key_4)
    assert servers.started[0].said[-1] == {"type": "question", "text": "Draw a 4", "label": "4"}
    assert board.banner.question == "Draw a 4"
    shared.board.drew("a", drawing(1), read_as("4"))
    shared.board.drew("b", drawing(2), read_as("9"))
    board.refresh()
    assert board.banner.counts() == (1, 1, 2, 3)
    assert board.so_far.tally == {"4": {"4": 1, "9": 1}}
    assert board.so_far.words_of("4") == "4 was read as 4 × 1, 9 × 1."
    assert "1 right, 1 wrong, 2 of 3 phones" in board.banner.accessibleDescription()
    QTest.keyClick(board.grid, Qt.Key.Key_Backspace)
    assert board.banner.question == "Draw anything"
    assert board.so_far.tally == {"4": {"4": 1, "9": 1}}


@pytest.mark.parametrize(
    ("label", "question"),
    [("4", "Draw a 4"), ("8", "Draw an 8"), ("F", "Draw an F"), ("B", "Draw a B"), ("apple", "Draw an apple")],
)
def test_questions_are_plain_english(board: BoardWindow, label: str, question: str) -> None:
    assert board.banner.question_for(label) == question


def test_other_answers_are_named(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a")
    board.ask("4")
    shared.board.drew("a", drawing(1), number("44"))
    board.refresh()
    assert board.so_far.tally == {"4": {OTHER: 1}}
    assert board.so_far.words_of("4") == "4 was read as other × 1."


def test_the_board_is_sorted_by_doubt_and_by_class(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a", "b", "c")
    for client, label, certainty in (("a", "9", 0.9), ("b", "1", 0.8), ("c", "9", 0.5)):
        shared.board.drew(client, drawing(1), read_as(label, certainty))
    board.refresh()
    assert _clients(board) == ["a", "b", "c"]
    board.sort(Order.DOUBT)
    assert _clients(board) == ["c", "b", "a"]
    board.sort(Order.CLASS)
    assert _clients(board) == ["b", "c", "a"]
    assert board.controls.order.chosen == "class"


def test_tiles_keep_their_places_while_people_draw(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a", "b")
    shared.board.drew("a", drawing(1), read_as("9", 0.6))
    shared.board.drew("b", drawing(1), read_as("9", 0.7))
    board.sort(Order.DOUBT)
    shared.board.drew("a", drawing(1), read_as("9", 0.9))
    board.refresh()
    assert _clients(board) == ["a", "b"]


def test_one_is_shown_large_and_follows_the_pen(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a", "b")
    shared.board.drew("b", drawing(1), read_as("7"))
    board.refresh()
    board.grid.move_to(1)
    QTest.keyClick(board.grid, Qt.Key.Key_Return)
    assert board.views.currentWidget() is board.large
    assert board.large.accessibleDescription().startswith("phone 2: 7")
    shared.board.drew("b", drawing(1, 20), read_as("1"))
    board.refresh()
    assert board.large.accessibleDescription().startswith("phone 2: 1")
    QTest.keyClick(board.large, Qt.Key.Key_Right)
    assert board.large.accessibleDescription().startswith("phone 1")
    QTest.keyClick(board.large, Qt.Key.Key_Escape)
    assert board.views.currentWidget() is board.grid


def test_a_hidden_drawing_is_gone_and_comes_back(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a", "b")
    shared.board.named("a", "<b>rude</b> & bad")
    board.refresh()
    board.show_large("a")
    QTest.keyClick(board.large, Qt.Key.Key_Delete)
    assert _clients(board) == ["b"]
    assert board.views.currentWidget() is board.grid
    (again,) = board.controls.hidden_menu.actions()
    assert again.text() == "<b>rude</b> && bad"
    again.trigger()
    assert _clients(board) == ["a", "b"]
    assert not board.controls.hidden_button.isEnabled()


def test_a_reset_asks_first_and_begins_with_the_next_class(
    board: BoardWindow, shared: Sharing, servers: Servers
) -> None:
    _join(shared, "a")
    shared.board.consented("a", True)
    board.ask("4")
    shared.board.drew("a", drawing(1), read_as("4"))
    board.controls.reset.trigger()
    assert "1 drawing may be kept" in board.alert.text
    assert board.so_far.tally == {"4": {}}
    board.refresh()
    assert board.so_far.tally == {"4": {"4": 1}}
    accept = board.alert.findChild(QPushButton, "boardAlertAccept")
    assert accept is not None
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    assert board.so_far.tally == {}
    assert board.grid.people[0].drawing is None
    assert {"type": "cleared"} in servers.started[0].said


def test_the_board_says_how_to_join(board: BoardWindow, shared: Sharing, qtbot: QtBot) -> None:
    address = board.join.findChild(LargeAddress, "joinAddress")
    share = board.join.findChild(QPushButton, "joinShare")
    hint = board.join.findChild(QLabel, "joinHint")
    assert address is not None
    assert share is not None
    assert hint is not None
    assert address.address == "http://192.168.0.24:8020/k7qd3x/"
    assert not share.isVisible()
    shared.stop()
    qtbot.waitUntil(lambda: shared.stage is Stage.OFF)
    assert share.isVisible()
    assert "not shared" in hint.text()
    with qtbot.waitSignal(board.share_wanted):
        QTest.mouseClick(share, Qt.MouseButton.LeftButton)


def test_a_closed_board_looks_no_longer_and_keeps_the_class(
    board: BoardWindow, shared: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    _join(shared, "a")
    board.refresh()
    board.close()
    shared.board.drew("a", drawing(1), read_as("1"))
    looks: list[str] = []
    monkeypatch.setattr(board.grid, "show_people", lambda _people: looks.append("shown"))
    QApplication.processEvents()
    assert looks == []
    board.show()
    board.refresh()
    assert looks == ["shown"]
    answer = board.state.participants[0].answer
    assert answer is not None
    assert answer.text == "1"


def test_every_control_has_a_name_and_is_reached_by_tab(board: BoardWindow, shared: Sharing) -> None:
    _join(shared, "a")
    shared.board.hide("a", hidden=True)
    _join(shared, "b")
    board.refresh()
    controls = controls_of(board)
    check_names([control for control in controls if control.objectName() != "boardSide"])
    board.activateWindow()
    reached = set(tab_order(board.grid))
    assert {"boardGrid", "boardAsk", "boardShowOne", "boardHide", "boardHidden", "boardOrder", "boardKeep"} <= reached


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_room(
    language: str,
    request: pytest.FixtureRequest,
    pseudo_catalogues: Path,
    monkeypatch: pytest.MonkeyPatch,
    theme: Theme,
) -> None:
    with speaking(language, request.getfixturevalue("qapp"), pseudo_catalogues, monkeypatch):
        board: BoardWindow = request.getfixturevalue("board")
        shared: Sharing = request.getfixturevalue("shared")
        _join(shared, *map(str, range(30)))
        found = []
        for width, height, scale in SIZES:
            board.ask("4")
            for client in range(30):
                shared.board.drew(str(client), drawing(client), read_as("4" if client % 3 else "9"))
            theme.set_scale(scale)
            board.resize(width, height)
            board.refresh()
            lay_out()
            cut = faults(board)
            board.controls.reset.trigger()
            lay_out()
            cut += faults(board)
            found += [f"{width}x{height}, scale {scale}: {fault}" for fault in cut]
            if board.size() != QSize(width, height):
                found.append(f"scale {scale}: {width}x{height} became {board.size()}")
            theme.set_scale(1.0)
            lay_out()
        assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_thirty_drawings_are_visible_at_once_in_a_small_window(
    board: BoardWindow, shared: Sharing, theme: Theme, scheme: str
) -> None:
    theme.choose(scheme)
    _join(shared, *map(str, range(30)))
    for client in range(30):
        shared.board.drew(str(client), drawing(client), read_as("4"))
    board.resize(1024, 640)
    lay_out()
    board.refresh()
    viewport = board.grid.viewport()
    areas = [board.grid.image_rect(place) for place in range(30)]
    assert all(viewport.rect().contains(area) for area in areas)
    assert not any(one.intersects(other) for number, one in enumerate(areas) for other in areas[number + 1 :])
    image = viewport.grab().toImage()
    ink = theme.colour("text").rgb()
    for area in areas:
        pixels = [
            image.pixel(x, y) for x in range(area.left(), area.right(), 2) for y in range(area.top(), area.bottom(), 2)
        ]
        assert np.mean([pixel == ink for pixel in pixels]) > 0.01
    theme.choose("light")
