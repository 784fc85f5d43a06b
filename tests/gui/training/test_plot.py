"""The plot follows the run or keeps its zoom, and the crosshair shows the values."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitpad.charts.plot_range import AxisScale
from digitpad.charts.series import Series
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.legend import Legend
from digitpad.gui.training.plot import CurvePlot
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.widgets.theme import Theme
from tests.gui.settling import lay_out

LINE = Style("loss", "accent")
NOISE = Style("batch", "accent", 0.3, 1.0, sets_range=False)
DOTS = Style("epoch", "bar", dots=True)
OTHER = Style("yesterday", "bar", is_of_other_run=True)


def _series(count: int) -> Series:
    series = Series()
    series.extend(np.arange(1.0, count + 1), 2 / np.arange(1.0, count + 1))
    return series


@pytest.fixture
def plot(theme: Theme, qtbot: QtBot) -> CurvePlot:
    plot = CurvePlot(theme, "plot", "Plot", "A plot")
    qtbot.addWidget(plot)
    plot.resize(600, 200)
    plot.show()
    return plot


def test_it_follows_what_grows(plot: CurvePlot) -> None:
    series = _series(100)
    plot.put("loss", LINE, series)
    plot.redraw()
    (left, right), (low, _) = plot.view_range
    assert left == 1
    assert 100 <= right < 110
    assert low == 0
    series.extend(np.arange(101.0, 401), np.full(300, 0.01))
    plot.redraw()
    assert plot.view_range[0][1] >= 400


def test_noise_does_not_set_the_range(plot: CurvePlot) -> None:
    noise = Series()
    noise.extend(np.arange(1.0, 101), np.full(100, 50.0))
    plot.put("loss", LINE, _series(50))
    plot.put("batch", NOISE, noise)
    plot.redraw()
    assert plot.view_range[1][1] < 5


def test_a_zoom_stays_until_all_is_shown_again(plot: CurvePlot) -> None:
    series = _series(100)
    plot.put("loss", LINE, series)
    plot.redraw()
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    zoomed = plot.view_range
    series.append(500, 1)
    plot.redraw()
    assert plot.view_range == zoomed
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.view_range[0][1] >= 500


def test_the_crosshair_reads_the_nearest_point(plot: CurvePlot) -> None:
    plot.put("loss", LINE, _series(100))
    plot.redraw()
    moved: list[float] = []
    plot.crosshair_moved.connect(moved.append)
    plot.point_to(4.3)
    assert plot.readout == "step 4   loss 0.5"
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert moved
    assert moved[0] > 4.3
    plot.point_to(math.nan)
    assert plot.readout == ""


def test_a_logarithmic_scale_shows_powers_of_ten(plot: CurvePlot) -> None:
    plot.put("loss", LINE, _series(2000))
    plot.use_log(log=True)
    low, high = plot.view_range[1]
    assert low < math.log10(2 / 2000) < math.log10(2 / 41) < high
    plot.use_log(log=False)
    assert plot.view_range[1][0] == 0


def test_a_point_of_zero_does_not_break_the_logarithm(plot: CurvePlot) -> None:
    series = Series()
    series.extend(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 0.5]))
    plot.put("loss", LINE, series)
    plot.use_log(log=True)
    assert all(map(math.isfinite, plot.view_range[1]))


def test_shares_end_at_one(plot: CurvePlot) -> None:
    series = Series()
    series.extend(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.9, 0.99]))
    plot.put("accuracy", LINE, series)
    plot.use_scale(AxisScale.ACCURACY)
    low, high = plot.view_range[1]
    assert 0 < low <= 0.1
    assert 1 <= high < 1.1
    plot.point_to(3)
    assert "99.00" in plot.readout


def test_the_legend_hides_a_curve_and_brings_it_back(plot: CurvePlot, theme: Theme) -> None:
    legend = Legend(theme, plot, plot)
    high = Series()
    high.extend(np.array([1.0, 2.0]), np.array([90.0, 100.0]))
    plot.put("loss", LINE, _series(100))
    plot.put("high", LINE, high)
    legend.show_curves({"loss": LINE, "high": LINE})
    plot.redraw()
    assert plot.view_range[1][1] > 90
    legend.chips["high"].click()
    assert plot.view_range[1][1] < 5
    legend.chips["high"].click()
    assert plot.view_range[1][1] > 90


def test_it_takes_other_colours_while_it_is_shown(plot: CurvePlot, theme: Theme) -> None:
    plot.put("loss", LINE, _series(10))
    plot.redraw()
    light = plot.grab().toImage().pixelColor(300, 2)
    theme.choose("dark")
    assert plot.grab().toImage().pixelColor(300, 2).lightness() < 60 < light.lightness()


def test_what_would_not_be_seen_is_not_drawn_yet(plot: CurvePlot) -> None:
    series = _series(100_000)
    dots = Series()
    dots.extend(np.array([50_000.0]), np.array([0.5]))
    plot.put("loss", LINE, series)
    plot.put("epoch", DOTS, dots)
    plot.redraw()
    drawn = plot.drawn_to
    # A hundredth of a pixel is nothing, but pixels add up, and a dot is always seen.
    series.extend(np.array([100_001.0]), np.array([0.1]))
    plot.redraw_if_seen()
    assert plot.drawn_to == drawn
    dots.extend(np.array([100_001.0]), np.array([0.5]))
    plot.redraw_if_seen()
    assert plot.drawn_to == 100_001
    series.extend(np.arange(100_002.0, 110_001), np.full(9_999, 0.1))
    plot.redraw_if_seen()
    assert plot.drawn_to == 110_000


def test_a_longer_run_beside_it_does_not_hold_a_run_back(plot: CurvePlot) -> None:
    series = _series(100)
    plot.put("other", OTHER, _series(100_000))
    plot.put("loss", LINE, series)
    plot.redraw()
    series.extend(np.arange(101.0, 10_001), np.full(9_900, 0.1))
    plot.redraw_if_seen()
    assert plot.drawn_to == 10_000


def test_the_crosshair_reads_a_curve_only_where_it_is(plot: CurvePlot) -> None:
    dots = Series()
    dots.extend(np.array([50.0, 100.0]), np.array([0.7, 0.6]))
    plot.put("loss", LINE, _series(100))
    plot.put("epoch", DOTS, dots)
    plot.put("other", OTHER, _series(400))
    plot.redraw()
    plot.point_to(50)
    assert plot.readout == "step 50   loss 0.04   epoch 0.7   yesterday 0.04"
    # There is no measurement between two epochs, and none after the end of a run.
    plot.point_to(75)
    assert plot.readout == "step 75   loss 0.02667   yesterday 0.02667"
    plot.point_to(300)
    assert plot.readout == "step 300   yesterday 0.006667"
    plot.point_to(1000)
    assert plot.readout == "step 1,000"


@pytest.mark.parametrize("names", [1, 12])
def test_the_readout_is_whole_and_above_the_curves(theme: Theme, qtbot: QtBot, names: int) -> None:
    plot = CurvePlot(theme, "plot", "Plot", "A plot")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    for number in range(names):
        plot.put(str(number), Style(f"layer {number}", "accent"), _series(100))
    plot.redraw()
    axes = plot.findChild(QWidget, "qt_plot")
    assert axes is not None
    lay_out()
    before = axes.geometry()
    plot.point_to(100)
    lay_out()
    label = plot.findChild(QLabel, "plotReadout")
    assert label is not None
    assert label.isVisible()
    place = QRect(label.mapTo(plot, QPoint(0, 0)), label.size())
    assert plot.rect().contains(place)
    # The room was there before: nothing moves and nothing is covered.
    assert axes.geometry() == before
    assert place.bottom() < axes.y()
    assert label.height() >= label.heightForWidth(label.width())
    assert f"layer {names - 1}" in label.text().replace("\N{NO-BREAK SPACE}", " ")
    plot.point_to(math.nan)
    assert not label.isVisible()


def test_the_note_about_the_scale_is_above_the_curves_and_gives_way_to_the_readout(plot: CurvePlot) -> None:
    series = _series(1000)
    series.y[500] = 400.0
    plot.put("loss", LINE, series)
    plot.redraw()
    lay_out()
    note, values = (plot.findChild(QLabel, name) for name in ("plotOffScale", "plotReadout"))
    axes = plot.findChild(QWidget, "qt_plot")
    assert note is not None
    assert values is not None
    assert axes is not None
    assert note.isVisible()
    assert note.width() >= note.fontMetrics().horizontalAdvance(note.text())
    assert note.mapTo(plot, note.rect().bottomLeft()).y() < axes.y()
    plot.point_to(500)
    assert (note.isVisible(), values.isVisible()) == (False, True)
    plot.point_to(math.nan)
    assert (note.isVisible(), values.isVisible()) == (True, False)


def test_without_room_the_readout_takes_short_names_before_a_second_line(theme: Theme, qtbot: QtBot) -> None:
    plot = CurvePlot(theme, "plot", "Plot", "A plot")
    qtbot.addWidget(plot)
    plot.put("loss", Style("cross-entropy of the validation images", "accent", short="CE"), _series(100))
    plot.redraw()
    label = plot.findChild(QLabel, "plotReadout")
    assert label is not None
    for width, name in ((600, "cross-entropy of the validation images"), (220, "CE")):
        plot.resize(width, 200)
        plot.show()
        lay_out()
        plot.point_to(50)
        text = label.text().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NON-BREAKING HYPHEN}", "-")
        assert f"{name} 0.04" in text
        assert label.height() < 2 * label.fontMetrics().height()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_line_of_the_crosshair_is_one_pixel_wide_and_seen(plot: CurvePlot, theme: Theme, scheme: str) -> None:
    theme.choose(scheme)
    plot.put("loss", LINE, _series(100))
    plot.redraw()
    before = plot.grab().toImage()
    plot.point_to(61.3)
    after = plot.grab().toImage()
    row = 120
    changed = [x for x in range(60, 590) if before.pixel(x, row) != after.pixel(x, row)]
    assert 1 <= len(changed) <= 2
    contrast = abs(after.pixelColor(changed[0], row).lightness() - before.pixelColor(changed[0], row).lightness())
    assert contrast > 60


def test_a_spike_leaves_the_scale_and_is_marked(plot: CurvePlot) -> None:
    series = _series(1000)
    series.y[500] = 400.0
    plot.put("loss", LINE, series)
    plot.redraw()
    assert plot.view_range[1][1] < 5
    assert plot.off_scale == "\N{BLACK UP-POINTING TRIANGLE} off scale, up to 400"
    plot.point_to(501)
    assert plot.readout == "step 501   loss 400"
    series.y[500] = 0.01
    plot.put("loss", LINE, _series(1000))
    plot.redraw()
    assert plot.off_scale == ""


def test_where_a_setting_was_changed_the_crosshair_says_both_values(plot: CurvePlot) -> None:
    plot.put("loss", LINE, _series(100))
    plot.redraw()
    plain = plot.grab().toImage()
    plot.show_changes([Mark(40, "learning rate 0.05 → 0.005")])
    assert plot.grab().toImage() != plain
    plot.point_to(40.2)
    assert plot.readout == "step 40   loss 0.05   learning rate 0.05 → 0.005"
    plot.point_to(60)
    assert "learning rate" not in plot.readout


def test_the_crosshair_goes_with_the_focus(plot: CurvePlot) -> None:
    plot.put("loss", LINE, _series(100))
    plot.redraw()
    view = plot.findChild(QWidget, "qt_plot")
    assert view is not None
    # The pointer is elsewhere.
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.readout
    QApplication.sendEvent(plot, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert plot.readout == ""
