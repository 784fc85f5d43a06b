"""The axes of a plot hold what is added, and nothing that is never shown."""

import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.plot_axes import PlotAxes


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    owner = QWidget()
    owner.setObjectName("owner")
    qtbot.addWidget(owner)
    return owner


@pytest.fixture
def axes(owner: QWidget) -> PlotAxes:
    return PlotAxes("plot", owner)


def _drawn(axes: PlotAxes) -> set[object]:
    """Return what is drawn in the box."""
    return set(axes.box.childGroup.childItems())


def test_items_come_and_go(axes: PlotAxes) -> None:
    first, second = pg.PlotCurveItem([0, 1], [0, 1]), pg.InfiniteLine(1)
    before = _drawn(axes)
    axes.add(first)
    axes.add(second)
    assert _drawn(axes) == {*before, first, second}
    axes.remove(first)
    assert _drawn(axes) == {*before, second}
    axes.clear()
    # What the box draws itself, such as the frame of a zoom, stays.
    assert _drawn(axes) == before


def test_numbers_follow_the_range_and_the_range_no_item(axes: PlotAxes) -> None:
    axes.box.setRange(xRange=(0, 10), yRange=(-1, 1), padding=0)
    axes.add(pg.PlotCurveItem([0, 1000], [0, 1000]))
    assert axes.box.viewRange() == [[0, 10], [-1, 1]]
    assert (axes.bottom.range, axes.left.range) == ([0, 10], [-1, 1])


@pytest.mark.usefixtures("axes")
def test_there_are_no_menus(owner: QWidget) -> None:
    assert owner.findChildren(QMenu) == []
