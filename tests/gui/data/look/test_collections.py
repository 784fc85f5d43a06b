"""Look at collections, which change while Look is not visible."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.ink import Drawing
from digitpad.gui.data.look.page import LookPage
from digitpad.gui.workers.latest import LatestWorker

Ready = Callable[[LookPage], None]


@pytest.fixture
def collection() -> Path:
    """Return the folder of a collection with the class "a" and two drawings."""
    entry = CollectionStore().create("letters")
    with CollectionEditor(entry.folder) as editor:
        folder = editor.add_class("a")
        editor.add(folder, [NewSample(_drawing(20)), NewSample(_drawing(60))])
    return entry.folder


def _drawing(x: float) -> Drawing:
    return Drawing((np.array([[x, 10], [50, 90]], np.float32),), width=100, height=100)


def test_collections_are_listed_and_shown_as_they_are_now(
    page: LookPage, collection: Path, ready: Ready, qtbot: QtBot
) -> None:
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: page.data.findText("letters") > 0)
    row = page.data.findText("letters")
    page.data.setCurrentIndex(row)
    page.data.activated.emit(row)
    ready(page)
    assert page.classes.counts == {"a": 2}
    page.hide()
    with CollectionEditor(collection) as editor:
        editor.add(editor.add_class("b"), [NewSample(_drawing(90))])
    page.show()
    qtbot.waitUntil(lambda: page.classes.counts == {"a": 2, "b": 1})
    ready(page)
    # Unchanged, it is kept, with the order and the selected image.
    images = page.images
    page.grid.select(2)
    page.hide()
    _main, beside = page.work.findChildren(LatestWorker)
    with qtbot.assertNotEmitted(page.work.changed), qtbot.waitSignal(beside.result_ready):
        page.show()
    assert page.images is images
    assert page.grid.place == 2
