"""What a unit looks for: the images that excite it most, and a picture that it would draw itself."""

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
from digitpad.gui.features.pages.digits import mnist_test_set
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.theme import DARK, SPACE, Theme, fixed_font, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, Progress
from digitpad.models.model_file import Model

EXCITING, ASCENT = "exciting", "ascent"
_REST = 250  # milliseconds that the pointer rests on a map before its unit is asked
_IMAGES = 9
_SHAPE = (1, 28, 28)  # of MNIST's images
_LARGEST = 13 * SPACE  # of a picture
_INVITATION = "Point at a map to see what excites it."


class UnitView(QWidget):
    """Paints the images with what the unit sees of each, and the picture that is being climbed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.images: list[tuple[NDArray[np.float32], tuple[int, int, int, int], str]] = []
        self.climbed: AscentStep | None = None
        self.setObjectName("unitView")
        self.setAccessibleName("What the unit looks for")
        self.setToolTip(
            "Left, the test images that excite it most, what it sees of them framed; right, a picture it draws"
        )
        self.setMinimumSize(QSize(40 * SPACE, 12 * SPACE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint all of them on one line, with their numbers below."""
        painter = QPainter(self)
        line = 2.5 * SPACE
        room = (self.width() - 3 * SPACE) / (_IMAGES + 1) - SPACE
        side = int(min(room, self.height() - line, _LARGEST))
        painter.setFont(fixed_font(self.font(), scale=0.88))
        for number, (pixels, box, words) in enumerate(self.images):
            area = QRectF(number * (side + SPACE), 0, side, side)
            self._paint_picture(painter, pixels, area)
            self._paint_box(painter, pixels.shape[1:], box, area)
            self._paint_words(painter, words, area, line)
        if self.climbed is not None:
            area = QRectF(_IMAGES * (side + SPACE) + 3 * SPACE, 0, side, side)
            self._paint_picture(painter, self.climbed.pixels, area)
            words = "no slope" if self.climbed.stuck else f"{self.climbed.cell.layer} {short(self.climbed.value)}"
            self._paint_words(painter, words, area.adjusted(-2 * SPACE, 0, 2 * SPACE, 0), line)
        painter.end()

    def _paint_picture(self, painter: QPainter, pixels: NDArray[np.float32], area: QRectF) -> None:
        painter.drawImage(area, picture_image(pixels, light_ink=self._theme.colours is DARK))
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
    """Asks what excites the unit that is looked at, in the background."""

    def __init__(self, theme: Theme, background: LatestWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unitPage")
        self._background = background
        self._model: Model | None = None
        self._structure: Structure | None = None
        self._unit: tuple[str, int] | None = None
        self._known: dict[str, Exciting] = {}
        self.view = UnitView(theme, self)
        self.title = LiveText(theme, "unitTitle", text_font(self.font(), bold=True), "text", self)
        self.progress = LiveText(theme, "unitProgress", self.font(), "muted", self, right=True)
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
        self.title.show_text(_INVITATION)
        self.sentence.setText(
            "Left: of MNIST's test images, which no training on MNIST has seen, those in which its largest number is "
            "largest, and what it sees of them. "
            f"Right: {MEANING[0].lower()}{MEANING[1:]} {CAUTION}"
        )
        self.sentence.setFont(text_font(self.font(), scale=0.85))

    @property
    def unit(self) -> tuple[str, int] | None:
        """The layer and the map or unit that is shown."""
        return self._unit

    @property
    def exciting(self) -> Exciting | None:
        """What is known of the layer so far."""
        return None if self._unit is None else self._known.get(self._unit[0])

    def use_model(self, model: Model | None) -> None:
        """Ask another network."""
        self._model = model
        self._known.clear()
        self._unit = None
        self._background.forget(EXCITING)
        self._background.forget(ASCENT)
        self.view.images, self.view.climbed = [], None
        self.view.update()

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Show what excites the unit of a cell."""
        if frame is None or cell is None or cell.layer not in frame.structure or cell.layer == INPUT:
            return
        self._structure = frame.structure
        unit = (cell.layer, cell.channel)
        if unit == self._unit:
            return
        self._unit = unit
        word = "map" if frame.structure[cell.layer].is_image else "unit"
        self.title.show_text(f"What {cell.layer}, {word} {cell.channel} looks for")
        self.view.climbed = None
        self._show_images()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of work that nobody looks at."""
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
        if self._model.architecture.input_shape != _SHAPE:
            self.progress.show_text("MNIST's digits do not fit this network.")
            return
        # The short work first: both share one thread.
        self._background.ask(ASCENT, partial(_climb, self._model, self._hill(layer), unit))
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
        """Return the layer whose number is climbed: before an activation, which may be flat."""
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
        self.progress.show_text("" if done else f"{exciting.done:,} of {exciting.total:,} images")
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


def _look(model: Model, layer: str, progress: Progress) -> object:
    """Look through the images, showing the best so far a few times."""
    found = None
    for number, found in enumerate(
        most_exciting(model.network, model.metadata.preprocessing, layer, mnist_test_set().images, count=_IMAGES)
    ):
        if progress.stopped():
            return None
        if number % 4 == 0:
            progress.show(found)
    return found


def _climb(model: Model, layer: str, unit: int, progress: Progress) -> object:
    """Climb the unit's slope, showing the picture on the way."""
    step = None
    for number, step in enumerate(climb(Inspector.of(model), layer, unit)):
        if progress.stopped():
            return None
        if number % 4 == 0:
            progress.show(step)
    return step
