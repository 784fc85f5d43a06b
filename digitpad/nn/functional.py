"""Pure functions that layers and losses are built from.

The most important are the sliding windows: `windows` returns the overlapping patches of an image as a view, without a
copy, and `fold` is its transpose, which adds patches back to the pixels that they were taken from.
"""

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, array_module, elementwise

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]
"""Rows (above, below) and columns (left, right)."""


def output_size(size: int, kernel: int, stride: int, padding: Pair, dilation: int = 1) -> int:
    """Return the number of positions of a window along one axis; 0 or less if it does not fit."""
    return (size + sum(padding) - dilation * (kernel - 1) - 1) // stride + 1


def pad(x: Array, padding: Padding, value: float = 0.0) -> Array:
    """Surround the two image axes of `x` (N, C, H, W) by a border of `value`; without a border, return `x` itself."""
    if padding == ((0, 0), (0, 0)):
        return x
    (top, bottom), (left, right) = padding
    n, c, h, w = x.shape
    # Channels come last in memory, behind the shape (N, C, H, W), as in all large arrays here: a patch then consists of
    # a few long runs of memory.
    xp, shape = array_module(x), (n, h + top + bottom, w + left + right, c)
    padded = xp.full(shape, value, dtype=x.dtype) if value else xp.zeros(shape, dtype=x.dtype)
    padded[:, top : top + h, left : left + w, :] = x.transpose(0, 2, 3, 1)
    turned: Array = padded.transpose(0, 3, 1, 2)
    return turned


def windows(x: Array, kernel: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> Array:
    """Return every patch that a sliding window sees, as a view.

    Parameters
    ----------
    x
        Padded images, (N, C, H, W).
    kernel, stride, dilation
        Height and width of the window, its step, and the distance between its taps.

    Returns
    -------
    Array
        A read-only view of shape (N, C, OH, OW, KH, KW).
    """
    xp = array_module(x)
    n, channels, height, width = x.shape
    step_n, step_c, step_y, step_x = x.strides
    rows = output_size(height, kernel[0], stride[0], (0, 0), dilation[0])
    columns = output_size(width, kernel[1], stride[1], (0, 0), dilation[1])
    shape = (n, channels, rows, columns, *kernel)
    steps = (step_n, step_c, step_y * stride[0], step_x * stride[1], step_y * dilation[0], step_x * dilation[1])
    view: Array
    if xp is not np:
        view = xp.lib.stride_tricks.as_strided(x, shape, steps)  # CuPy's views cannot be made read-only
        return view
    if (memory := x.transpose(0, 2, 3, 1)).flags.c_contiguous:
        # The memory order of `pad`. For one image, `as_strided` would take a third of the time of copying the patches.
        view = np.ndarray(shape, x.dtype, memory, strides=steps)
    else:
        view = np.lib.stride_tricks.as_strided(x, shape, steps)
    view.flags.writeable = False
    return view


def fold(patches: Array, image: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)) -> Array:
    """Add patches back to the pixels that `windows` took them from: the transpose of `windows`.

    Parameters
    ----------
    patches
        (N, OH, OW, KH, KW, C): one patch for each position of the window, channels last.
    image
        Height and width of the image without its padding.
    stride, padding, dilation
        As for the window that took the patches.

    Returns
    -------
    Array
        (N, C, H, W): each pixel is the sum of all cells of patches that cover it.
    """
    n, rows, columns, kernel_h, kernel_w, channels = patches.shape
    (top, bottom), (left, right) = padding
    height, width = image
    total = array_module(patches).zeros((n, height + top + bottom, width + left + right, channels), dtype=patches.dtype)
    for i in range(kernel_h):
        for j in range(kernel_w):
            y, x = i * dilation[0], j * dilation[1]
            total[:, y : y + stride[0] * rows : stride[0], x : x + stride[1] * columns : stride[1]] += patches[
                :, :, :, i, j
            ]
    inner: Array = total[:, top : top + height, left : left + width].transpose(0, 3, 1, 2)
    return inner


def channel_sum(x: Array) -> Array:
    """Return the sum of each channel of `x` (N, C, H, W), as (C,).

    The axes are summed one after the other. Each sum then has few terms of similar size, and float32 keeps its digits;
    a single running sum over a hundred thousand values would lose three of them.
    """
    total: Array = x.sum(axis=3).sum(axis=2).sum(axis=0)
    return total


@elementwise
def erf(x: Array) -> Array:
    """Return the error function, 2 / sqrt(pi) * (integral of exp(-t^2) from 0 to x), to the last digits of float64.

    Near zero it is x times a rational function of x^2, further out 1 - exp(-x^2) * (a rational function of |x|), and
    beyond 6 it is 1 to the last digit. Source: W. J. Cody, "Rational Chebyshev approximation for the error function",
    Mathematics of Computation 23 (1969), with the coefficients of his FORTRAN function CALERF.
    """
    xp = array_module(x)
    magnitude = xp.abs(x)
    near = xp.minimum(magnitude, _ERF_NEAR)
    square = near * near
    inner = near * _polynomial(_ERF_NEAR_TOP, square) / _polynomial(_ERF_NEAR_BOTTOM, square)
    far = xp.clip(magnitude, _ERF_NEAR, 6)
    outer = 1 - xp.exp(-far * far) * _polynomial(_ERF_FAR_TOP, far) / _polynomial(_ERF_FAR_BOTTOM, far)
    result: Array = xp.copysign(xp.where(magnitude <= _ERF_NEAR, inner, outer), x)
    return result


_ERF_NEAR = 0.46875
# Highest power first.
_ERF_NEAR_TOP = (
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
)
_ERF_NEAR_BOTTOM = (
    1.0,
    2.36012909523441209e1,
    2.44024637934444173e2,
    1.28261652607737228e3,
    2.84423683343917062e3,
)
_ERF_FAR_TOP = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3,
)
_ERF_FAR_BOTTOM = (
    1.0,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3,
)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Evaluate a polynomial by Horner's rule, given its coefficients from the highest power down."""
    value = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:
        value *= x
        value += coefficient
    return value


def softmax(logits: Array, axis: int = 1) -> Array:
    """Turn logits into probabilities: exp(z) / sum(exp(z)) along `axis`.

    The largest logit is subtracted first, which does not change the result and keeps `exp` from overflowing.
    """
    xp = array_module(logits)
    exponentials = xp.exp(logits - logits.max(axis=axis, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return probabilities


def log_softmax(logits: Array, axis: int = 1) -> Array:
    """Return log(softmax(logits)) by log-sum-exp, which is exact where the softmax itself rounds to zero."""
    xp = array_module(logits)
    shifted = logits - logits.max(axis=axis, keepdims=True)
    result: Array = shifted - xp.log(xp.exp(shifted).sum(axis=axis, keepdims=True))
    return result


@elementwise
def sigmoid(x: Array) -> Array:
    """Turn numbers into probabilities: 1 / (1 + exp(-x)), computed from exp(-|x|), which cannot overflow."""
    xp = array_module(x)
    small = xp.exp(-xp.abs(x))
    result: Array = xp.where(x >= 0, 1, small) / (1 + small)
    return result


@elementwise
def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|)), which cannot overflow; it is -log(sigmoid(-x))."""
    xp = array_module(x)
    result: Array = xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x)))
    return result


def one_hot(labels: Array, classes: int, dtype: DTypeLike = np.float32) -> Array:
    """Return a row for each label, with a one in the label's column and zeros elsewhere.

    Parameters
    ----------
    labels
        Class indices, (N, ...) of whole numbers in [0, classes).
    classes
        Number of columns.
    dtype
        Of the result.

    Returns
    -------
    Array
        (N, ..., classes).

    Raises
    ------
    TypeError, ValueError
        If labels are not whole numbers, or a label is outside [0, classes).
    """
    if labels.dtype.kind not in "iu":
        raise TypeError(f"one_hot: labels have dtype {labels.dtype}; expected whole numbers, such as int64")
    xp = array_module(labels)
    # On a GPU, reading the values would make every training step wait for it; see `checks.on_host`.
    if xp is np and labels.size and (int(labels.min()) < 0 or int(labels.max()) >= classes):
        raise ValueError(f"one_hot: labels lie in [{int(labels.min())}, {int(labels.max())}]; expected [0, {classes})")
    table: Array = xp.eye(classes, dtype=dtype)[labels]
    return table
