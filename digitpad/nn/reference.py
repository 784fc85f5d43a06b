"""Convolution and pooling as their definitions read: one loop for every index, and nothing clever.

What `digitpad.nn` computes fast is compared with these. All take and return arrays (N, C, H, W); sizes are pairs
(height, width), padding is ((above, below), (left, right)).
"""

from collections.abc import Callable
from itertools import product

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.functional import Padding, Pair


def padded(x: Array, padding: Padding, value: float = 0.0) -> Array:
    """Return `x` with a border of `value`."""
    return np.pad(x, ((0, 0), (0, 0), *padding), constant_values=value)


def convolve(x: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, groups: int) -> Array:
    """Return the cross-correlation of `x` with `weight` (O, C / groups, KH, KW)."""
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
    x: Array, weight: Array, stride: Pair, padding: Padding, output_padding: Pair, dilation: Pair, groups: int
) -> Array:
    """Return what all values of `x` paint with `weight` (C, O / groups, KH, KW)."""
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
    x: Array, kernel: Pair, stride: Pair, padding: Padding, border: float, keep: Callable[[Array], float]
) -> Array:
    """Return what `keep` makes of each window, with a border of that value around the images."""
    x = padded(x, padding, border)
    n_count, c_count, height, width = x.shape
    rows, columns = (height - kernel[0]) // stride[0] + 1, (width - kernel[1]) // stride[1] + 1
    out = np.zeros((n_count, c_count, rows, columns))
    for n, c, row, column in product(range(n_count), range(c_count), range(rows), range(columns)):
        y, x_ = row * stride[0], column * stride[1]
        out[n, c, row, column] = keep(x[n, c, y : y + kernel[0], x_ : x_ + kernel[1]])
    return out


def numerical_gradient(function: Callable[[Array], float], x: Array, step: float = 1e-6) -> Array:
    """Return the gradient of `function` at `x`, one entry after the other, by central differences."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (function(above) - function(below)) / (2 * step)
    return gradient
