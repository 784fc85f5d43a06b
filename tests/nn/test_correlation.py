"""The products that convolution is made of; what they compute is proven where the layers are compared with others."""

import numpy as np
import pytest

from digitpad.nn import Conv2D, ConvTranspose2D
from digitpad.nn.correlation import Window, _patch_matrix, gather, kernel_matrix, kernels_side_by_side
from digitpad.nn.functional import Pair


@pytest.mark.parametrize("kind", [Conv2D, ConvTranspose2D])
@pytest.mark.parametrize("groups", [1, 2])
def test_the_kernels_are_multiplied_by_where_they_lie(kind: type[Conv2D | ConvTranspose2D], groups: int) -> None:
    """A copy of them would take as long as the patches of an image, and would have to be kept true."""
    layer = kind(4, 6, 3, groups=groups, rng=np.random.default_rng(0))
    assert np.shares_memory(kernel_matrix(layer.weight.value, layer.window), layer.weight.value)
    assert np.shares_memory(kernel_matrix(layer.replica().weight.value, layer.window), layer.weight.value)
    x = np.ones((1, 4, 5, 5), np.float32)
    before = layer.forward(x)
    layer.weight.value *= 2  # in place, as an optimizer does
    np.testing.assert_allclose(layer.forward(x), 2 * before, rtol=1e-6)


def test_weights_of_any_layout_give_the_same() -> None:
    weight = np.random.default_rng(0).standard_normal((6, 2, 3, 2))
    x = np.random.default_rng(1).standard_normal((2, 4, 6, 7))
    window = Window((3, 2), (1, 2), ((1, 0), (0, 1)), (2, 1), groups=2)
    laid_out = kernels_side_by_side(weight)
    np.testing.assert_array_equal(laid_out, weight)
    places = (3, 4)
    np.testing.assert_allclose(gather(x, laid_out, window, places), gather(x, weight, window, places), rtol=1e-12)


@pytest.mark.parametrize("image", [(3, 3), (3, 9), (9, 3)])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_patches_are_the_same_in_whichever_order_they_are_copied(image: Pair, channels: int) -> None:
    """With few channels and wide images it is tap after tap, else place after place."""
    window = Window((3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), groups=1)
    rows, columns = image[0] - 2, image[1] - 1
    x = np.random.default_rng(0).standard_normal((2, channels, *image))
    patches = _patch_matrix(x, window, (rows, columns))
    assert patches.shape == (1, 2 * rows * columns, 3 * 2 * channels)
    for place in range(2 * rows * columns):
        n, y, z = np.unravel_index(place, (2, rows, columns))
        seen = x[n, :, y : y + 3, z : z + 2].transpose(1, 2, 0)
        np.testing.assert_array_equal(patches[0, place], seen.ravel())
