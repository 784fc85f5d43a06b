"""The Features tab: what every layer makes of the drawing, while it is being drawn."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.features.differing import difference_in_words
from digitpad.gui.features.looking import field_of, strongest
from digitpad.gui.features.map_files import MapFiles
from digitpad.gui.features.maps.enlarged import EnlargedPane
from digitpad.gui.features.network_menu import NamedModel
from digitpad.gui.features.network_view import NetworkView
from digitpad.gui.features.panel import Panel
from digitpad.gui.features.side import Side
from digitpad.gui.features.tools import Tools
from digitpad.gui.features.why import Why
from digitpad.gui.widgets.cards import card
from digitpad.gui.widgets.files import MODEL_FILTER
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Pass, Recognizer

if TYPE_CHECKING:
    from digitpad.gui.features.maps.view import MapView
    from digitpad.reading.recognizer import Prediction


_PANEL_PACE = 100  # milliseconds between two looks of the panel at a drawing that changes


class FeaturesTab(TabPage):
    """Shows the Draw tab's digit as every layer sees it.

    Parameters
    ----------
    theme, settings
        The colours, and what is remembered.
    draw_tab
        Where the digit comes from; the small canvas here is a second view of its sheet.
    """

    def __init__(self, theme: Theme, settings: Settings, draw_tab: DrawTab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featuresTab")
        self._settings = settings
        self._draw = draw_tab
        self._prediction: Prediction | None = draw_tab.digit
        self._window_model: LoadedModel | None = None
        self._live: Model | None = None
        self._panel_is_behind = False
        self._panel_rests = QTimer(self)
        self._panel_rests.setSingleShot(True)
        self._panel_rests.setInterval(_PANEL_PACE)
        self._panel_rests.timeout.connect(self._catch_up)
        self._background = LatestWorker(self)
        self.side = Side(theme, draw_tab.canvas, self)
        self.why = Why(self._background, self, self.side)
        self.side.add(self.why, self.why.heading)
        self.first = NetworkView(theme, "first", self)
        self.second = NetworkView(theme, "second", self)
        self.second.hide()
        self._looked_at = self.first
        self.enlarged = EnlargedPane(theme, self.first.maps, self)
        self.panel = Panel(theme, self._background, self)
        self.files = MapFiles(self, settings, self._background)
        self.tools = Tools(self)
        self._lay_out()
        self._connect()

    @property
    def maps(self) -> "MapView":
        """The maps of the first network."""
        return self.first.maps

    @property
    def model(self) -> Model | None:
        """The model that is looked into."""
        return self.first.model

    @property
    def frame(self) -> Frame | None:
        """What is shown now."""
        return self.first.frame

    @property
    def busy(self) -> bool:
        """Whether long work is under way."""
        return self._background.busy

    @property
    def comparing(self) -> bool:
        """Whether two networks are shown."""
        return not self.second.isHidden()

    def use_model(self, model: LoadedModel | None) -> None:
        """Look into another network."""
        self._read_by(None)
        self._window_model = model
        if self.isVisible():
            self._read_by(self._look_ahead)
        if self._live is None:
            self._use_windows_model()

    def shut_down(self) -> None:
        """Stop long work and wait for its end."""
        self._read_by(None)
        self._background.shut_down()

    def explain_with(self, kind: str) -> None:
        """Explain the answer: "none", "gradient", "gradcam", "occlusion" or "whynot"."""
        self.why.choose(kind)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what was drawn meanwhile."""
        super().showEvent(event)
        self._read_by(self._look_ahead)
        self._prediction = self._draw.digit
        if self._prediction is None:
            self.side.show_drawing(on=True)
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the reading to the Draw tab's reader."""
        self._read_by(None)
        super().hideEvent(event)

    # Networks

    @Slot(object)
    def show_live(self, recognizer: Recognizer) -> None:
        """Look into the network in training as it is now, unless that is switched off."""
        self._live = recognizer.model
        self.tools.offer_live(on=True)
        if self.tools.follows_live and self.isVisible():
            self._use(self.first, self._live, "in training")

    @Slot()
    def end_live(self) -> None:
        """Go back to the window's model: the training is over."""
        self._live = None
        self.tools.offer_live(on=False)
        self._use_windows_model()

    @Slot(bool)
    def follow_live(self, follow: bool) -> None:
        """Follow the network in training, or look into the window's model."""
        if follow and self._live is not None:
            self._use(self.first, self._live, "in training")
        else:
            self._use_windows_model()

    @Slot(object)
    def compare_with(self, named: NamedModel) -> None:
        """Show another network below the first."""
        self.second.show()
        for view in (self.first, self.second):
            view.show_name(on=True)
        self._use(self.second, named.model, named.name)

    @Slot()
    def stop_comparing(self) -> None:
        """Show the first network alone."""
        self.second.hide()
        self.second.use(None)
        self.first.show_name(on=False)
        self._look_at_view(self.first)

    @Slot(object)
    def replace_first(self, named: NamedModel) -> None:
        """Show another network in the first place, while two are compared."""
        self._use(self.first, named.model, named.name)

    @Slot()
    def browse(self) -> None:
        """Choose a model file to compare with."""
        dialog = QFileDialog(self, "Compare with a model file", str(self._settings.folder))
        dialog.setObjectName("compareDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([MODEL_FILTER, "All files (*)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._compare_with_file)
        dialog.open()

    @Slot(str)
    def _compare_with_file(self, name: str) -> None:
        self.second.menu.load(Path(name))

    @property
    def _recognizer(self) -> Recognizer | None:
        """What reads in the Draw tab, if it can be looked into."""
        reader = None if self._window_model is None else self._window_model.reader
        return reader if isinstance(reader, Recognizer) else None

    def _read_by(self, single_pass: Pass | None) -> None:
        if self._recognizer is not None:
            self._recognizer.read_by(single_pass)

    def _look_ahead(self, image: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Return the logits of a picture that is being read, and keep all else that the pass has made for `look`."""
        if self._recognizer is None or self.model is not self._recognizer.model:
            return None
        frame = self.first.look_ahead(image, gradients=self.why.needs_gradients)
        return None if frame is None else frame[frame.structure.output][np.newaxis]

    def _use_windows_model(self) -> None:
        inside = None if self._recognizer is None else self._recognizer.model
        self._use(self.first, inside, "" if inside is None else inside.name)

    def _use(self, view: NetworkView, model: Model | None, name: str) -> None:
        view.use(model, name)
        if view is self.first:
            self.why.use_model(model, view.labels)
            self.enlarged.keep(view.maps.chosen)
            self.maps.show_muted(frozenset())
            self.panel.use_model(model)
        elif view is self._looked_at:
            self.panel.speak_of(model, operable=False)
        self.look()

    @Slot(object)
    def _operate(self, model: Model) -> None:
        """Look into the first network as surgery has left it."""
        name = model.name if model is self.panel.surgery.base else f"{model.name}, operated"
        self.first.use(model, name)
        self.why.use_model(model, self.first.labels)
        self.panel.speak_of(model, operable=True)
        self.maps.show_muted(self.panel.surgery.silent)
        self.look()

    @Slot(object)
    def _show_gradients(self, gradients: Mapping[str, NDArray[np.float32]] | None) -> None:
        """Show gradients on the maps that are looked at, or what the layers say."""
        view = self._looked_at
        if gradients is not None:
            view.maps.show_frame(gradients, signed=True)
        elif view.frame is not None:
            view.show_activations()

    # Looking

    @Slot()
    def look(self) -> None:
        """Show what the networks make of the digit: one pass through each, for all that is shown."""
        image = None if self._prediction is None else self._prediction.image
        frame = self.first.look(image, gradients=self.why.needs_gradients)
        if self.comparing:
            beside = self.second.look(image, gradients=self.why.needs_gradients)
            self.second.maps.show_overlay(self.why.overlay_on(beside))
        self.enlarged.refresh()
        self.side.picture.show_pixels(None if frame is None else frame.pixels)
        self._show_answer(frame)
        self.why.show_frame(frame, blank=frame is None or not frame.pixels.any())
        shown = self._looked_at
        if shown.frame is not None and shown.maps.cell is None and shown.frame.pixels.any():
            shown.maps.look_at(strongest(shown.frame))
        elif self._panel_rests.isActive():
            # Under a moving pen the panel follows some ten times a second: numbers are not read any faster.
            self._panel_is_behind = True
        else:
            self._explain()
            self._panel_rests.start()

    @Slot()
    def _catch_up(self) -> None:
        if self._panel_is_behind:
            self._explain()

    @Slot(object)
    def _take(self, prediction: "Prediction | None") -> None:
        self._prediction = prediction
        if self.isVisible():
            self.look()

    def _show_answer(self, frame: Frame | None) -> None:
        prediction = self._prediction
        if frame is None and self.model is not None:
            self.side.excuse("No answer", "The network's numbers are not finite.")
        elif frame is None or prediction is None or (prediction.rejected and not prediction.image.any()):
            self.side.show_answer((), None)
        else:
            self.side.show_answer(frame.labels, frame.answer, prediction.reason if prediction.rejected else None)

    @Slot()
    def _point_first(self) -> None:
        self._look_at_view(self.first)

    @Slot()
    def _point_second(self) -> None:
        self._look_at_view(self.second)

    def _look_at_view(self, view: NetworkView) -> None:
        """Let the panel speak of a cell of one of the networks."""
        if view is not self._looked_at:
            self._looked_at.maps.show_patches(())
            self._looked_at = view
            self.panel.speak_of(view.model, operable=view is self.first)
        self._explain()

    @Slot()
    def _explain(self) -> None:
        """Show where a cell comes from: below, on the maps before it, and on the drawing."""
        self._panel_is_behind = False
        view = self._looked_at
        frame, cell = view.frame, view.maps.cell
        shown = self.panel.show_cell(frame, cell, view.labels)
        view.maps.show_patches(() if shown is None else shown.patches)
        box, words = (None, "") if frame is None or cell is None else field_of(frame, cell)
        self.side.picture.show_frame(box)
        self.side.caption.show_text(words)
        self.panel.differing.show_text(self._differing(cell))

    def _differing(self, cell: Cell | None) -> str:
        one, other = self.first.frame, self.second.frame
        if not self.comparing or one is None or other is None or cell is None:
            return ""
        return difference_in_words(one, other, cell.layer, of_other=self._looked_at is self.second)

    @Slot(object)
    def _go_to(self, cell: Cell) -> None:
        self._looked_at.maps.go_to(cell)

    # Parts

    def _connect(self) -> None:
        self._draw.digit_read.connect(self._take)
        maps = self.first.maps
        maps.pointed.connect(self._point_first)
        self.second.maps.pointed.connect(self._point_second)
        maps.map_chosen.connect(self.enlarged.enlarge)
        self.enlarged.changed.connect(maps.show_chosen)
        for view in self.enlarged.views:
            view.pointed.connect(maps.look_at)
            view.pinned.connect(maps.pin)
        self.side.picture.pointed.connect(maps.look_at)
        self.why.overlay_changed.connect(self.side.picture.show_overlay)
        self.why.overlay_changed.connect(maps.show_overlay)
        self.why.frame_wanted.connect(self.look)
        self.panel.arithmetic.walked.connect(self._go_to)
        self.panel.arithmetic.room_changed.connect(self._explain)
        self.panel.kernels.map_pointed.connect(self._go_to)
        self.panel.surgery.operated.connect(self._operate)
        self.panel.surgery.message.connect(self.message)
        self.panel.backprop.gradients_changed.connect(self._show_gradients)
        self.files.message.connect(self.message)
        self.tools.live_toggled.connect(self.follow_live)
        self.first.menu.chosen.connect(self.replace_first)
        self.second.menu.chosen.connect(self.compare_with)
        self.second.menu.closed.connect(self.stop_comparing)
        for menu in (self.first.menu, self.second.menu):
            menu.browse_requested.connect(self.browse)
            menu.message.connect(self.message)
        self.second.menu.offer_closing(on=True)

    def _lay_out(self) -> None:
        maps = card("mapsCard", self)
        column = QVBoxLayout(maps)
        column.setContentsMargins(1, 1, 1, SPACE + SPACE // 2)
        column.setSpacing(SPACE)
        networks = QHBoxLayout()
        networks.setSpacing(0)
        networks.addWidget(self.first, 1)
        networks.addWidget(self.second, 1)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addLayout(networks, 1)
        beside.addWidget(self.enlarged)
        column.addLayout(beside, 1)
        column.addWidget(self.tools)
        # The panel can be made higher, or put away, where the maps need the room.
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setObjectName("featuresSplit")
        split.setHandleWidth(2 * SPACE)
        split.addWidget(maps)
        split.addWidget(self.panel)
        split.setCollapsible(0, False)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.side)
        row.addWidget(split, 1)
