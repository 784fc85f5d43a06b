"""Products of a large matrix, cut into pieces that are small enough for BLAS to read them where they are.

Before it multiplies, BLAS copies its factors into blocks that suit the processor. That pays off where each number is
then used often. A weight of a linear layer is used once for each image of the batch, and with 8 images the copy takes
as long as the arithmetic. For small products OpenBLAS has other routines, which do not copy; they are also faster for
the few rows and columns of a convolution. For 2,048 x 3,136 weights and 8 images (milliseconds, in one piece and in
many): forward 2.7 and 1.5, gradient of the weights 2.4 and 1.0, gradient of the input 3.3 and 1.6.
"""

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.normalization import column_sums
from digitpad.nn.engine.fused.workspace import Workspace

SMALL_PRODUCT = 1_000_000
"""The most multiplications of a product for which OpenBLAS does not copy the factors."""

#: Rows in a piece: with fewer, calls take longer than copies; with more, most products are not faster.
_LEAST_ROWS, _MOST_ROWS = 8, 16
#: The same for products that are added up, which takes time as well.
_LEAST_ROWS_TO_SUM, _MOST_ROWS_TO_SUM = 16, 32

#: Bytes of the products that are added up together; they stay in the second-level cache.
_PRODUCTS_BYTES = 800_000

#: A matrix with fewer numbers is not cut: it does not take long to copy.
_LEAST_NUMBERS = 100_000


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the product of `a`, (rows, n), and `b`, (n, columns), into `out`; pieces are rows of `a`.

    Parameters
    ----------
    a, b
        The factors.
    out
        Memory for the product, contiguous.
    """
    step = _rows_at_once(b.size, a.size + out.size)
    whole = len(a) // step * step if step else 0
    if whole:
        np.matmul(a[:whole].reshape(-1, step, a.shape[1]), b, out=out[:whole].reshape(-1, step, out.shape[1]))
    if whole < len(a):
        np.matmul(a[whole:], b, out=out[whole:])


def multiply_and_sum(a: Array, b: Array, out: Array, scratch: Workspace) -> None:
    """Write the product of `a`, (n, rows), and `b`, (rows, columns), into `out`; pieces are rows of `b`.

    This is faster than one product if `b` has a million numbers or more, and `sums_are_small` says so.

    Parameters
    ----------
    a, b
        The factors.
    out
        Memory for the product.
    scratch
        Memory for the products of the pieces.
    """
    step = max(1, min(_MOST_ROWS_TO_SUM, SMALL_PRODUCT // max(1, out.size)))
    whole = len(b) // step * step
    np.matmul(a[:, whole:], b[whole:], out=out)  # the rest; without one, these are sums of nothing, zero
    columns = a[:, :whole].reshape(len(a), -1, step).transpose(1, 0, 2)
    rows = b[:whole].reshape(-1, step, b.shape[1])
    # Several pieces at once: a call for each would keep threads waiting for each other.
    count = max(1, _PRODUCTS_BYTES // max(1, out.nbytes))
    for start in range(0, len(rows), count):
        some = slice(start, min(start + count, len(rows)))
        products = scratch.empty("products", (some.stop - some.start, *out.shape))
        np.matmul(columns[some], rows[some], out=products)
        out += column_sums(products.reshape(len(products), -1)).reshape(out.shape)


def sums_are_small(n: int, columns: int) -> bool:
    """Return whether `multiply_and_sum` has enough rows in each piece to make up for adding the products."""
    return n * columns * _LEAST_ROWS_TO_SUM <= SMALL_PRODUCT


def _rows_at_once(per_row: int, numbers: int) -> int:
    """Return how many rows make a piece, with `per_row` multiplications for each; 0 if cutting does not pay off."""
    rows = min(_MOST_ROWS, SMALL_PRODUCT // max(1, per_row))
    return rows if rows >= _LEAST_ROWS and numbers >= _LEAST_NUMBERS else 0
