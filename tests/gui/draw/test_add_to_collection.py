"""Adding the drawing to a collection from the Draw tab: one click, one confirmation."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.data.collections.dataset import read_sample_ink
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.folder import Sample, read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.fields import ComboBox
from tests.gui.conftest import Draw
from tests.gui.settling import settle

SEVEN = [[(100.0, 100.0), (200.0, 100.0), (150.0, 250.0)]]
Confirm = Callable[..., None]


@pytest.fixture
def confirm(window: MainWindow, qtbot: QtBot) -> Confirm:
    """Return a function that presses the button, types a label if one is given, and confirms."""

    def done(label: str | None = None, collection: str | None = None) -> None:
        button = window.findChild(QToolButton, "addToCollectionButton")
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.findChild(QLineEdit, "sampleLabel") is not None)
        field, chooser = window.findChild(QLineEdit, "sampleLabel"), window.findChild(ComboBox, "targetCollection")
        assert field is not None
        assert chooser is not None
        if collection is not None:
            chooser.choose(str(CollectionStore().find(collection).folder))
        if label is not None:
            field.setText(label)
        qtbot.waitUntil(lambda: not window.draw_tab.keep.is_busy)
        QTest.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not window.draw_tab.keep.is_busy)
        qtbot.waitUntil(lambda: not window.findChildren(QDialog))

    return done


def _samples(collection: str) -> dict[str, tuple[Sample, ...]]:
    return {each.name: each.samples for each in read_contents(CollectionStore().find(collection).folder).classes}


def test_ink_is_kept_as_ink_with_the_label_that_was_read(window: MainWindow, draw: Draw, confirm: Confirm) -> None:
    draw(window.draw_tab.canvas, SEVEN)
    strokes = [stroke.points.tolist() for stroke in window.draw_tab.canvas.sketch.page.strokes]
    confirm()
    assert window.messages.message is not None
    assert window.messages.message.text == "Added to My collection as 7."
    (sample,) = _samples("My collection")["7"]
    assert [stroke.tolist() for stroke in read_sample_ink(sample).strokes] == strokes
    # The drawing stays.
    assert not window.draw_tab.canvas.sketch.page.is_blank


def test_another_label_and_the_collection_used_last(window: MainWindow, draw: Draw, confirm: Confirm) -> None:
    store = CollectionStore()
    for name in ("animals", "letters"):
        store.create(name)
    draw(window.draw_tab.canvas, SEVEN)
    confirm("a/b", "letters")
    confirm("T")
    assert {name: len(found) for name, found in _samples("letters").items()} == {"a/b": 1, "T": 1}
    assert _samples("animals") == {}


def test_an_opened_photograph_is_kept_as_its_file(
    window: MainWindow, tmp_path: Path, draw: Draw, confirm: Confirm
) -> None:
    pixels = np.full((60, 80, 3), 240, np.uint8)
    pixels[20:40, 30:36] = 10
    path = tmp_path / "cat.png"
    PIL.Image.fromarray(pixels).save(path)
    window.open_path(path)
    settle(window)
    confirm("cat")
    (sample,) = _samples("My collection")["cat"]
    assert sample.path.read_bytes() == path.read_bytes()
    assert sample.name.endswith("-cat.png")
    # With strokes over it, it is another picture.
    draw(window.draw_tab.canvas, SEVEN)
    confirm("cat")
    assert len(_samples("My collection")["cat"]) == 2
    # And without its file, it is what the window shows.
    window.draw_tab.undo.trigger()
    path.unlink()
    confirm("gone")
    (kept,) = _samples("My collection")["gone"]
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(kept.path).convert("RGB")), pixels)


def test_a_blank_canvas_has_nothing_to_keep(window: MainWindow, draw: Draw) -> None:
    assert not window.draw_tab.keep.action.isEnabled()
    draw(window.draw_tab.canvas, SEVEN)
    assert window.draw_tab.keep.action.isEnabled()


def test_a_collection_that_is_deleted_meanwhile_is_answered_in_a_sentence(
    window: MainWindow, draw: Draw, confirm: Confirm, qtbot: QtBot
) -> None:
    store = CollectionStore()
    entry = store.create("letters")
    draw(window.draw_tab.canvas, SEVEN)
    with CollectionEditor(entry.folder) as editor:
        editor.add_class("A")
    keep = window.draw_tab.keep
    confirm("A")
    store.forget(store.delete(entry))
    keep.add(str(entry.folder), "A")
    qtbot.waitUntil(lambda: not keep.is_busy)
    assert window.messages.message is not None
    assert "does not exist any more" in window.messages.message.text
