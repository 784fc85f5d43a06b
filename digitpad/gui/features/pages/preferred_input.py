"""The preferred input of a unit: the images that activate it most, and a picture made to activate it."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitpad.explain.ascent import CAUTION, MEANING, AscentStep, climb
from digitpad.explain.dependencies import Cell, receptive_field
from digitpad.explain.exciting import Exciting, most_exciting
from digitpad.explain.frame import Frame, Inspector
from digitpad.explain.structure import INPUT, Structure
from digitpad.gui.features.maps.cell_numbers import short
from digitpad.gui.features.maps.picture import picture_image
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import DARK, SPACE, Theme, fixed_font, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.digits import mnist_test_set
from digitpad.models.model_file import Model
from digitpad.translation import gettext as _

EXCITING, ASCENT = "exciting", "ascent"
_REST = 250  # milliseconds that the pointer rests on a map before its unit is examined
_IMAGES = 9
_SHAPE = (1, 28, 28)  # of MNIST's images
_LEAST, _LARGEST = 4 * SPACE, 13 * SPACE  # pixels at 100 % text size: the side of a picture


class UnitView(QWidget):
    """Paints the images with the receptive field on each, and the picture made by gradient ascent."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.images: list[tuple[NDArray[np.float32], tuple[int, int, int, int], str]] = []
        self.climbed: AscentStep | None = None
        self.reads_pictures = False
        self.setObjectName("unitView")
        self.setAccessibleName(self.tr("Preferred input of the unit"))
        self.setToolTip(
            self.tr(
                "Left: the test images that activate the unit most, with its receptive field framed. "
                "Right: an image found by gradient ascent that activates it."
            )
        )
        self.setMinimumSize(QSize((_IMAGES + 1) * (_LEAST + SPACE) + 4 * SPACE, _LEAST + 3 * SPACE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them in one row, with their numbers below."""
        painter = QPainter(self)
        line = px(2.5 * SPACE)
        room = (self.width() - px(4 * SPACE)) / (_IMAGES + 1) - px(SPACE)
        side = int(min(room, self.height() - line, px(_LARGEST)))
        painter.setFont(fixed_font(self.font(), scale=0.88))
        for number, (pixels, box, words) in enumerate(self.images):
            area = QRectF(number * (side + px(SPACE)), 0, side, side)
            self._paint_picture(painter, pixels, area)
            self._paint_box(painter, pixels.shape[1:], box, area)
            # As wide as the distance of the pictures: a number may be wider than a small picture.
            self._paint_words(painter, words, area.adjusted(-px(SPACE) / 2, 0, px(SPACE) / 2, 0), line)
        if self.climbed is not None and self.reads_pictures:
            # Without images on the left, the picture has all the room.
            area = QRectF(px(2 * SPACE), 0, self.height() - line, self.height() - line)
            self._paint_climbed(painter, self.climbed, area, line)
        elif self.climbed is not None:
            area = QRectF(_IMAGES * (side + px(SPACE)) + px(2.5 * SPACE), 0, side, side)
            self._paint_climbed(painter, self.climbed, area, line)
        painter.end()

    def _paint_climbed(self, painter: QPainter, climbed: AscentStep, area: QRectF, line: float) -> None:
        self._paint_picture(painter, climbed.pixels, area)
        words = f"{climbed.cell.layer} {short(climbed.value)}"
        if climbed.stuck:
            words = self.tr("no gradient")
        self._paint_words(painter, words, area.adjusted(-px(2 * SPACE), 0, px(1.5 * SPACE), 0), line)

    def _paint_picture(self, painter: QPainter, pixels: NDArray[np.float32], area: QRectF) -> None:
        painter.drawImage(area, picture_image(pixels, light_ink=self.reads_pictures or self._theme.colours is DARK))
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_box(
        self, painter: QPainter, shape: tuple[int, ...], box: tuple[int, int, int, int], area: QRectF
    ) -> None:
        top, left, bottom, right = box
        down, across = area.height() / shape[0], area.width() / shape[1]
        painter.setPen(QPen(self._theme.colour("warm"), 1.5))
        painter.drawRect(
            QRectF(area.left() + left * across, area.top() + top * down, (right - left) * across, (bottom - top) * down)
        )

    def _paint_words(self, painter: QPainter, words: str, area: QRectF, line: float) -> None:
        painter.setPen(self._theme.colour("muted"))
        below = QRectF(area.left(), area.bottom(), area.width(), line)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), words)


class PreferredInputPage(QWidget):
    """Finds the preferred input of the current unit in the background."""

    def __init__(self, theme: Theme, background: LatestWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unitPage")
        self._background = background
        self._model: Model | None = None
        self._structure: Structure | None = None
        self._unit: tuple[str, int] | None = None
        self._known: dict[str, Exciting] = {}
        self.view = UnitView(theme, self)
        bold = text_font(self.font(), bold=True)
        self.title = LiveText(theme, "unitTitle", bold, "text", self, spoken=self.tr("Unit"))
        self.progress = LiveText(
            theme, "unitProgress", self.font(), "muted", self, right=True, spoken=self.tr("Progress")
        )
        self.sentence = muted("", self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._ask)
        background.result_ready.connect(self._receive)
        head = QHBoxLayout()
        head.addWidget(self.title, 2)
        head.addWidget(self.progress, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.sentence)
        self.title.show_text(self.tr("Point at a map"))
        self._say_what_is_shown()
        self.sentence.setFont(text_font(self.font(), scale=0.85))

    @property
    def unit(self) -> tuple[str, int] | None:
        """The layer and the map or unit that is shown."""
        return self._unit

    @property
    def exciting(self) -> Exciting | None:
        """The result for the layer so far."""
        return None if self._unit is None else self._known.get(self._unit[0])

    def use_model(self, model: Model | None) -> None:
        """Examine another network."""
        self._model = model
        self.view.reads_pictures = model is not None and model.metadata.preprocessing.is_picture
        self._say_what_is_shown()
        self._known.clear()
        self._unit = None
        self._background.forget(EXCITING)
        self._background.forget(ASCENT)
        self.view.images, self.view.climbed = [], None
        self.view.update()

    def _say_what_is_shown(self) -> None:
        if self.view.reads_pictures:
            # No collection of pictures fits every network.
            self.sentence.setText(f"{_(MEANING)} {_(CAUTION)}")
            return
        left = self.tr(
            "Left: the MNIST test images with the largest activation of this unit; its receptive field is framed. "
            "Training on MNIST does not use these images."
        )
        text = self.tr("{left} Right: {meaning} {caution}")
        self.sentence.setText(text.format(left=left, meaning=_(MEANING), caution=_(CAUTION)))

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Show the preferred input of the unit of a cell."""
        if frame is None or cell is None or cell.layer not in frame.structure or cell.layer == INPUT:
            return
        self._structure = frame.structure
        unit = (cell.layer, cell.channel)
        if unit == self._unit:
            return
        self._unit = unit
        text = self.tr("Preferred input of {layer}, unit {number}")
        if frame.structure[cell.layer].is_image:
            text = self.tr("Preferred input of {layer}, map {number}")
        self.title.show_text(text.format(layer=cell.layer, number=cell.channel))
        self.view.climbed = None
        self._show_images()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cancel work whose result is not visible."""
        self._timer.stop()
        self._background.forget(EXCITING)
        self._background.forget(ASCENT)
        self._unit = None
        super().hideEvent(event)

    @Slot()
    def _ask(self) -> None:
        if self._unit is None or self._model is None:
            return
        layer, unit = self._unit
        known = self._known.get(layer)
        # The short task first: both share one thread.
        self._background.ask(ASCENT, partial(_climb, self._model, self._hill(layer), unit))
        if self._model.architecture.input_shape != _SHAPE or self.view.reads_pictures:
            if not self.view.reads_pictures:
                self.progress.show_text(self.tr("MNIST images do not fit this network."))
            return
        if known is None or known.done < known.total:
            self._background.ask(EXCITING, partial(_look, self._model, layer))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind == EXCITING and isinstance(outcome.result, Exciting):
            self._known[outcome.result.layer] = outcome.result
            self._show_images()
        elif outcome.kind == ASCENT and isinstance(outcome.result, AscentStep):
            cell = outcome.result.cell
            if self._unit is not None and (cell.layer, cell.channel) == (self._hill(self._unit[0]), self._unit[1]):
                self.view.climbed = outcome.result
                self.view.update()

    def _hill(self, layer: str) -> str:
        """Return the layer for gradient ascent: the one before an activation, whose gradient may be 0."""
        node = None if self._structure is None else self._structure[layer]
        if node is None or node.kind != "activation" or len(node.sources) != 1:
            return layer
        return node.sources[0].name

    def _show_images(self) -> None:
        self.view.images = []
        exciting, structure = self.exciting, self._structure
        if exciting is None or structure is None or self._unit is None:
            self.progress.show_text("")
            self.view.update()
            return
        unit = self._unit[1]
        done = exciting.done == exciting.total
        self.progress.show_text(
            ""
            if done
            else self.tr("{done} of {total} images").format(done=f"{exciting.done:,}", total=f"{exciting.total:,}")
        )
        digits = mnist_test_set()
        for rank in range(exciting.images.shape[1]):
            image = int(exciting.images[unit, rank])
            if image < 0:
                continue
            pixels = digits.images[image].astype(np.float32) / 255
            seen = receptive_field(structure, exciting.cell(unit, rank))[INPUT]
            box = (seen.top, seen.left, seen.bottom, seen.right)
            self.view.images.append((pixels, box, short(float(exciting.values[unit, rank]))))
        self.view.update()


def _look(model: Model, layer: str, progress: WorkContext) -> object:
    """Search the images, and show the best so far from time to time."""
    found = None
    for number, found in enumerate(
        most_exciting(model.network, model.metadata.preprocessing, layer, mnist_test_set().pixels, count=_IMAGES)
    ):
        if progress.stopped():
            return None
        if number % 4 == 0:
            progress.show(found)
    return found


def _climb(model: Model, layer: str, unit: int, progress: WorkContext) -> object:
    """Make the picture by gradient ascent, and show it from time to time."""
    step = None
    for number, step in enumerate(climb(Inspector.of(model), layer, unit)):
        if progress.stopped():
            return None
        if number % 4 == 0:
            progress.show(step)
    return step
