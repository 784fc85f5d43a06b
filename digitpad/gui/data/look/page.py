"""Look: choose a dataset, filter and sort its images, and see each of them in detail."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.data.collections.store import is_named
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.data.look.actions import LookActions
from digitpad.gui.data.look.arrangement import Filters, Order, arrange
from digitpad.gui.data.look.background import LookWork
from digitpad.gui.data.look.captions import Descriptions
from digitpad.gui.data.look.cards import ClassesCard, ImagesCard
from digitpad.gui.data.look.choice import DataChoice
from digitpad.gui.data.look.details import DetailsCard
from digitpad.gui.data.look.exporter import LookExporter
from digitpad.gui.data.look.filters import LookFilters
from digitpad.gui.data.look.grid import Caption
from digitpad.gui.data.look.selection import Selection
from digitpad.gui.data.page import DataPage
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.tiles import TileStore, shows_ink
from digitpad.gui.workspace.workspace import Workspace
from digitpad.inspection import SplitDataset

if TYPE_CHECKING:
    from digitpad.models.model_file import Model

_MODEL_ORDERS = (Order.HARDEST, Order.MISLABELLED)


class LookPage(DataPage):
    """Shows the images of a dataset.

    Parameters
    ----------
    theme
        The colours.
    workspace
        Provides the model in use, and shows images in Draw.
    parent
        The tab.
    actions
        The actions of the tab; None makes them.
    """

    def __init__(
        self,
        theme: Theme,
        workspace: Workspace,
        parent: QWidget | None = None,
        *,
        actions: LookActions | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lookPage")
        self._theme, self._workspace = theme, workspace
        self._order = Order.STORED
        self._descriptions: Descriptions | None = None
        self._summarized: frozenset[str] | None = None  # the splits that the class images leave out
        self._next_step: Callable[[], None] = self._load_again
        self._model: Model | None = None  # the model that reads the images
        self.actions_here = LookActions(self) if actions is None else actions
        self.work = LookWork(self)
        self.tiles = TileStore(self)
        self.exporter = LookExporter(theme, workspace.settings, self)
        self.exporter.message.connect(self.message)
        self.data = DataChoice(theme, workspace.settings, self)
        self.facts = muted("", self)
        self.facts.setObjectName("lookFacts")
        self.filters = LookFilters(theme, self)
        self.classes_card = ClassesCard(theme, self)
        self.images_card = ImagesCard(theme, self.tiles, self)
        self.details = DetailsCard(theme, self.actions_here.open_image, self)
        self._selection = Selection(self.details, self)
        self.classes, self.grid = self.classes_card.strip, self.images_card.grid
        self.state, self.order = self.images_card.state, self.images_card.order
        self._lay_out()
        self._connect()

    @property
    def images(self) -> SplitDataset | None:
        """The dataset; None while it is being loaded."""
        return self.work.images

    @property
    def shown_cell(self) -> tuple[int, ...] | None:
        """The images whose details are shown completely; None while they are being fetched."""
        return self._selection.complete_cell

    def showEvent(self, event: QShowEvent) -> None:
        """Load the dataset when first shown; notice a model or a collection that has changed in the meantime."""
        super().showEvent(event)
        self.actions_here.show_page(visible=True)
        self._workspace.collections.refresh()
        if self.images is None and not self.work.is_busy and not self.state.text:
            self.load(self.data.source)
        elif self.images is not None and is_named(self.data.source):
            # Collect may have changed a collection.
            self.work.look_again(self.data.source)
        self._network_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the actions wait until the page is visible again."""
        super().hideEvent(event)
        self.actions_here.show_page(visible=False)

    def shut_down(self) -> None:
        """Stop background work and wait for its end."""
        for part in (self.work, self._selection, self.tiles, self.exporter):
            part.shut_down()

    @Slot(str)
    def load(self, source: str) -> None:
        """Load a dataset and show it in the stored order."""
        model = self._model_in_use()
        self._load(source, model if model is not None and model.metadata.preprocessing.is_picture else None)

    def _load(self, source: str, model: "Model | None") -> None:
        """Load a dataset, with pictures prepared for a model if there is one."""
        if model is None:
            self.work.load(source)
        else:
            self.work.load(source, model.image_shape, model.metadata.preprocessing.fit)
        self._order, self._descriptions, self._summarized = Order.STORED, None, None
        self.order.choose(Order.STORED.value)
        self.tiles.use(None)
        self.classes.show_classes((), np.zeros(0, np.int64), ink=True)
        self.filters.clear()
        self.facts.setText("")
        self.images_card.describe_nothing()
        self._show_progress(WorkProgress(self.tr("Loading {name}").format(name=self.data.currentText())))

    # Construction

    def _lay_out(self) -> None:
        self.data.setMinimumWidth(24 * SPACE)
        self.head = QWidget(self)
        self.head.setObjectName("lookHead")
        bar = QHBoxLayout(self.head)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(2 * SPACE)
        bar.addWidget(self.data)
        bar.addWidget(self.facts, 1)
        bar.addWidget(action_button(self.actions_here.export, "lookExportButton", self.tr("Export…"), self))
        middle = QVBoxLayout()
        middle.setSpacing(2 * SPACE)
        middle.addWidget(self.classes_card)
        middle.addWidget(self.images_card, 1)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self.filters)
        row.addLayout(middle, 1)
        row.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addWidget(self.head)
        column.addLayout(row, 1)

    def _connect(self) -> None:
        work = self.work
        work.loaded.connect(self._show_dataset)
        work.changed.connect(self._load_changed)
        work.found.connect(self._arrange)
        work.progressed.connect(self._show_progress)
        work.summarized.connect(self.classes.add_statistics)
        work.failed.connect(self._show_trouble)
        work.not_summarized.connect(self._say_trouble)
        self._selection.page_ready.connect(self._open_page)
        self._selection.failed.connect(self._say_trouble)
        self.data.chosen_data.connect(self.load)
        self.filters.changed.connect(self._filters_changed)
        self.classes.chosen.connect(self._class_chosen)
        self.order.activated.connect(self._order_chosen)
        self.grid.selected.connect(self._select)
        self.grid.opened.connect(self._open_place)
        self.state.pressed.connect(self._press)
        self.actions_here.open_wanted.connect(self._open_selected)
        self.actions_here.export_wanted.connect(self.exporter.ask)
        self._workspace.networks_changed.connect(self._network_changed)
        self._workspace.collections.changed.connect(self._offer_collections)
        self._offer_collections()

    # The dataset and its order

    @Slot()
    def _offer_collections(self) -> None:
        self.data.offer_collections(self._workspace.collections.entries)

    @Slot()
    def _load_changed(self) -> None:
        if self.isVisible():
            self.load(self.data.source)

    @Slot()
    def _show_dataset(self) -> None:
        images = self.images
        if images is None or self._prepares_again():
            return
        self.tiles.use(images)
        self.filters.show_dataset(images)
        channels, height, width = images.shape
        kind = self.tr("grey") if channels == 1 else self.tr("colour")
        text = self.tr("{count:,} image(s), {width} × {height}, {kind}", "", len(images))
        self.facts.setText(text.format(count=len(images), width=width, height=height, kind=kind))
        for remark in images.remarks:
            self.message.emit(Message(remark, "info"))
        self._filters_changed()

    @Slot()
    def _filters_changed(self) -> None:
        images, filters = self.images, self.filters.filters
        if images is None:
            return
        if filters.hidden != self._summarized:
            self._summarized = filters.hidden
            shown = images.labels[np.array([split not in filters.hidden for split in images.splits])[images.split_of]]
            counts = np.bincount(shown, minlength=len(images.classes))
            self.classes.show_classes(images.classes, counts, ink=shows_ink(images))
            self.work.summarize(filters)
        self.classes.show_filter(filters.label)
        if not self.work.is_busy:
            self._arrange()

    @Slot(int)
    def _class_chosen(self, label: int) -> None:
        self.filters.show_class(None if self.filters.filters.label == label else label)

    @Slot()
    def _order_chosen(self) -> None:
        before, self._order = self._order, Order(self.order.chosen)
        if self._order is before or self.work.is_loading:
            return
        # Both orders by the model need the same readings.
        if not (self.work.is_busy and {before, self._order} <= set(_MODEL_ORDERS)):
            self.work.stop()
            self._arrange()

    @Slot()
    def _arrange(self) -> None:
        """Show the images in their order, or start to compute what the order needs."""
        images, findings = self.images, self.work.findings
        if images is None:
            return
        if not findings.suffices_for(self._order):
            self._analyse()
            return
        cells = arrange(images, self.filters.filters, self._order, findings)
        self._descriptions = Descriptions(images, self._order, findings)
        self.images_card.describe_images(self._order, findings, len(cells))
        if not len(cells):
            self._show_nothing_found(images)
            return
        lines = 1 if self._order is Order.STORED else 2
        self.grid.show_cells(cells, self._caption, ink=shows_ink(images), lines=lines, keep=self._selection.index)
        self.images_card.show_grid()
        self.exporter.offer(images, cells, self._order, findings)
        self.actions_here.show_images(something=True)
        self._select(self.grid.place)

    def _caption(self, place: int) -> Caption:
        index = int(self.grid.cells[place, 0])
        return Caption("") if self._descriptions is None else self._descriptions.caption(index)

    def _analyse(self) -> None:
        self.images_card.describe_nothing()
        if self._order in _MODEL_ORDERS and self._model is None:
            text = self.tr("No model is in use. Choose one at the top of the window.")
            self._show_state(text, self.tr("Show as stored"), self._show_as_stored)
            return
        self._show_progress(WorkProgress(self.tr("Starting")))
        self.work.analyse(self._order, self._model)

    @Slot()
    def _network_changed(self) -> None:
        """Drop the answers of a model that is no longer in use; what is shown of it is computed again."""
        model = self._model_in_use()
        if not self.isVisible() or model is self._model:
            return
        self._model = model
        if self._prepares_again():
            return
        if self._order in _MODEL_ORDERS:
            self.work.stop()
        self.work.forget_readings()
        if self.images is None or self.work.is_busy:
            return
        if self._order in _MODEL_ORDERS:
            self._arrange()
        elif self.images_card.shows_grid:
            self._descriptions = Descriptions(self.images, self._order, self.work.findings)
            self._select(self.grid.place)

    def _prepares_again(self) -> bool:
        """Load picture files again for the input of a model that knows their classes; return whether that is needed."""
        images, model = self.images, self._model_in_use()
        if images is None or model is None or images.path(0) is None:
            return False
        if images.shape == model.image_shape and model.metadata.preprocessing.receives(images.fit):
            return False
        if not set(images.classes) <= set(model.metadata.labels):
            return False
        self._load(self.data.source, model)
        return True

    def _model_in_use(self) -> "Model | None":
        in_use = self._workspace.in_use
        return None if in_use is None else in_use.model

    # In place of the grid

    def _show_state(self, text: str, button: str, step: Callable[[], None]) -> None:
        self._next_step = step
        self.state.show_text(text, button)
        self._show_no_grid()

    @Slot(object)
    def _show_progress(self, progress: WorkProgress) -> None:
        self._next_step = self._stop
        self.state.show_progress(progress)
        self._show_no_grid()

    def _show_no_grid(self) -> None:
        self._selection.clear()
        self.actions_here.show_images(something=False)
        self.exporter.offer_nothing()
        self.images_card.show_state()

    @Slot(str)
    def _show_trouble(self, text: str) -> None:
        if self.images is None:
            self._show_state(text, self.tr("Try again"), self._load_again)
        else:
            self._show_state(text, self.tr("Show as stored"), self._show_as_stored)

    def _show_nothing_found(self, images: SplitDataset) -> None:
        everything = arrange(images, Filters(), self._order, self.work.findings)
        if len(everything):
            text = self.tr("No image matches the filters.")
            self._show_state(text, self.tr("Reset filters"), self.filters.reset)
        elif self._order is Order.MISLABELLED:
            text = self.tr("{model} doubts no label of this dataset.")
            model = "" if self.work.findings.readings is None else one_line(self.work.findings.readings.model)
            self._show_state(text.format(model=model), self.tr("Show as stored"), self._show_as_stored)
        else:
            text = self.tr("A pair needs two images; this dataset has fewer.")
            self._show_state(text, self.tr("Show as stored"), self._show_as_stored)

    @Slot()
    def _press(self) -> None:
        self._next_step()

    def _stop(self) -> None:
        self.work.stop()
        if self.images is None:
            text = self.tr("Loading was stopped. Choose a dataset above.")
            self._show_state(text, self.tr("Load again"), self._load_again)
        else:
            self._show_as_stored()

    def _load_again(self) -> None:
        self.load(self.data.source)

    def _show_as_stored(self) -> None:
        self._order = Order.STORED
        self.order.choose(Order.STORED.value)
        self._arrange()

    # The selected image

    @Slot(int)
    def _select(self, place: int) -> None:
        images, descriptions = self.images, self._descriptions
        if images is None or descriptions is None:
            return
        self._selection.select(images, descriptions, tuple(self.grid.cells[place].tolist()), self._model)

    @Slot(int)
    def _open_place(self, place: int) -> None:
        """Open a cell in Draw, which need not have been fetched yet."""
        images, descriptions = self.images, self._descriptions
        if images is None or descriptions is None:
            return
        index = int(self.grid.cells[place, 0])
        name = f"{images.name}, {descriptions.name(index)}, {descriptions.label(index)}"
        self._selection.make_page(images, index, name)

    @Slot()
    def _open_selected(self) -> None:
        if self.images_card.shows_grid:
            self._open_place(self.grid.place)

    @Slot(str, object)
    def _open_page(self, name: str, page: Page) -> None:
        self._workspace.drawing.put(self.tr("open {name}").format(name=name), page)
        self.tab_wanted.emit("Draw")

    @Slot(str)
    def _say_trouble(self, text: str) -> None:
        self.message.emit(Message(text))
