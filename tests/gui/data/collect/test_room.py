"""The page with classes in it: every text has room, every control a name and a place in the tab order."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.collections.store import CollectionStore
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from tests.gui.controls import check_names, controls_of, tab_order
from tests.gui.data.collect.conftest import Collecting, Fill
from tests.gui.languages import LANGUAGES, speaking
from tests.gui.measuring import faults
from tests.gui.settling import lay_out

#: Width, height and text size, as for the other tabs.
SIZES = ((800, 560, 1.0), (960, 540, 1.0), (1024, 640, 1.5), (1280, 800, 2.0))
NAMES = {"A": 12, "B": 0, "not a letter": 3, "x" * 200: 1, "猫": 30}


def _filled(it: Collecting, fill: Fill) -> None:
    fill("a collection with a rather long name", **NAMES)
    it.page.commands.open_collection(CollectionStore().all()[0].folder)
    it.settle()


@pytest.fixture(params=LANGUAGES)
def spoken(
    qapp: QApplication, pseudo_catalogues: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    """Show the window in one of the languages."""
    with speaking(str(request.param), qapp, pseudo_catalogues, monkeypatch):
        window: MainWindow = request.getfixturevalue("window")
        window.setMinimumSize(QSize(400, 300))
        yield window


def test_every_text_has_room(spoken: MainWindow, theme: Theme, qtbot: QtBot, fill: Fill) -> None:
    it = Collecting(spoken, qtbot)
    _filled(it, fill)
    found = []
    for width, height, scale in SIZES:
        spoken.resize(width, height)
        theme.set_scale(scale)
        lay_out()
        cut = faults(spoken)
        action = spoken.findChild(QAction, "actionRenameCollection")
        assert action is not None
        action.trigger()
        lay_out()
        (dialog,) = (one for one in spoken.findChildren(QDialog) if one.isVisible())
        cut += faults(dialog)
        dialog.close()
        theme.set_scale(1.0)
        found += [f"{width}x{height}, scale {scale}: {fault}" for fault in cut]
    assert not found, "\n".join(found)


def test_controls_have_names_and_follow_the_eye(collecting: Collecting, fill: Fill) -> None:
    it = collecting
    _filled(it, fill)
    lay_out()
    controls = controls_of(it.window.go_to("Data"))
    # Qt takes the buttons of a group that are not checked out of the tab order.
    check_names([control for control in controls if not control.objectName().endswith("Segment")])
    first = it.window.findChild(QWidget, "collectionChooser")
    assert first is not None
    names = tab_order(first)
    order = [
        "collectionChooser", "collectionMenuButton", "collectUndoButton",
        "classButton1", "classMenu1", "classSamples1", "classButton2", "newClassName", "addClassButton",
        "collectPad", "addSampleButton", "trainOnCollection",
    ]  # fmt: skip
    places = [names.index(name) for name in order if name in names]
    assert len(places) > 8
    assert all(one < other for one, other in pairwise(places)), names


def test_both_colours_reach_the_thumbnails(collecting: Collecting, fill: Fill, theme: Theme) -> None:
    it = collecting
    _filled(it, fill)
    it.qtbot.waitUntil(lambda: bool(it.page.thumbnails.painted) and not it.page.thumbnails.busy)
    sample = it.page.column.cards[0].view.samples.samples[0]
    ratio = it.page.devicePixelRatioF()

    def darkest() -> int:
        it.qtbot.waitUntil(lambda: it.page.thumbnails.image(sample, ratio) is not None)
        image = it.page.thumbnails.image(sample, ratio)
        assert image is not None
        colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return min(colour.lightness() for colour in colours if colour.alpha() > 250)

    assert darkest() < 60
    theme.choose("dark")
    assert darkest() > 150
    theme.choose("light")
