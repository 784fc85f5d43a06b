"""Convolution by tiles: a 2x2 block of outputs of a 3x3 kernel sees a 4x4 block of inputs.

Images lie in memory with the pixel first and the channel last, (H, W, N, C). Whatever happens to one pixel of a
tile, happens to the same pixel of all tiles and images at once, in one long run of numbers: a "plane". Even and odd
rows and columns are kept apart (`split`), so that a step from tile to tile, two pixels wide, is a step to the
neighbour in memory. And the four outputs of a tile are four planes, which is just what 2x2 pooling compares.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from digitpad.nn.backend import Array


def phases(image: Array) -> Iterator[tuple[int, int, Array]]:
    """Yield (p, q, the pixels (2 * y + p, 2 * x + q) of an image (H, W, ...)): even and odd rows and columns."""
    for p in (0, 1):
        for q in (0, 1):
            yield p, q, image[p::2, q::2]


def split(image: Array, padded: Array) -> None:
    """Copy an image into its even and odd rows and columns, with a border of one pixel.

    Parameters
    ----------
    image
        (H, W, N, C).
    padded
        (2, rows + 1, 2, columns + 1, N, C), zero at the border: [p, y, q, x] is pixel (2 * y + p, 2 * x + q) of
        the image with its border. rows and columns count the tiles, half of H and W, rounded up.
    """
    for p, q, pixels in phases(image):
        # The border moves everything by one: what is even in the image is odd in `padded`.
        padded[1 - p, p : p + len(pixels), 1 - q, q : q + pixels.shape[1]] = pixels


def join(halves: Array, image: Array) -> None:
    """Copy (2, 2, rows, columns, N, C), the even and odd rows and columns, into an image (H, W, N, C)."""
    for p, q, pixels in phases(image):
        pixels[...] = halves[p, q, : len(pixels), : pixels.shape[1]]


def seen(padded: Array, offset: int, axis: int) -> Array:
    """Return what all tiles see `offset` (0 to 3) pixels from their start, along the axis pair (`axis`, `axis` + 1).

    Of the pair, the first axis tells even from odd, the second counts in steps of a tile. The first axis goes.
    """
    tiles = padded.shape[axis + 1] - 1
    every = slice(None)
    index: tuple[slice | int, ...] = (every,) * axis + (offset % 2, slice(offset // 2, offset // 2 + tiles))
    view: Array = padded[index]
    return view


def transform_input(d: Sequence[Array], v: Array) -> None:
    """Winograd, one axis: from the four inputs of a tile to what is multiplied with the kernel."""
    np.subtract(d[0], d[2], out=v[0])
    np.add(d[1], d[2], out=v[1])
    np.subtract(d[2], d[1], out=v[2])
    np.subtract(d[3], d[1], out=v[3])


def transform_input_back(v: Array, even: Array, odd: Array) -> None:
    """Transpose of `transform_input`: from the gradients of `v` to those of the even and odd pixels.

    The first axis of all arrays counts the tiles. Tiles overlap: input 2 of one is input 0 of the next, input 3 of
    one is input 1 of the next. With the border, which nobody needs, left out, input 1 of a tile is an even pixel.
    """
    np.add(v[1], v[2], out=odd)
    odd -= v[0]
    odd[:-1] += v[0][1:]
    np.subtract(v[1], v[2], out=even)
    even -= v[3]
    even[1:] += v[3][:-1]


def transform_output(m: Array) -> None:
    """Winograd, one axis: from the four products of a tile to its two outputs, which replace products 0 and 1."""
    first, second, third, fourth = m
    first += second
    first += third
    second -= third
    second += fourth


def transform_output_back(e: Array) -> None:
    """Transpose of `transform_output`: the outputs' gradients stand in e[0] and e[3], those of all products follow."""
    np.add(e[0], e[3], out=e[1])
    np.subtract(e[0], e[3], out=e[2])
