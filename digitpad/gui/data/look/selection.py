"""The selected image and its details, which always belong together: all of them change at once, when they are known."""

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.data.look.captions import Descriptions
from digitpad.gui.data.look.details import DetailsCard
from digitpad.gui.data.look.single import Selected, SelectedImage
from digitpad.gui.workspace.tiles import shows_ink
from digitpad.inspection import SplitDataset
from digitpad.models.model_file import Model


class Selection(QObject):
    """Fetches what is selected, and shows it.

    Parameters
    ----------
    details
        Shows it.

    Signals
    -------
    page_ready
        The name and the `Page` of an image for Draw.
    failed
        Why there is no page.
    """

    page_ready = Signal(str, object)
    failed = Signal(str)

    def __init__(self, details: DetailsCard, parent: QObject) -> None:
        super().__init__(parent)
        self._details = details
        self._source: tuple[SplitDataset, Descriptions] | None = None
        self._selected: Selected | None = None
        self._single = SelectedImage(self)
        self._single.fetched.connect(self._show)
        self._single.page_ready.connect(self.page_ready)
        self._single.failed.connect(self.failed)

    @property
    def index(self) -> int | None:
        """The image whose details are shown; None if there is none."""
        return None if self._selected is None else self._selected.cell[0]

    @property
    def complete_cell(self) -> tuple[int, ...] | None:
        """The images whose details are shown completely; None while they are being fetched."""
        return self._selected.cell if self._selected is not None and self._selected.is_complete else None

    def select(
        self, images: SplitDataset, descriptions: Descriptions, cell: tuple[int, ...], model: Model | None
    ) -> None:
        """Show the details of a cell, as soon as they are known."""
        self._source = images, descriptions
        if self._selected is not None and self._selected.cell != cell:
            # Its details stay until those of the new cell are there.
            self._selected = None
        self._single.fetch(images, cell, model)

    def make_page(self, images: SplitDataset, index: int, name: str) -> None:
        """Make a page of an image for Draw."""
        self._single.make_page(images, index, name)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._single.forget()
        self._source = self._selected = None
        self._details.clear()

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._single.shut_down()

    @Slot(object)
    def _show(self, selected: Selected) -> None:
        if self._source is None:
            return
        images, descriptions = self._source
        self._selected = selected
        self._details.show_facts(descriptions.facts(selected.cell[0]))
        self._details.enlarged.show_images(selected.pixels, ink=shows_ink(images))
        reading = selected.reading
        if reading is None:
            text = self.tr("No model is in use.") if selected.is_complete else self.tr("Preparing the model…")
            self._details.show_reading_state(text)
        elif reading.probabilities is None:
            self._details.show_reading_state(reading.trouble)
        else:
            self._details.show_reading(reading.model, reading.labels, reading.probabilities)
