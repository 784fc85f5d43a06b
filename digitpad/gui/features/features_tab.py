"""The Features tab: what every layer makes of the drawing, while it is being drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.explain.frame import Frame, Inspector
from digitpad.explain.reach import Cell, receptive_field
from digitpad.explain.structure import INPUT
from digitpad.gui.actions import action_button, make_action
from digitpad.gui.cards import card, muted
from digitpad.gui.draw_tab import DrawTab
from digitpad.gui.features.background import Background
from digitpad.gui.features.enlarged import EnlargedPane
from digitpad.gui.features.map_view import MapView
from digitpad.gui.features.mosaic import Scale
from digitpad.gui.features.panel import Panel
from digitpad.gui.features.shown import PROBABILITIES, shown_layers
from digitpad.gui.features.side import Side, segments
from digitpad.gui.features.why import Why
from digitpad.gui.models import LoadedModel
from digitpad.gui.tab_page import TabPage
from digitpad.gui.theme import SPACE, Theme
from digitpad.model_file import Model
from digitpad.recognition import Recognizer

if TYPE_CHECKING:
    from digitpad.recognition import Prediction

_KEY = QKeySequence.StandardKey
_SCALES = (Scale.MAP, Scale.LAYER, Scale.NETWORK)
_SCALE_TIPS = {
    Scale.MAP: "Each map has a scale of its own: faint maps show their shapes",
    Scale.LAYER: "All maps of a layer share one scale: strong maps stand out",
    Scale.NETWORK: "One scale for the whole network: layers can be compared",
}


class FeaturesTab(TabPage):
    """Shows the Draw tab's digit as every layer sees it.

    Parameters
    ----------
    theme
        The colours.
    draw_tab
        Where the digit comes from; the small canvas here is a second view of its sheet.
    """

    def __init__(self, theme: Theme, draw_tab: DrawTab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featuresTab")
        self._draw = draw_tab
        self._model: Model | None = None
        self._inspector: Inspector | None = None
        self._prediction: Prediction | None = draw_tab.digit
        self._frame: Frame | None = None
        self._background = Background(self)
        self.side = Side(theme, draw_tab.canvas, self)
        self.why = Why(self._background, self, self.side)
        self.side.add(self.why)
        self.maps = MapView(theme, self)
        self.enlarged = EnlargedPane(theme, self.maps, self)
        self.panel = Panel(theme, self)
        self._make_actions()
        self._lay_out()
        draw_tab.digit_read.connect(self._take)
        draw_tab.canvas.history_changed.connect(self._show_history)
        self._show_history()
        self.maps.pointed.connect(self._point)
        self.maps.map_chosen.connect(self.enlarged.enlarge)
        self.enlarged.changed.connect(self.maps.show_chosen)
        for view in self.enlarged.views:
            view.pointed.connect(self.maps.look_at)
            view.pinned.connect(self.maps.pin)
        self.side.picture.pointed.connect(self.maps.look_at)
        self.why.overlay_changed.connect(self.side.picture.show_overlay)
        self.why.overlay_changed.connect(self.maps.show_overlay)
        self.why.frame_wanted.connect(self._inspect)
        self.panel.arithmetic.walked.connect(self.maps.go_to)
        self.panel.kernels.map_pointed.connect(self.maps.go_to)

    @property
    def model(self) -> Model | None:
        """The model that is looked into."""
        return self._model

    @property
    def frame(self) -> Frame | None:
        """What is shown now."""
        return self._frame

    def use_model(self, model: LoadedModel | None) -> None:
        """Look into another network."""
        reader = model.reader if model is not None else None
        self._model = reader.model if isinstance(reader, Recognizer) else None
        self._inspector = None if self._model is None else Inspector.of(self._model)
        self.why.use_model(self._model, self._labels)
        self._frame = None
        layers = () if self._inspector is None else shown_layers(self._inspector.structure, len(self._labels))
        self.maps.show_network(layers, self._labels)
        self.enlarged.keep(self.maps.chosen)
        self._inspect()

    @property
    def busy(self) -> bool:
        """Whether long work is under way."""
        return self._background.busy

    def shut_down(self) -> None:
        """Stop long work and wait for its end."""
        self._background.shut_down()

    def explain_with(self, kind: str) -> None:
        """Explain the answer: "none", "gradient", "gradcam", "occlusion" or "whynot"."""
        self.why.choose(kind)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what was drawn meanwhile."""
        super().showEvent(event)
        self._prediction = self._draw.digit
        if self._prediction is None:
            self.side.show_drawing(on=True)
        self._inspect()

    # Looking

    @property
    def _labels(self) -> tuple[str, ...]:
        return self._inspector.labels if self._inspector is not None else ()

    @Slot(object)
    def _take(self, prediction: "Prediction | None") -> None:
        self._prediction = prediction
        if self.isVisible():
            self._inspect()

    @Slot()
    def _inspect(self) -> None:
        """Show what the network makes of the digit: one pass, for all that is shown."""
        inspector = self._inspector
        if inspector is None:
            self.maps.show_frame({})
            self.side.show_answer((), None)
            self.why.show_frame(None, blank=True)
            return
        pixels = pixels_for(inspector.input_shape, None if self._prediction is None else self._prediction.image)
        self._frame = inspector.inspect(pixels, gradients=self.why.needs_gradients)
        self.maps.show_frame(_with_probabilities(self._frame))
        self.enlarged.refresh()
        self.side.picture.show_pixels(pixels)
        self._show_answer(self._frame)
        self.why.show_frame(self._frame, blank=not pixels.any())
        if self.maps.cell is None and pixels.any():
            self.maps.look_at(_strongest(self._frame))
        else:
            self._explain(self.maps.cell)

    def _show_answer(self, frame: Frame) -> None:
        prediction = self._prediction
        if prediction is None or (prediction.rejected and not prediction.image.any()):
            self.side.show_answer(self._labels, None)
        else:
            self.side.show_answer(self._labels, frame.answer, prediction.reason if prediction.rejected else None)

    @Slot(object)
    def _point(self, cell: Cell | None) -> None:
        self._explain(cell)

    def _explain(self, cell: Cell | None) -> None:
        """Show where a cell comes from: below, on the maps before it, and on the drawing."""
        frame = self._frame
        shown = self.panel.show_cell(frame, cell, self._labels)
        if frame is None or cell is None:
            self.maps.show_patches(())
            self.side.picture.show_frame(None)
            self.side.caption.show_text("")
            return
        self.maps.show_patches(() if shown is None else shown.patches)
        known = Cell(frame.structure.output, 0) if cell.layer == PROBABILITIES else cell
        seen = receptive_field(frame.structure, known).get(INPUT)
        if seen is None:
            # A pixel of the picture itself.
            self.side.picture.show_frame((cell.row, cell.column, cell.row + 1, cell.column + 1))
            self.side.caption.show_text(f"row {cell.row}, column {cell.column} of the picture")
        else:
            self.side.picture.show_frame((seen.top, seen.left, seen.bottom, seen.right))
            self.side.caption.show_text(_field_words(seen.size, frame.pixels.shape[1:]))

    # Parts

    def _make_actions(self) -> None:
        pad = self.side.pad
        self.undo = make_action(self, "featuresUndo", "Undo drawing", [_KEY.Undo], "Take the last step back", pad.undo)
        self.redo = make_action(self, "featuresRedo", "Redo drawing", [_KEY.Redo, "Ctrl+Y"], "Do it again", pad.redo)
        sentence = "Empty the canvas; Undo brings everything back"
        self.clear = make_action(self, "featuresClear", "Clear drawing", ["Ctrl+N", "Del"], sentence, pad.clear)
        self.to_pad = make_action(
            self,
            "featuresDraw",
            "Draw here",
            ["F6"],
            "Draw on the small canvas, with the keyboard too",
            self._go_to_pad,
        )
        self.to_maps = make_action(
            self,
            "featuresMaps",
            "Go to the maps",
            ["Ctrl+G"],
            "Go through the maps with the arrow keys",
            self._go_to_maps,
        )
        self.zoom_in = make_action(
            self, "featuresZoomIn", "Zoom in", [_KEY.ZoomIn, "Ctrl+="], "Make the cells larger", self.maps.zoom_in
        )
        self.zoom_out = make_action(
            self, "featuresZoomOut", "Zoom out", [_KEY.ZoomOut], "Make the cells smaller", self.maps.zoom_out
        )
        self.fit = make_action(
            self, "featuresFit", "Fit", ["Ctrl+0"], "Show as much as there is room for", self.maps.zoom_to_fit
        )
        self.next_scale = make_action(
            self, "featuresScale", "Next colour scale", ["Ctrl+B"], "Colour by map, layer or network", self._next_scale
        )

    def _lay_out(self) -> None:
        maps = card("mapsCard", self)
        column = QVBoxLayout(maps)
        column.setContentsMargins(1, 1, 1, SPACE + SPACE // 2)
        column.setSpacing(SPACE)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.maps, 1)
        beside.addWidget(self.enlarged)
        column.addLayout(beside, 1)
        column.addLayout(self._toolbar(maps))
        right = QVBoxLayout()
        right.setSpacing(2 * SPACE)
        right.addWidget(maps, 1)
        right.addWidget(self.panel)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.side)
        row.addLayout(right, 1)

    def _toolbar(self, parent: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        label = muted("Scale", parent)
        label.setWordWrap(False)
        row.addWidget(label)
        names = [(f"scale{scale.value.title()}", scale.value.title(), _SCALE_TIPS[scale]) for scale in _SCALES]
        self._scale_group, buttons = segments(names, parent, label="Colour by")
        buttons[1].setChecked(True)
        self._scale_group.idClicked.connect(self._choose_scale)
        for button in buttons:
            row.addWidget(button)
        row.addSpacing(2 * SPACE)
        for action, name, text in (
            (self.zoom_out, "zoomOutButton", "−"),
            (self.fit, "zoomFitButton", "Fit"),
            (self.zoom_in, "zoomInButton", "+"),
        ):
            row.addWidget(action_button(action, name, text, parent))
        row.addStretch(1)
        return row

    # What the tools do

    @Slot(int)
    def _choose_scale(self, number: int) -> None:
        self.maps.use_scale(_SCALES[number])
        self.enlarged.refresh()

    @Slot()
    def _next_scale(self) -> None:
        number = (self._scale_group.checkedId() + 1) % len(_SCALES)
        self._scale_group.button(number).setChecked(True)
        self._choose_scale(number)

    @Slot()
    def _go_to_pad(self) -> None:
        self.side.show_drawing(on=True)
        self.side.pad.take_keyboard()

    @Slot()
    def _go_to_maps(self) -> None:
        self.maps.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.maps.cell is None and self.maps.layers:
            self.maps.go_to(Cell(self.maps.layers[0].name, 0))

    @Slot()
    def _show_history(self) -> None:
        sketch = self.side.pad.sketch
        self.undo.setEnabled(sketch.undo_name is not None)
        self.redo.setEnabled(sketch.redo_name is not None)


def _with_probabilities(frame: Frame) -> dict[str, NDArray[np.float32]]:
    """Return all activations, and the probabilities as a layer behind the last."""
    shown = dict(frame.activations)
    if frame.answer is not None:
        shown.setdefault(PROBABILITIES, frame.answer.probabilities.astype(np.float32))
    return shown


def _strongest(frame: Frame) -> Cell:
    """Return a cell worth looking at first: the largest number of the last convolution, or of the picture."""
    convolutions = [node.name for node in frame.structure.shown() if node.kind == "convolution"]
    name = convolutions[-1] if convolutions else INPUT
    channel, row, column = np.unravel_index(int(frame[name].argmax()), frame[name].shape)
    return Cell(name, int(channel), int(row), int(column))


def pixels_for(input_shape: Sequence[int], image: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Return a picture as a network takes it: a blank one for None, grey in every channel it has."""
    if image is None:
        return np.zeros(tuple(input_shape), np.float32)
    return np.repeat(image[np.newaxis], input_shape[0], axis=0)


def _field_words(size: tuple[int, int], picture: Sequence[int]) -> str:
    height, width = size
    if (height, width) == tuple(picture):
        return "sees all of your drawing"
    if height * width == 0:
        return "sees none of your drawing"
    return f"sees {height} × {width} pixel{'' if height * width == 1 else 's'} of your drawing"
