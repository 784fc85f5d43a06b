"""Convolution and pooling as their definitions read: a loop for every index.

This is the first page of a chapter in three steps, loop, matrix product, Winograd. A convolution is a sum over three
indices for each output, and an output has four, so `convolve` has seven loops (six for one image). It is slow and hard
to get wrong, which makes it the reference for the other pages: `digitpad.nn.correlation` copies the patches of an image
into the rows of a matrix (im2col), so that one matrix product does the work of the loops; and
`digitpad.nn.engine.fused` needs fewer than half of the multiplications for 3x3 kernels (Winograd). The tests hold both
to the loops here.

A 2x2 kernel on a 3x3 image, step by step: the first output is 1*0 + 2*1 + 4*1 + 5*0 = 6.

>>> x = np.array([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]])
>>> weight = np.array([[[[0, 1], [1, 0]]]])
>>> convolve(x, weight).tolist()
[[[[6.0, 8.0], [12.0, 14.0]]]]

With a stride of 2 and a border of one zero, the window starts above and to the left of the image:

>>> convolve(x, weight, stride=(2, 2), padding=((1, 1), (1, 1))).tolist()
[[[[0.0, 2.0], [4.0, 14.0]]]]

All functions take and return arrays (N, C, H, W). Sizes are pairs (height, width), padding is ((above, below), (left,
right)).
"""

from collections.abc import Callable
from itertools import product

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.functional import Padding, Pair

NO_PADDING: Padding = ((0, 0), (0, 0))
"""No rows or columns on any side."""


def padded(x: Array, padding: Padding, value: float = 0.0) -> Array:
    """Surround images by a border.

    Parameters
    ----------
    x
        Images, (N, C, H, W).
    padding
        Rows (above, below) and columns (left, right) to add.
    value
        The value of the border.

    Returns
    -------
    Array
        (N, C, above + H + below, left + W + right).
    """
    return np.pad(x, ((0, 0), (0, 0), *padding), constant_values=value)


def convolve(
    x: Array,
    weight: Array,
    stride: Pair = (1, 1),
    padding: Padding = NO_PADDING,
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return the cross-correlation of images with kernels, which deep learning calls a convolution.

    out[n, o, row, column] = sum over c, i, j of weight[o, c, i, j] * padded x[n, c, row * stride + i * dilation, ...]

    Parameters
    ----------
    x
        Images, (N, C, H, W).
    weight
        Kernels, (O, C / groups, KH, KW).
    stride
        Step of the window, down and to the right.
    padding
        Zeros around the images.
    dilation
        Distance between neighbouring taps of a kernel.
    groups
        Number of groups: output maps see the input channels of their own group only.

    Returns
    -------
    Array
        (N, O, rows, columns), float64, where rows = floor((H + padding - dilation * (KH - 1) - 1) / stride) + 1.
    """
    x = padded(x, padding)
    n_count, _, height, width = x.shape
    o_count, c_count, kernel_h, kernel_w = weight.shape
    rows = (height - dilation[0] * (kernel_h - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kernel_w - 1) - 1) // stride[1] + 1
    out = np.zeros((n_count, o_count, rows, columns))
    for n, o, row, column in product(range(n_count), range(o_count), range(rows), range(columns)):
        first_channel = o // (o_count // groups) * c_count
        for c, i, j in product(range(c_count), range(kernel_h), range(kernel_w)):
            y, x_ = row * stride[0] + i * dilation[0], column * stride[1] + j * dilation[1]
            out[n, o, row, column] += weight[o, c, i, j] * x[n, first_channel + c, y, x_]
    return out


def convolve_transposed(
    x: Array,
    weight: Array,
    stride: Pair = (1, 1),
    padding: Padding = NO_PADDING,
    output_padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return a transposed convolution: each value of `x` adds its kernel, times itself, to the output.

    The loops are those of `convolve` with input and output exchanged.

    Parameters
    ----------
    x
        Maps, (N, C, H, W).
    weight
        Kernels, (C, O / groups, KH, KW).
    stride
        Distance between the places where neighbouring values add their kernels.
    padding
        Rows (above, below) and columns (left, right) that are cut off the output.
    output_padding
        Rows and columns added below and to the right.
    dilation
        Distance between neighbouring taps of a kernel.
    groups
        Number of groups: input maps add to the output channels of their own group only.

    Returns
    -------
    Array
        (N, O, rows, columns), float64, where rows = (H - 1) * stride + dilation * (KH - 1) + 1 + output_padding -
        padding.
    """
    n_count, c_count, height, width = x.shape
    _, per_group, kernel_h, kernel_w = weight.shape
    tall = (height - 1) * stride[0] + dilation[0] * (kernel_h - 1) + 1 + output_padding[0]
    wide = (width - 1) * stride[1] + dilation[1] * (kernel_w - 1) + 1 + output_padding[1]
    out = np.zeros((n_count, per_group * groups, tall, wide))
    for n, c, row, column in product(range(n_count), range(c_count), range(height), range(width)):
        first_channel = c // (c_count // groups) * per_group
        for o, i, j in product(range(per_group), range(kernel_h), range(kernel_w)):
            y, x_ = row * stride[0] + i * dilation[0], column * stride[1] + j * dilation[1]
            out[n, first_channel + o, y, x_] += weight[c, o, i, j] * x[n, c, row, column]
    (top, bottom), (left, right) = padding
    return out[:, :, top : tall - bottom, left : wide - right]


def pool(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Padding,
    border: float,
    keep: Callable[[Array], float],
    dilation: Pair = (1, 1),
) -> Array:
    """Return one number for each window of each map.

    Parameters
    ----------
    x
        Maps, (N, C, H, W).
    kernel, stride, padding
        Size and step of the window, and the border around the maps.
    border
        The value of the border.
    keep
        Turns a window (height, width) into a number, such as `numpy.max`.
    dilation
        Distance between neighbouring cells of a window.

    Returns
    -------
    Array
        (N, C, rows, columns), float64.
    """
    x = padded(x, padding, border)
    n_count, c_count, height, width = x.shape
    tall, wide = dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1
    rows, columns = (height - tall) // stride[0] + 1, (width - wide) // stride[1] + 1
    out = np.zeros((n_count, c_count, rows, columns))
    for n, c, row, column in product(range(n_count), range(c_count), range(rows), range(columns)):
        y, x_ = row * stride[0], column * stride[1]
        out[n, c, row, column] = keep(x[n, c, y : y + tall : dilation[0], x_ : x_ + wide : dilation[1]])
    return out


def numerical_gradient(function: Callable[[Array], float], x: Array, step: float = 1e-6) -> Array:
    """Return the gradient of a function, one entry after the other, by central differences.

    gradient[k] = (function(x + step at k) - function(x - step at k)) / (2 * step)

    Parameters
    ----------
    function
        Turns an array into a number.
    x
        Where to differentiate; float64.
    step
        Half of the distance between the two values that are compared.

    Returns
    -------
    Array
        The gradient, in the shape of `x`.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (function(above) - function(below)) / (2 * step)
    return gradient
