"""The confusion matrix and the gallery with many classes and with long names."""

from collections.abc import Iterator

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.evaluation.confusion_matrix import ConfusionMatrix, scrolled
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.gallery import fitted_names

LONG = ("Ankle boot", "ein sehr langer Klassenname mit sechzig Buchstaben, so wahr das", "حذاء", "🐈", "W" * 120)


@pytest.fixture
def matrix(theme: Theme) -> Iterator[ConfusionMatrix]:
    matrix = ConfusionMatrix(theme)
    yield matrix
    if shiboken6.isValid(matrix):
        shiboken6.delete(matrix)


def counts_of(classes: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    counts = np.eye(classes, dtype=np.int64) * 9
    counts[0, classes - 1] = 1
    return counts


@pytest.mark.parametrize("classes", [62, 1000])
def test_many_classes_scroll_with_cells_that_can_be_told_apart(
    matrix: ConfusionMatrix, classes: int, qtbot: QtBot
) -> None:
    matrix.show_counts([f"class {number}" for number in range(classes)], counts_of(classes))
    page = QWidget()
    qtbot.addWidget(page)
    area = scrolled(matrix, page)
    area.resize(400, 300)
    page.resize(400, 300)
    page.show()
    assert area.horizontalScrollBar().maximum() > 0
    assert area.verticalScrollBar().maximum() > 0
    assert matrix.cell_rect(0, 0).width() >= QFontMetrics(matrix.font()).height() * 0.7
    last = matrix.cell_rect(classes - 1, classes - 1)
    assert matrix.rect().contains(last.toAlignedRect())
    # Whatever part is visible is painted, and can be chosen.
    area.ensureVisible(round(last.center().x()), round(last.center().y()))
    assert not area.grab().isNull()
    with qtbot.waitSignal(matrix.cell_chosen) as chosen:
        QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=last.center().toPoint())
    assert chosen.args == [classes - 1, classes - 1]


def test_ten_digits_need_no_scrolling(matrix: ConfusionMatrix) -> None:
    matrix.show_counts([str(number) for number in range(10)], counts_of(10))
    assert matrix.minimumSizeHint().width() <= 300
    assert matrix.minimumSizeHint().height() <= 260


def test_long_names_take_a_bounded_room(matrix: ConfusionMatrix) -> None:
    matrix.show_counts(LONG, counts_of(5))
    matrix.resize(400, 320)
    assert matrix.minimumSizeHint().width() <= 400
    assert matrix.cell_rect(0, 0).width() >= 14
    assert matrix.rect().contains(matrix.cell_rect(4, 4).toAlignedRect())
    assert not matrix.grab().isNull()


def test_both_names_of_a_mistake_keep_room(matrix: ConfusionMatrix) -> None:
    metrics = QFontMetrics(matrix.font())
    assert fitted_names(("4", "9"), metrics, 60) == "4 → 9"
    short = fitted_names((LONG[1], LONG[4]), metrics, 90)
    assert metrics.horizontalAdvance(short) <= 90
    first, second = short.split(" → ")
    assert (first[0], second[0]) == ("e", "W")
