"""Keeping the drawings of a class, and training on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from digitpad.data.collections.folder import read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.gui.board.keep_dialog import KeepDialog
from digitpad.gui.board.sharing import Sharing
from digitpad.gui.board.window import BoardWindow
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace
from tests.gui.controls import check_names, controls_of
from tests.gui.measuring import faults
from tests.gui.settling import lay_out
from tests.serving.drawn import drawing, read_as


@pytest.fixture
def asked(board: BoardWindow, shared: Sharing) -> BoardWindow:
    """Ask for two classes; of three people, two agree."""
    for client in "abc":
        shared.board.joined(client)
        shared.board.consented(client, client != "c")
    for label in "47":
        board.ask(label)
        for place, client in enumerate("abc"):
            shared.board.drew(client, drawing(place + 10 * int(label)), read_as(label))
    board.refresh()
    return board


@pytest.fixture
def dialog(asked: BoardWindow) -> Iterator[KeepDialog]:
    asked.controls.keep.trigger()
    (dialog,) = asked.findChildren(KeepDialog)
    lay_out()
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.close()


def _keep(dialog: KeepDialog, qtbot: QtBot) -> QPushButton:
    accept, train = dialog.findChild(QPushButton, "keepAccept"), dialog.findChild(QPushButton, "keepTrain")
    assert accept is not None
    assert train is not None
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: train.isVisible() and dialog.focusWidget() is train)
    return train


def test_the_drawings_of_those_who_agreed_become_a_collection(
    dialog: KeepDialog, shared: Sharing, workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    name, words = dialog.findChild(QLineEdit, "keepName"), dialog.findChild(QLabel, "keepWords")
    assert name is not None
    assert words is not None
    assert "2 participants" in words.text()
    name.setText("Class 7b")
    _keep(dialog, qtbot)
    (entry,) = CollectionStore(tmp_path / "collections").all()
    contents = read_contents(entry.folder)
    assert contents.name == "Class 7b"
    assert {one.name: len(one.samples) for one in contents.classes} == {"4": 2, "7": 2}
    assert not shared.board.state().unsaved
    assert workspace.settings.collection == entry.folder


def test_train_on_it_asks_for_a_training_with_it(dialog: KeepDialog, asked: BoardWindow, qtbot: QtBot) -> None:
    name = dialog.findChild(QLineEdit, "keepName")
    assert name is not None
    name.setText("Class 7b")
    train = _keep(dialog, qtbot)
    with qtbot.waitSignal(asked.train_wanted) as wanted:
        QTest.mouseClick(train, Qt.MouseButton.LeftButton)
    assert wanted.args == ["collection:Class 7b"]


def test_what_cannot_be_written_is_said_and_can_be_tried_again(
    dialog: KeepDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "collections").write_text("not a folder")
    accept, alert = dialog.findChild(QPushButton, "keepAccept"), dialog.findChild(InlineAlert, "keepAlert")
    assert accept is not None
    assert alert is not None
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(alert.isVisible)
    assert str(tmp_path) in alert.text
    (tmp_path / "collections").unlink()
    qtbot.waitUntil(accept.isEnabled)
    _keep(dialog, qtbot)
    assert len(CollectionStore(tmp_path / "collections").all()) == 1


def test_without_drawings_nothing_can_be_kept(board: BoardWindow) -> None:
    board.controls.keep.trigger()
    (dialog,) = board.findChildren(KeepDialog)
    accept = dialog.findChild(QPushButton, "keepAccept")
    assert accept is not None
    assert not accept.isEnabled()
    dialog.close()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_text_has_room(dialog: KeepDialog, theme: Theme, scale: float) -> None:
    theme.set_scale(scale)
    lay_out()
    found = faults(dialog)
    check_names(controls_of(dialog))
    theme.set_scale(1.0)
    assert not found, "\n".join(found)
