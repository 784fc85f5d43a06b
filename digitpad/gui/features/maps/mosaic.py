"""One image for all maps of a layer, side by side, with one pixel for each cell; it is enlarged when painted."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from digitpad.explain import colours
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.colours import ColourScale, Palettes, picture_palette
from digitpad.gui.features.maps.placement import Block

Values = NDArray[np.float32]


class ScaleScope(Enum):
    """Which maps share one colour scale."""

    MAP = "map"
    LAYER = "layer"
    NETWORK = "network"


class LayerImage:
    """The image of one layer; every frame is painted into the same memory.

    Parameters
    ----------
    block
        How the maps are arranged.
    ground
        The colour between maps, 0xffrrggbb.
    """

    def __init__(self, block: Block, ground: int) -> None:
        layer = block.layer
        self._layer = layer
        self._mosaic = colours.Mosaic(layer.shape, columns=block.columns, gap=block.gap, background=ground)
        pixels = self._mosaic.pixels
        height, width = pixels.shape
        # The image shares the memory of the mosaic, so a new frame costs nothing but the painting.
        # `pixels` leaves out the last gap of each row, so Qt gets the array that it is a view of.
        whole = pixels if pixels.base is None else pixels.base
        self.image = QImage(whole.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32)

    def show(
        self, values: Values, palettes: Palettes, scale: ScaleScope, network_limit: float, *, signed: bool = False
    ) -> None:
        """Paint a frame.

        Parameters
        ----------
        values
            (C, H, W), or (units,).
        palettes
            The colours.
        scale
            Which maps share one colour scale.
        network_limit
            The largest absolute value in the network.
        signed
            Whether the numbers may be negative although the layer's own are not, as gradients may.
        """
        maps = values.reshape(self._layer.shape)
        if self._layer.name == INPUT and not signed:
            # The picture is shown from its smallest to its largest number.
            low = float(maps.min(initial=0))
            width = float(maps.max(initial=0)) - low
            if self._layer.picture:
                for number, values_of_one in enumerate(maps):
                    scale_of_one = ColourScale(picture_palette(number, len(maps)), width, low)
                    self.colours_of(number)[...] = scale_of_one.colours(values_of_one, palettes)
                return
            self._mosaic.paint(maps - np.float32(low), palettes.grey, np.array([width], np.float32))
            return
        if scale is ScaleScope.NETWORK:
            limit = np.array([network_limit], np.float32)
        else:
            limit = colours.limits_of({"": maps}, "map" if scale is ScaleScope.MAP else "layer")[""]
        self._mosaic.paint(maps, palettes.of(signed=signed or self._layer.signed), limit)

    def colours_of(self, number: int) -> NDArray[np.uint32]:
        """Return the colours of one map, (H, W) 0xffrrggbb."""
        top, left = self._mosaic.place(number)
        return self._mosaic.pixels[top : top + self._layer.height, left : left + self._layer.width]
