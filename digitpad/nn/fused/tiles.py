"""Convolution by tiles: a 2x2 block of outputs of a 3x3 kernel sees a 4x4 block of inputs.

Images lie in memory with the pixel first and the channel last, (H, W, N, C). Whatever happens to one pixel of a
tile, happens to the same pixel of all tiles and images at once, in one long run of numbers: a "plane". Even and odd
rows and columns are kept apart, so that a step from tile to tile, two pixels wide, is a step to the neighbour in
memory. And the four outputs of a tile are four planes, which is just what 2x2 pooling compares.

The functions work on sequences of views that the caller made once and uses for every batch: taking a slice costs
NumPy a third of a microsecond, as much as adding a few thousand numbers.
"""

from collections.abc import Sequence

import numpy as np

from digitpad.nn.backend import Array

#: The four outputs of a tile, and the even and odd rows and columns of an image: (row, column) of a 2x2 block.
PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))


def phases(image: Array) -> list[Array]:
    """Return the even rows' even columns, even rows' odd columns and so on, as views of an image (H, W, ...)."""
    return [image[p::2, q::2] for p, q in PHASES]


def inside(padded: Array, height: int, width: int) -> list[Array]:
    """Return where the `phases` of an image go in an array that has room for a border of one pixel.

    Parameters
    ----------
    padded
        (2, rows + 1, 2, columns + 1, ...): [p, y, q, x] is pixel (2 * y + p, 2 * x + q) of the image with border.
        rows and columns count the tiles: half of height and width, rounded up.
    height, width
        Of the image without border.
    """
    # The border moves everything by one: what is even in the image is odd in `padded`.
    return [padded[1 - p, p : p + (height + 1 - p) // 2, 1 - q, q : q + (width + 1 - q) // 2] for p, q in PHASES]


def seen(padded: Array, axis: int) -> list[Array]:
    """Return what all tiles see 0, 1, 2 and 3 pixels from their start, along an axis pair of `inside`'s array.

    `axis` tells even from odd, the next one counts in steps of a tile. In the views the first of the two is gone.
    """
    count = padded.shape[axis + 1] - 1
    pair_first = np.moveaxis(padded, (axis, axis + 1), (0, 1))
    return [np.moveaxis(pair_first[i % 2, i // 2 : i // 2 + count], 0, axis) for i in range(4)]


def copy(sources: Sequence[Array], targets: Sequence[Array]) -> None:
    """Copy each source into its target."""
    for source, target in zip(sources, targets, strict=True):
        np.copyto(target, source)


def transform_input(d: Sequence[Array], v: Sequence[Array]) -> None:
    """Winograd, one axis: from the four inputs of a tile to the four numbers to multiply with the kernel's."""
    np.subtract(d[0], d[2], out=v[0])
    np.add(d[1], d[2], out=v[1])
    np.subtract(d[2], d[1], out=v[2])
    np.subtract(d[3], d[1], out=v[3])


def transform_input_back(v: Sequence[Array], even: Array, odd: Array) -> None:
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


def transform_output(m: Sequence[Array]) -> None:
    """Winograd, one axis: from the four products of a tile to its two outputs, which replace products 0 and 1."""
    first, second, third, fourth = m
    first += second
    first += third
    second -= third
    second += fourth


def transform_output_back(e: Sequence[Array]) -> None:
    """Transpose of `transform_output`: the outputs' gradients stand in e[0] and e[3], those of all products follow."""
    np.add(e[0], e[3], out=e[1])
    np.subtract(e[0], e[3], out=e[2])
