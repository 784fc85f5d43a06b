"""Painting the maps: only what is in view is coloured and painted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from digitpad.explain.dependencies import Cell
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.cell_numbers import LEAST_CELL, paint_numbers, short
from digitpad.gui.features.maps.colours import palettes
from digitpad.gui.features.maps.marks import Patch, map_area, paint_frame, paint_sources
from digitpad.gui.features.maps.mosaic import LayerImage, ScaleScope
from digitpad.gui.features.maps.placement import Block, Placement
from digitpad.gui.features.maps.shown import ShownLayer
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

Frame = Mapping[str, NDArray[np.float32]]

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
_WIDEST_NAME = 14 * SPACE


@dataclass(slots=True)
class Scene:
    """What is painted.

    Attributes
    ----------
    layers, labels
        The layers that are shown, and the classes of the network.
    frame, signed
        The numbers by layer name, and whether they may be negative in every layer.
    scale
        Which maps share one colour scale.
    placement
        The places of the maps, in device pixels.
    cell, patches
        The current cell, and what it is computed from.
    chosen, muted
        Maps to frame, and maps, as (layer, map), to cross out.
    overlay
        The image laid over the picture.
    """

    layers: tuple[ShownLayer, ...] = ()
    labels: tuple[str, ...] = ()
    frame: Frame = field(default_factory=dict)
    signed: bool = False
    scale: ScaleScope = ScaleScope.LAYER
    placement: Placement = field(default_factory=lambda: Placement((), 0, 0))
    cell: Cell | None = None
    patches: Sequence[Patch] = ()
    chosen: tuple[Cell, ...] = ()
    muted: frozenset[tuple[str, int]] = frozenset()
    overlay: QImage | None = None


class MapPainter:
    """Paints a scene, and keeps the image of each layer while its numbers stay the same.

    Parameters
    ----------
    theme
        The colours.
    scene
        What to paint; code that changes it calls the `forget_` methods.
    """

    def __init__(self, theme: Theme, scene: Scene) -> None:
        self._theme = theme
        self._scene = scene
        self._images: dict[str, LayerImage] = {}
        self._painted: dict[str, NDArray[np.float32]] = {}  # what each image holds now
        self._ranges: dict[str, tuple[NDArray[np.float32], str]] = {}
        self._network_limit: tuple[Frame, float] | None = None
        self.use_font(QFont())
        self.dress()

    def use_font(self, font: QFont) -> None:
        """Use another font."""
        self._font, self._bold = font, text_font(font, bold=True)
        self._small, self._digits = fixed_font(font, scale=0.85), fixed_font(font)
        self._line = QFontMetricsF(font).height() + 2

    def dress(self) -> None:
        """Use the current colours."""
        self._palettes = palettes(self._theme.colours)
        self.forget_images()

    def forget_images(self) -> None:
        """Make every image again: the maps have moved."""
        self._images.clear()
        self.forget_colours()

    def forget_colours(self) -> None:
        """Colour everything again."""
        self._painted.clear()
        self._ranges.clear()
        self._network_limit = None

    @property
    def head_height(self) -> float:
        """Height of the text above the maps, in logical pixels."""
        return 3 * self._line + px(SPACE // 2)

    def widths(self) -> dict[str, float]:
        """Return the width of the text above each layer, in logical pixels."""
        small, bold = QFontMetricsF(self._small), QFontMetricsF(self._bold)
        least = small.horizontalAdvance("-00.0 … 00.0")
        return {
            layer.name: max(
                least, small.horizontalAdvance(layer.sizes), min(bold.horizontalAdvance(layer.name), px(_WIDEST_NAME))
            )
            for layer in self._scene.layers
        }

    def image_of(self, block: Block, values: NDArray[np.float32]) -> LayerImage:
        """Return the image of a layer, coloured for its numbers."""
        name = block.layer.name
        image = self._images.get(name)
        if image is None:
            image = self._images[name] = LayerImage(block, self._theme.colour("surface").rgb())
            self._painted.pop(name, None)
        if self._painted.get(name) is not values:
            scene = self._scene
            limit = self._limit() if scene.scale is ScaleScope.NETWORK else 0.0
            image.show(values, self._palettes, scene.scale, limit, signed=scene.signed)
            self._painted[name] = values
        return image

    def paint(self, painter: QPainter, seen: QRectF, top: float, ratio: float) -> None:
        """Paint the part that is in view.

        Parameters
        ----------
        painter
            In logical pixels, with the origin of the placement at (0, 0).
        seen
            The part that is in view.
        top
            The top of the view: names stay there while the maps scroll below them.
        ratio
            Device pixels in a logical pixel.
        """
        painter.fillRect(seen, self._theme.colour("surface"))
        device = QRectF(seen.x() * ratio, seen.y() * ratio, seen.width() * ratio, seen.height() * ratio)
        blocks = [
            block
            for block in self._scene.placement.blocks
            if block.left < device.right() and block.left + block.width > device.left()
        ]
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        for block in blocks:
            self._paint_maps(painter, block, device, ratio)
        self._paint_marks(painter, ratio)
        painter.restore()
        painter.translate(0, top)
        if top:
            head = QRectF(seen.left(), 0, seen.width(), px(2 * SPACE) + self.head_height - 2)
            painter.fillRect(head, self._theme.colour("surface"))
        for block in blocks:
            self._paint_head(painter, block, seen.left(), ratio)

    def _paint_head(self, painter: QPainter, block: Block, edge: float, ratio: float) -> None:
        layer = block.layer
        left, width = block.left / ratio, block.width / ratio
        if left < edge:
            # The layer begins left of the view: its name stays in view as long as its maps do.
            least = QFontMetricsF(self._small).horizontalAdvance(self._range(layer) or layer.sizes)
            left = max(left, min(edge + px(2 * SPACE), left + width - least))
        name = layer.name
        if len(name) > 8:
            name = QFontMetricsF(self._bold).elidedText(name, Qt.TextElideMode.ElideMiddle, width + px(SPACE))
        below = px(2 * SPACE) + QFontMetricsF(self._font).ascent() + 1
        painter.setFont(self._bold)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(round(left), round(below), name)
        painter.setFont(self._small)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(round(left), round(below + self._line), layer.sizes)
        painter.drawText(round(left), round(below + 2 * self._line), self._range(layer))

    def _paint_maps(self, painter: QPainter, block: Block, seen: QRectF, ratio: float) -> None:
        layer, scene = block.layer, self._scene
        values = scene.frame.get(layer.name)
        if values is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("field"))
            for number in range(layer.maps):
                painter.drawRect(map_area(block, number))
        else:
            image = self.image_of(block, values)
            painter.drawImage(QRectF(block.left, block.top, *block.size), image.image)
            if layer.name == INPUT and scene.overlay is not None:
                for number in range(layer.maps):
                    painter.drawImage(map_area(block, number), scene.overlay)
            if layer.small and layer.maps > 1 and block.cell >= 4:
                self._paint_grid(painter, block)
            if block.cell >= px(LEAST_CELL) * ratio:
                self._paint_numbers(painter, block, values, image, seen, ratio)
        if layer is scene.layers[-1] and layer.output and block.columns == 1 and len(scene.labels) == layer.maps:
            self._paint_labels(painter, block, ratio)
        for name, number in scene.muted:
            if name == layer.name:
                # Cross the map out.
                tile = map_area(block, number)
                painter.fillRect(tile, self._theme.colour("surface", 0.75))
                painter.setPen(self._theme.colour("track"))
                painter.drawLine(tile.bottomLeft(), tile.topRight())

    def _paint_grid(self, painter: QPainter, block: Block) -> None:
        """Separate single numbers by thin lines of the background."""
        painter.setPen(self._theme.colour("surface"))
        width, height = block.size
        for column in range(1, block.columns):
            x = block.left + column * block.cell
            painter.drawLine(x, block.top, x, block.top + height)
        for row in range(1, block.rows):
            y = block.top + row * block.cell
            painter.drawLine(block.left, y, block.left + width, y)

    def _paint_numbers(
        self,
        painter: QPainter,
        block: Block,
        values: NDArray[np.float32],
        image: LayerImage,
        seen: QRectF,
        ratio: float,
    ) -> None:
        maps = values.reshape(block.layer.shape)
        font = QFont(self._small)
        font.setPointSizeF(font.pointSizeF() * ratio)
        for number in range(block.layer.maps):
            tile = map_area(block, number)
            part = tile.intersected(seen)
            if part.isEmpty():
                continue
            top, left = int(part.top() - tile.top()) // block.cell, int(part.left() - tile.left()) // block.cell
            bottom = -(-int(part.bottom() - tile.top()) // block.cell)
            right = -(-int(part.right() - tile.left()) // block.cell)
            if bottom <= top or right <= left:
                continue
            window = (slice(top, bottom), slice(left, right))
            corner = (tile.left() + left * block.cell, tile.top() + top * block.cell)
            paint_numbers(painter, maps[number][window], image.colours_of(number)[window], corner, block.cell, font)

    def _paint_labels(self, painter: QPainter, block: Block, ratio: float) -> None:
        painter.save()
        painter.scale(ratio, ratio)
        painter.setFont(self._digits)
        painter.setPen(self._theme.colour("muted"))
        left, cell = (block.left + block.size[0]) / ratio + px(SPACE), block.cell / ratio
        for row, label in enumerate(self._scene.labels):
            painter.drawText(QRectF(left, block.top / ratio + row * cell, px(3 * SPACE), cell), _LEFT, label)
        painter.restore()

    def _paint_marks(self, painter: QPainter, ratio: float) -> None:
        scene = self._scene
        for cell in scene.chosen:
            block = scene.placement.block(cell.layer)
            if block is not None:
                paint_frame(painter, map_area(block, cell.channel), self._theme.colour("accent"), round(2 * ratio))
        if scene.cell is not None:
            paint_sources(painter, scene.placement, scene.cell, scene.patches, self._theme.colour("warm"), ratio)

    def _limit(self) -> float:
        """Return the largest absolute value in the network, without the picture."""
        frame = self._scene.frame
        if self._network_limit is None or self._network_limit[0] is not frame:
            shown = [frame[layer.name] for layer in self._scene.layers[1:] if layer.name in frame]
            largest = max((float(np.abs(values).max(initial=0)) for values in shown), default=0.0)
            self._network_limit = frame, largest
        return self._network_limit[1]

    def _range(self, layer: ShownLayer) -> str:
        values = self._scene.frame.get(layer.name)
        if values is None:
            return ""
        known = self._ranges.get(layer.name)
        if known is None or known[0] is not values:
            known = values, f"{short(float(values.min()))} … {short(float(values.max()))}"
            self._ranges[layer.name] = known
        return known[1]
