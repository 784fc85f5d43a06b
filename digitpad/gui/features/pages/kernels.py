"""The kernels page: all kernels of a convolution as an overview, and those of the current map with their numbers."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitpad.copying.tables import copy_kernels
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.explain.map_names import colour_name, map_name
from digitpad.explain.structure import INPUT, Structure
from digitpad.explain.weighted import kernels_of
from digitpad.gui.features.maps.cell_numbers import paint_numbers, short
from digitpad.gui.features.maps.colours import ColourScale, palettes, weight_scale
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.nn import layers

_CELLS = (2, 34)  # logical pixels at 100 % text size: the smallest and the largest side of a weight
_NUMBERED = 24  # the side from which a weight shows its number
_COLOURS = 3  # the channels of a picture in colour
#: Kinds of layers whose maps are those of the layer before, changed without kernels.
_WEIGHTLESS = {"activation", "pooling", "upsampling", "padding", "normalization", "unchanged"}
_OVERVIEW = 0.34  # the largest share of the width for the overview


def making(structure: Structure, name: str) -> str | None:
    """Return the layer whose weights compute a map: the layer itself, or the one before its activation and pooling."""
    node = structure[name]
    while not isinstance(node.layer, layers.Conv2D | layers.ConvTranspose2D | layers.Linear):
        if node.kind not in _WEIGHTLESS or len(node.sources) != 1:
            return None
        before = structure[node.sources[0].name]
        if before.is_image != node.is_image or before.shape[0] != node.shape[0]:
            return None
        node = before
    return node.name


def as_picture(kernels: NDArray[np.float32], limit: float) -> NDArray[np.uint32]:
    """Return kernels for red, green and blue as pictures: grey is 0, and a weight brightens or darkens its colour.

    Parameters
    ----------
    kernels
        (..., 3, height, width).
    limit
        The largest absolute weight.

    Returns
    -------
    NDArray[uint32]
        (..., height, width), 0xffRRGGBB.
    """
    shares = np.clip(np.nan_to_num(kernels) / np.float32(limit or 1.0), -1, 1)
    levels = np.rint((shares + 1) * 127.5).astype(np.uint32)
    red, green, blue = (levels[..., channel, :, :] for channel in range(3))
    packed: NDArray[np.uint32] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    return packed


class KernelsView(QWidget):
    """Paints all kernels of a convolution, and those of one map larger.

    Signals
    -------
    map_pointed
        The number of the map whose kernels were clicked in the overview.
    """

    map_pointed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palettes = palettes(theme.colours)
        self._all: NDArray[np.float32] | None = None
        self._kernels: NDArray[np.float32] | None = None
        self._map = 0
        self._scale = ColourScale()
        self._sources: tuple[str, ...] = ()
        self._in_colour = False
        self.setObjectName("kernelsView")
        self.setAccessibleName(self.tr("Kernels"))
        self.setToolTip(
            self.tr(
                "Left: all kernels, a column for each map and a row for each map of the layer before. "
                "Right: the kernels of this map, with the number of the map that each is applied to."
            )
        )
        self.setMinimumSize(QSize(40 * SPACE, 16 * SPACE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._dress)

    @property
    def kernels(self) -> NDArray[np.float32] | None:
        """The kernels of the current map, (maps before, height, width)."""
        return self._kernels

    @property
    def scale(self) -> ColourScale:
        """Which weights have which colours."""
        return self._scale

    def show_kernels(
        self,
        kernels: NDArray[np.float32] | None,
        sources: tuple[str, ...] = (),
        *,
        every: NDArray[np.float32] | None = None,
        number: int = 0,
        scale: ColourScale | None = None,
        in_colour: bool = False,
    ) -> None:
        """Show kernels.

        Parameters
        ----------
        kernels
            (maps before, height, width), shown large; None for none.
        sources
            The maps of the layer before that they are applied to: their numbers or colours.
        every
            (maps, maps before, height, width): the kernels of the whole layer; None shows no overview.
        number
            The number of the map in the layer.
        scale
            Which weights have which colours.
        in_colour
            Whether the maps before are red, green and blue: then the three kernels are also shown as one picture.
        """
        self._in_colour = in_colour
        self._kernels, self._sources, self._all, self._map = kernels, sources, every, number
        self._scale = scale or ColourScale()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the map whose column was clicked."""
        if self._all is None:
            return
        area = self._overview()
        if area.contains(event.position()):
            share = (event.position().x() - area.left()) / area.width()
            self.map_pointed.emit(min(int(share * len(self._all)), len(self._all) - 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint both."""
        if self._kernels is None:
            return
        painter = QPainter(self)
        self._paint_overview(painter)
        self._paint_kernels(painter)
        painter.end()

    def _paint_overview(self, painter: QPainter) -> None:
        if self._all is None:
            return
        area = self._overview()
        maps, below, height, width = self._all.shape
        first = int(self._in_colour)
        # One pixel for each weight, and one between kernels.
        sheet = np.full((first + below, height + 1, maps, width + 1), self._ground(), np.uint32)
        colours = self._scale.colours(self._all, self._palettes)
        sheet[first:, :height, :, :width] = colours.transpose(1, 2, 0, 3)
        if self._in_colour:
            sheet[0, :height, :, :width] = as_picture(self._all, self._scale.limit).transpose(1, 0, 2)
        pixels = sheet.reshape((first + below) * (height + 1), maps * (width + 1))
        image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], QImage.Format.Format_RGB32)
        painter.drawImage(area, image)
        step = area.width() / maps
        frame = QRectF(area.left() + self._map * step, area.top(), step, area.height())
        paint_frame(painter, frame, self._theme.colour("accent"), 1.5)

    def _paint_kernels(self, painter: QPainter) -> None:
        kernels = self._kernels
        if kernels is None:
            return
        left = 0.0 if self._all is None else self._overview().right() + px(4 * SPACE)
        first = int(self._in_colour)
        cell, columns = self._fit((first + len(kernels), *kernels.shape[1:]), self.width() - left)
        _, height, width = kernels.shape
        colours = list(self._scale.colours(kernels, self._palettes))
        names = list(self._sources)
        if self._in_colour:
            colours.insert(0, as_picture(kernels, self._scale.limit))
            names.insert(0, self.tr("RGB"))
        label = px(2 * SPACE) if cell >= px(6) else 0
        painter.setFont(fixed_font(self.font(), scale=0.78))
        gap = px(SPACE) if cell >= px(6) else 2
        for number, name in enumerate(names):
            row, column = divmod(number, columns)
            x = left + column * (width * cell + gap)
            y = row * (height * cell + label + gap)
            tile = colours[number]
            painter.drawImage(QRectF(x, y, width * cell, height * cell), image_of_colours(tile))
            if cell >= px(_NUMBERED) and number >= first:
                paint_numbers(painter, kernels[number - first], tile, (x, y), cell, fixed_font(self.font(), scale=0.85))
            if label:
                painter.setFont(fixed_font(self.font(), scale=0.78))
                painter.setPen(self._theme.colour("muted"))
                words = QRectF(x, y + height * cell, width * cell + gap, label)
                flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
                painter.drawText(words, flags, name)

    def _fit(self, shape: tuple[int, ...], room: float) -> tuple[float, int]:
        """Return the largest side of a weight with which all kernels fit, and how many kernels fit in a row."""
        count, height, width = shape
        for cell in range(px(_CELLS[1]), _CELLS[0], -1):
            gap, label = (px(SPACE), px(2 * SPACE)) if cell >= px(6) else (2, 0)
            columns = max(1, int((room + gap) // (width * cell + gap)))
            if -(-count // columns) * (height * cell + label + gap) <= self.height() + gap:
                return float(cell), columns
        return float(_CELLS[0]), max(1, int((room + 2) // (width * _CELLS[0] + 2)))

    def _overview(self) -> QRectF:
        if self._all is None:
            return QRectF()
        maps, below, height, width = self._all.shape
        across, down = maps * (width + 1), (below + int(self._in_colour)) * (height + 1)
        scale = min(_OVERVIEW * self.width() / across, (self.height() - 1) / down, float(px(SPACE)))
        scale = float(int(scale)) if scale >= 1 else scale
        return QRectF(1, 1, across * scale, down * scale)

    def _ground(self) -> int:
        return int(self._theme.colour("surface").rgb()) & 0xFFFFFFFF

    def _dress(self) -> None:
        self._palettes = palettes(self._theme.colours)
        self.update()


class KernelsPage(QWidget):
    """Shows the kernels, with a title and a sentence above them.

    Signals
    -------
    map_pointed
        A `Cell` of the map whose kernels were clicked.
    message
        A `Message` about what was copied.
    """

    map_pointed = Signal(object)
    message = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernelsPage")
        self._layer: str | None = None
        self._key: tuple[Structure, str, int] | None = None
        self.view = KernelsView(theme, self)
        self.view.map_pointed.connect(self._go)
        bold = text_font(self.font(), bold=True)
        self.title = LiveText(theme, "kernelsTitle", bold, "text", self, spoken=self.tr("Map"))
        self.sentence = LiveText(
            theme, "kernelsSentence", self.font(), "muted", self, spoken=self.tr("About the kernels"), lines=2
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        self.copy_as = CopyMenu("copyKernelsAs", self)
        self.copy_as.message.connect(self.message)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.copy_as)
        column.addLayout(head)
        column.addWidget(self.sentence)
        add_space(column, SPACE // 2)
        column.addWidget(self.view, 1)
        self.show_cell(None, None)

    def show_cell(self, frame: Frame | None, cell: Cell | None) -> None:
        """Show the kernels that compute the map of a cell."""
        self._layer = None if frame is None or cell is None else _making(frame.structure, cell)
        if frame is None or cell is None or self._layer is None:
            self._key = None
            self.view.show_kernels(None)
            self.copy_as.offer(None)
            self.title.show_text(self.tr("Point at a map"))
            nothing = self.tr("{layer} has no weights of its own.")
            invitation = self.tr("The kernels that compute it are shown here.")
            self.sentence.show_text(invitation if cell is None else nothing.format(layer=cell.layer))
            return
        if self._key == (frame.structure, self._layer, cell.channel):
            return
        self._key = (frame.structure, self._layer, cell.channel)
        node = frame.structure[self._layer]
        sources, kernels = kernels_of(frame.structure, self._layer, cell.channel)
        every = None
        if node.is_image:
            each = [kernels_of(frame.structure, self._layer, number)[1] for number in range(node.shape[0])]
            every = np.stack(each)
        numbers = tuple(
            colour_name(frame.structure, source.layer, source.channel) or str(source.channel) for source in sources
        )
        scale = weight_scale(frame.structure, self._layer)
        in_colour = (
            frame.preprocessing.is_picture and len(kernels) == _COLOURS and {one.layer for one in sources} == {INPUT}
        )
        self.view.show_kernels(
            kernels, numbers, every=every, number=cell.channel, scale=scale, in_colour=in_colour and node.is_image
        )
        name = (
            self.tr("Kernels of {layer}, map {number}")
            if node.is_image
            else self.tr("Weights of {layer}, unit {number}")
        )
        heading = name.format(layer=self._layer, number=cell.channel)
        self.title.show_text(heading)
        maps = [
            self.tr("{layer} {map}").format(
                layer=source.layer, map=map_name(frame.structure, source.layer, source.channel)
            )
            for source in sources
        ]
        # A copy: surgery changes the weights.
        self.copy_as.offer(partial(copy_kernels, title=heading, names=maps, kernels=kernels.copy()))
        many = self.tr("%n kernel(s), one for each map of {before}", "", len(kernels))
        text = self.tr("{many}; from {least} to {most}; blue is negative, orange is positive. Maps are counted from 0.")
        if all(colour_name(frame.structure, source.layer, source.channel) for source in sources):
            many = self.tr("%n kernel(s), for red, green and blue of the picture", "", len(kernels))
            text = self.tr("{many}; from {least} to {most}; blue is negative, orange is positive.")
        self.sentence.show_text(
            text.format(
                many=many.format(before=sources[0].layer),
                least=short(float(kernels.min())),
                most=short(float(kernels.max())),
            )
        )

    def forget(self) -> None:
        """Read the weights again at the next cell: they have changed."""
        self._key = None

    def _go(self, number: int) -> None:
        if self._layer is not None:
            self.map_pointed.emit(Cell(self._layer, number))


def _making(structure: Structure, cell: Cell) -> str | None:
    return making(structure, cell.layer) if cell.layer in structure.nodes else None
