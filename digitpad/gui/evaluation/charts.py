"""The charts of the Evaluate tab: the reliability diagram and the robustness curves.

pyqtgraph draws them; the base class sets what they have in common: colours, axes, no menus.
"""

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from digitpad.evaluation import Calibration, Disturbance, RobustnessPoint
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.plot_axes import PlotAxes
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

#: The colours of the first and the second model, everywhere in the tab.
MODEL_COLOURS = ("accent", "warm")
_BAR_GAP = 0.002  # between the bars of the reliability diagram, of its width


class Chart(QWidget):
    """A plot in the colours of the window; subclasses draw its contents.

    Parameters
    ----------
    theme
        The current colours.
    name, spoken, tip
        Object name, accessible name and tooltip.
    across, up
        Titles of the horizontal and the vertical axis.
    """

    def __init__(
        self, theme: Theme, name: str, spoken: str, tip: str, across: str, up: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._stale = True
        self._across, self._up = across, up
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.axes = PlotAxes(name, self)
        self.view: Any = self.axes.view
        self.box: Any = self.axes.box
        self.box.setMouseEnabled(x=False, y=False)
        # Room for half of the last tick label of each axis.
        self.axes.area.setContentsMargins(0, SPACE, 2 * SPACE, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.viewport().installEventFilter(self)
        theme.changed.connect(self._dress)
        self._dress()

    def draw(self) -> None:
        """Draw the contents in the current colours."""

    def refresh(self) -> None:
        """Draw the contents now, or as soon as the chart is visible: drawing takes some hundredths of a second."""
        self._stale = not self.isVisible()
        if not self._stale:
            self.draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while the chart was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def pressed(self, x: float, y: float) -> None:
        """Handle a click at a point in the coordinates of the plot."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the clicks on the plot."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            place = self.view.mapToScene(event.position().toPoint())
            if self.box.sceneBoundingRect().contains(place):
                inside = self.box.mapSceneToView(place)
                self.pressed(float(inside.x()), float(inside.y()))
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            return True
        return False

    def _add_curve(self, x: Sequence[float], y: Sequence[float], **style: Any) -> Any:
        """Add a curve, and return its item."""
        curve = pg.PlotDataItem(x, y, **style)
        self.axes.add(curve)
        return curve

    def minimumSizeHint(self) -> QSize:
        """Return room for axes and a few lines."""
        return QSize(px(160), px(120))

    @Slot()
    def _dress(self) -> None:
        theme = self.theme
        self.view.setBackground(theme.colour("surface"))
        small = text_font(self.font(), scale=0.85)
        for axis, text in ((self.axes.bottom, self._across), (self.axes.left, self._up)):
            axis.setPen(QPen(theme.colour("line"), 1))
            axis.setTextPen(theme.colour("muted"))
            axis.setStyle(tickFont=small, tickLength=0, tickTextOffset=px(SPACE // 2), hideOverlappingLabels=False)
            axis.enableAutoSIPrefix(enable=False)
            if text:
                axis.setLabel(text, color=theme.colours.muted)
                axis.label.setFont(small)
        left = self.axes.left
        left.setTicks([[(fifth / 5, f"{20 * fifth}\N{NO-BREAK SPACE}%") for fifth in range(6)]])
        left.setGrid(255)
        self.refresh()


class ReliabilityChart(Chart):
    """One bar per bin of confidence; its height is the accuracy of the readings in the bin.

    With perfect calibration, each bar ends on the diagonal.

    Signals
    -------
    bin_chosen
        Index of the chosen bin.
    """

    bin_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._calibration: Calibration | None = None
        self._chosen: int | None = None
        super().__init__(
            theme,
            "reliabilityChart",
            QCoreApplication.translate("ReliabilityChart", "Reliability diagram"),
            QCoreApplication.translate(
                "ReliabilityChart",
                "Accuracy of the readings in each range of confidence; choose a bar to see its images",
            ),
            QCoreApplication.translate("ReliabilityChart", "Confidence"),
            QCoreApplication.translate("ReliabilityChart", "Accuracy"),
            parent,
        )
        self.axes.bottom.setTicks([[(tenth / 10, f"{10 * tenth}\N{NO-BREAK SPACE}%") for tenth in range(0, 11, 2)]])
        self.box.setRange(xRange=(-0.01, 1.03), yRange=(0, 1.06), padding=0, disableAutoRange=True)

    def show_calibration(self, calibration: Calibration | None) -> None:
        """Show the bins of an evaluation."""
        self._calibration, self._chosen = calibration, None
        self.refresh()
        words = self.tr("Expected calibration error {error}. Use the arrow keys to choose a bar.")
        self.setAccessibleDescription("" if calibration is None else words.format(error=percent(calibration.error)))

    def draw(self) -> None:
        """Draw the bars, their gaps to the confidence, and the diagonal."""
        self.axes.clear()
        if self._calibration is None:
            return
        theme, bins = self.theme, [b for b in self._calibration.bins if b.count]
        for b in bins:
            accuracy, confidence = b.accuracy or 0.0, b.confidence or 0.0
            # The gap between accuracy and confidence; its colour tells overconfidence from underconfidence.
            gap = theme.colour("warm", 0.5) if confidence > accuracy else theme.colour("bar", 0.35)
            common = min(accuracy, confidence)
            for low, high, colour in ((0.0, common, theme.colour("accent", 0.6)), (accuracy, confidence, gap)):
                self.axes.add(
                    pg.BarGraphItem(
                        x0=[b.low + _BAR_GAP],
                        x1=[b.high - _BAR_GAP],
                        y0=[min(low, high)],
                        y1=[max(low, high)],
                        brush=colour,
                        pen=QPen(Qt.PenStyle.NoPen),
                    )
                )
            count = pg.TextItem(f"{b.count:,}", color=theme.colour("muted"), anchor=(0.5, 1.0))
            count.setFont(text_font(self.font(), scale=0.75))
            count.setPos((b.low + b.high) / 2, max(accuracy, confidence))
            self.axes.add(count)
        diagonal = QPen(theme.colour("muted"), 1.5)
        diagonal.setCosmetic(True)
        diagonal.setStyle(Qt.PenStyle.DashLine)
        self._add_curve([0, 1], [0, 1], pen=diagonal)
        if self._chosen is not None:
            chosen = self._calibration.bins[self._chosen]
            frame = QPen(theme.colour("text"), 2)
            frame.setCosmetic(True)
            high = max(chosen.accuracy or 0.0, chosen.confidence or 0.0)
            x = [chosen.low, chosen.low, chosen.high, chosen.high, chosen.low]
            self._add_curve(x, [0, high, high, 0, 0], pen=frame)

    def pressed(self, x: float, y: float) -> None:
        """Choose the bar under the pointer."""
        del y
        if self._calibration is not None:
            self._choose(min(max(math.ceil(x * len(self._calibration.bins)) - 1, 0), len(self._calibration.bins) - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice from bar to bar."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._calibration is None:
            super().keyPressEvent(event)
            return
        bins = self._calibration.bins
        filled = [number for number, b in enumerate(bins) if b.count]
        if self._chosen is None:
            self._choose(filled[-1])
            return
        beyond = [number for number in filled if (number - self._chosen) * step > 0]
        if beyond:
            self._choose(min(beyond, key=lambda number: abs(number - (self._chosen or 0))))

    def _choose(self, number: int) -> None:
        if self._calibration is None:
            return
        self._chosen = number
        chosen = self._calibration.bins[number]
        text = self.tr("Confidence {low} to {high}: {count:,} reading(s)", "", chosen.count)
        if chosen.accuracy is not None:
            text = self.tr("Confidence {low} to {high}: {count:,} reading(s), accuracy {accuracy}", "", chosen.count)
        self.setAccessibleDescription(
            text.format(
                low=percent(chosen.low),
                high=percent(chosen.high),
                count=chosen.count,
                accuracy=percent(chosen.accuracy or 0.0),
            )
        )
        self.draw()
        self.bin_chosen.emit(number)


class RobustnessChart(Chart):
    """Accuracy over the amount of one disturbance, for one or two models, with confidence intervals.

    Signals
    -------
    amount_chosen
        The `Disturbance` and the chosen amount.
    """

    amount_chosen = Signal(object, float)

    def __init__(self, theme: Theme, disturbance: Disturbance, parent: QWidget | None = None) -> None:
        self.disturbance = disturbance
        self._points: tuple[list[RobustnessPoint], ...] = ()
        self._chosen: int | None = None
        name = disturbance.value.title().replace(" ", "")
        super().__init__(
            theme,
            f"robustness{name}Chart",
            QCoreApplication.translate("RobustnessChart", "Robustness: {disturbance}").format(
                disturbance=disturbance.title
            ),
            QCoreApplication.translate("RobustnessChart", "{meaning} Click an amount to see such images.").format(
                meaning=disturbance.meaning
            ),
            f"{disturbance.title} ({disturbance.unit})",
            "",
            parent,
        )
        amounts = disturbance.amounts
        margin = 0.03 * (amounts[-1] - amounts[0])
        self.box.setRange(
            xRange=(amounts[0] - margin, amounts[-1] + margin), yRange=(0, 1.04), padding=0, disableAutoRange=True
        )

    def show_points(self, points: Sequence[Sequence[RobustnessPoint]]) -> None:
        """Show the points of each model that are measured so far."""
        self._points = tuple([point for point in each if point.disturbance is self.disturbance] for each in points)
        if not any(self._points):
            self._chosen = None
        self.refresh()
        self._describe()

    def draw(self) -> None:
        """Draw the curve of each model and its confidence interval."""
        self.axes.clear()
        for colour, points in zip(MODEL_COLOURS, self._points, strict=False):
            if not points:
                continue
            x = [point.amount for point in points]
            ends = [
                self._add_curve(x, [point.interval[end] for point in points], pen=QPen(Qt.PenStyle.NoPen))
                for end in (0, 1)
            ]
            self.axes.add(pg.FillBetweenItem(*ends, brush=self.theme.colour(colour, 0.18)))
            pen = QPen(self.theme.colour(colour), 2)
            pen.setCosmetic(True)
            self._add_curve(
                x,
                [point.accuracy for point in points],
                pen=pen,
                antialias=True,
                symbol="o",
                symbolSize=5,
                symbolPen=QPen(Qt.PenStyle.NoPen),
                symbolBrush=self.theme.colour(colour),
            )
        if self._chosen is not None:
            line = QPen(self.theme.colour("text"), 1)
            line.setCosmetic(True)
            self.axes.add(pg.InfiniteLine(self.disturbance.amounts[self._chosen], angle=90, pen=line))

    def pressed(self, x: float, y: float) -> None:
        """Choose the nearest amount."""
        del y
        amounts = self.disturbance.amounts
        self._choose(min(range(len(amounts)), key=lambda number: abs(amounts[number] - x)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice from amount to amount."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        amounts = self.disturbance.amounts
        start = amounts.index(self.disturbance.untouched) if self._chosen is None else self._chosen
        self._choose(min(max(start + step, 0), len(amounts) - 1))

    def clear_choice(self) -> None:
        """Remove the mark from the chosen amount."""
        if self._chosen is not None:
            self._chosen = None
            self.draw()

    def _choose(self, number: int) -> None:
        self._chosen = number
        self.draw()
        self._describe()
        self.amount_chosen.emit(self.disturbance, self.disturbance.amounts[number])

    def _describe(self) -> None:
        if self._chosen is None:
            hint = self.tr("Use the arrow keys to choose an amount")
            self.setAccessibleDescription(hint if any(self._points) else self.tr("Not measured yet"))
            return
        amount = self.disturbance.amounts[self._chosen]
        found = [percent(p.accuracy) for points in self._points for p in points if p.amount == amount]
        result = ", ".join(found) or self.tr("Not measured yet")
        self.setAccessibleDescription(f"{amount:g} {self.disturbance.unit}: {result}")
