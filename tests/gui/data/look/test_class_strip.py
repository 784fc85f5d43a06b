"""The strip of classes, from none to many."""

from collections.abc import Iterator

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from digitpad.gui.data.look.class_strip import ClassStrip
from digitpad.gui.widgets.theme import Theme
from digitpad.inspection import ClassStatistics
from tests.gui.settling import lay_out


@pytest.fixture
def strip(theme: Theme) -> Iterator[ClassStrip]:
    strip = ClassStrip(theme)
    strip.resize(520, strip.sizeHint().height())
    strip.show()
    yield strip
    shiboken6.delete(strip)


def _show(strip: ClassStrip, count: int) -> None:
    strip.show_classes(tuple(f"class {number}" for number in range(count)), np.arange(count), ink=True)
    lay_out()


def _turn(strip: ClassStrip, notches: int) -> bool:
    """Turn the wheel over the strip; return whether it was used."""
    place = QPointF(20, 20)
    event = QWheelEvent(
        place,
        QPointF(strip.viewport().mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip.viewport(), event)
    used: bool = event.isAccepted()
    return used


def test_a_thousand_classes_scroll_by_wheel_and_keyboard(strip: ClassStrip) -> None:
    _show(strip, 1000)
    first = strip.cell_rect(0)
    assert _turn(strip, -2)
    assert strip.cell_rect(0) == first.translated(-2 * first.width(), 0)
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.viewport().rect().intersects(strip.cell_rect(999))
    assert strip.accessibleDescription() == "class 999: 999 images"
    strip.grab()


def test_a_few_classes_share_the_width_and_leave_the_wheel_to_the_page(strip: ClassStrip) -> None:
    _show(strip, 4)
    assert sum(strip.cell_rect(label).width() for label in range(4)) > 500
    assert not _turn(strip, -1)


def test_no_classes_are_said(strip: ClassStrip) -> None:
    _show(strip, 0)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.accessibleDescription() == "No classes"


def test_the_mean_and_the_spread_are_painted(strip: ClassStrip, theme: Theme) -> None:
    _show(strip, 2)
    ones, halves = np.ones((1, 8, 8), np.float32), np.full((1, 8, 8), 0.5, np.float32)
    strip.add_statistics(ClassStatistics(0, 3, ones, np.zeros_like(ones)))
    strip.add_statistics(ClassStatistics(1, 3, halves, halves))
    text, field = theme.colours.text, theme.colours.field

    def colours() -> list[str]:
        shown = strip.viewport().grab().toImage()
        return [shown.pixelColor(strip.cell_rect(label).center().x(), 20).name() for label in range(2)]

    assert colours()[0] == text
    strip.show_spread(spread=True)
    assert colours() == [field, text]
