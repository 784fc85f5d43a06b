"""Names from files are shown literally: labels, tooltips and menus do not interpret them as HTML."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.plain_text import tip_text, unwrapped, wrappable
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import models
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata, save_model
from digitpad.nn import Architecture, build
from tests.gui.settling import lay_out

EVIL = "<img src=x>"


@pytest.fixture
def evil_model(tmp_path: Path) -> Path:
    layers = (
        {"name": f"{EVIL}c", "type": "Conv2D", "in_channels": 1, "out_channels": 2, "kernel_size": 5, "stride": 4},
        {"name": f"{EVIL}r", "type": "ReLU"},
        {"name": f"{EVIL}f", "type": "Flatten"},
        {"name": f"{EVIL}l", "type": "Linear", "in_features": 72, "out_features": 10},
    )
    architecture = Architecture(EVIL, (1, 28, 28), layers)
    metadata = ModelMetadata(labels=tuple(f"{EVIL}{digit}" for digit in range(10)))
    path = tmp_path / f"{EVIL}.safetensors"
    save_model(path, Model(build(architecture, rng=np.random.default_rng(0)), architecture, metadata))
    return path


@pytest.fixture
def evil_window(theme: Theme, settings: Settings, evil_model: Path) -> Iterator[MainWindow]:
    window = MainWindow(theme, settings, models.load)
    window.resize(1280, 800)
    window.show()
    assert window.use_model(evil_model)
    yield window
    window.close()
    QToolTip.hideText()
    shiboken6.delete(window)


def test_no_widget_of_the_window_takes_a_name_for_html(evil_window: MainWindow) -> None:
    for title in ("Train", "Evaluate", "Features", "Draw"):
        evil_window.go_to(title)
        lay_out()
    labels = evil_window.findChildren(QLabel)
    assert any(EVIL in label.text() for label in labels) or any(
        EVIL in widget.toolTip() + widget.accessibleDescription() for widget in evil_window.findChildren(QWidget)
    )
    for label in labels:
        label.ensurePolished()
        if label.objectName() == "robustnessWords":
            assert EVIL not in label.text()
            continue
        assert label.textFormat() == Qt.TextFormat.PlainText, (label.objectName(), label.text())


def test_a_tip_shows_a_name_as_it_is(evil_window: MainWindow) -> None:
    QToolTip.showText(evil_window.mapToGlobal(QPoint(50, 50)), f"{EVIL} <b>bold</b>", evil_window)
    (tip,) = [widget for widget in QApplication.topLevelWidgets() if widget.inherits("QTipLabel")]
    assert isinstance(tip, QLabel)
    assert tip.textFormat() == Qt.TextFormat.PlainText
    assert tip.text() == f"{EVIL} <b>bold</b>"


def test_only_very_long_words_can_be_wrapped_within() -> None:
    path = "/home/me/pictures/0123456789abcdef.png"
    text = wrappable(f"fashion-mnist has {path}")
    assert text.split("\N{ZERO WIDTH SPACE}") == [
        "fashion-mnist has /",
        "home/",
        "me/",
        "pictures/",
        "0123456789ab",
        "cdef.png",
    ]
    assert unwrapped(text) == f"fashion-mnist has {path}"


def test_the_text_of_a_tip_is_shown_as_it_is_in_lines() -> None:
    assert tip_text("<b>a</b> & b\n") == "<b>a</b> & b"
    lines = tip_text("word " * 100).splitlines()
    assert len(lines) > 4
    assert max(map(len, lines)) <= 90
