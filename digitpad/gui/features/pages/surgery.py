"""Surgery: mute a map, keep it alone, scale it or redraw its kernels, and see at once what the network then reads.

Operations are values; the network is made anew from the untouched one with every change, so that undo is exact. The
answer to the drawing follows at once, the accuracy on the test images a moment later: of a sample first, then of all.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from digitpad.errors import DigitpadError
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.explain.surgery import (
    Accuracy,
    History,
    KeepAlone,
    Operation,
    Redraw,
    Scale,
    accuracy,
    made_by,
    mute,
    operate,
    with_accuracy,
)
from digitpad.explain.weighted import kernels_of
from digitpad.gui.features.pages.digits import mnist_test_set
from digitpad.gui.features.pages.kernel_editor import KernelEditor
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import FloatField, IntField
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, Progress
from digitpad.models.model_file import SUFFIX, Model, save_model, user_models_dir

ACCURACY = "accuracy"
_LISTED = 6
_INVITATION = "Point at a map, and pin it with Enter, to operate on it."


class SurgeryPage(QWidget):
    """Operates on the first network.

    Parameters
    ----------
    theme
        The colours.
    background
        Where accuracy is measured.
    owner
        The tab, whose shortcuts the actions are.

    Signals
    -------
    operated
        The `Model` to look into from now on.
    message
        A `Message`: an operation cannot be done, or a model was saved.
    """

    operated = Signal(object)
    message = Signal(object)

    def __init__(self, theme: Theme, background: LatestWorker, owner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("surgeryPage")
        self._background = background
        self._base: Model | None = None
        self._model: Model | None = None
        self._history = History()
        self._frame: Frame | None = None
        self._unit: tuple[str, int] | None = None
        self._gesture: Operation | None = None  # what the next change of the same kind replaces
        self._measured: Accuracy | None = None
        self.title = LiveText(theme, "surgeryTitle", text_font(self.font(), bold=True), "text", self)
        self.figure = LiveText(theme, "surgeryAccuracy", text_font(self.font(), bold=True), "text", self, right=True)
        self.editor = KernelEditor(theme, self)
        self.editor.redrawn.connect(self._redraw)
        self.editor.settled.connect(self._settle)
        self.list = muted("", self)
        self.list.setObjectName("surgeryList")
        background.result_ready.connect(self._receive)
        self._make_fields()
        self._make_actions(owner)
        self._lay_out()
        self._update()

    @property
    def history(self) -> History:
        """What was done to the network, and undone."""
        return self._history

    @property
    def base(self) -> Model | None:
        """The network that nothing was done to."""
        return self._base

    @property
    def model(self) -> Model | None:
        """The network with everything that was done to it."""
        return self._model

    @property
    def measured(self) -> Accuracy | None:
        """How well it reads, as far as that is known."""
        return self._measured

    @property
    def silent(self) -> frozenset[tuple[str, int]]:
        """The maps, as (layer, map), that are muted now."""
        result: set[tuple[str, int]] = set()
        for operation in self._history.done:
            if isinstance(operation, Scale) and operation.factor == 0:
                result.add((operation.layer, operation.unit))
            elif isinstance(operation, KeepAlone) and self._frame is not None:
                units = self._frame.structure[operation.layer].shape[0]
                result |= {(operation.layer, unit) for unit in range(units) if unit != operation.unit}
        return frozenset(result)

    def use_model(self, model: Model | None) -> None:
        """Begin with another network, to which nothing was done yet."""
        self._base = self._model = model
        self._history = History()
        self._gesture = self._measured = None
        self._unit = None
        self._background.forget(ACCURACY)
        self._update()

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Operate on the map of a cell from now on."""
        self._frame = frame
        unit = (
            None if frame is None or cell is None or cell.layer not in frame.structure else (cell.layer, cell.channel)
        )
        if unit != self._unit:
            self._unit, self._gesture = unit, None
            self.place.setValue(0)
            self.factor.blockSignals(True)
            self.factor.setValue(1.0)
            self.factor.blockSignals(False)
        self._update()

    # What can be done

    def do(self, operation: Operation, *, replacing: bool = False) -> None:
        """Do an operation; `replacing` the last one, of which this is only a later stage."""
        done = self._history.done[:-1] if replacing else self._history.done
        self._try(History(done).add(operation))

    @Slot()
    def mute(self) -> None:
        """Silence the map."""
        if self._unit is not None:
            self._gesture = None
            self.do(mute(*self._unit))

    @Slot()
    def keep_alone(self) -> None:
        """Silence all other maps of the layer."""
        if self._unit is not None:
            self._gesture = None
            self.do(KeepAlone(*self._unit))

    @Slot()
    def undo(self) -> None:
        """Take the last operation back."""
        self._gesture = None
        self._try(self._history.undo())

    @Slot()
    def redo(self) -> None:
        """Do it again."""
        self._gesture = None
        self._try(self._history.redo())

    def save_to(self, path: Path) -> None:
        """Save the network as a new model."""
        model = self._model
        if model is None:
            return
        if self._measured is not None:
            model = with_accuracy(model, self._measured)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_model(path, model)
        except OSError as error:
            self.message.emit(Message(f"{path.parent} could not be made ({error.strerror}); choose another folder."))
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
        else:
            self.message.emit(Message(f"{path.name} is saved in {path.parent}; choose it at the top right.", "info"))

    # Doing it

    def _try(self, history: History) -> None:
        """Make the network with these operations; if that cannot be, everything stays as it is."""
        if self._base is None:
            return
        try:
            model = operate(self._base, history.done) if history.done else self._base
        except DigitpadError as error:
            self._gesture = None
            self.message.emit(Message(str(error)))
            self._update()
            return
        self._history, self._model, self._measured = history, model, None
        self.operated.emit(model)
        self._background.forget(ACCURACY)
        if history.done:
            self._background.ask(ACCURACY, partial(_measure, model))
        self._update()

    @Slot(float)
    def _scale(self, factor: float) -> None:
        if self._unit is None:
            return
        operation = Scale(*self._unit, factor)
        replacing = isinstance(self._gesture, Scale) and self._history.done[-1:] == (self._gesture,)
        self._gesture = operation
        self.do(operation, replacing=replacing)

    @Slot(object)
    def _redraw(self, kernel: NDArray[np.float32]) -> None:
        made = self._made()
        if made is None:
            return
        rows = tuple(tuple(float(weight) for weight in row) for row in kernel)
        operation = Redraw(*made, self.place.value(), rows)
        replacing = isinstance(self._gesture, Redraw) and self._history.done[-1:] == (self._gesture,)
        self._gesture = operation
        self.do(operation, replacing=replacing)

    @Slot()
    def _settle(self) -> None:
        self._gesture = None

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind == ACCURACY and isinstance(outcome.result, Accuracy):
            self._measured = outcome.result
            self._show_figure()

    def _made(self) -> tuple[str, int] | None:
        """Return the layer whose weights make the map, and its map there; None if there is none."""
        if self._frame is None or self._unit is None:
            return None
        try:
            name, unit = made_by(self._frame.structure, *self._unit)
            kernels_of(self._frame.structure, name, unit)
        except (DigitpadError, ValueError):
            return None
        return name, unit

    # What is shown

    def _update(self) -> None:
        unit, made = self._unit, self._made()
        self.title.show_text(_INVITATION if unit is None else f"Surgery on {unit[0]}, {unit[1]}")
        for action in (self.muting, self.keeping):
            action.setEnabled(made is not None)
        self.factor.setEnabled(made is not None)
        self.undoing.setEnabled(bool(self._history.done))
        self.redoing.setEnabled(bool(self._history.undone))
        self.saving.setEnabled(bool(self._history.done))
        self._show_kernel(made)
        done = [str(operation) for operation in self._history.done]
        more = [f"and {len(done) - _LISTED} before"] if len(done) > _LISTED else []
        self.list.setText("\n".join([*reversed(done[-_LISTED:]), *more]) or "Nothing was changed yet.")
        self._show_figure()

    def _show_kernel(self, made: tuple[str, int] | None) -> None:
        self.place.setEnabled(made is not None)
        if made is None or self._frame is None:
            self.editor.show_kernel(None, 1.0)
            return
        if self._gesture is not None and isinstance(self._gesture, Redraw):
            # The hand is on it: what it shows is what was redrawn.
            return
        sources, kernels = kernels_of(self._frame.structure, *made)
        self.place.setMaximum(len(kernels) - 1)
        place = min(self.place.value(), len(kernels) - 1)
        self.place.setPrefix(f"{sources[place].layer} map ")
        self.editor.show_kernel(kernels[place], float(np.abs(kernels).max(initial=0)))

    def _show_figure(self) -> None:
        base = None if self._base is None else self._base.metadata.metrics.get("test_accuracy")
        before = "" if base is None else f", before {percent(float(base))}"
        measured = self._measured
        if not self._history.done:
            self.figure.show_text("" if base is None else f"{percent(float(base))} of the test images right")
        elif measured is None:
            self.figure.show_text("measuring …")
        elif measured.done < measured.total:
            doubt = f"± {100 * measured.uncertainty:.1f}"
            self.figure.show_text(f"{percent(measured.share)} {doubt} right, {measured.done:,} tried{before}")
        else:
            self.figure.show_text(f"{percent(measured.share)} of {measured.total:,} right{before}")

    # Parts

    def _make_fields(self) -> None:
        tip = "Multiply everything this map says by a factor"
        self.factor = FloatField("surgeryFactor", "Scale the map by", tip, -10, 10, 0.1, self)
        self.factor.setValue(1.0)
        self.factor.valueChanged.connect(self._scale)
        self.factor.editingFinished.connect(self._settle)
        tip = "Which map below the kernel is laid on (arrow keys or wheel)"
        self.place = IntField("surgeryPlace", "Which kernel to redraw", tip, 0, 0, self)
        self.place.valueChanged.connect(self._choose_kernel)

    @Slot()
    def _choose_kernel(self) -> None:
        self._gesture = None
        self._show_kernel(self._made())

    def _make_actions(self, owner: QWidget) -> None:
        sentence = "Silence this map: everything it says becomes 0"
        self.muting = make_action(owner, "featuresMute", "Mute", ["M"], sentence, self.mute)
        sentence = "Silence all other maps of the layer"
        self.keeping = make_action(owner, "featuresKeepAlone", "Keep alone", ["Shift+M"], sentence, self.keep_alone)
        sentence = "Take the last operation on the network back"
        self.undoing = make_action(owner, "featuresUndoSurgery", "Undo surgery", ["Ctrl+U"], sentence, self.undo)
        sentence = "Do the operation taken back last again"
        self.redoing = make_action(owner, "featuresRedoSurgery", "Redo surgery", ["Ctrl+Shift+U"], sentence, self.redo)
        sentence = "Save the network as a new model"
        self.saving = make_action(
            owner, "featuresSaveModel", "Save as a new model…", ["Ctrl+Shift+S"], sentence, self._ask_where
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.figure, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(action_button(self.muting, "muteButton", "Mute", self), 0, 0)
        grid.addWidget(action_button(self.keeping, "keepAloneButton", "Keep alone", self), 0, 1)
        scale = QLabel("Scale", self)
        scale.setProperty("muted", "true")
        scale.setBuddy(self.factor)
        grid.addWidget(scale, 1, 0)
        grid.addWidget(self.factor, 1, 1)
        grid.addWidget(action_button(self.undoing, "undoSurgeryButton", "Undo", self), 2, 0)
        grid.addWidget(action_button(self.redoing, "redoSurgeryButton", "Redo", self), 2, 1)
        grid.addWidget(action_button(self.saving, "saveModelButton", "Save as a new model…", self), 3, 0, 1, 2)
        grid.setRowStretch(4, 1)
        kernel = QVBoxLayout()
        kernel.setSpacing(SPACE)
        kernel.addWidget(self.place)
        kernel.addWidget(self.editor, 1)
        row = QHBoxLayout()
        row.setSpacing(4 * SPACE)
        row.addLayout(grid)
        row.addLayout(kernel)
        done = QVBoxLayout()
        done.addWidget(self.list)
        done.addStretch(1)
        row.addLayout(done, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addLayout(row, 1)

    @Slot()
    def _ask_where(self) -> None:
        name = "model" if self._base is None else self._base.name
        dialog = QFileDialog(self, "Save as a new model", str(user_models_dir()))
        dialog.setObjectName("saveModelDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"Models (*{SUFFIX})"])
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{name}-operated{SUFFIX}")
        dialog.fileSelected.connect(self._save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _save_to(self, name: str) -> None:
        self.save_to(Path(name))


def _measure(model: Model, progress: Progress) -> object:
    """Measure how many test images are read right, showing how far that has come."""
    found = None
    for found in accuracy(model, mnist_test_set()):
        if progress.stopped():
            return None
        progress.show(found)
    return found
