"""The fast forms against the loops of `digitpad.nn.reference`."""

import numpy as np
import pytest

from digitpad.nn import reference
from digitpad.nn.backend import Array
from digitpad.nn.layers import AvgPool2D, Conv2D, ConvTranspose2D, MaxPool2D
from tests.nn.layers.cases import CASES, Case


def _rows(*kinds: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if case.plan["type"] in kinds]
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def _bias(layer: Conv2D | ConvTranspose2D) -> Array:
    return np.zeros((1, 1, 1)) if layer.bias is None else layer.bias.value[:, None, None]


@_rows("Conv2D")
def test_convolution(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    assert isinstance(layer, Conv2D)
    expected = reference.convolve(x, layer.weight.value, layer.stride, layer.padding, layer.dilation, layer.groups)

    np.testing.assert_allclose(layer.forward(x), expected + _bias(layer), rtol=1e-12, atol=1e-12)


@_rows("ConvTranspose2D")
def test_transposed_convolution(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    assert isinstance(layer, ConvTranspose2D)
    expected = reference.convolve_transposed(
        x, layer.weight.value, layer.stride, layer.padding, layer.output_padding, layer.dilation, layer.groups
    )

    np.testing.assert_allclose(layer.forward(x), expected + _bias(layer), rtol=1e-12, atol=1e-12)


@_rows("MaxPool2D", "AvgPool2D")
def test_pooling(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    assert isinstance(layer, MaxPool2D | AvgPool2D)
    window = (layer.kernel_size, layer.stride, layer.reached_padding(case.shape[2:]))
    if isinstance(layer, MaxPool2D):
        expected = reference.pool(x, *window, -np.inf, np.max, layer.dilation)
    elif layer.count_include_pad:
        # The zeros of the padding count; what the last windows reach beyond it does not.
        zeros = reference.padded(x, layer.padding)
        ends = zip(window[2], layer.padding, strict=True)
        beyond = [(0, reached[1] - own[1]) for reached, own in ends]
        expected = reference.pool(zeros, *window[:2], (beyond[0], beyond[1]), np.nan, np.nanmean)
    else:
        expected = reference.pool(x, *window, np.nan, np.nanmean)

    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-12, atol=1e-12)


@_rows("Conv2D", "ConvTranspose2D", "MaxPool2D", "AvgPool2D")
def test_the_whole_input_gradient_entry_by_entry(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    upstream = np.random.default_rng(11).standard_normal(layer.forward(x, training=True).shape)
    expected = reference.numerical_gradient(lambda at: float((layer.forward(at) * upstream).sum()), x)

    np.testing.assert_allclose(layer.backward(upstream), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_transposed_convolution_is_the_transpose_of_the_convolution_with_its_weights(stride: int) -> None:
    """<conv(x), y> = <x, transposed(y)> for all x and y: the definition of a transpose."""
    rng = np.random.default_rng(0)
    conv = Conv2D(3, 4, (3, 2), stride=stride, padding=1, bias=False, rng=rng, dtype=np.float64)
    x = rng.standard_normal((2, 3, 8, 9))
    y = rng.standard_normal(conv.forward(x).shape)
    rest = ((8 + 2 - 3) % stride, (9 + 2 - 2) % stride)
    transposed = ConvTranspose2D(4, 3, (3, 2), stride, 1, rest, bias=False, dtype=np.float64)
    transposed.weight.value = conv.weight.value

    assert (conv.forward(x) * y).sum() == pytest.approx((x * transposed.forward(y)).sum(), rel=1e-12)
