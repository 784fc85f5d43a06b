"""Products of a large matrix with a narrow one: a layer with many weights meets a batch of few images.

Before it multiplies, BLAS copies its factors into blocks that suit the processor. That pays off where each number is
then used often, but a weight is used only once for each image of the batch, and with 8 images the copy takes as long as
the arithmetic. For small products OpenBLAS reads the factors where they are. So the large matrix is cut into pieces of
a few rows whose products are small. For 2,048 x 3,136 weights and 8 images (milliseconds, in one piece and in many):
forward 2.5 and 1.5, gradient of the weights 2.3 and 1.0, gradient of the input 3.3 and 1.7.
"""

import numpy as np

from digitpad.nn.backend import Array

SMALL_PRODUCT = 1_000_000
"""The most multiplications of a product for which OpenBLAS does not copy the factors."""

#: Rows in a piece: with fewer, calls take longer than copies; with more, kernels for small products are slower.
_LEAST_ROWS, _MOST_ROWS = 8, 16

#: A matrix with fewer numbers is not cut: copying it takes no time worth mentioning.
_LEAST_SIZE = 100_000


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write a @ b into `out`, for any matrices; it is fast if `a` has many rows, or `b` is large, and n is small.

    Parameters
    ----------
    a, b
        (rows, n) and (n, columns), or (rows, columns) and (columns, n).
    out
        The product; contiguous.
    """
    step = _rows_of_a_piece(b.size, out.size + a.size)
    whole = len(a) // step * step if step else 0
    if whole:
        np.matmul(a[:whole].reshape(-1, step, a.shape[1]), b, out=out[:whole].reshape(-1, step, out.shape[1]))
    if whole < len(a):
        np.matmul(a[whole:], b, out=out[whole:])


def multiply_and_sum(a: Array, b: Array, out: Array, scratch: Array) -> None:
    """Write a @ b into `out`, where `b` is large: (n, rows) times (rows, columns), summed over pieces of rows.

    Parameters
    ----------
    a, b
        The factors.
    out, scratch
        Memory for the product and for a part of it, (n, columns).
    """
    step = _rows_of_a_piece(out.size, b.size)
    if not step:
        np.matmul(a, b, out=out)
        return
    np.matmul(a[:, :step], b[:step], out=out)
    for start in range(step, len(b), step):
        some = slice(start, start + step)
        np.matmul(a[:, some], b[some], out=scratch)
        out += scratch


def _rows_of_a_piece(per_row: int, size: int) -> int:
    """Return how many rows make a small product with `per_row` multiplications each; 0 if cutting does not pay off."""
    rows = min(_MOST_ROWS, SMALL_PRODUCT // max(1, per_row))
    return rows if rows >= _LEAST_ROWS and size >= _LEAST_SIZE else 0
