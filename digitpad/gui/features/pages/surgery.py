"""The surgery page: mute, isolate or scale a map or edit its kernels, and see what the network then reads.

The prediction for the drawing is updated immediately; the accuracy of a model that reads MNIST's digits follows a
moment later, on a sample of the test images and then on all.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.errors import DigitpadError
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.explain.kernel_presets import PRESETS, preset
from digitpad.explain.map_names import colour_name
from digitpad.explain.surgery import KeepAlone, Redraw, Scale, made_by, mute
from digitpad.explain.weighted import kernels_of
from digitpad.gui.features.maps.colours import weight_scale
from digitpad.gui.features.pages.kernel_editor import KernelEditor
from digitpad.gui.features.pages.operations import Operations
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import FloatField, IntField
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workers.latest import LatestWorker
from digitpad.gui.workspace.digits import reads_mnist
from digitpad.models.model_file import SUFFIX, Model, user_models_dir

_LISTED = 6
_PRESETS = {
    "identity": str(QT_TRANSLATE_NOOP("SurgeryPage", "Identity")),
    "blur": str(QT_TRANSLATE_NOOP("SurgeryPage", "Blur")),
    "edges": str(QT_TRANSLATE_NOOP("SurgeryPage", "Edges (Laplacian)")),
    "sobel-x": str(QT_TRANSLATE_NOOP("SurgeryPage", "Sobel, across")),
    "sobel-y": str(QT_TRANSLATE_NOOP("SurgeryPage", "Sobel, down")),
    "emboss": str(QT_TRANSLATE_NOOP("SurgeryPage", "Emboss")),
}


class SurgeryPage(QWidget):
    """Edits the first network.

    Parameters
    ----------
    theme
        The colours.
    background
        The thread that measures accuracy.
    owner
        The tab, which owns the actions.

    Signals
    -------
    message
        A `Message`: an operation is not possible, or a model was saved.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, background: LatestWorker, owner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("surgeryPage")
        self.operations = Operations(background, self)
        self._frame: Frame | None = None
        self._unit: tuple[str, int] | None = None
        bold = text_font(self.font(), bold=True)
        self.title = LiveText(theme, "surgeryTitle", bold, "text", self, spoken=self.tr("Map"), lines=2)
        self.figure = LiveText(
            theme, "surgeryAccuracy", bold, "text", self, right=True, spoken=self.tr("Accuracy"), lines=2
        )
        self.editor = KernelEditor(theme, self)
        self.editor.redrawn.connect(self._redraw)
        self.editor.settled.connect(self.operations.end_gesture)
        self.editor.refused.connect(self._refuse)
        self.list = muted("", self)
        self.list.setObjectName("surgeryList")
        self.operations.changed.connect(self._update)
        self.operations.measured_changed.connect(self._show_figure)
        self.operations.message.connect(self.message)
        self._make_fields()
        self._make_actions(owner)
        self._lay_out()
        self._update()

    @property
    def silent(self) -> frozenset[tuple[str, int]]:
        """The muted maps, as (layer, map)."""
        result: set[tuple[str, int]] = set()
        for operation in self.operations.history.done:
            if isinstance(operation, Scale) and operation.factor == 0:
                result.add((operation.layer, operation.unit))
            elif isinstance(operation, KeepAlone) and self._frame is not None:
                units = self._frame.structure[operation.layer].shape[0]
                result |= {(operation.layer, unit) for unit in range(units) if unit != operation.unit}
        return frozenset(result)

    def use_model(self, model: Model | None) -> None:
        """Start with another network, without operations."""
        self._unit = None
        self.operations.use_model(model)

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Make the map of a cell the one that operations apply to."""
        self._frame = frame
        unit = (
            None if frame is None or cell is None or cell.layer not in frame.structure else (cell.layer, cell.channel)
        )
        if unit != self._unit:
            self._unit = unit
            self.operations.end_gesture()
            self.place.setValue(0)
            self.factor.blockSignals(True)
            self.factor.setValue(1.0)
            self.factor.blockSignals(False)
        self._update()

    # Operations

    @Slot()
    def mute(self) -> None:
        """Mute the map."""
        if self._unit is not None:
            self.operations.do(mute(*self._unit))

    @Slot()
    def isolate(self) -> None:
        """Mute all other maps of the layer."""
        if self._unit is not None:
            self.operations.do(KeepAlone(*self._unit))

    @Slot(str)
    def put_preset(self, name: str) -> None:
        """Replace the kernel by a textbook kernel; see `kernel_presets`."""
        kernel = self.editor.kernel
        if kernel is None:
            return
        height, width = kernel.shape
        wanted = preset(name, (height, width))
        if wanted is None:
            text = self.tr("This preset needs a kernel of 3 × 3 or more; this one is {height} × {width}.")
            self.message.emit(Message(text.format(height=height, width=width), "info"))
            return
        self.editor.put(wanted)

    @Slot(float)
    def _scale(self, factor: float) -> None:
        if self._unit is not None:
            self.operations.continue_with(Scale(*self._unit, factor))

    @Slot(object)
    def _redraw(self, kernel: NDArray[np.float32]) -> None:
        made = self._made()
        if made is None:
            return
        rows = tuple(tuple(float(weight) for weight in row) for row in kernel)
        self.operations.continue_with(Redraw(*made, self.place.value(), rows))

    @Slot(str)
    def _refuse(self, reason: str) -> None:
        self.message.emit(Message(reason))

    def _made(self) -> tuple[str, int] | None:
        """Return the layer whose weights compute the map, and the map there; None if there is none."""
        if self._frame is None or self._unit is None:
            return None
        try:
            name, unit = made_by(self._frame.structure, *self._unit)
            kernels_of(self._frame.structure, name, unit)
        except (DigitpadError, ValueError):
            return None
        return name, unit

    # What is shown

    @Slot()
    def _update(self) -> None:
        unit, made, history = self._unit, self._made(), self.operations.history
        if unit is None:
            self.title.show_text(self.tr("Point at a map to edit it"))
        else:
            self.title.show_text(self.tr("Surgery on {layer}, {number}").format(layer=unit[0], number=unit[1]))
        for action in (self.muting, self.isolating):
            action.setEnabled(made is not None)
        self.factor.setEnabled(made is not None)
        self.undoing.setEnabled(bool(history.done))
        self.redoing.setEnabled(bool(history.undone))
        self.saving.setEnabled(bool(history.done))
        self._show_kernel(made)
        done = [str(operation) for operation in history.done]
        more = [self.tr("and %n earlier", "", len(done) - _LISTED)] if len(done) > _LISTED else []
        self.list.setText(
            "\n".join([*reversed(done[-_LISTED:]), *more]) or self.tr("No operations yet. Enter pins a map.")
        )
        self._show_figure()

    def _show_kernel(self, made: tuple[str, int] | None) -> None:
        self.place.setEnabled(made is not None)
        self.presets.setEnabled(made is not None)
        if made is None or self._frame is None:
            self.editor.show_kernel(None)
            return
        if self.operations.is_redrawing:
            # It is being edited, and shows the new weights already.
            return
        sources, kernels = kernels_of(self._frame.structure, *made)
        self.place.setMaximum(len(kernels) - 1)
        place = min(self.place.value(), len(kernels) - 1)
        source = sources[place]
        colour = colour_name(self._frame.structure, source.layer, source.channel)
        prefix = self.tr("{layer} {colour}, kernel ") if colour else self.tr("{layer} map ")
        self.place.setPrefix(prefix.format(layer=source.layer, colour=colour))
        self.place.setMinimumWidth(self.place.sizeHint().width())
        self.editor.show_kernel(kernels[place], weight_scale(self._frame.structure, made[0]))

    @Slot()
    def _show_figure(self) -> None:
        original, measured = self.operations.base, self.operations.measured
        base = None if original is None else original.metadata.metrics.get("test_accuracy")
        known = "" if base is None else percent(float(base))
        before = self.tr(", {share} before").format(share=known) if known else ""
        if not self.operations.history.done:
            self.figure.show_text(self.tr("{share} of the test images correct").format(share=known) if known else "")
        elif measured is None:
            measures = original is not None and reads_mnist(original)
            self.figure.show_text(self.tr("measuring…") if measures else "")
        elif measured.done < measured.total:
            text = self.tr("{share} ± {uncertainty} correct on {done} images{before}")
            self.figure.show_text(
                text.format(
                    share=percent(measured.share),
                    uncertainty=f"{100 * measured.uncertainty:.1f}",
                    done=f"{measured.done:,}",
                    before=before,
                )
            )
        else:
            text = self.tr("{share} of {total} correct{before}")
            self.figure.show_text(
                text.format(share=percent(measured.share), total=f"{measured.total:,}", before=before)
            )

    # Parts

    def _make_fields(self) -> None:
        tip = self.tr("Multiply the activations of this map by a factor")
        self.factor = FloatField("surgeryFactor", self.tr("Factor of the map"), tip, -10, 10, 0.1, self)
        self.factor.setValue(1.0)
        self.factor.valueChanged.connect(self._scale)
        self.factor.editingFinished.connect(self.operations.end_gesture)
        tip = self.tr("The map of the layer before that the kernel is applied to; maps are counted from 0")
        self.place = IntField("surgeryPlace", self.tr("Kernel for map"), tip, 0, 0, self)
        self.place.valueChanged.connect(self._choose_kernel)
        self.presets = self._preset_button()

    def _preset_button(self) -> QToolButton:
        menu = QMenu(self)
        menu.setObjectName("kernelPresets")
        for name in PRESETS:
            action = QAction(self.tr(_PRESETS[name]), menu)
            action.setObjectName(f"preset-{name}")
            action.triggered.connect(partial(self.put_preset, name))
            menu.addAction(action)
        button = QToolButton(self)
        button.setObjectName("presetButton")
        button.setText(self.tr("Presets…"))
        button.setAccessibleName(self.tr("Kernel presets"))
        button.setToolTip(self.tr("Replace the kernel by a textbook kernel: blur, edges, Sobel and others"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(menu)
        return button

    @Slot()
    def _choose_kernel(self) -> None:
        self.operations.end_gesture()
        self._show_kernel(self._made())

    def _make_actions(self, owner: QWidget) -> None:
        sentence = self.tr("Mute this map: all its activations become 0")
        self.muting = make_action(owner, "featuresMute", self.tr("Mute"), ["M"], sentence, self.mute)
        sentence = self.tr("Mute all other maps of the layer")
        self.isolating = make_action(owner, "featuresIsolate", self.tr("Isolate"), ["Shift+M"], sentence, self.isolate)
        sentence = self.tr("Undo the last operation on the network")
        text = self.tr("Undo surgery")
        self.undoing = make_action(owner, "featuresUndoSurgery", text, ["Ctrl+U"], sentence, self.operations.undo)
        sentence = self.tr("Redo the operation that was undone last")
        text = self.tr("Redo surgery")
        self.redoing = make_action(owner, "featuresRedoSurgery", text, ["Ctrl+Shift+U"], sentence, self.operations.redo)
        sentence = self.tr("Save the network as a new model file")
        text = self.tr("Save as a new model…")
        self.saving = make_action(owner, "featuresSaveModel", text, ["Ctrl+Shift+S"], sentence, self._ask_where)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.figure, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(action_button(self.muting, "muteButton", self.tr("Mute"), self), 0, 0)
        grid.addWidget(action_button(self.isolating, "isolateButton", self.tr("Isolate"), self), 0, 1)
        scale = QLabel(self.tr("Factor"), self)
        scale.setProperty("muted", "true")
        scale.setBuddy(self.factor)
        grid.addWidget(scale, 1, 0)
        grid.addWidget(self.factor, 1, 1)
        grid.addWidget(action_button(self.undoing, "undoSurgeryButton", self.tr("Undo"), self), 2, 0)
        grid.addWidget(action_button(self.redoing, "redoSurgeryButton", self.tr("Redo"), self), 2, 1)
        grid.addWidget(action_button(self.saving, "saveModelButton", self.tr("Save as a new model…"), self), 3, 0, 1, 2)
        grid.setRowStretch(4, 1)
        kernel = QVBoxLayout()
        kernel.setSpacing(SPACE)
        kernel.addWidget(self.place)
        kernel.addWidget(self.editor, 1)
        kernel.addWidget(self.presets, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(3 * SPACE)
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
        base = self.operations.base
        name = "model" if base is None else base.name
        dialog = QFileDialog(self, self.tr("Save as a new model"), str(user_models_dir()))
        dialog.setObjectName("saveModelDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Models (*{suffix})").format(suffix=SUFFIX)])
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{name}-operated{SUFFIX}")
        dialog.fileSelected.connect(self._save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _save_to(self, name: str) -> None:
        self.operations.save_to(Path(name))
