"""Invalid data that is opened, dropped or pasted leads to a message, and leaves the drawing unchanged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

from digitpad.errors import DigitpadError
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace import models
from tests.gui.settling import settle


@pytest.mark.parametrize("name", ["a\0b.jsonl", "a\0b.png", "a\0b", "x" * 5000 + ".png", "\udcff<b>.png"])
def test_a_name_that_is_none_ends_in_a_message(window: MainWindow, draw: Callable[..., None], name: str) -> None:
    tab = window.findChild(DrawTab)
    assert tab is not None
    draw(tab.canvas, [np.array([[60, 60], [60, 200]], np.float32)])
    before = tab.canvas.sketch.page
    window.open_path(Path(name))
    settle(window)
    assert window.messages.isVisible()
    assert tab.canvas.sketch.page is before


def test_a_model_whose_name_is_none_is_refused() -> None:
    with pytest.raises(DigitpadError, match="no model a"):
        models.load(Path("a\0b.safetensors"))


def test_an_empty_clipboard_is_pasted_as_nothing(window: MainWindow, draw: Callable[..., None]) -> None:
    tab = window.findChild(DrawTab)
    assert tab is not None
    draw(tab.canvas, [np.array([[60, 60], [60, 200]], np.float32)])
    before = tab.canvas.sketch.page
    clipboard = QGuiApplication.clipboard()
    for mime in (QMimeData(), _with_nothing_useful()):
        clipboard.setMimeData(mime)
        tab.files.paste_clipboard()
        settle(tab)
        assert tab.canvas.sketch.page is before
    clipboard.clear()
    tab.files.paste_clipboard()
    settle(tab)
    assert tab.canvas.sketch.page is before


def _with_nothing_useful() -> QMimeData:
    mime = QMimeData()
    mime.setText("")
    mime.setUrls([QUrl("file:///a%00b.png")])
    return mime
