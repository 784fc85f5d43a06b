"""In the pseudo-language, every text of the board and its dialogs is translated."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.board.addresses import NetworkAddress
from digitpad.gui.board.keep_dialog import KeepDialog
from digitpad.gui.board.share_dialog import ShareDialog
from digitpad.gui.board.sharing import Sharing, Stage
from digitpad.gui.board.window import BoardWindow
from digitpad.gui.widgets.theme import Theme
from tests import pseudo
from tests.gui.languages import speaking
from tests.serving.drawn import drawing, read_as

NAMES = frozenset({"digitpad", "fake", "http", "k7qd3x", "Backspace"})


@pytest.fixture(autouse=True)
def pseudo_language(qapp: QApplication, pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with speaking(pseudo.CODE, qapp, pseudo_catalogues, monkeypatch):
        yield


def _untranslated(root: QWidget) -> list[tuple[str, str]]:
    return [(thing.objectName(), text) for thing, text in pseudo.texts_of(root) if pseudo.untranslated(text, NAMES)]


def test_the_board_is_translated(board: BoardWindow, shared: Sharing) -> None:
    for client in "123":
        shared.board.joined(client)
        shared.board.consented(client, True)
    board.ask("4")
    shared.board.drew("1", drawing(1), read_as("4"))
    shared.board.drew("2", drawing(1), read_as("9", rejected=True))
    shared.board.hide("3", hidden=True)
    shared.board.left("2")
    board.refresh()
    board.controls.reset.trigger()
    board.show_large("1")
    assert not _untranslated(board)
    board.show_all()
    shared.board.hide("3", hidden=False)
    board.refresh()
    for place in range(3):
        assert not pseudo.untranslated(board.grid.tip_of(place), NAMES)
    board.controls.keep.trigger()
    (dialog,) = board.findChildren(KeepDialog)
    assert not _untranslated(dialog)
    dialog.close()


def test_the_dialog_is_translated(theme: Theme, sharing: Sharing, qtbot: QtBot) -> None:
    dialog = ShareDialog(theme, sharing, addresses=lambda: [NetworkAddress("10.0.0.5")])
    dialog.ask()
    assert not _untranslated(dialog)
    with qtbot.waitSignal(sharing.changed):
        dialog.start()
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    assert not _untranslated(dialog)
    dialog.close()
    dialog.deleteLater()
