"""Convolution as a matrix product (im2col), forward and backward.

This is the second page of a chapter; the first, `digitpad.nn.reference`, has the same sums as loops. A window slides
over the image x. At each of its places there is one cell of the map y, and the weights connect the cell to the patch
under the window. If the patches are copied into the rows of a matrix, with a row for each place, and the kernels into
the columns of another, the inner loops of the definition are the product of the two:

    y[p, o] = sum over k of patches[p, k] * kernels[k, o],  where k counts the (i, j, c) of the kernel

A patch overlaps its neighbours, so the matrix is up to KH * KW times as large as the image. That costs memory, and is
still much faster than loops, because matrix products use the processor fully. Three quantities are needed:

- `gather`: y from x and the weights. Each cell collects from its patch: a convolution.
- `scatter`: x from y and the weights. Each cell spreads its value over its patch, and overlapping patches add up. This
  is the transpose of `gather`: the gradient of a convolution with respect to its image, and the forward pass of a
  transposed convolution.
- `weight_gradient`: from x and y, the sum of products that each weight connects.

A batch is processed a few images at a time, so that their patches fit into the processor's cache.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.nn.backend import Array, array_module
from digitpad.nn.functional import Padding, Pair, fold, pad, windows

#: Bytes of patches for each piece of a batch: what fits the second-level cache of common processors, and what keeps a
#: GPU busy.
_HOST_PATCH_BYTES = 1 << 20
_DEVICE_PATCH_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Window:
    """The geometry of a convolution: how a window slides over an image.

    Parameters
    ----------
    kernel, stride, dilation
        (height, width) of the window, its step, and the distance between its taps.
    padding
        Rows (above, below) and columns (left, right) of zeros around the image.
    groups
        Number of groups into which the channels are split, each convolved on its own.
    """

    kernel: Pair
    stride: Pair
    padding: Padding
    dilation: Pair
    groups: int


def gather(x: Array, weight: Array, window: Window, places: Pair) -> Array:
    """Return y[o, p] = sum over c, i, j of weight[o, c, i, j] * x[c, pixel of patch p at i, j]: a convolution.

    Parameters
    ----------
    x
        Images, (N, C, H, W).
    weight
        (O, C / groups, kernel height, kernel width).
    window
        The geometry.
    places
        Number of rows and columns of places to compute.

    Returns
    -------
    Array
        y, (N, O, rows, columns).
    """
    rows, columns = places
    padded = pad(x, window.padding)
    kernels = kernel_matrix(weight, window)
    products = [
        _patch_matrix(padded[some], window, (rows, columns)) @ kernels
        for some in _few_images(x, weight, window, rows * columns)
    ]
    cells = products[0] if len(products) == 1 else array_module(x).concatenate(products, axis=1)
    # (groups, places, O / groups) to (N, O, rows, columns), which needs no copy with one group.
    y: Array = cells.transpose(1, 0, 2).reshape(len(x), rows, columns, len(weight)).transpose(0, 3, 1, 2)
    return y


def scatter(y: Array, weight: Array, window: Window, image: Pair) -> Array:
    """Return x[c, q] = sum over o, i, j, p of weight[o, c, i, j] * y[o, p], where q is the pixel of patch p at i, j.

    Parameters
    ----------
    y
        Maps, (N, O, rows, columns).
    weight
        (O, C / groups, kernel height, kernel width).
    window
        The geometry.
    image
        Height and width of x.

    Returns
    -------
    Array
        x, (N, C, H, W); pixels outside all patches are zero.
    """
    rows, columns = y.shape[2:]
    per_group = weight.shape[1]
    kernels = kernel_matrix(weight, window).transpose(0, 2, 1)
    x = array_module(y).empty((len(y), *image, per_group * window.groups), dtype=y.dtype)
    for some in _few_images(y, weight, window, rows * columns):
        patches = _cell_matrix(y[some], window) @ kernels  # (groups, places, kh * kw * C / groups)
        patches = patches.reshape(window.groups, -1, rows, columns, *window.kernel, per_group)
        patches = patches.transpose(1, 2, 3, 4, 5, 0, 6)
        patches = patches.reshape(-1, rows, columns, *window.kernel, per_group * window.groups)
        x[some] = fold(patches, image, window.stride, window.padding, window.dilation).transpose(0, 2, 3, 1)
    turned: Array = x.transpose(0, 3, 1, 2)
    return turned


def weight_gradient(x: Array, y: Array, weight: Array, window: Window) -> Array:
    """Return, for each weight, the sum over n and p of y[n, o, p] * x[n, c, pixel of patch p at i, j].

    Parameters
    ----------
    x, y
        Images (N, C, H, W) and maps (N, O, rows, columns); one of them holds values, the other gradients.
    weight
        The weights, whose shape is used.
    window
        The geometry.

    Returns
    -------
    Array
        (O, C / groups, kernel height, kernel width), as `weight`.
    """
    rows, columns = y.shape[2:]
    padded = pad(x, window.padding)
    total = array_module(x).zeros_like(kernel_matrix(weight, window))
    for some in _few_images(x, weight, window, rows * columns):
        patches = _patch_matrix(padded[some], window, (rows, columns))
        total += patches.transpose(0, 2, 1) @ _cell_matrix(y[some], window)
    # (groups, kh * kw * C / groups, O / groups) back to PyTorch's (O, C / groups, kh, kw)
    per_group = total.reshape(window.groups, *window.kernel, weight.shape[1], -1)
    gradient: Array = per_group.transpose(0, 4, 3, 1, 2).reshape(weight.shape)
    return gradient


def kernels_side_by_side(weight: Array) -> Array:
    """Return weights (O, C / groups, kh, kw) in the memory order of the matrix that the products here multiply by."""
    taps_first: Array = array_module(weight).ascontiguousarray(weight.transpose(2, 3, 1, 0))
    return taps_first.transpose(3, 2, 0, 1)


def kernel_matrix(weight: Array, window: Window) -> Array:
    """Return the kernels as (groups, kh * kw * C / groups, O / groups), with a column for each map of y.

    The result is a view if the weights are in the memory order of `kernels_side_by_side`.
    """
    columns = weight.transpose(2, 3, 1, 0).reshape(-1, window.groups, len(weight) // window.groups)
    matrix: Array = columns.transpose(1, 0, 2)
    return matrix


def _patch_matrix(padded: Array, window: Window, places: Pair) -> Array:
    """Return (groups, places, kh * kw * C / groups), with a row for each patch."""
    return as_matrix(*patches_in_order(padded, window, places))


def patches_in_order(padded: Array, window: Window, places: Pair) -> tuple[Array, bool]:
    """Return all patches in the order in which they are copied into the matrix, as a view.

    Parameters
    ----------
    padded
        Padded images, (N, C, H, W).
    window
        The geometry.
    places
        Number of rows and columns of places.

    Returns
    -------
    (Array, bool)
        (groups, N, rows, columns, kh, kw, C / groups), patch by patch; or, if the flag is set,
        (groups, kh, kw, C / groups, N, rows, columns), tap by tap.
    """
    patches = windows(padded, window.kernel, window.stride, window.dilation)[:, :, : places[0], : places[1]]
    n, channels, rows, columns, height, width = patches.shape
    per_group = channels // window.groups
    patches = patches.reshape(n, window.groups, per_group, rows, columns, height, width)
    # With few channels, a row of the image is a longer run of memory than a row of a patch, so copy tap by tap.
    by_tap = width * per_group < columns
    return patches.transpose((1, 5, 6, 2, 0, 3, 4) if by_tap else (1, 0, 3, 4, 5, 6, 2)), by_tap


def as_matrix(patches: Array, by_tap: bool) -> Array:
    """Return patches in either order of `patches_in_order` as (groups, places, kh * kw * C / groups)."""
    groups = len(patches)
    if by_tap:
        taps = patches.reshape(groups, math.prod(patches.shape[1:4]), -1)
        return taps.transpose(0, 2, 1)
    matrix: Array = patches.reshape(groups, math.prod(patches.shape[1:4]), -1)
    return matrix


def _cell_matrix(y: Array, window: Window) -> Array:
    """Return (groups, places, O / groups), with a row for each place."""
    n, channels, rows, columns = y.shape
    grouped = y.reshape(n, window.groups, channels // window.groups, rows, columns)
    matrix: Array = grouped.transpose(1, 0, 3, 4, 2).reshape(window.groups, n * rows * columns, -1)
    return matrix


def _few_images(batch: Array, weight: Array, window: Window, places: int) -> Iterator[slice]:
    """Yield slices of the batch whose patches fit into the cache."""
    limit = _HOST_PATCH_BYTES if array_module(batch) is np else _DEVICE_PATCH_BYTES
    per_image = places * weight[0].size * window.groups * batch.itemsize
    step = max(1, limit // max(1, per_image))
    for start in range(0, len(batch), step):
        yield slice(start, start + step)
