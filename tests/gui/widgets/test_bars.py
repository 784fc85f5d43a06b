"""Probability bars of any number of classes with names of any length."""

from collections.abc import Iterator

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.widgets.theme import Theme

MANY = tuple(f"class {number}" for number in range(62))
LONG = ("Ankle boot", "ein sehr langer Klassenname mit sechzig Buchstaben, so wahr das", "حذاء", "🐈", "W" * 120)


@pytest.fixture
def bars(theme: Theme) -> Iterator[RefusalBars]:
    bars = RefusalBars(theme)
    bars.resize(300, 260)
    bars.show()
    yield bars
    bars.close()
    shiboken6.delete(bars)


def probabilities(count: int) -> list[float]:
    values = np.random.default_rng(0).dirichlet(np.ones(count))
    return [float(value) for value in values]


def wheel(bars: RefusalBars, notches: int) -> None:
    event = QWheelEvent(
        QPointF(50, 50),
        QPointF(50, 50),
        QPoint(),
        QPoint(0, -120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(bars, event)


def test_a_dozen_classes_keep_their_order(bars: RefusalBars) -> None:
    bars.show_probabilities(MANY[:12], probabilities(12))
    assert bars.rows() == tuple(range(12))
    assert bars.others() == (0, 0.0)


def test_of_many_classes_the_most_probable_have_rows_and_the_rest_is_summed(bars: RefusalBars) -> None:
    values = probabilities(62)
    bars.show_probabilities(MANY, values)
    shown = bars.rows()
    assert len(shown) < 62
    assert list(shown) == sorted(range(62), key=lambda index: -values[index])[: len(shown)]
    count, rest = bars.others()
    assert count == 62 - len(shown)
    assert rest + sum(values[index] for index in shown) == pytest.approx(1)
    assert bars.minimumSizeHint().height() < 300
    assert all(name in bars.accessibleDescription() for name in MANY)
    # The bars that are painted are those.
    assert not bars.grab().isNull()


def test_the_wheel_reaches_all_classes(bars: RefusalBars) -> None:
    values = probabilities(62)
    bars.show_probabilities(MANY, values)
    seen = set(bars.rows())
    for _ in range(30):
        wheel(bars, 1)
        seen |= set(bars.rows())
    assert seen == set(range(62))
    assert values.index(min(values)) in bars.rows()
    for _ in range(60):
        wheel(bars, -1)
    assert values.index(max(values)) == bars.rows()[0]


def test_the_bar_with_the_threshold_always_has_a_row(bars: RefusalBars) -> None:
    bars.show_threshold(0.5)
    bars.show_probabilities((*MANY, "none"), [*probabilities(62), 0.0])
    assert bars.rows()[-1] == 62
    bars.grab()
    mark = bars.mark_position()
    assert mark is not None
    assert mark.y() > bars.height() * 0.9


def test_long_names_are_elided_and_said_in_the_tooltip(bars: RefusalBars) -> None:
    bars.show_probabilities(LONG, probabilities(5))
    assert bars.minimumSizeHint().width() < 300
    place = QPoint(20, round(bars.height() * 4.5 / 5))
    QApplication.sendEvent(bars, QHelpEvent(QHelpEvent.Type.ToolTip, place, bars.mapToGlobal(place)))
    assert QToolTip.text().startswith(LONG[4])
    QToolTip.hideText()
