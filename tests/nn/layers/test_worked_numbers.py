"""Convolutions that can be checked by hand."""

import numpy as np
import pytest

from digitpad.nn.backend import Array
from digitpad.nn.layers import Conv2D, ReLU

MATRIX = (
    (5, 6, 0, 1, 8, 2),
    (0, 9, 8, 4, 6, 5),
    (2, 6, 5, 3, 8, 4),
    (6, 3, 4, 9, 1, 0),
    (7, 5, 9, 1, 6, 7),
    (2, 5, 9, 2, 3, 7),
)
KERNEL = ((0, -1, 1), (1, 0, 0), (0, -1, 1))

VALID = ((-7, 8, 20, -6), (2, 7, -1, 1), (9, -7, 14, 6), (12, 3, 2, 4))


def _convolved(padding: int | str, dtype: type) -> Array:
    layer = Conv2D(1, 1, 3, padding=padding, bias=False, dtype=dtype)
    layer.weight.value = np.array(KERNEL, dtype)[None, None]
    out: Array = layer.forward(np.array(MATRIX, dtype)[None, None])[0, 0]
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("padding", "shape", "first_row"),
    [
        ("valid", (4, 4), VALID[0]),
        (0, (4, 4), VALID[0]),
        ("same", (6, 6), (9, 4, 2, 2, 0, 3)),
        (1, (6, 6), (9, 4, 2, 2, 0, 3)),
        ("full", (8, 8), (5, 1, -6, 1, 7, -6, -2, 0)),
        (2, (8, 8), (5, 1, -6, 1, 7, -6, -2, 0)),
    ],
)
def test_the_forms_of_padding(
    padding: int | str, shape: tuple[int, int], first_row: tuple[int, ...], dtype: type
) -> None:
    out = _convolved(padding, dtype)

    assert out.shape == shape
    assert tuple(out[0]) == first_row
    # The middle is the same for any padding.
    border = (shape[0] - 4) // 2
    np.testing.assert_array_equal(out[border : border + 4, border : border + 4], VALID)


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_then_relu(padding: str) -> None:
    out = _convolved(padding, np.float32)

    np.testing.assert_array_equal(ReLU().forward(out[None, None])[0, 0], np.where(out > 0, out, 0))
    if padding == "valid":
        expected = [[0, 8, 20, 0], [2, 7, 0, 1], [9, 0, 14, 6], [12, 3, 2, 4]]
        np.testing.assert_array_equal(ReLU().forward(out), expected)
