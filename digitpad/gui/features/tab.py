"""The Features tab: the activations of every layer, while you draw."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.features.differing import difference_in_words
from digitpad.gui.features.looking import field_of, strongest
from digitpad.gui.features.map_files import MapFiles
from digitpad.gui.features.maps.enlarged import EnlargedPane
from digitpad.gui.features.network_view import NetworkView
from digitpad.gui.features.panel import Panel
from digitpad.gui.features.side import Side
from digitpad.gui.features.tools import Tools
from digitpad.gui.features.why import Why
from digitpad.gui.widgets.cards import card
from digitpad.gui.widgets.files import MODEL_FILTER
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker
from digitpad.gui.workspace import models
from digitpad.gui.workspace.look import Depth, Look
from digitpad.gui.workspace.models import LoadedModel, Source
from digitpad.gui.workspace.network_menu import NetworkMenu
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import CLASSIFICATION, Model

if TYPE_CHECKING:
    from digitpad.gui.features.maps.view import MapView


_PANEL_PACE = 100  # milliseconds between two updates of the panel while the drawing changes


class FeaturesTab(TabPage):
    """Shows the chosen digit as every layer sees it.

    Parameters
    ----------
    theme
        The theme.
    workspace
        The workspace, with digit and frame; the small canvas is a second view of its drawing.
    """

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featuresTab")
        self._workspace = workspace
        self._settings = workspace.settings
        self._look = workspace.look
        self._network: LoadedModel | None = None  # the network of the first maps
        self._panel_is_behind = False
        self._panel_rests = QTimer(self)
        self._panel_rests.setSingleShot(True)
        self._panel_rests.setInterval(_PANEL_PACE)
        self._panel_rests.timeout.connect(self._catch_up)
        self._background = LatestWorker(self)
        self.side = Side(theme, workspace.drawing, self)
        self.why = Why(self._background, self, self.side)
        self.side.add(self.why, self.why.heading)
        self.first_menu = NetworkMenu(workspace, "network", self)
        self.compare_menu = NetworkMenu(workspace, "network", self)
        self.first = NetworkView(theme, "first", self.first_menu, self)
        self.second = NetworkView(theme, "second", self.compare_menu, self)
        self.second.hide()
        self._looked_at = self.first
        self.enlarged = EnlargedPane(theme, self.first.maps, self)
        self.panel = Panel(theme, self._background, workspace, self)
        self.files = MapFiles(self, self._frame_now, self._settings, self._background)
        self.tools = Tools(
            self,
            (self.first.maps, self.second.maps),
            self.side.pad,
            self.files.save,
            self.compare_menu,
            partial(self.side.show_drawing, on=True),
            self.panel.surgery.operations,
        )
        self._lay_out()
        self._connect()

    @property
    def maps(self) -> "MapView":
        """The maps of the first network."""
        return self.first.maps

    @property
    def model(self) -> Model | None:
        """The model that is shown."""
        return self.first.model

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self.first.frame

    @property
    def busy(self) -> bool:
        """Whether long work is in progress."""
        return self._background.busy

    @property
    def comparing(self) -> bool:
        """Whether two networks are shown."""
        return not self.second.isHidden()

    def shut_down(self) -> None:
        """Stop long work and wait for its end."""
        self._background.shut_down()
        self.second.shut_down()
        self.panel.shut_down()

    def explain_with(self, kind: str) -> None:
        """Explain the prediction: "none", "gradient", "gradcam", "occlusion" or "whynot"."""
        self.why.choose(kind)

    def showEvent(self, event: QShowEvent) -> None:
        """Update to what was drawn meanwhile."""
        super().showEvent(event)
        if self._workspace.look.page.is_blank:
            self.side.show_drawing(on=True)
        self._ask()
        self.show_look(self._workspace.look)

    def hideEvent(self, event: QHideEvent) -> None:
        """Request nothing while hidden."""
        self._workspace.ask(self, Depth.READING)
        super().hideEvent(event)

    # Networks

    @Slot()
    def _show_networks(self) -> None:
        """Offer to follow a training, and show whether it is followed."""
        looked_at = self._workspace.looked_at
        follows = looked_at is not None and looked_at.source is Source.IN_TRAINING
        self.tools.offer_live(on=self._workspace.in_training is not None, followed=follows)

    @Slot(bool)
    def follow_live(self, follow: bool) -> None:
        """Show the network in training, or the model in use."""
        if follow:
            self._workspace.look_at_training()
        else:
            self._workspace.look_at_in_use()

    @Slot(object)
    def compare_with_path(self, path: Path) -> None:
        """Show another network beside the first: a model file, the end of a run, or a checkpoint."""
        try:
            model, place = models.read_model(path)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        if model.metadata.task != CLASSIFICATION:
            text = self.tr("{name} finds ink on pages and does not read digits; choose a model that does.")
            self.message.emit(Message(text.format(name=model.name)))
            return
        self.compare_with(model, models.saved_name(place))

    def compare_with(self, model: Model, name: str) -> None:
        """Show another network beside the first, for the same picture."""
        self.second.show()
        for view in (self.first, self.second):
            view.show_name(on=True)
        self.second.use(model, name)
        if self._looked_at is self.second:
            self.panel.speak_of(model, operable=False)
        self._show_frames()

    @Slot()
    def _compare_with_training(self) -> None:
        """Compare with the current network in training."""
        network = self._workspace.in_training
        if network is not None and network.model is not None:
            self.compare_with(network.model, network.title)

    @Slot()
    def stop_comparing(self) -> None:
        """Show the first network only."""
        self.second.hide()
        self.second.use(None)
        self.first.show_name(on=False)
        self._look_at_view(self.first)

    @Slot()
    def browse(self) -> None:
        """Choose a model file to compare with."""
        dialog = QFileDialog(self, self.tr("Compare with a model file"), str(self._settings.folder))
        dialog.setObjectName("compareDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([MODEL_FILTER, self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._compare_with_file)
        dialog.open()

    @Slot(str)
    def _compare_with_file(self, name: str) -> None:
        self.compare_with_path(Path(name))

    @Slot()
    def _browse_first(self) -> None:
        dialog = QFileDialog(self, self.tr("Open a model file"), str(self._settings.folder))
        dialog.setObjectName("firstNetworkDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([MODEL_FILTER, self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._look_at_file)
        dialog.open()

    @Slot(str)
    def _look_at_file(self, name: str) -> None:
        self._workspace.look_at(Path(name))

    def _frame_now(self) -> Frame | None:
        return self.frame

    def _use(self, look: Look) -> None:
        """Show another network as the first."""
        network = self._network = look.network
        model = None if network is None else network.model
        name = "" if network is None or model is None else network.title
        self.first.use(model, name, look.frame)
        self.why.use_model(model, self.first.labels)
        if network is not None and network.source is Source.OPERATED:
            self.panel.speak_of(model, operable=True)
            self.maps.show_muted(self.panel.surgery.silent)
            return
        self.enlarged.keep(self.maps.chosen)
        self.maps.show_muted(frozenset())
        operations = self.panel.surgery.operations
        if model is not None and model is operations.base and model is operations.model:
            # All surgery was undone; it can still be redone.
            self.panel.speak_of(model, operable=True)
        else:
            self.panel.use_model(model)

    @Slot(object)
    def _operate(self, model: Model) -> None:
        """Show the network after surgery."""
        if model is self.panel.surgery.operations.base:
            self._workspace.end_operation()
        else:
            self._workspace.operate(model, self.tr("{name}, edited").format(name=model.name))

    @Slot(object)
    def _show_gradients(self, gradients: Mapping[str, NDArray[np.float32]] | None) -> None:
        """Show gradients on the maps, or activations."""
        view = self._looked_at
        if gradients is not None:
            view.maps.show_frame(gradients, signed=True)
        elif view.frame is not None:
            view.show_activations()

    # Frames

    @Slot()
    def _ask(self) -> None:
        """Request what is shown: all activations, and gradients while the explanation needs them."""
        if self.isVisible():
            self._workspace.ask(self, Depth.GRADIENTS if self.why.needs_gradients else Depth.ACTIVATIONS)

    @Slot(object)
    def show_look(self, look: Look) -> None:
        """Show the frame of the network."""
        if not self.isVisible():
            return
        if look.is_reading:
            # The maps stay for the moment; only the prediction shows that it is pending.
            self.side.show_look(look)
            return
        model = None if look.network is None else look.network.model
        if model is not None and look.frame is None and not look.not_finite and not look.error:
            # From before a frame was requested; the look with the frame follows.
            return
        self._look = look
        if look.network is not self._network:
            self._use(look)
        self._show_frames()

    def _show_frames(self) -> None:
        """Show the frames of the networks."""
        look = self._look
        frame = self.first.show_frame(look.frame, not_finite=look.not_finite)
        if self.comparing:
            beside = self.second.look(look.pixels, gradients=self.why.needs_gradients)
            if not self.second.takes_long:
                self.second.maps.show_overlay(self.why.overlay_on(beside))
        self.enlarged.refresh()
        self.side.show_look(look)
        self.why.show_frame(frame, blank=frame is None or frame.is_blank)
        shown = self._looked_at
        if shown.frame is not None and shown.maps.cell is None and not shown.frame.is_blank:
            shown.maps.look_at(strongest(shown.frame))
        elif self._panel_rests.isActive():
            # While the pen moves, the panel updates about ten times per second; faster numbers cannot be read.
            self._panel_is_behind = True
        else:
            self._explain()
            self._panel_rests.start()

    @Slot(object)
    def _show_beside(self, frame: Frame | None) -> None:
        """Explain the prediction of a second network that takes long, and its current cell."""
        self.second.maps.show_overlay(self.why.overlay_on(frame))
        if self._looked_at is self.second:
            self._explain()

    @Slot()
    def _explain_again(self) -> None:
        """Change the explanation; a frame with gradients follows if it needs one."""
        self._ask()
        self._show_frames()

    @Slot()
    def _catch_up(self) -> None:
        if self._panel_is_behind:
            self._explain()

    @Slot()
    def _point_first(self) -> None:
        self._look_at_view(self.first)

    @Slot()
    def _point_second(self) -> None:
        self._look_at_view(self.second)

    def _look_at_view(self, view: NetworkView) -> None:
        """Show a cell of one of the networks in the panel."""
        if view is not self._looked_at:
            self._looked_at.maps.show_patches(())
            self._looked_at = view
            self.panel.speak_of(view.model, operable=view is self.first)
        self._explain()

    @Slot()
    def _explain(self) -> None:
        """Show how a cell is computed: in the panel, on the maps before it, and on the drawing."""
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

    @Slot(object, str)
    def _open_point(self, pixels: NDArray[np.float32], name: str) -> None:
        """Show an image of the map of points in Draw."""
        self._workspace.show_pixels(pixels, name)
        self.tab_wanted.emit("Draw")

    # Parts

    def _connect(self) -> None:
        self._workspace.published.connect(self.show_look)
        self._workspace.networks_changed.connect(self._show_networks)
        self._show_networks()
        maps = self.first.maps
        maps.pointed.connect(self._point_first)
        self.second.maps.pointed.connect(self._point_second)
        self.second.looked.connect(self._show_beside)
        maps.map_chosen.connect(self.enlarged.enlarge)
        self.enlarged.changed.connect(maps.show_chosen)
        for view in self.enlarged.views:
            view.pointed.connect(maps.look_at)
            view.pinned.connect(maps.pin)
        self.side.picture.pointed.connect(maps.look_at)
        self.why.overlay_changed.connect(self.side.picture.show_overlay)
        self.why.overlay_changed.connect(maps.show_overlay)
        self.why.frame_wanted.connect(self._explain_again)
        self.panel.arithmetic.walked.connect(self._go_to)
        self.panel.arithmetic.room_changed.connect(self._explain)
        self.panel.arithmetic.message.connect(self.message)
        self.panel.kernels.map_pointed.connect(self._go_to)
        self.panel.kernels.message.connect(self.message)
        self.panel.surgery.operations.operated.connect(self._operate)
        self.panel.surgery.message.connect(self.message)
        self.panel.backprop.gradients_changed.connect(self._show_gradients)
        self.panel.points.message.connect(self.message)
        self.panel.points.opened.connect(self._open_point)
        self.files.message.connect(self.message)
        self.tools.live_toggled.connect(self.follow_live)
        self.tools.scale_changed.connect(self.enlarged.refresh)
        self.side.bars.threshold_moved.connect(self._workspace.move_threshold)
        self.side.answer.character_chosen.connect(self._workspace.choose)
        self.first_menu.chosen.connect(self._workspace.look_at)
        self.first_menu.training_chosen.connect(self._workspace.look_at_training)
        self.first_menu.browse_requested.connect(self._browse_first)
        self.compare_menu.chosen.connect(self.compare_with_path)
        self.compare_menu.training_chosen.connect(self._compare_with_training)
        self.compare_menu.closed.connect(self.stop_comparing)
        self.compare_menu.browse_requested.connect(self.browse)
        self.compare_menu.offer_closing(on=True)
        for menu in (self.first_menu, self.compare_menu):
            menu.message.connect(self.message)

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
        # The panel can be made higher or closed.
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
