"""The page with the map of points: beside it the images that are listed."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.gallery import Gallery
from digitpad.gui.workspace.points.view import Listing, PointsView
from digitpad.gui.workspace.workspace import Workspace

#: Height in pixels in which three lines of controls and a small map fit.
_MOST_HEIGHT = 240


class PointsPage(QWidget):
    """Shows the map, and lists images beside it.

    Signals
    -------
    opened
        An image to show in Draw: float32 in [0, 1], (28, 28) for ink or (C, H, W) for a picture; and its name.
    message
        A `Message`: an image cannot be read.
    """

    opened = Signal(object, str)
    message = Signal(object)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pointsPage")
        self._listing: Listing | None = None
        self.view = PointsView(theme, workspace, self)
        self.gallery = Gallery(theme, self)
        self._title = muted("", self)
        self._title.setObjectName("pointsListTitle")
        self._side = QWidget(self)
        self._side.setObjectName("pointsList")
        # In a narrow panel, the list is hidden and the map takes its room.
        self._side.setMinimumWidth(1)
        inside = QVBoxLayout(self._side)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE // 2)
        inside.addWidget(self._title)
        inside.addWidget(self.gallery, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.view, 2)
        row.addWidget(self._side, 1)
        self.view.listed.connect(self._list)
        self.view.opened.connect(self._open)
        self.view.follower.placed.connect(self._refresh)
        self.view.follower.cleared.connect(self._clear)
        self.gallery.opened.connect(self.gallery.fetch)
        self.gallery.fetched.connect(self._fetched)
        self.gallery.failed.connect(self._say)

    def hasHeightForWidth(self) -> bool:
        """Return False: Qt would take the preferred height of the map at each width for its least height."""
        return False

    def heightForWidth(self, _width: int) -> int:
        """Return -1: a stack of pages asks all of them if one has a height for a width."""
        return -1

    def minimumSizeHint(self) -> QSize:
        """Return no more room than the other pages need.

        The panel has room for every page. While another page is shown, this one is still narrow, and its controls would
        take many lines.
        """
        least = super().minimumSizeHint()
        return QSize(least.width(), min(least.height(), px(_MOST_HEIGHT)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the list where there is room beside the map."""
        super().resizeEvent(event)
        around = self.layout()
        gap = 0 if around is None else around.spacing()
        room = self.width() - gap - max(self.view.minimumSizeHint().width(), (self.width() - gap) * 2 // 3)
        self._side.setVisible(room >= self.gallery.minimumSizeHint().width())

    def shut_down(self) -> None:
        """Stop the workers and wait for their end."""
        self.view.shut_down()
        self.gallery.shut_down()

    @Slot(object)
    def _list(self, listing: Listing) -> None:
        self._listing = listing
        self._title.setText(self.tr("{title}: {count:,}").format(title=listing.title, count=len(listing.indices)))
        self.gallery.show_images(listing.images, listing.indices, listing.caption, ink=listing.ink)

    @Slot()
    def _refresh(self) -> None:
        """List the mistakes of the first moment; later the same images, as the network reads them now."""
        if self._listing is None or self._listing.are_misread:
            self.view.list_misread()
        else:
            self.gallery.viewport().update()

    @Slot()
    def _clear(self) -> None:
        self._listing = None
        self._title.setText("")
        self.gallery.show_images(None, np.zeros(0, np.int64), self.view.caption)

    @Slot(int)
    def _open(self, index: int) -> None:
        """Open an image of the map: list it, and fetch it from there."""
        listing = self.view.listing_of(index)
        if listing is not None:
            self._list(listing)
            self.gallery.fetch(0)

    @Slot(int, object)
    def _fetched(self, index: int, pixels: NDArray[np.uint8]) -> None:
        images = self.gallery.images
        name = "" if images is None else images.name
        self.opened.emit(pixels.astype(np.float32) / np.float32(255), f"{name} {index}")

    @Slot(str)
    def _say(self, trouble: str) -> None:
        self.message.emit(Message(trouble))
