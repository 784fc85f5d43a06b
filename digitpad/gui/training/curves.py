"""The curves of a run, live: loss above; accuracy, learning rate or the layers' figures below; earlier runs beside."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from digitpad.gui.training.curve_style import Scale, Style
from digitpad.gui.training.legend import HELD_OUT, Legend
from digitpad.gui.training.plot import CurvePlot
from digitpad.gui.training.run_view import LAYER_FIGURES, RunView
from digitpad.gui.training.series import Series
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.theme import SPACE, Theme

_SMOOTHEST = 10  # the slider's end: 2 to the power of it, in steps
_USUAL_SMOOTHING = 4
_WIDE = 640  # pixels
_BATCH = Style("batch", "accent", 0.35, 1.0, sets_range=False)
_SMOOTH = Style("smooth", "accent")
_TRAIN = Style("epoch", "bar", 1.0, 1.5, dots=True)
_HELD_OUT = Style("held out", "warm", dots=True)
_LAYER_COLOURS = ("accent", "warm", "bar", "error", "text", "muted")
_FIGURES = {"accuracy": "Accuracy", "rate": "Learning rate"} | {
    figure: name.capitalize() for figure, name in LAYER_FIGURES.items()
}
_SCALES = {"accuracy": Scale.ACCURACY, "dead_share": Scale.SHARE}

Curves = dict[str, tuple[Style, Series]]


class CurvesPanel(QWidget):
    """Two cards with a plot each, whose steps lie under each other.

    Parameters
    ----------
    theme
        The colours in force.
    owner
        Whose actions the panel's are.

    Signals
    -------
    export_asked
        The curves are to be saved.
    """

    export_asked = Signal()

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("curvesPanel")
        self._theme = theme
        self._record: RunView | None = None
        self._overlays: dict[str, RunView] = {}
        self._lower: Curves = {}
        self._turn = False
        self.loss = CurvePlot(
            theme,
            "lossPlot",
            "Loss by step",
            "Drag to zoom in, turn the wheel to zoom, double-click to see all; arrow keys move the crosshair",
            parent=self,
        )
        self.other = CurvePlot(
            theme,
            "otherPlot",
            "Accuracy by step",
            "Drag to zoom in, turn the wheel to zoom, double-click to see all; arrow keys move the crosshair",
            scale=Scale.ACCURACY,
            parent=self,
        )
        self.log = make_action(owner, "actionTrainLog", "Log scale", ["Ctrl+L"], "Scale by the logarithm", self._scale)
        self.log.setCheckable(True)
        self.everything = make_action(
            owner, "actionTrainShowAll", "Show all of the curves", ["Ctrl+0"], "Undo every zoom", self.show_all
        )
        self.export = make_action(
            owner,
            "actionTrainExport",
            "Export the curves…",
            ["Ctrl+Shift+X"],
            "Save the curves as PNG, SVG or CSV",
            self.export_asked.emit,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._loss_card(), 1)
        column.addWidget(self._other_card(), 1)
        self.loss.crosshair_moved.connect(self.other.point_to)
        self.other.crosshair_moved.connect(self.loss.point_to)
        self.show_record(None)

    @property
    def figure(self) -> str:
        """What the lower plot shows: "accuracy", "rate" or one of `LAYER_FIGURES`."""
        return self._choice.chosen

    @property
    def record(self) -> RunView | None:
        """The run that is shown."""
        return self._record

    @property
    def overlays(self) -> dict[str, RunView]:
        """The runs that are shown beside it, by name."""
        return dict(self._overlays)

    @property
    def smoothed_over(self) -> float:
        """Over about how many steps the curves are smoothed."""
        return float(2 ** self.smoothing.value())

    def show_record(self, record: RunView | None) -> None:
        """Show a run; None for none."""
        self._record = record
        if record is not None:
            record.window = self.smoothed_over
        self._put_all()
        self.show_all()

    def overlay(self, records: Mapping[str, RunView]) -> None:
        """Show other runs beside it, by name, and no others."""
        self._overlays = dict(records)
        for record in self._overlays.values():
            record.window = self.smoothed_over
            record.follow()
        self._put_all()
        self.redraw()

    def redraw(self) -> None:
        """Draw what has come."""
        if self._record is not None:
            self._record.follow()
            if self._lower.keys() != self._lower_curves().keys():
                self._put_all()
        self.loss.redraw()
        self.other.redraw()

    def redraw_next(self) -> None:
        """Draw what has come, in one of the two plots, taking turns: the window is kept waiting half as long."""
        if self._record is not None:
            self._record.follow()
        self._turn = not self._turn
        if self._turn:
            self.loss.redraw_if_seen()
            return
        if self._record is not None and self._lower.keys() != self._lower_curves().keys():
            self._put_all()
        self.other.redraw_if_seen()

    @Slot()
    def show_all(self) -> None:
        """Undo every zoom."""
        if self._record is not None:
            self._record.follow()
        self.loss.show_all()
        self.other.show_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the legend the room that it needs."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        self._word.setVisible(wide)
        self.smoothing.setFixedWidth((9 if wide else 6) * SPACE)

    # Parts

    def _loss_card(self) -> QFrame:
        frame = card("lossCard", self)
        self._loss_legend = Legend(self._theme, self.loss, frame)
        self._loss_others = Legend(self._theme, self.loss, frame)
        self._loss_others.hide()
        self.smoothing = QSlider(Qt.Orientation.Horizontal, frame)
        self.smoothing.setObjectName("smoothingSlider")
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("Over how many steps the curves of batches are averaged")
        self.smoothing.setRange(0, _SMOOTHEST)
        self.smoothing.setValue(_USUAL_SMOOTHING)
        self.smoothing.setPageStep(2)
        self.smoothing.setFixedHeight(3 * SPACE)
        self.smoothing.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.smoothing.valueChanged.connect(self._smooth)
        row = self._header(frame, title("Loss", frame), self._loss_legend)
        self._word = muted("smoothing", frame)
        self._word.setWordWrap(False)
        self._word.setBuddy(self.smoothing)
        row.addWidget(self._word)
        row.addWidget(self.smoothing)
        self._log_button = self._link("logButton", "log", self.log.toolTip(), frame)
        self._log_button.setCheckable(True)
        self._log_button.clicked.connect(self.log.trigger)
        row.addWidget(self._log_button)
        export = self._link("exportButton", "export", self.export.toolTip(), frame)
        export.clicked.connect(self.export.trigger)
        row.addWidget(export)
        return self._filled(frame, row, self._loss_others, self.loss)

    def _other_card(self) -> QFrame:
        frame = card("otherCard", self)
        self._choice = ComboBox(self._theme, "figureChoice", "Figure", "What is shown over the steps", frame)
        self._choice.offer(_FIGURES)
        self._choice.setFixedWidth(18 * SPACE)
        self._choice.currentIndexChanged.connect(self._choose)
        self._other_legend = Legend(self._theme, self.other, frame)
        self._other_legend.come_after(self._choice)
        self._other_others = Legend(self._theme, self.other, frame)
        self._other_others.hide()
        row = self._header(frame, self._choice, self._other_legend)
        return self._filled(frame, row, self._other_others, self.other)

    def _header(self, frame: QFrame, first: QWidget, legend: Legend) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE // 2)
        row.addWidget(first)
        row.addSpacing(SPACE)
        row.addWidget(legend)
        row.addStretch(1)
        return row

    def _filled(self, frame: QFrame, row: QHBoxLayout, others: Legend, plot: CurvePlot) -> QFrame:
        column = QVBoxLayout(frame)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addLayout(row)
        # The runs beside it have a row of their own while there are any: their names may be long.
        below = QHBoxLayout()
        below.addWidget(others)
        below.addStretch(1)
        column.addLayout(below)
        column.addWidget(plot, 1)
        return frame

    def _link(self, name: str, text: str, tip: str, parent: QWidget) -> QPushButton:
        button = QPushButton(text, parent)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setAccessibleName(text.capitalize())
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _smooth(self) -> None:
        for record in (self._record, *self._overlays.values()):
            if record is not None:
                record.window = self.smoothed_over
                record.follow()
        self._put_all()
        self.redraw()

    @Slot()
    def _scale(self) -> None:
        self._log_button.setChecked(self.log.isChecked())
        self.loss.use_log(log=self.log.isChecked())
        self._scale_lower()

    def _scale_lower(self) -> None:
        scale = _SCALES.get(self.figure, Scale.PLAIN)
        self.other.use_scale(scale)
        self.other.use_log(log=self.log.isChecked() and scale is Scale.PLAIN)

    @Slot()
    def _choose(self) -> None:
        self.other.setAccessibleName(f"{_FIGURES[self.figure]} by step")
        self._put_all()
        self._scale_lower()

    def _put_all(self) -> None:
        """Give the plots their curves anew."""
        self._put(self.loss, self._loss_legend, self._loss_others, self._upper_curves())
        self._lower = self._lower_curves()
        self._put(self.other, self._other_legend, self._other_others, self._lower)

    def _put(self, plot: CurvePlot, legend: Legend, others: Legend, curves: Curves) -> None:
        for key in [key for key in plot.keys if key not in curves]:
            plot.remove(key)
        for key, (style, series) in curves.items():
            plot.put(key, style, series)
        styles = {key: style for key, (style, _) in curves.items()}
        beside = {key: style for key, style in styles.items() if style.is_of_other_run}
        legend.show_curves({key: style for key, style in styles.items() if key not in beside})
        # One chip for each: it stands for both curves of its run.
        others.show_curves({key: style for key, style in beside.items() if not key.endswith(HELD_OUT)})
        others.setVisible(bool(beside))

    def _upper_curves(self) -> Curves:
        curves: Curves = {}
        record = self._record
        if record is not None:
            curves = {
                "batch": (_BATCH, record.loss),
                "smooth": (_SMOOTH, record.smooth_loss.series),
                "train": (_TRAIN, record.train_loss),
                "held-out": (_HELD_OUT, record.validation_loss),
            }
        for index, (name, other) in enumerate(self._overlays.items()):
            curves[f"run{index}"] = (_beside(name, index), other.smooth_loss.series)
            curves[f"run{index}{HELD_OUT}"] = (_beside(f"{name}, held out", index, dots=True), other.validation_loss)
        return curves

    def _lower_curves(self) -> Curves:
        figure = self.figure
        if figure == "accuracy":
            return self._accuracies()
        curves: Curves = {}
        record = self._record
        if figure == "rate":
            if record is not None:
                curves["rate"] = (Style("learning rate", "accent"), record.rate)
            others = {name: other.rate for name, other in self._overlays.items()}
            curves |= {f"run{i}": (_beside(n, i), series) for i, (n, series) in enumerate(others.items())}
            return curves
        if record is not None:
            for index, (layer, series) in enumerate(record.layers[figure].items()):
                colour = _LAYER_COLOURS[index % len(_LAYER_COLOURS)]
                curves[layer] = (Style(layer, colour, dashed=index >= len(_LAYER_COLOURS)), series)
        return curves

    def _accuracies(self) -> Curves:
        curves: Curves = {}
        record = self._record
        if record is not None:
            curves = {
                "batch": (_BATCH, record.accuracy),
                "smooth": (_SMOOTH, record.smooth_accuracy.series),
                "train": (_TRAIN, record.train_accuracy),
                "held-out": (_HELD_OUT, record.validation_accuracy),
            }
        for index, (name, other) in enumerate(self._overlays.items()):
            curves[f"run{index}"] = (_beside(name, index), other.smooth_accuracy.series)
            held_out = _beside(f"{name}, held out", index, dots=True)
            curves[f"run{index}{HELD_OUT}"] = (held_out, other.validation_accuracy)
        return curves


def _beside(name: str, index: int, *, dots: bool = False) -> Style:
    """Return the style of an earlier run's curve."""
    colour = ("bar", "text", "error", "muted")[index % 4]
    return Style(name, colour, 0.9, 1.5, dashed=not dots, dots=dots, is_of_other_run=True)
