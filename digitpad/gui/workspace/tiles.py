"""The images of the grid as small pictures in the colours of the theme.

Small images in memory are converted when they are painted, which takes a fraction of a millisecond for a screen. Others
are decoded and reduced by a worker, newest request first, and kept within a limit of memory; until then they have a
blank place in the grid.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.inspection import SplitDataset

_LARGEST_DIRECT = 64  # pixels: larger images are reduced by the worker
_REDUCED = 128  # pixels: about the longer side of a reduced image
_MOST_BYTES = 64 << 20
_AT_ONCE = 4


class Palette:
    """Turns pixels into pictures: ink in the colours of the theme, photographs as they are.

    Attributes
    ----------
    background
        The colour between the pictures.
    """

    def __init__(self, theme: Theme) -> None:
        paper, ink = theme.colour("field"), theme.colour("text")
        levels = np.linspace([paper.red(), paper.green(), paper.blue()], [ink.red(), ink.green(), ink.blue()], 256)
        self._ink = _packed(*np.rint(levels).astype(np.uint8).T)
        self.background = QColor(theme.colour("surface"))
        grey = np.arange(256, dtype=np.uint8)
        self._grey = _packed(grey, grey, grey)

    def colours(self, pixels: NDArray[np.uint8], *, ink: bool) -> NDArray[np.uint32]:
        """Return pixels (..., C, H, W) of 1 or 3 channels as 0xffRRGGBB, (..., H, W)."""
        if pixels.shape[-3] == 1:
            table = self._ink if ink else self._grey
            coloured: NDArray[np.uint32] = table[pixels[..., 0, :, :]]
            return coloured
        return _packed(pixels[..., 0, :, :], pixels[..., 1, :, :], pixels[..., 2, :, :])


def _packed(red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return colours as 0xffRRGGBB, in the same shape."""
    opaque = np.full_like(red, 255)
    packed: NDArray[np.uint32] = np.stack([opaque, red, green, blue], axis=-1).view(">u4")[..., 0].astype(np.uint32)
    return packed


def shows_ink(images: SplitDataset) -> bool:
    """Return whether a dataset contains ink, which is 255 on a background of 0, or pictures."""
    return images.shape[0] == 1 and all(isinstance(part.images, np.ndarray) for part in images.parts)


class TileStore(QObject):
    """Provides the pixels of the images that are visible.

    Signals
    -------
    changed
        More images are available.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._images: SplitDataset | None = None
        self._direct = True
        self._kept: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._asked: frozenset[int] = frozenset()
        self._failed: set[int] = set()
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)

    @property
    def is_direct(self) -> bool:
        """Whether all images are available at once."""
        return self._direct

    @property
    def kept(self) -> int:
        """Number of images that are kept."""
        return len(self._kept)

    def use(self, images: SplitDataset | None) -> None:
        """Provide the images of another dataset from now on."""
        self._worker.forget("tiles")
        self._images = images
        self._kept.clear()
        self._asked = frozenset()
        self._failed.clear()
        self._direct = images is None or (
            max(images.shape[1:]) <= _LARGEST_DIRECT
            and all(isinstance(part.images, np.ndarray) for part in images.parts)
        )

    def pixels(self, indices: Sequence[int]) -> list[NDArray[np.uint8] | None]:
        """Return images, uint8 (C, h, w) each, reduced where they are large; None for those that are not decoded yet.

        Missing images are requested; a new request replaces the one before.
        """
        if self._images is None or not indices:
            return []
        if self._direct:
            return list(self._images.images(indices))
        missing = [index for index in indices if index not in self._kept and index not in self._failed]
        if missing and not self._asked.issuperset(missing):
            self._ask(missing)
        found = [self._kept.get(index) for index in indices]
        for index in indices:
            if index in self._kept:
                self._kept.move_to_end(index)
        return found

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    def _ask(self, indices: list[int]) -> None:
        images = self._images
        if images is None:
            return
        self._asked = frozenset(indices)

        def work(context: WorkContext) -> None:
            for start in range(0, len(indices), _AT_ONCE):
                if context.stopped():
                    return
                context.show(_decoded(images, indices[start : start + _AT_ONCE]))

        self._worker.ask("tiles", work)

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.final:
            # What is missing now could not be decoded; it is not requested again.
            self._failed.update(self._asked.difference(self._kept))
            self._asked = frozenset()
        elif isinstance(outcome.result, dict):
            self._kept.update(outcome.result)
            size = sum(tile.nbytes for tile in self._kept.values())
            while size > _MOST_BYTES:
                size -= self._kept.popitem(last=False)[1].nbytes
        self.changed.emit()


def _decoded(images: SplitDataset, indices: list[int]) -> dict[int, NDArray[np.uint8]]:
    """Return reduced images; those whose files cannot be read are left out."""
    try:
        return {index: reduced(image) for index, image in zip(indices, images.images(indices), strict=True)}
    except DigitpadError:
        if len(indices) == 1:
            return {}
        return {number: tile for index in indices for number, tile in _decoded(images, [index]).items()}


def reduced(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image (C, H, W) averaged over squares, if it is larger than tiles are ever shown."""
    channels, height, width = pixels.shape
    side = max(height, width) // _REDUCED
    if side <= 1:
        return pixels
    rows, columns = height // side, width // side
    squares = pixels[:, : rows * side, : columns * side].reshape(channels, rows, side, columns, side)
    means: NDArray[np.float32] = squares.mean(axis=(2, 4), dtype=np.float32)
    return np.rint(means).astype(np.uint8)
