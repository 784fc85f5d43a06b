"""Bars of the confusion matrix, and texts that fill their room."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from digitpad.gui.board.painting import filling, paint_row, segments_of
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.participants import OTHER


def test_right_comes_first_then_the_most_frequent_mistakes() -> None:
    parts = segments_of("4", {"9": 3, "4": 1, OTHER: 3, "1": 5, "7": 0})
    assert [(part.label, part.count, part.right) for part in parts] == [
        ("4", 1, True),
        ("1", 5, False),
        ("9", 3, False),
        (OTHER, 3, False),
    ]


def test_nobody_right_has_no_part_for_right() -> None:
    assert [part.label for part in segments_of("4", {"9": 1})] == ["9"]
    assert segments_of("4", {}) == []


@pytest.mark.parametrize(("row", "share"), [({"4": 3, "9": 1}, 0.75), ({"4": 5}, 1.0), ({"9": 2}, 0.0)])
def test_the_length_of_a_part_is_its_share(theme: Theme, row: dict[str, int], share: float) -> None:
    image = QImage(400, 20, QImage.Format.Format_RGB32)
    image.fill(theme.colour("surface"))
    painter = QPainter(image)
    paint_row(painter, QRectF(0, 0, 400, 20), "4", row, theme, QFont(), "other")
    painter.end()
    accent = theme.colour("accent").rgb()
    # A line without letters.
    counted = np.mean([image.pixel(x, 1) == accent for x in range(4, 396)])
    assert counted == pytest.approx(share, abs=0.02)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("text", ["4", "128,000", "Draw an elephant"])
def test_a_text_fits_into_its_room(text: str) -> None:
    font = filling(QApplication.font(), text, 120, 60)
    metrics = QFontMetricsF(font)
    assert metrics.horizontalAdvance(text) <= 121
    assert font.pixelSize() <= 60
