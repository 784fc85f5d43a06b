"""Small pictures of samples, painted in the background and kept up to a limit."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter

from digitpad.data.collections.dataset import read_sample_ink
from digitpad.data.collections.folder import Sample
from digitpad.data.picture_files import opened_picture
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.ink_pages import page_of
from digitpad.gui.canvas.ink_painter import bounds_of, paint_stroke
from digitpad.gui.widgets.picture_image import fitted, image_of_rgb
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext

SIDE = 48
"""The width and height of a thumbnail, in pixels at 100 % text size."""

_KIND = "thumbnails"
_MOST_BYTES = 48 << 20
_MOST_WAITING = 400
_AT_ONCE = 12
_MARGIN = 0.12  # of the side, around ink
_LEAST_LINE = 0.045  # of the side: a thinner line would hardly be visible


class Thumbnails(QObject):
    """Paints thumbnails when they are first needed.

    Signals
    -------
    arrived
        More thumbnails are there: paint again.
    """

    arrived = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._troubles: dict[str, str] = {}
        self._waiting: OrderedDict[str, Sample] = OrderedDict()
        self._nbytes = 0
        self._ratio = 1.0
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)
        theme.changed.connect(self.forget)

    @property
    def busy(self) -> bool:
        """Whether thumbnails are still being painted."""
        return self._soon.isActive() or self._worker.busy

    @property
    def painted(self) -> frozenset[str]:
        """The names of the samples whose thumbnails are kept."""
        return frozenset(self._images)

    def image(self, sample: Sample, ratio: float) -> QImage | None:
        """Return the thumbnail of a sample; None if it is not there yet, or the sample cannot be read.

        Parameters
        ----------
        sample
            The sample.
        ratio
            Device pixels for each pixel of the screen.
        """
        if ratio != self._ratio:
            self._ratio = ratio
            self.forget()
        found = self._images.get(sample.name)
        if found is not None:
            self._images.move_to_end(sample.name)
            return found
        if sample.name not in self._troubles and sample.name not in self._waiting:
            self._waiting[sample.name] = sample
            while len(self._waiting) > _MOST_WAITING:
                self._waiting.popitem(last=False)
            self._soon.start()
        return None

    def trouble(self, sample: Sample) -> str:
        """Return why a sample cannot be read; empty if it can, or that is not known yet."""
        return self._troubles.get(sample.name, "")

    @Slot()
    def forget(self) -> None:
        """Paint all thumbnails again, in the current colours and size."""
        self._worker.forget(_KIND)
        self._images.clear()
        self._waiting.clear()
        self._troubles.clear()
        self._nbytes = 0
        self.arrived.emit()

    def shut_down(self) -> None:
        """Stop painting, and wait for the worker."""
        self._soon.stop()
        self._worker.shut_down()

    @Slot()
    def _ask(self) -> None:
        # What was needed last is what is visible now.
        samples = tuple(reversed(self._waiting.values()))
        if samples:
            side = round(px(SIDE) * self._ratio)
            self._worker.ask(_KIND, partial(_paint_all, samples, side, self._theme.colour("text")))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if not isinstance(outcome.result, _Painted):
            return
        for name, result in outcome.result.items:
            self._waiting.pop(name, None)
            if isinstance(result, str):
                self._troubles[name] = result
                continue
            self._images[name] = result
            self._nbytes += result.sizeInBytes()
        while self._nbytes > _MOST_BYTES:
            _name, image = self._images.popitem(last=False)
            self._nbytes -= image.sizeInBytes()
        self.arrived.emit()


class _Painted:
    """Some thumbnails by the names of their samples, or why there is none."""

    def __init__(self, items: Sequence[tuple[str, QImage | str]]) -> None:
        self.items = tuple(items)


def _paint_all(samples: Sequence[Sample], side: int, colour: QColor, context: WorkContext) -> _Painted:
    """Paint thumbnails and report them in groups; called in the worker's thread."""
    done: list[tuple[str, QImage | str]] = []
    for sample in samples:
        if context.stopped():
            break
        try:
            done.append((sample.name, paint_thumbnail(sample, side, colour)))
        except DigitpadError as error:
            done.append((sample.name, str(error)))
        if len(done) >= _AT_ONCE:
            context.show(_Painted(done))
            done = []
    return _Painted(done)


def paint_thumbnail(sample: Sample, side: int, colour: QColor) -> QImage:
    """Return the thumbnail of a sample.

    Parameters
    ----------
    sample
        The sample.
    side
        Width and height of the result, in device pixels.
    colour
        Colour of the ink.

    Raises
    ------
    DigitpadError
        If the sample cannot be read.
    """
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    try:
        if sample.is_ink:
            _paint_ink(painter, sample, side, colour)
        else:
            _paint_picture(painter, sample, side)
    finally:
        painter.end()
    return image


def _paint_ink(painter: QPainter, sample: Sample, side: int, colour: QColor) -> None:
    page = page_of(read_sample_ink(sample), sample.name)
    left, top, right, bottom = bounds_of(page) or (0.0, 0.0, 1.0, 1.0)
    # A dot stays a dot.
    size = max(right - left, bottom - top, 0.25 * max(page.size or (1.0, 1.0)), 1e-6)
    room = side * (1 - 2 * _MARGIN)
    scale = room / size
    painter.translate(side / 2, side / 2)
    painter.scale(scale, scale)
    painter.translate(-(left + right) / 2, -(top + bottom) / 2)
    least = _LEAST_LINE * side / scale
    for stroke in page.strokes:
        paint_stroke(painter, type(stroke)(stroke.points, max(stroke.width, least)), colour)


def _paint_picture(painter: QPainter, sample: Sample, side: int) -> None:
    with opened_picture(sample.path) as picture:
        picture.thumbnail((2 * side, 2 * side))
        image = image_of_rgb(np.asarray(picture.convert("RGB")))
    painter.drawImage(fitted(QRect(0, 0, side, side), image.width(), image.height()), image)
