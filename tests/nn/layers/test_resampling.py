"""What is particular to upsampling and adaptive pooling: weights, edges, and the layers that they agree with."""

import numpy as np
import pytest

from digitpad.nn.layers import AdaptiveAvgPool2D, AvgPool2D, ConvTranspose2D, GlobalAveragePool2D, Upsample2D


def test_nearest_makes_blocks_and_adds_their_gradients() -> None:
    layer = Upsample2D((2, 3))
    out = layer.forward(np.array([[[[1.0, 2.0]]]]), training=True)
    assert out[0, 0].tolist() == [[1, 1, 1, 2, 2, 2]] * 2
    assert layer.backward(np.arange(12.0).reshape(1, 1, 2, 6))[0, 0].tolist() == [[24, 42]]


def test_bilinear_interpolates_between_centres() -> None:
    row = np.array([[[[0.0, 4.0]]]])
    assert Upsample2D((1, 2), "bilinear").forward(row)[0, 0].tolist() == [[0, 1, 3, 4]]
    assert Upsample2D((1, 2), "bilinear", align_corners=True).forward(row[..., :2])[0, 0, 0, [0, -1]].tolist() == [0, 4]
    # A single pixel has no neighbour to interpolate with.
    assert Upsample2D(3, "bilinear", align_corners=True).forward(row[..., 1:])[0, 0].tolist() == [[4] * 3] * 3


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5])
def test_the_weights_of_every_output_sum_to_one(scale: int, align_corners: bool) -> None:
    layer = Upsample2D(scale, "bilinear", align_corners=align_corners)
    for size in (1, 2, 5):
        np.testing.assert_allclose(layer.weights(0, size, np.empty(0)).sum(axis=1), 1, rtol=1e-14)


def test_nearest_is_a_transposed_convolution_with_a_kernel_of_ones() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    transposed = ConvTranspose2D(3, 3, 2, stride=2, groups=3, bias=False, dtype=np.float64)
    transposed.weight.value = np.ones((3, 1, 2, 2))
    np.testing.assert_allclose(Upsample2D(2).forward(x), transposed.forward(x), rtol=1e-13)


def test_adaptive_pooling_is_the_pooling_that_it_generalizes() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 8))
    np.testing.assert_allclose(AdaptiveAvgPool2D(1).forward(x), GlobalAveragePool2D().forward(x), rtol=1e-12)
    np.testing.assert_allclose(AdaptiveAvgPool2D((2, 4)).forward(x), AvgPool2D((3, 2)).forward(x), rtol=1e-12)
    np.testing.assert_allclose(AdaptiveAvgPool2D((6, 8)).forward(x), x, rtol=1e-12)


def test_windows_overlap_where_the_sizes_do_not_divide() -> None:
    assert AdaptiveAvgPool2D(3).seen(0, 5) == (range(2), range(1, 4), range(3, 5))
    assert AdaptiveAvgPool2D(4).seen(1, 2) == (range(1), range(1), range(1, 2), range(1, 2))


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Upsample2D: align_corners is True; expected False with mode"):
        Upsample2D(2, align_corners=True)
    with pytest.raises(ValueError, match=r"^Upsample2D: mode is 'cubic'; expected .nearest. or .bilinear."):
        Upsample2D(2, "cubic")
