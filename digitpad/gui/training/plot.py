"""A plot of curves over the steps of a run, which follows the run or keeps the zoomed range, with a crosshair.

Curves are given as growing `Series`; `redraw` is called from a timer and draws no more points than the screen can show.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from digitpad.charts.plot_range import LEAST_LOSS, AxisScale, Range, range_of, rounded
from digitpad.charts.series import Series, thin
from digitpad.gui.training.crosshair import Crosshair, widest_entries, written
from digitpad.gui.training.curve_style import Style, pen_of
from digitpad.gui.training.plot_frame import PlotFrame
from digitpad.gui.training.plot_marks import Mark, PlotMarks
from digitpad.gui.training.readout import Readout
from digitpad.gui.widgets.theme import Theme

_ZOOM = 1.25
_NOTHING = np.empty(0)
_SEEN = 3.0  # pixels by which a curve must have grown before it is worth drawing again


class _Curve:
    """One curve: its numbers, its style and what draws it."""

    def __init__(self, style: Style, series: Series, item: Any) -> None:
        self.style, self.series, self.item = style, series, item
        self.hidden = False
        #: What was drawn last: how many points, of which stretch. What is drawn already is not drawn again.
        self.drawn: tuple[object, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether the curve has points to show."""
        return not self.hidden and len(self.series) > 0


class CurvePlot(QWidget):
    """Shows curves.

    Parameters
    ----------
    theme
        The colours in use.
    name, spoken, tip
        Object name, accessible name and tooltip.
    scale
        What the values are.

    Signals
    -------
    crosshair_moved
        The step under the crosshair; NaN when it is gone.
    """

    crosshair_moved = Signal(float)

    def __init__(
        self,
        theme: Theme,
        name: str,
        spoken: str,
        tip: str,
        *,
        scale: AxisScale = AxisScale.PLAIN,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = scale
        self._log = False
        self._following = True
        self._curves: dict[str, _Curve] = {}
        #: The newest step when the curves were drawn last.
        self.drawn_to = 0.0
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._frame = PlotFrame(theme, name, self)
        self._frame.use_scale(scale)
        self._marks = PlotMarks(theme, self._frame, self)
        self._crosshair = Crosshair(theme, self._frame, self)
        self._readout = Readout(name, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._readout)
        column.addWidget(self._frame.view, 1)
        self._frame.view.scene().sigMouseMoved.connect(self._point_at)
        self._frame.view.viewport().installEventFilter(self)
        self._frame.box.sigRangeChangedManually.connect(self._stay)
        theme.changed.connect(self._dress)
        self._dress()
        self._show_range(rounded(0.0, 1.0, 0.0, 1.0))

    # Curves

    @property
    def keys(self) -> list[str]:
        """The keys of the curves, in the order in which they came."""
        return list(self._curves)

    def put(self, key: str, style: Style, series: Series) -> None:
        """Show a series, in place of the one that had the key before."""
        old = self._curves.get(key)
        if old is not None and old.style == style:
            if old.series is not series:
                old.series, old.drawn = series, ()
            return
        self.remove(key)
        # Without dots, the library's work for dots is skipped.
        item = pg.PlotDataItem(skipFiniteCheck=True) if style.dots else pg.PlotCurveItem(skipFiniteCheck=True)
        self._frame.add(item)
        curve = self._curves[key] = _Curve(style, series, item)
        curve.hidden = old is not None and old.hidden
        self._paint(curve)

    def remove(self, key: str) -> None:
        """Remove a curve, if it is there."""
        curve = self._curves.pop(key, None)
        if curve is not None:
            self._frame.remove(curve.item)

    def hide_curve(self, key: str, *, hidden: bool) -> None:
        """Hide a curve, or show it again."""
        curve = self._curves.get(key)
        if curve is not None:
            curve.hidden = hidden
            self.redraw()

    def show_changes(self, marks: Sequence[Mark]) -> None:
        """Mark the steps at which something was changed; the crosshair says what."""
        if tuple(marks) != self._marks.changes:
            self._marks.changes = tuple(marks)
            self._marks.draw_changes()

    @property
    def scale(self) -> AxisScale:
        """What the values are."""
        return self._scale

    def hides(self, key: str) -> bool:
        """Whether a curve is hidden."""
        curve = self._curves.get(key)
        return curve is not None and curve.hidden

    @property
    def changes(self) -> tuple[Mark, ...]:
        """The steps that are marked, and what was changed there."""
        return self._marks.changes

    @property
    def off_scale(self) -> str:
        """The text about values above the upper edge; empty if there are none."""
        return self._readout.note

    def use_scale(self, scale: AxisScale) -> None:
        """Set the scale of the values."""
        self._scale = scale
        self._frame.use_scale(scale)
        self._dress()
        self.show_all()

    def use_log(self, *, log: bool) -> None:
        """Scale the values by their logarithm, or as they are."""
        self._log = log
        self._frame.use_log(log=log)
        self.show_all()

    def show_all(self) -> None:
        """Show all curves whole, and follow them from now on."""
        self._following = True
        self.redraw()

    @property
    def follows(self) -> bool:
        """Whether the plot follows the run, rather than staying where it was zoomed to."""
        return self._following

    @property
    def view_range(self) -> Range:
        """The steps and the values in view; with a logarithmic scale, the values' logarithms."""
        return self._frame.range

    def redraw(self) -> None:
        """Draw what the series hold now."""
        shown = [curve for curve in self._curves.values() if curve.is_shown]
        steady = [curve.series for curve in shown if curve.style.sets_range] or [curve.series for curve in shown]
        if self._following and shown:
            framed = range_of([curve.series for curve in shown], steady, self._scale, log=self._log)
            if framed is not None:
                self._show_range(framed)
        self._mark_peaks(steady, [one.series for one in shown if not any(one.series is other for other in steady)])
        (left, right), _ = self._frame.range
        points = max(200, self._frame.width)
        for curve in self._curves.values():
            wanted: tuple[object, ...] = ("hidden",)
            if not curve.hidden:
                wanted = (len(curve.series), left, right, points, self._log)
            if wanted == curve.drawn:
                continue
            curve.drawn = wanted
            if curve.hidden or not len(curve.series):
                curve.item.setData(_NOTHING, _NOTHING)
                continue
            x, y = curve.series.x, curve.series.y
            # One point beyond each edge, so that lines leave the view rather than end in it.
            part = slice(max(0, int(np.searchsorted(x, left)) - 1), int(np.searchsorted(x, right)) + 2)
            x, y = thin(x[part], y[part], points)
            curve.item.setData(x, np.log10(np.maximum(y, LEAST_LOSS)) if self._log else y)
        self.drawn_to = self._newest()
        self._read()

    def redraw_if_seen(self) -> None:
        """Draw the current series if the change is visible: some pixels of line, or a dot, were added.

        In a long run a step is a fraction of a pixel, and drawing each would take time from the training.
        """
        (left, right), _ = self._frame.range
        grown = (self._newest() - self.drawn_to) * self._frame.width
        if grown >= _SEEN * (right - left) or self._has_new_dots():
            self.redraw()

    def _newest(self) -> float:
        """Return the newest step of the main run of the plot; the runs for comparison do not grow."""
        shown = [curve for curve in self._curves.values() if curve.is_shown]
        return max((float(one.series.x[-1]) for one in shown if not one.style.is_of_other_run), default=0.0)

    def _has_new_dots(self) -> bool:
        dotted = (curve for curve in self._curves.values() if curve.style.dots and not curve.hidden)
        return any(curve.drawn[:1] != (len(curve.series),) for curve in dotted)

    # The crosshair

    def point_to(self, step: float) -> None:
        """Move the crosshair to a step; NaN hides it."""
        self._crosshair.move_to(step)
        self._read()

    @property
    def readout(self) -> str:
        """The text of the crosshair; empty without one."""
        return self._crosshair.text

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Hide the crosshair when the pointer leaves, and show everything on a double click."""
        if event.type() == QEvent.Type.Leave and not self.hasFocus():
            self._move_crosshair(math.nan)
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self.show_all()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair with the arrows, zoom with plus and minus, show all with Home."""
        (left, right), _ = self._frame.range
        step = self._crosshair.step
        centre = step if left <= step <= right else (left + right) / 2
        stride = max(1.0, round((right - left) / 50))
        match event.key():
            case Qt.Key.Key_Left:
                self._move_crosshair(max(left, round(centre) - stride))
            case Qt.Key.Key_Right:
                self._move_crosshair(min(right, round(centre) + stride))
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(centre, 1 / _ZOOM)
            case Qt.Key.Key_Minus:
                self._zoom(centre, _ZOOM)
            case Qt.Key.Key_Home:
                self.show_all()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the crosshair, because its readout would cover other controls."""
        super().focusOutEvent(event)
        if not self._frame.view.underMouse():
            self._move_crosshair(math.nan)

    def hideEvent(self, event: QHideEvent) -> None:
        """Hide the crosshair."""
        super().hideEvent(event)
        self.point_to(math.nan)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw lines as thick as this screen needs them."""
        super().showEvent(event)
        self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the grid for the new height."""
        super().resizeEvent(event)
        self._frame.draw_grid()

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines of the grid."""
        return QSize(160, 72 + self._readout.height())

    # Parts

    def _show_range(self, framed: Range) -> None:
        if self._frame.show_range(framed):
            self._draw_frame()

    def _draw_frame(self) -> None:
        """Draw what reaches from edge to edge."""
        self._frame.draw_grid()
        self._marks.draw_changes()

    def _mark_peaks(self, steady: Sequence[Series], others: Sequence[Series]) -> None:
        """Mark where curves leave the scale, and say how far, while the plot follows the run."""
        highest = self._marks.draw_peaks(steady, others) if self._following and not self._log else None
        if highest is None:
            self._marks.clear_peaks()
            self._readout.show_note("")
            return
        said = self.tr("\N{BLACK UP-POINTING TRIANGLE} off scale, up to {value}").format(
            value=written(highest, self._scale)
        )
        self._readout.show_note(said)

    def _zoom(self, centre: float, factor: float) -> None:
        (left, right), _ = self._frame.range
        self._following = False
        self._frame.box.setXRange(centre - (centre - left) * factor, centre + (right - centre) * factor, padding=0)
        self._draw_frame()
        self.redraw()

    @Slot(object)
    def _stay(self, _mouse: object) -> None:
        self._following = False
        self._draw_frame()
        self.redraw()

    @Slot(object)
    def _point_at(self, place: QPointF) -> None:
        box = self._frame.box
        if box.sceneBoundingRect().contains(place):
            self._move_crosshair(float(box.mapSceneToView(place).x()))

    def _move_crosshair(self, step: float) -> None:
        self.point_to(step)
        self.crosshair_moved.emit(step)

    def _read(self) -> None:
        """Write the values under the crosshair."""
        curves = [(curve.style, curve.series) for curve in self._curves.values() if curve.is_shown]
        self._readout.reserve(widest_entries(curves, self._scale))
        entries = self._crosshair.read(curves, self._marks.changes, self._scale)
        self._readout.show_entries(entries)
        if entries:
            self.setAccessibleDescription(", ".join(entry.text for entry in entries))

    @Slot()
    def _dress(self) -> None:
        """Apply the colours in use."""
        self._frame.dress()
        self._marks.dress()
        self._crosshair.dress()
        self._readout.arrange()
        for curve in self._curves.values():
            self._paint(curve)

    def _paint(self, curve: _Curve) -> None:
        style, item = curve.style, curve.item
        pen = pen_of(style, self._theme, self.devicePixelRatioF())
        item.setPen(pen)
        item.setZValue(style.width)
        line = item.curve if style.dots else item
        # Thin lines are drawn as they fall, which is many times faster, and cannot be told apart in their noise.
        line.opts["antialias"] = style.width > 1
        line.setSegmentedLineMode("on" if style.width <= 1 else "off")
        if style.dots:
            item.setSymbol("o")
            item.setSymbolSize(6)
            item.setSymbolPen(QPen(Qt.PenStyle.NoPen))
            item.setSymbolBrush(pen.color())
