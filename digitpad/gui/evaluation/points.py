"""The map of points in Evaluate: its images are listed in the gallery beside the view."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.workspace.gallery import Gallery
from digitpad.gui.workspace.points.view import Listing, PointsView

if TYPE_CHECKING:
    from digitpad.gui.evaluation.job import Measured


class PointsInGallery(QObject):
    """Connects a map of points to a gallery while the map is the view.

    Parameters
    ----------
    view
        The map.
    gallery
        The gallery, in which other views list images too.

    Signals
    -------
    titled
        The title of what is listed.
    counted
        The number of images that are listed.
    """

    titled = Signal(str)
    counted = Signal(int)

    def __init__(self, view: PointsView, gallery: Gallery, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._gallery = gallery
        self._listing: Listing | None = None
        self._is_on = False
        view.listed.connect(self._list)
        view.opened.connect(self._open)
        view.follower.placed.connect(self._refresh)
        view.follower.cleared.connect(self._clear)

    @property
    def is_on(self) -> bool:
        """Whether the gallery lists images of the map."""
        return self._is_on

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return "" if self._listing is None else self._listing.images.name

    def turn(self, *, on: bool) -> None:
        """List the images of the map, or leave the gallery to the other views."""
        self._is_on = on
        if on and self._listing is not None:
            self._list(self._listing)
        elif on:
            self._clear()
            self._view.list_misread()

    def use(self, measured: "Measured | None", model: int) -> None:
        """Show the images that a model was evaluated on."""
        self._view.use_images(None if measured is None else measured.data[model])

    @Slot(object)
    def _list(self, listing: Listing) -> None:
        self._listing = listing
        if self._is_on:
            self.titled.emit(listing.title)
            self.counted.emit(len(listing.indices))
            self._gallery.show_images(listing.images, listing.indices, listing.caption, ink=listing.ink)

    @Slot(int)
    def _open(self, index: int) -> None:
        """Open an image of the map: list it, and fetch it from there."""
        listing = self._view.listing_of(index)
        if listing is not None and self._is_on:
            self._list(listing)
            self._gallery.fetch(0)

    @Slot()
    def _refresh(self) -> None:
        if self._listing is None or self._listing.are_misread:
            self._view.list_misread()
        elif self._is_on:
            self._gallery.viewport().update()

    @Slot()
    def _clear(self) -> None:
        self._listing = None
        if self._is_on:
            self.titled.emit(self.tr("Images"))
            self.counted.emit(0)
            self._gallery.show_images(None, np.zeros(0, np.int64), self._view.caption)
