"""One picture for all maps of a layer: side by side, a pixel a cell, enlarged only when it is painted."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from digitpad.explain.structure import INPUT
from digitpad.gui.features.colours import Palette, levels
from digitpad.gui.features.placement import Block

Values = NDArray[np.float32]


class Scale(Enum):
    """What the last colour of a map stands for."""

    MAP = "Map"
    LAYER = "Layer"
    NETWORK = "Network"


class Mosaic:
    """The picture of one layer, with memory of its own that every frame is written into.

    Parameters
    ----------
    block
        How the maps are arranged.
    ground
        The colour between maps, 0xffrrggbb.
    """

    def __init__(self, block: Block, ground: int) -> None:
        layer = block.layer
        height, width = layer.height + block.gap, layer.width + block.gap
        self._shape = (block.rows, height, block.columns, width)
        self._pixels = np.full((block.rows * height, block.columns * width), ground, np.uint32)
        self._layer = layer
        used_height, used_width = block.rows * height - block.gap, block.columns * width - block.gap
        # The image looks at the array's own memory: writing there is all that a new frame costs.
        self.image = QImage(
            self._pixels.data, used_width, used_height, self._pixels.strides[0], QImage.Format.Format_RGB32
        )

    def show(self, values: Values, palette: Palette, scale: Scale, network_limit: float) -> None:
        """Write a frame into the picture.

        Parameters
        ----------
        values
            (C, H, W), or (units,).
        palette
            The colours.
        scale
            What the last colour stands for.
        network_limit
            The largest absolute value in the whole network.
        """
        layer = self._layer
        colours = colour_maps(values.reshape(layer.shape), palette, scale, network_limit, picture=layer.name == INPUT)
        tiles = self._tiles()
        columns = self._shape[2]
        full, rest = divmod(layer.maps, columns)
        if full:
            tiles[:full] = colours[: full * columns].reshape(full, columns, layer.height, layer.width)
        if rest:
            tiles[full, :rest] = colours[full * columns :]

    def colours_of(self, number: int) -> NDArray[np.uint32]:
        """Return the colours of one map, (H, W) 0xffrrggbb."""
        row, column = divmod(number, self._shape[2])
        colours: NDArray[np.uint32] = self._tiles()[row, column]
        return colours

    def _tiles(self) -> NDArray[np.uint32]:
        """Return the picture as (rows, columns, H, W), without the gaps."""
        tiles = self._pixels.reshape(self._shape)[:, : self._layer.height, :, : self._layer.width]
        return tiles.transpose(0, 2, 1, 3)


def colour_maps(
    values: Values, palette: Palette, scale: Scale, network_limit: float, *, picture: bool = False
) -> NDArray[np.uint32]:
    """Return the colours of maps.

    Parameters
    ----------
    values
        (C, H, W).
    palette, scale, network_limit
        See `Mosaic.show`.
    picture
        Whether this is the picture itself, shown in greys from its least to its largest value.

    Returns
    -------
    NDArray[uint32]
        (C, H, W) 0xffrrggbb.
    """
    # Memory is channels-last; work that follows it is several times as fast.
    last = np.moveaxis(values, 0, -1)
    if picture:
        low, high = float(last.min(initial=0)), float(last.max(initial=0))
        return np.moveaxis(palette.grey.take(levels(last - low, high - low, signed=False)), -1, 0)
    signed = bool(last.min(initial=0) < 0)
    limit: NDArray[np.float32] | float
    if scale is Scale.NETWORK:
        limit = network_limit
    elif scale is Scale.LAYER:
        limit = max(float(last.max(initial=0)), -float(last.min(initial=0)))
    else:
        limit = np.maximum(last.max(axis=(0, 1), initial=0), -last.min(axis=(0, 1), initial=0))
    ramp = palette.signed if signed else palette.positive
    return np.moveaxis(ramp.take(levels(last, limit, signed=signed)), -1, 0)
