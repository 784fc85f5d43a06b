"""The curves of a run, live: loss above; accuracy, learning rate or a figure of the layers below; other runs too."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from digitpad.charts.plot_range import AxisScale
from digitpad.copying.tables import copy_curves
from digitpad.gui.training.curve_files import columns_of
from digitpad.gui.training.curve_sets import FIGURES, VALIDATION, Curves, figure_curves, loss_curves, scale_of
from digitpad.gui.training.figure import Figure, Panel
from digitpad.gui.training.legend import Legend
from digitpad.gui.training.plot import CurvePlot
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.training.run_view import RunView
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.training.changes import changes_in_words

if TYPE_CHECKING:
    from digitpad.training.events import ControlChanged
    from digitpad.training.plan import RunPlan

_SMOOTHEST = 10  # the slider's end: 2 to the power of it, in steps
_USUAL_SMOOTHING = 4
_WIDE = 720  # pixels at 100 % text size


class CurvesPanel(QWidget):
    """Two cards with a plot each, whose steps lie below each other.

    Parameters
    ----------
    theme
        The colours in use.
    owner
        The widget that gets the panel's actions.

    Signals
    -------
    export_asked
        The user wants to save the curves.
    """

    export_asked = Signal()

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("curvesPanel")
        self._theme = theme
        self._record: RunView | None = None
        self._plan: RunPlan | None = None
        self._overlays: dict[str, RunView] = {}
        self._upper: Curves = {}
        self._lower: Curves = {}
        self._told: tuple[ControlChanged, ...] = ()
        self._turn = False
        tip = self.tr("Drag or turn the wheel to zoom, double-click to show all; the arrow keys move the crosshair")
        self.loss = CurvePlot(theme, "lossPlot", self.tr("Loss by step"), tip, parent=self)
        self.other = CurvePlot(
            theme, "otherPlot", self.tr("Accuracy by step"), tip, scale=AxisScale.ACCURACY, parent=self
        )
        self.log = make_action(
            owner,
            "actionTrainLog",
            self.tr("Logarithmic scale"),
            ["Ctrl+L"],
            self.tr("Show the logarithm of the values"),
            self._scale,
        )
        self.log.setCheckable(True)
        self.everything = make_action(
            owner,
            "actionTrainShowAll",
            self.tr("Show all of the curves"),
            ["Ctrl+Shift+0"],
            self.tr("Undo every zoom"),
            self.show_all,
        )
        self.export = make_action(
            owner,
            "actionTrainExport",
            self.tr("Export the curves…"),
            ["Ctrl+Shift+X"],
            self.tr("Save the curves as a figure (PNG, SVG or PDF) or as numbers (CSV)"),
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
        """What the lower plot shows: a key of `FIGURES`."""
        return self._choice.chosen

    @property
    def record(self) -> RunView | None:
        """The run that is shown."""
        return self._record

    @property
    def overlays(self) -> dict[str, RunView]:
        """The runs that it is compared with, by name."""
        return dict(self._overlays)

    @property
    def smoothed_over(self) -> float:
        """About how many steps the curves are smoothed over."""
        return float(2 ** self.smoothing.value())

    def come_after(self, widget: QWidget) -> None:
        """Follow a widget in the Tab order, which goes through headers and plots as the eye does."""
        chain = (
            widget,
            self.smoothing,
            self._log_button,
            self._export_button,
            self.copy_as,
            self.loss,
            self._choice,
            self.other,
        )
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        self._loss_legend.come_after(widget)
        self._loss_others.come_after(self._loss_legend)
        self._other_legend.come_after(self._choice)
        self._other_others.come_after(self._other_legend)

    def show_plan(self, plan: "RunPlan") -> None:
        """Take the plan of the run that is shown: what is changed in it is told with the value before."""
        self._plan = plan
        self._mark_changes()

    def contents(self, title: str) -> Figure:
        """Return what is shown now, as a figure that can be painted in any size.

        Parameters
        ----------
        title
            The name of the run.
        """
        lower = FIGURES[self.figure]
        upper = self._visible(self.loss, loss_curves(self._record, self._overlays))
        below = self._visible(self.other, figure_curves(self.figure, self._record, self._overlays))
        on_log, scale = self.log.isChecked(), scale_of(self.figure)
        marks = self.loss.changes
        return Figure(
            title,
            (
                Panel(self.tr("Loss (cross-entropy)"), self.loss.scale, upper, log=on_log, marks=marks),
                Panel(self.tr(lower), scale, below, log=on_log and scale is AxisScale.PLAIN, marks=marks),
            ),
        )

    def show_record(self, record: RunView | None) -> None:
        """Show a run; None for none."""
        if record is not self._record:
            self._plan, self._told = None, ()
        self._record = record
        if record is not None:
            record.window = self.smoothed_over
        self.copy_as.offer_later(None if record is None else partial(_prepared, record, self.tr("Curves of the run")))
        self._put_all()
        self._mark_changes()
        self.show_all()

    def overlay(self, records: Mapping[str, RunView]) -> None:
        """Compare with exactly these runs, by name."""
        self._overlays = dict(records)
        for record in self._overlays.values():
            record.window = self.smoothed_over
            record.follow()
        self._put_all()
        self.redraw()

    def redraw(self) -> None:
        """Draw what is new."""
        self._follow()
        self.loss.redraw()
        self.other.redraw()

    def redraw_next(self) -> None:
        """Draw what is new in one of the two plots, taking turns: the window waits half as long."""
        self._follow()
        self._turn = not self._turn
        plot = self.loss if self._turn else self.other
        plot.redraw_if_seen()

    @Slot()
    def show_all(self) -> None:
        """Undo every zoom."""
        if self._record is not None:
            self._record.follow()
        self.loss.show_all()
        self.other.show_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the legend: where the card is narrow, the controls have a line of their own."""
        super().resizeEvent(event)
        line = self._loss_head if self.width() >= px(_WIDE) else self._loss_line
        if line.indexOf(self._controls) < 0:
            for other in (self._loss_head, self._loss_line):
                other.removeWidget(self._controls)
            line.addWidget(self._controls)

    # Parts

    def _loss_card(self) -> QFrame:
        frame = card("lossCard", self)
        self._loss_legend = Legend(self._theme, self.loss, frame)
        self._loss_others = Legend(self._theme, self.loss, frame)
        self._loss_others.hide()
        self.smoothing = QSlider(Qt.Orientation.Horizontal, frame)
        self.smoothing.setObjectName("smoothingSlider")
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        self.smoothing.setToolTip(self.tr("How many steps the curves of batches are averaged over"))
        self.smoothing.setRange(0, _SMOOTHEST)
        self.smoothing.setValue(_USUAL_SMOOTHING)
        self.smoothing.setPageStep(2)
        self.smoothing.setFixedHeight(3 * SPACE)
        self.smoothing.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.smoothing.valueChanged.connect(self._smooth)
        self.smoothing.setFixedWidth(9 * SPACE)
        self._controls = QWidget(frame)
        self._controls.setObjectName("lossControls")
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        word = muted(self.tr("smoothing"), frame)
        word.setWordWrap(False)
        word.setBuddy(self.smoothing)
        row.addWidget(word)
        row.addWidget(self.smoothing)
        self._log_button = self._link("logButton", self.tr("log"), self.log, frame)
        self._log_button.setCheckable(True)
        self._log_button.clicked.connect(self.log.trigger)
        row.addWidget(self._log_button)
        self._export_button = self._link("exportButton", self.tr("export"), self.export, frame)
        self._export_button.clicked.connect(self.export.trigger)
        row.addWidget(self._export_button)
        self.copy_as = CopyMenu("copyCurvesAs", frame)
        row.addWidget(self.copy_as)
        self._loss_head = self._header(frame, title(self.tr("Loss"), frame), self._loss_legend)
        self._loss_head.addWidget(self._controls)
        self._loss_line = QHBoxLayout()
        self._loss_line.addStretch(1)
        return self._filled(frame, (self._loss_head, self._loss_line), self._loss_others, self.loss)

    def _other_card(self) -> QFrame:
        frame = card("otherCard", self)
        self._choice = ComboBox(
            self._theme, "figureChoice", self.tr("Lower plot"), self.tr("What the lower plot shows"), frame
        )
        self._choice.offer({figure: self.tr(name) for figure, name in FIGURES.items()})
        self._choice.setFixedWidth(18 * SPACE)
        self._choice.currentIndexChanged.connect(self._choose)
        self._other_legend = Legend(self._theme, self.other, frame)
        self._other_others = Legend(self._theme, self.other, frame)
        self._other_others.hide()
        row = self._header(frame, self._choice, self._other_legend)
        return self._filled(frame, (row,), self._other_others, self.other)

    def _header(self, frame: QFrame, first: QWidget, legend: Legend) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE // 2)
        row.addWidget(first)
        add_space(row, SPACE)
        row.addWidget(legend)
        row.addStretch(1)
        return row

    def _filled(self, frame: QFrame, rows: Sequence[QHBoxLayout], others: Legend, plot: CurvePlot) -> QFrame:
        column = QVBoxLayout(frame)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        for row in rows:
            column.addLayout(row)
        # Other runs have a row of their own while there are any: their names may be long.
        below = QHBoxLayout()
        below.addWidget(others)
        below.addStretch(1)
        column.addLayout(below)
        column.addWidget(plot, 1)
        return frame

    def _link(self, name: str, text: str, action: QAction, parent: QWidget) -> QPushButton:
        button = QPushButton(text, parent)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setAccessibleName(action.text().rstrip("…"))
        button.setToolTip(action.toolTip())
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
        scale = scale_of(self.figure)
        self.other.use_scale(scale)
        self.other.use_log(log=self.log.isChecked() and scale is AxisScale.PLAIN)

    @Slot()
    def _choose(self) -> None:
        name = self.tr(FIGURES[self.figure])
        self.other.setAccessibleName(self.tr("{figure} by step").format(figure=name))
        self._put_all()
        self._scale_lower()

    def _follow(self) -> None:
        """Take in what is new of the run: points, curves that have their first point, changes."""
        record = self._record
        if record is None:
            return
        record.follow()
        upper, lower = self._curves()
        if self._upper.keys() != upper.keys() or self._lower.keys() != lower.keys():
            self._put_all()
        self._mark_changes()

    def _curves(self) -> tuple[Curves, Curves]:
        return loss_curves(self._record, self._overlays), figure_curves(self.figure, self._record, self._overlays)

    def _mark_changes(self) -> None:
        changes = self._record.changes if self._record is not None and self._plan is not None else ()
        if len(changes) != len(self._told) or not changes:
            self._told = tuple(changes)
            said = changes_in_words(self._plan, changes) if self._plan is not None else []
            marks = [Mark(change.step, change.text) for change in said]
            self.loss.show_changes(marks)
            self.other.show_changes(marks)

    def _visible(self, plot: CurvePlot, curves: Curves) -> Curves:
        """Return the curves that the legend has not hidden."""
        return {key: curve for key, curve in curves.items() if not plot.hides(key)}

    def _put_all(self) -> None:
        """Give the plots their curves."""
        self._upper, self._lower = self._curves()
        self._put(self.loss, self._loss_legend, self._loss_others, self._upper)
        self._put(self.other, self._other_legend, self._other_others, self._lower)

    def _put(self, plot: CurvePlot, legend: Legend, others: Legend, curves: Curves) -> None:
        for key in [key for key in plot.keys if key not in curves]:
            plot.remove(key)
        for key, (style, series) in curves.items():
            plot.put(key, style, series)
        styles = {key: style for key, (style, _) in curves.items()}
        # One chip for a curve and the dots of its validation.
        chips = {key: style for key, style in styles.items() if not key.endswith(VALIDATION)}
        beside = {key: style for key, style in chips.items() if style.is_of_other_run}
        legend.show_curves({key: style for key, style in chips.items() if key not in beside})
        others.show_curves(beside)
        others.setVisible(bool(beside))


def _prepared(record: RunView, title: str) -> Callable[[str], str]:
    """Return the function that writes the curves as they are now."""
    record.follow()
    curves = {name: (series.x.copy(), series.y.copy()) for name, series in columns_of(record).items()}
    return partial(copy_curves, title=title, curves=curves)
