"""The bar under the maps: colours, zoom, the network in training, another network, and saving."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.gui.canvas.pad import Pad
from digitpad.gui.features.maps.mosaic import ScaleScope
from digitpad.gui.features.maps.view import MapView
from digitpad.gui.features.pages.operations import Operations
from digitpad.gui.features.undo_order import UndoOrder
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workspace.network_menu import NetworkMenu

_KEY = QKeySequence.StandardKey
_SCALES = (ScaleScope.MAP, ScaleScope.LAYER, ScaleScope.NETWORK)


class Tools(QWidget):
    """The tool bar, and the actions of the tab.

    Parameters
    ----------
    owner
        The owner of the shortcuts.
    maps
        The maps to colour and zoom: the first network's, then the second's.
    pad
        The small canvas.
    save
        The action that saves the maps.
    networks
        The menu of networks to compare with.
    show_drawing
        Shows the small canvas.
    surgery
        The operations on the network; undo covers them together with the drawing.

    Signals
    -------
    live_toggled
        Whether the network in training should be followed.
    scale_changed
        The meaning of the colours changed.
    """

    live_toggled = Signal(bool)
    scale_changed = Signal()

    def __init__(
        self,
        owner: QWidget,
        maps: Sequence[MapView],
        pad: Pad,
        save: QAction,
        networks: NetworkMenu,
        show_drawing: Callable[[], object],
        surgery: Operations,
    ) -> None:
        super().__init__(owner)
        self.setObjectName("featuresTools")
        self._maps = tuple(maps)
        self._pad = pad
        self._networks = networks
        self._show_drawing = show_drawing
        self._order = UndoOrder(pad.sketch, pad.undo, pad.redo, surgery, self)
        self._make_actions(owner)
        self._lay_out(save)
        pad.history_changed.connect(self._show_history)
        surgery.operated.connect(self._show_history)
        self._show_history()

    def offer_live(self, *, on: bool, followed: bool) -> None:
        """Offer to follow the network in training, and show whether it is followed."""
        self.live.blockSignals(True)
        self.live.setChecked(followed)
        self.live.blockSignals(False)
        self.live.setVisible(on)

    def _make_actions(self, owner: QWidget) -> None:
        pad = self._pad
        keys: list[str | QKeySequence.StandardKey]
        sentence = self.tr("Undo the last step of the drawing or of surgery, whichever was last")
        self.undo = make_action(owner, "featuresUndo", self.tr("Undo"), [_KEY.Undo], sentence, self._order.undo)
        keys = [_KEY.Redo, "Ctrl+Y"]
        sentence = self.tr("Redo the last step that was undone")
        self.redo = make_action(owner, "featuresRedo", self.tr("Redo"), keys, sentence, self._order.redo)
        sentence = self.tr("Clear the canvas; Undo restores it")
        self.clear = make_action(
            owner, "featuresClear", self.tr("Clear drawing"), ["Ctrl+N", "Del"], sentence, pad.clear
        )
        sentence = self.tr("Draw on the small canvas, with the keyboard too")
        make_action(owner, "featuresDraw", self.tr("Draw here"), ["F6"], sentence, self._go_to_pad)
        sentence = self.tr("Go through the maps with the arrow keys")
        make_action(owner, "featuresMaps", self.tr("Go to the maps"), ["Ctrl+G"], sentence, self._go_to_maps)
        keys = ["Alt++", "Alt+="]
        sentence = self.tr("Make the cells larger")
        self.zoom_in = make_action(owner, "featuresZoomIn", self.tr("Zoom in"), keys, sentence, self._zoom_in)
        sentence = self.tr("Make the cells smaller")
        self.zoom_out = make_action(owner, "featuresZoomOut", self.tr("Zoom out"), ["Alt+-"], sentence, self._zoom_out)
        sentence = self.tr("Fit the maps into the view")
        self.fit = make_action(owner, "featuresFit", self.tr("Fit"), ["Alt+0"], sentence, self._fit)
        sentence = self.tr("Scale the colours by map, layer or network")
        make_action(owner, "featuresScale", self.tr("Next colour scale"), ["Ctrl+B"], sentence, self._next_scale)
        sentence = self.tr("Show another network's maps beside these: a model, or a checkpoint of a run")
        self.compare = make_action(
            owner, "featuresCompare", self.tr("Compare…"), ["Ctrl+D"], sentence, self._open_compare
        )

    def _lay_out(self, save: QAction) -> None:
        row = FlowLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        label = muted(self.tr("Scale"), self)
        label.setWordWrap(False)
        row.addWidget(label)
        names = [(f"scale{scale.value.title()}", *_words(scale)) for scale in _SCALES]
        self._group, buttons = segments(names, self, label=self.tr("Scale the colours by"))
        buttons[1].setChecked(True)
        self._group.idClicked.connect(self._choose_scale)
        for button in buttons:
            row.addWidget(button)
        for action, name, text in (
            (self.zoom_out, "zoomOutButton", "−"),
            (self.fit, "zoomFitButton", self.tr("Fit")),
            (self.zoom_in, "zoomInButton", "+"),
        ):
            row.addWidget(action_button(action, name, text, self))
        row.add_stretch()
        self.live = QToolButton(self)
        self.live.setObjectName("liveButton")
        self.live.setText(self.tr("Live"))
        self.live.setToolTip(self.tr("Show the network in training and watch its maps form"))
        self.live.setAccessibleName(self.tr("Show the network in training"))
        self.live.setCheckable(True)
        self.live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live.toggled.connect(self.live_toggled)
        self.live.hide()
        row.addWidget(self.live)
        self._compare_button = action_button(self.compare, "compareButton", self.tr("Compare…"), self)
        row.addWidget(self._compare_button)
        row.addWidget(action_button(save, "saveMapsButton", self.tr("Save…"), self))

    @Slot(int)
    def _choose_scale(self, number: int) -> None:
        for maps in self._maps:
            maps.use_scale(_SCALES[number])
        self.scale_changed.emit()

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
        self._show_drawing()
        self._pad.take_keyboard()

    @Slot()
    def _go_to_maps(self) -> None:
        maps = self._maps[0]
        maps.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if maps.cell is None and maps.layers:
            maps.go_to(Cell(maps.layers[0].name, 0))

    @Slot()
    def _open_compare(self) -> None:
        button = self._compare_button
        self._networks.popup(button.mapToGlobal(button.rect().topLeft()))

    @Slot()
    def _show_history(self) -> None:
        self.undo.setEnabled(self._order.can_undo)
        self.redo.setEnabled(self._order.can_redo)


def _words(scale: ScaleScope) -> tuple[str, str]:
    """Return the name and the description of a scale."""
    return {
        ScaleScope.MAP: (
            QCoreApplication.translate("Tools", "Map"),
            QCoreApplication.translate("Tools", "Each map has its own scale: faint maps show their shapes"),
        ),
        ScaleScope.LAYER: (
            QCoreApplication.translate("Tools", "Layer"),
            QCoreApplication.translate("Tools", "All maps of a layer share a scale: strong maps stand out"),
        ),
        ScaleScope.NETWORK: (
            QCoreApplication.translate("Tools", "Network"),
            QCoreApplication.translate("Tools", "The whole network shares a scale: layers can be compared"),
        ),
    }[scale]
