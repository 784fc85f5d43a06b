"""The backpropagation page: one training step on this drawing, with its loss, gradients and change to a kernel."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.explain.backprop import NOTE, Backprop, WeightChange, backprop
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.explain.surgery import made_by
from digitpad.gui.features.maps.cell_numbers import exact, paint_numbers
from digitpad.gui.features.maps.colours import ColourScale, palettes, weight_scale
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.models.model_file import Model
from digitpad.translation import gettext as _

STEP = "backpropagation"
_REST = 200  # milliseconds that the pen rests before the step is taken
_RATES = ("0.001", "0.01", "0.1", "1")
_GRIDS = tuple(
    str(text)
    for text in (
        QT_TRANSLATE_NOOP("BackpropView", "before"),
        QT_TRANSLATE_NOOP("BackpropView", "gradient"),
        QT_TRANSLATE_NOOP("BackpropView", "change"),
    )
)
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ROWS = 9  # of the table of layers
_LEAST_WIDTH, _ROOMY = 54 * SPACE, 66 * SPACE  # pixels at 100 % text size: gaps are smaller below the second
_LEAST_CELL, _LARGEST_CELL = 26, 34  # logical pixels at 100 % text size: the side of a weight


@dataclass(frozen=True, slots=True)
class Slope:
    """The size of the gradient at a layer: its root mean square."""

    layer: str
    size: float


class BackpropView(QWidget):
    """Paints the gradients of all layers, and what the step does to one kernel."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.slopes: tuple[Slope, ...] = ()
        self.kernel: WeightChange | None = None
        self.kernel_name = ""
        self.kernel_scale = ColourScale()
        self.setObjectName("backpropView")
        self.setAccessibleName(self.tr("Gradients and the change to a kernel"))
        self.setToolTip(
            self.tr(
                "Left: the size of the loss gradient at each layer (root mean square). "
                "Right: a kernel before the step, its gradient and its change."
            )
        )
        self.setMinimumSize(QSize(_LEAST_WIDTH, 18 * SPACE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint both."""
        painter = QPainter(self)
        roomy = self.width() >= px(_ROOMY)
        width = min((0.44 if roomy else 0.42) * self.width(), px(52 * SPACE))
        self._paint_slopes(painter, width, roomy=roomy)
        if self.kernel is not None:
            left = width + px((5 if roomy else 2.5) * SPACE)
            self._paint_kernel(painter, self.kernel, left, px((3 if roomy else 2) * SPACE))
        painter.end()

    def _paint_slopes(self, painter: QPainter, width: float, *, roomy: bool) -> None:
        # In the order of backpropagation: the last layer first.
        rows = tuple(reversed(self.slopes))[:_ROWS]
        if not rows:
            return
        line = min(self.height() / len(rows), px(2.5 * SPACE))
        largest = max(slope.size for slope in rows) or 1.0
        name_width, number_width = (px(14 * SPACE), px(10 * SPACE)) if roomy else (px(9 * SPACE), px(8.5 * SPACE))
        small, number = text_font(self.font(), scale=0.92), fixed_font(self.font(), scale=0.88)
        for index, slope in enumerate(rows):
            area = QRectF(0, index * line, width, line)
            painter.setFont(small)
            painter.setPen(self._theme.colour("muted"))
            name = painter.fontMetrics().elidedText(
                slope.layer, Qt.TextElideMode.ElideMiddle, int(name_width - px(SPACE))
            )
            painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
            room = width - name_width - number_width
            bar = QRectF(name_width, area.center().y() - px(3), room, px(6))
            painter.fillRect(bar, self._theme.colour("track"))
            bar.setWidth(room * slope.size / largest)
            painter.fillRect(bar, self._theme.colour("accent"))
            painter.setFont(number)
            painter.setPen(self._theme.colour("text"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), exact(slope.size))

    def _paint_kernel(self, painter: QPainter, change: WeightChange, left: float, gap: int) -> None:
        _, height, width = change.before.shape
        # Of the kernels of the map, the one that changes most.
        most = int(np.abs(change.change).reshape(len(change.before), -1).max(axis=1).argmax())
        line = px(2.5 * SPACE)
        room = (self.width() - left - 2 * gap) / 3
        cell = min(int(room / width), int((self.height() - 2 * line) / height), px(_LARGEST_CELL))
        cell = max(4, cell)
        painter.setFont(text_font(self.font(), scale=0.92))
        painter.setPen(self._theme.colour("muted"))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(
            QRectF(left, 0, self.width() - left, line),
            flags,
            self.tr("{map}, kernel {number}").format(map=self.kernel_name, number=most),
        )
        grids = (change.before[most], change.gradient[most], change.change[most])
        for title, numbers in zip(_GRIDS, grids, strict=True):
            power = _power(numbers)
            factor = 10.0**power
            # The weights have the colours that they have on the kernels page.
            largest = self.kernel_scale.limit if numbers is grids[0] else float(np.abs(numbers).max(initial=0))
            scale = ColourScale("signed", largest * factor)
            self._paint_grid(painter, numbers * np.float32(factor), scale, (left, line), cell)
            pitch = width * cell + gap
            times = "" if power == 0 else f"× 10{str(-power).translate(_RAISED)}"
            painter.setFont(text_font(self.font(), scale=0.92))
            painter.setPen(self._theme.colour("muted"))
            words = f"{self.tr(title)} {times}".rstrip()
            if painter.fontMetrics().horizontalAdvance(words) > pitch:
                # The power of ten goes below, rather than into the next title.
                painter.drawText(QRectF(left, 2 * line + height * cell, pitch, line), flags, times)
                words = self.tr(title)
            painter.drawText(QRectF(left, line + height * cell, 3 * room, line), flags, words)
            left += pitch

    def _paint_grid(
        self,
        painter: QPainter,
        numbers: NDArray[np.float32],
        scale: ColourScale,
        corner: tuple[float, float],
        cell: float,
    ) -> None:
        height, width = numbers.shape
        colours = scale.colours(numbers, palettes(self._theme.colours))
        painter.drawImage(QRectF(*corner, width * cell, height * cell), image_of_colours(colours))
        if cell >= px(_LEAST_CELL) - 4:
            paint_numbers(painter, numbers, colours, corner, cell, fixed_font(self.font(), scale=0.85))


def _power(numbers: NDArray[np.float32]) -> int:
    """Return the power of ten by which small numbers are multiplied to be readable."""
    largest = float(np.abs(numbers).max(initial=0))
    return 0 if largest >= 0.1 or largest == 0 else -int(np.floor(np.log10(largest)))


class BackpropPage(QWidget):
    """Takes the step in the background, and shows its effect.

    Parameters
    ----------
    theme
        The colours.
    background
        The thread that takes the step.

    Signals
    -------
    gradients_changed
        By name, the gradient at each activation, to be shown on the maps; None to show activations again.
    """

    gradients_changed = Signal(object)

    def __init__(self, theme: Theme, background: LatestWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backpropPage")
        self._background = background
        self._model: Model | None = None
        self._frame: Frame | None = None
        self._cell: Cell | None = None
        self._step: Backprop | None = None
        self._asked: Frame | None = None
        self.view = BackpropView(theme, self)
        bold = text_font(self.font(), bold=True)
        self.title = LiveText(theme, "backpropTitle", bold, "text", self, spoken=self.tr("Effect of the step"), lines=2)
        self.label = ComboBox(
            theme,
            "backpropLabel",
            self.tr("Correct class"),
            self.tr("The class that the drawing should be read as"),
            self,
        )
        self.rate = ComboBox(
            theme,
            "backpropRate",
            self.tr("Learning rate"),
            self.tr("The step is the learning rate times the gradient"),
            self,
        )
        self.rate.offer({rate: self.tr("rate {rate}").format(rate=rate) for rate in _RATES})
        self.rate.choose("0.01")
        self.on_maps = QToolButton(self)
        self.on_maps.setObjectName("gradientsOnMaps")
        self.on_maps.setText(self.tr("Gradients on the maps"))
        self.on_maps.setToolTip(self.tr("Show the gradient of the loss at every layer instead of the activations"))
        self.on_maps.setAccessibleName(self.tr("Show gradients on the maps"))
        self.on_maps.setCheckable(True)
        self.on_maps.toggled.connect(self._show_on_maps)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._ask)
        self.label.currentIndexChanged.connect(self._again)
        self.rate.currentIndexChanged.connect(self._again)
        background.result_ready.connect(self._receive)
        self._lay_out()

    @property
    def step(self) -> Backprop | None:
        """The step that is shown."""
        return self._step

    def use_model(self, model: Model | None) -> None:
        """Take the step with another network."""
        self._model = model
        labels = () if model is None else model.metadata.labels
        chosen = self.label.currentIndex()
        self.label.blockSignals(True)
        text = self.tr("class {label}")
        self.label.offer({str(index): text.format(label=label) for index, label in enumerate(labels)})
        self.label.setCurrentIndex(chosen if 0 <= chosen < len(labels) else -1)
        self.label.blockSignals(False)
        self._drop()

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Take the step for another drawing, or show another kernel's change."""
        self._frame, self._cell = frame, cell
        if frame is not None and frame.answer is not None and self.label.currentIndex() < 0:
            self.label.blockSignals(True)
            self.label.setCurrentIndex(frame.answer.best)
            self.label.blockSignals(False)
        known = self._asked
        same = frame is not None and known is not None and known.structure is frame.structure
        if same and known is not None and frame is not None and np.array_equal(known.pixels, frame.pixels):
            self._show_kernel()
            return
        self._drop()
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the step for the current drawing."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Show the activations again."""
        self._timer.stop()
        self._background.forget(STEP)
        self.on_maps.setChecked(False)
        super().hideEvent(event)

    @Slot()
    def _again(self) -> None:
        self._drop()
        if self.isVisible():
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        frame, model = self._frame, self._model
        if frame is None or model is None or frame.answer is None or self.label.currentIndex() < 0:
            return
        self._asked = frame
        rate = float(self.rate.chosen)
        self._background.ask(STEP, partial(_take, model, frame, self.label.currentIndex(), rate))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind != STEP or not isinstance(outcome.result, Backprop):
            return
        step = self._step = outcome.result
        label = step.frame.labels[step.label]
        before = 0.0 if step.frame.answer is None else float(step.frame.answer.probabilities[step.label])
        after = float(step.answer_after.probabilities[step.label])
        text = self.tr(
            "Loss {loss} → {after}; to first order the loss falls by {predicted}. "
            "Probability of {label}: {before} → {now}"
        )
        self.title.show_text(
            text.format(
                loss=exact(step.loss),
                after=exact(step.loss_after),
                predicted=exact(-step.predicted_change),
                label=label,
                before=sureness(before),
                now=sureness(after),
            )
        )
        slopes = [
            Slope(node.name, float(np.sqrt(np.square(step.frame.gradients[node.name], dtype=np.float64).mean())))
            for node in step.frame.structure.shown()
        ]
        self.view.slopes = tuple(slopes)
        self._show_kernel()
        self._show_on_maps()

    def _show_kernel(self) -> None:
        step, cell = self._step, self._cell
        self.view.kernel = None
        if step is not None and cell is not None and cell.layer in step.frame.structure:
            try:
                name, unit = made_by(step.frame.structure, cell.layer, cell.channel)
                self.view.kernel = step.kernels(name, unit)
                self.view.kernel_scale = weight_scale(step.frame.structure, name)
            except (DigitpadError, ValueError, TypeError):
                self.view.kernel_name = ""
            else:
                self.view.kernel_name = self.tr("{layer}, map {number}").format(layer=name, number=unit)
        self.view.update()

    def _drop(self) -> None:
        self._background.forget(STEP)
        self._step = self._asked = None
        self.view.slopes, self.view.kernel = (), None
        self.view.update()
        self.title.show_text(self.tr("One training step on this drawing"))
        self._show_on_maps()

    @Slot()
    def _show_on_maps(self) -> None:
        on = self.on_maps.isChecked() and self._step is not None
        self.gradients_changed.emit(self._step.frame.gradients if on and self._step is not None else None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        self.label.setMinimumWidth(13 * SPACE)
        self.rate.setMinimumWidth(13 * SPACE)
        head.addWidget(self.label)
        head.addWidget(self.rate)
        head.addWidget(self.on_maps)
        head.addStretch(1)
        note: QLabel = muted(_(NOTE), self)
        note.setFont(text_font(self.font(), scale=0.85))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addWidget(self.title)
        column.addWidget(self.view, 1)
        column.addWidget(note)


def _take(model: Model, frame: Frame, label: int, rate: float, _progress: WorkContext) -> object:
    """Take the step in the background."""
    return backprop(model, frame.pixels, label, learning_rate=rate)
