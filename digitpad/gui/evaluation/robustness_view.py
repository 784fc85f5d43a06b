"""The robustness view: the accuracy on disturbed images, with a chart for each kind of disturbance."""

from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitpad.evaluation import Disturbance, RobustnessPoint, measured_images
from digitpad.gui.evaluation.charts import MODEL_COLOURS, RobustnessChart
from digitpad.gui.evaluation.job import Measured
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.theme import SPACE, Theme


class RobustnessView(QWidget):
    """Shows the robustness curves of the models.

    Signals
    -------
    amount_chosen
        The `Disturbance` of the chart, and the amount that was chosen in it.
    """

    amount_chosen = Signal(object, float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._measured: Measured | None = None
        self._curves: tuple[list[RobustnessPoint], ...] = ()
        self.charts = [RobustnessChart(theme, disturbance, self) for disturbance in Disturbance]
        self.words = muted("", self)
        self.words.setObjectName("robustnessWords")
        self.words.setTextFormat(Qt.TextFormat.RichText)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE)
        for place, chart in enumerate(self.charts):
            grid.addWidget(chart, place // 2, place % 2)
            chart.amount_chosen.connect(self._choose)
        #: The free place beside the charts, with the legend; the tab adds the button that measures.
        self.corner = QVBoxLayout()
        self.corner.setSpacing(SPACE)
        self.corner.addStretch(1)
        self.corner.addWidget(self.words)
        grid.addLayout(self.corner, 2, 1)
        theme.changed.connect(self._dress)

    @property
    def curves(self) -> tuple[list[RobustnessPoint], ...]:
        """The robustness points of each model that are measured so far."""
        return self._curves

    def show_measured(self, measured: Measured | None) -> None:
        """Prepare for new results: a chart for each disturbance of these images, without points."""
        self._measured = measured
        if measured is not None:
            for chart in self.charts:
                chart.setVisible(chart.disturbance in measured.disturbances)
        self.clear_curves()

    def clear_curves(self) -> None:
        """Remove the points of the curves."""
        count = len(self._measured.evaluations) if self._measured is not None else 0
        self._curves = tuple([] for _ in range(count))
        self.words.setText(self._legend())
        for chart in self.charts:
            chart.show_points(self._curves)

    def add_point(self, model: int, point: RobustnessPoint) -> None:
        """Add a point to the curves of a model."""
        self._curves[model].append(point)
        for chart in self.charts:
            if chart.disturbance is point.disturbance:
                chart.show_points(self._curves)

    @Slot(object, float)
    def _choose(self, disturbance: Disturbance, amount: float) -> None:
        for chart in self.charts:
            if chart.disturbance is not disturbance:
                chart.clear_choice()
        self.amount_chosen.emit(disturbance, amount)

    def _legend(self) -> str:
        """Return the models in the colours of their curves, and what is measured, as rich text."""
        if self._measured is None:
            return ""
        colours = (getattr(self._theme.colours, name) for name in MODEL_COLOURS)
        names = [
            f'<span style="color: {colour}">●</span> {escape(result.model)}'
            for colour, result in zip(colours, self._measured.evaluations, strict=False)
        ]
        count = len(measured_images(self._measured.images))
        measured = self.tr("Accuracy on {count:,} disturbed image(s)", "", count).format(count=count)
        return f"{'&nbsp;&nbsp; '.join(names)}<br>{escape(measured)}"

    @Slot()
    def _dress(self) -> None:
        self.words.setText(self._legend())
