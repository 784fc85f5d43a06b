"""Max pooling of 2x2 blocks, for the layers that pool their own output.

A block is given by its four values in separate views, (2, 2, ...): row and column within the block. Of equal values the
first in reading order counts as the largest, as in `MaxPool2D`. The gradient goes to the largest value, so three
comparisons per block are remembered: whether the left value wins in each row, and whether the upper row wins.
"""

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.workspace import Workspace


def blocks(image: Array) -> Array:
    """Return the pixels of each 2x2 block, (2, 2, rows, columns, ...), for an image (H, W, ...), a view."""
    rows, columns = len(image) // 2, image.shape[1] // 2
    whole = image[: 2 * rows, : 2 * columns]
    # Axes are divided without a copy, whatever their strides.
    divided = whole.reshape(rows, 2, columns, 2, *image.shape[2:])
    return divided.transpose(1, 3, 0, 2, *range(4, divided.ndim))


class Winners:
    """Which value of each block is the largest.

    Parameters
    ----------
    memory
        Booleans, three for each block: (3, ...).
    """

    def __init__(self, memory: Array) -> None:
        self._left, self._upper = memory[:2], memory[2]

    def choose(self, four: Array, out: Array, scratch: Workspace, *, training: bool) -> None:
        """Write the largest of each block into `out`, and in training remember which one it was."""
        of_row = scratch.empty("of_row", (2, *out.shape))
        np.maximum(four[:, 0], four[:, 1], out=of_row)
        if training:
            # "Or equal" makes the first of equal values in reading order the largest.
            np.greater_equal(four[:, 0], four[:, 1], out=self._left)
            np.greater_equal(of_row[0], of_row[1], out=self._upper)
        np.maximum(of_row[0], of_row[1], out=out)

    def go_back(self, grad: Array, four: Array, scratch: Workspace) -> None:
        """Write the gradient to the largest value of each block, and zero (a number minus itself) to the others."""
        of_row = scratch.empty("of_row", (2, *grad.shape))
        np.multiply(grad, self._upper, out=of_row[0])
        np.subtract(grad, of_row[0], out=of_row[1])
        np.multiply(of_row, self._left, out=four[:, 0])
        np.subtract(of_row, four[:, 0], out=four[:, 1])
