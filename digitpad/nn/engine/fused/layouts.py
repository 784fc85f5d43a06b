"""The order of an image's axes in memory.

Layers pass arrays (N, C, H, W) to each other, and in memory the pixel comes first. What a pixel consists of is in one
of two orders. *Channels last*, (H, W, N, C), suits small batches: the vectors of the processor go along the channels.
*Images last*, (H, W, C, N), suits the others: they go along the images, of which there are enough even for a layer
with one channel. A layer that treats numbers one by one sees a pixel as a row, whatever its order, except where a
number belongs to a channel.
"""

from dataclasses import dataclass

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.workspace import Workspace

LEAST_IMAGES = 24
"""With fewer images, vectors that go along them are not full: layers then work with channels last."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order of axes in memory.

    Parameters
    ----------
    axes
        The axes of an array (N, C, H, W) as they follow each other in memory.
    """

    axes: tuple[int, int, int, int]

    def image(self, x: Array) -> Array:
        """Return an array (N, C, H, W) with its axes in this order, a view."""
        return x.transpose(self.axes)

    def batch(self, image: Array) -> Array:
        """Return an image in this order as (N, C, H, W), a view."""
        return image.transpose([self.axes.index(axis) for axis in range(4)])

    def contiguous(self, x: Array, own: Workspace, name: str) -> Array:
        """Return an array (N, C, H, W) as an image in this order of memory: itself if it is, else a copy."""
        image = self.image(x)
        if image.flags.c_contiguous:
            return image
        copy = own.empty(name, image.shape)
        np.copyto(copy, image)
        return copy

    def pixel(self, n: int, channels: int) -> tuple[int, int]:
        """Return the shape of a pixel of `n` images."""
        return (channels, n) if self.axes[2] == 1 else (n, channels)

    def row(self, values: Array, n: int) -> Array:
        """Return the values of the channels, (C,), as a row for a pixel of `n` images, (N * C,)."""
        return np.repeat(values, n) if self.axes[2] == 1 else np.tile(values, n)

    def channel_sums(self, row: Array, channels: int) -> Array:
        """Return the sum of a row of a pixel over the images, (C,)."""
        sums: Array = (
            row.reshape(channels, -1).sum(axis=1) if self.axes[2] == 1 else row.reshape(-1, channels).sum(axis=0)
        )
        return sums


CHANNELS_LAST = Order((2, 3, 0, 1))
IMAGES_LAST = Order((2, 3, 1, 0))


def order_of(x: Array) -> Order:
    """Return the order of an array (N, C, H, W) in memory; channels last if it is in neither."""
    return IMAGES_LAST if IMAGES_LAST.image(x).flags.c_contiguous else CHANNELS_LAST


def memory_order(x: Array) -> list[int]:
    """Return the axes of any array from the longest step in memory to the shortest."""
    return sorted(range(x.ndim), key=lambda axis: x.strides[axis], reverse=True)
