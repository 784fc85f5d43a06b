"""The bar under the maps: colours, zoom, the network in training, another network, and saving."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.mosaic import Scale
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE

if TYPE_CHECKING:
    from digitpad.gui.features.tab import FeaturesTab

_KEY = QKeySequence.StandardKey
_SCALES = (Scale.MAP, Scale.LAYER, Scale.NETWORK)
_TIPS = {
    Scale.MAP: "Each map has a scale of its own: faint maps show their shapes",
    Scale.LAYER: "All maps of a layer share one scale: strong maps stand out",
    Scale.NETWORK: "One scale for the whole network: layers can be compared",
}


class Tools(QWidget):
    """The bar, and the tab's own actions.

    Parameters
    ----------
    tab
        What they act on; its other parts are made already.

    Signals
    -------
    live_toggled
        Whether the network in training is to be followed.
    """

    live_toggled = Signal(bool)

    def __init__(self, tab: "FeaturesTab") -> None:
        super().__init__(tab)
        self.setObjectName("featuresTools")
        self._tab = tab
        self._maps = (tab.first.maps, tab.second.maps)
        self._make_actions()
        self._lay_out()
        tab.side.pad.history_changed.connect(self._show_history)
        self._show_history()

    @property
    def follows_live(self) -> bool:
        """Whether the network in training is to be followed."""
        return self.live.isChecked()

    def offer_live(self, *, on: bool) -> None:
        """Offer to follow the network in training; it is followed unless one says no."""
        if on and not self.live.isVisibleTo(self):
            self.live.setChecked(True)
        self.live.setVisible(on)

    def _make_actions(self) -> None:
        tab, pad = self._tab, self._tab.side.pad
        self.undo = make_action(tab, "featuresUndo", "Undo drawing", [_KEY.Undo], "Take the last step back", pad.undo)
        self.redo = make_action(tab, "featuresRedo", "Redo drawing", [_KEY.Redo, "Ctrl+Y"], "Do it again", pad.redo)
        sentence = "Empty the canvas; Undo brings everything back"
        self.clear = make_action(tab, "featuresClear", "Clear drawing", ["Ctrl+N", "Del"], sentence, pad.clear)
        sentence = "Draw on the small canvas, with the keyboard too"
        make_action(tab, "featuresDraw", "Draw here", ["F6"], sentence, self._go_to_pad)
        sentence = "Go through the maps with the arrow keys"
        make_action(tab, "featuresMaps", "Go to the maps", ["Ctrl+G"], sentence, self._go_to_maps)
        sentence = "Make the cells larger"
        self.zoom_in = make_action(tab, "featuresZoomIn", "Zoom in", [_KEY.ZoomIn, "Ctrl+="], sentence, self._zoom_in)
        sentence = "Make the cells smaller"
        self.zoom_out = make_action(tab, "featuresZoomOut", "Zoom out", [_KEY.ZoomOut], sentence, self._zoom_out)
        sentence = "Show as much as there is room for"
        self.fit = make_action(tab, "featuresFit", "Fit", ["Ctrl+0"], sentence, self._fit)
        sentence = "Colour by map, layer or network"
        make_action(tab, "featuresScale", "Next colour scale", ["Ctrl+B"], sentence, self._next_scale)
        sentence = "Show another network's maps below: a model, or a checkpoint of a run"
        self.compare = make_action(tab, "featuresCompare", "Compare…", ["Ctrl+D"], sentence, self._open_compare)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        label = muted("Scale", self)
        label.setWordWrap(False)
        row.addWidget(label)
        names = [(f"scale{scale.value.title()}", scale.value.title(), _TIPS[scale]) for scale in _SCALES]
        self._group, buttons = segments(names, self, label="Colour by")
        buttons[1].setChecked(True)
        self._group.idClicked.connect(self._choose_scale)
        for button in buttons:
            row.addWidget(button)
        row.addSpacing(SPACE)
        for action, name, text in (
            (self.zoom_out, "zoomOutButton", "−"),
            (self.fit, "zoomFitButton", "Fit"),
            (self.zoom_in, "zoomInButton", "+"),
        ):
            row.addWidget(action_button(action, name, text, self))
        row.addStretch(1)
        self.live = QToolButton(self)
        self.live.setObjectName("liveButton")
        self.live.setText("Live")
        self.live.setToolTip("Follow the network in training: its maps form before your eyes")
        self.live.setAccessibleName("Follow the network in training")
        self.live.setCheckable(True)
        self.live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live.toggled.connect(self.live_toggled)
        self.live.hide()
        row.addWidget(self.live)
        self._compare_button = action_button(self.compare, "compareButton", "Compare…", self)
        row.addWidget(self._compare_button)
        row.addWidget(action_button(self._tab.files.save, "saveMapsButton", "Save…", self))

    @Slot(int)
    def _choose_scale(self, number: int) -> None:
        for maps in self._maps:
            maps.use_scale(_SCALES[number])
        self._tab.enlarged.refresh()

    @Slot()
    def _next_scale(self) -> None:
        number = (self._group.checkedId() + 1) % len(_SCALES)
        self._group.button(number).setChecked(True)
        self._choose_scale(number)

    @Slot()
    def _zoom_in(self) -> None:
        for maps in self._maps:
            maps.zoom_in()

    @Slot()
    def _zoom_out(self) -> None:
        for maps in self._maps:
            maps.zoom_out()

    @Slot()
    def _fit(self) -> None:
        for maps in self._maps:
            maps.zoom_to_fit()

    @Slot()
    def _go_to_pad(self) -> None:
        self._tab.side.show_drawing(on=True)
        self._tab.side.pad.take_keyboard()

    @Slot()
    def _go_to_maps(self) -> None:
        maps = self._tab.maps
        maps.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if maps.cell is None and maps.layers:
            maps.go_to(Cell(maps.layers[0].name, 0))

    @Slot()
    def _open_compare(self) -> None:
        button = self._compare_button
        self._tab.second.menu.popup(button.mapToGlobal(button.rect().topLeft()))

    @Slot()
    def _show_history(self) -> None:
        sketch = self._tab.side.pad.sketch
        self.undo.setEnabled(sketch.undo_name is not None)
        self.redo.setEnabled(sketch.redo_name is not None)
