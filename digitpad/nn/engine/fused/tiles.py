"""Tiles: a 2x2 block of outputs of a 3x3 kernel sees a 4x4 block of inputs.

Images are laid out with the pixel first and the channel last, (H, W, N, C). Each operation on one pixel of a tile is
applied to the same pixel of all tiles and images at once, in long runs of numbers: a *plane*, (rows, columns, N, C),
where rows and columns count tiles. The four outputs of a tile are four planes, which are what 2x2 pooling compares.
"""

import numpy as np

from digitpad.nn.backend import Array, Shape

#: The four outputs of a tile, and the even and odd rows and columns of an image: (row, column) of a 2x2 block.
PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))


def plane_shape(image_shape: Shape) -> Shape:
    """Return the shape of a plane, (rows, columns, N, C), for an image (H, W, N, C)."""
    height, width, n, channels = image_shape
    return (height + 1) // 2, (width + 1) // 2, n, channels


def padded_shape(image_shape: Shape) -> Shape:
    """Return the shape of an image with a border of one pixel, and one more where its size is odd."""
    rows, columns, n, channels = plane_shape(image_shape)
    return 2 * rows + 2, 2 * columns + 2, n, channels


def windows(padded: Array) -> Array:
    """Return a view of the inputs of all tiles as planes, (4, 4, rows, columns, N, C)."""
    every = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), axis=(0, 1), writeable=padded.flags.writeable)
    return every[::2, ::2].transpose(4, 5, 0, 1, 2, 3)


def phases(image: Array) -> list[Array]:
    """Return four views of an image (H, W, ...): its even or odd rows, each with the even or odd columns."""
    return [image[p::2, q::2] for p, q in PHASES]


def join(planes: Array, image: Array) -> None:
    """Copy the outputs of tiles, (2, 2, rows, columns, N, C), into an image (H, W, N, C)."""
    height, width = image.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        # One call instead of four, since with several threads each call may have to wait for the GIL.
        np.copyto(image.reshape(height // 2, 2, width // 2, 2, *image.shape[2:]), planes.transpose(2, 0, 3, 1, 4, 5))
        return
    for (p, q), pixels in zip(PHASES, phases(image), strict=True):
        np.copyto(pixels, planes[p, q, : len(pixels), : pixels.shape[1]])


def cut(image: Array, planes: Array) -> None:
    """Copy an image into planes, the reverse of `join`; planes that extend beyond an odd image are zero there."""
    height, width = image.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        np.copyto(planes, image.reshape(height // 2, 2, width // 2, 2, *image.shape[2:]).transpose(1, 3, 0, 2, 4, 5))
        return
    planes[...] = 0
    for (p, q), pixels in zip(PHASES, phases(image), strict=True):
        np.copyto(planes[p, q, : len(pixels), : pixels.shape[1]], pixels)
