"""Fused activations and poolings compute what the plain layers compute."""

import copy

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import (
    ELU,
    GELU,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dropout,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2D,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Tanh,
)
from digitpad.nn.engine.fused import activations, any_pooling, fuse
from digitpad.nn.engine.fused.activations import FusedActivation
from digitpad.nn.engine.fused.any_pooling import FusedAvgPool2D, FusedMaxPool2D
from digitpad.nn.engine.fused.dropout import FusedDropout
from digitpad.nn.engine.fused.workspace import Workspace

ACTIVATIONS = (LeakyReLU(0.1), LeakyReLU(0.0), ELU(), ELU(0.3), ELU(0.0), Tanh(), Sigmoid(), SiLU(), GELU())
POOLINGS = (
    MaxPool2D(2),
    MaxPool2D(3, 2),
    MaxPool2D(3, 2, 1),
    MaxPool2D((2, 3), (3, 1), (1, 0)),
    AvgPool2D(2),
    AvgPool2D(3, 2),
    AvgPool2D((3, 2), (1, 3), (1, 1)),
    AvgPool2D(3, 2, 1, count_include_pad=False),
)


def described(layer: Layer) -> str:
    settings = (str(value) for name, value in vars(layer).items() if name != "_cache")
    return " ".join((type(layer).__name__, *settings))


def assert_same(plain: Layer, fast: Layer, x: NDArray[np.floating], tolerance: float) -> None:
    """Compare the output and the input gradient, in training and in inference."""
    expected = plain.forward(x, training=True)
    actual = fast.forward(x, training=True)
    assert actual.dtype == expected.dtype
    assert abs(actual - expected).max() <= tolerance * abs(x).max()
    upstream = np.random.default_rng(3).standard_normal(expected.shape).astype(x.dtype)
    assert abs(fast.backward(upstream) - plain.backward(upstream)).max() <= tolerance * abs(upstream).max()
    assert abs(fast.forward(x) - plain.forward(x)).max() <= tolerance * abs(x).max()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layer", ACTIVATIONS, ids=described)
@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (3, 2, 0, 1), (2, 3, 0, 1)], ids=str)
def test_activations(layer: Layer, dtype: str, axes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations, "_PIECE_NUMBERS", 100)  # 420 numbers: four pieces and a rest
    values = 4 * np.random.default_rng(2).standard_normal((4, 5, 3, 7)).astype(dtype)
    values.flat[:4] = 0, -0.0, 60, -60
    network = Sequential([("layer", copy.deepcopy(layer)), ("end", Linear(7, 7, dtype=values.dtype))])
    fast = fuse(network).layers["layer"]
    assert isinstance(fast, FusedActivation) == (dtype == "float32" or not isinstance(layer, GELU))
    assert_same(layer, fast, values.transpose(axes), 1e-6 if dtype == "float32" else 1e-14)


def test_far_values_are_finite_and_raise_no_flag() -> None:
    x = np.array([[-1e30, -1e4, -90.0, 90.0, 1e4, 1e30]], np.float32)
    for layer in ACTIVATIONS:
        fast = FusedActivation(layer, Workspace(np.float32))
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            out = fast.forward(x, training=True)
            grad = fast.input_gradient(np.ones_like(x))
        assert np.isfinite(out).all()
        assert np.isfinite(grad).all()
        np.testing.assert_allclose(out, layer.forward(x), atol=1e-6)


def test_rows_of_another_order_come_back_in_their_own() -> None:
    x = np.random.default_rng(4).standard_normal((6, 5)).T
    assert_same(Tanh(), FusedActivation(Tanh(), Workspace(np.float64)), x, 1e-14)
    # Neither order is contiguous.
    assert_same(Tanh(), FusedActivation(Tanh(), Workspace(np.float64)), x[:, ::2], 1e-14)


@pytest.mark.parametrize("layer", POOLINGS, ids=described)
@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (3, 2, 0, 1), (2, 3, 0, 1)], ids=["plain", "images", "channels"])
@pytest.mark.parametrize("size", [(8, 7), (6, 6), (3, 4)], ids=str)
def test_poolings(
    layer: MaxPool2D | AvgPool2D, axes: tuple[int, ...], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(any_pooling, "_BAND_NUMBERS", 400)  # more than one band of the larger images
    scratch = Workspace(np.float64)
    fast = FusedMaxPool2D(layer, scratch) if isinstance(layer, MaxPool2D) else FusedAvgPool2D(layer, scratch)
    for n in (5, 1):
        # Few different values, so that many are equal.
        values = np.random.default_rng(5).integers(-2, 3, (n, 3, *size)).astype(np.float64)
        x = np.ascontiguousarray(values.transpose(np.argsort(axes))).transpose(axes)
        assert_same(layer, fast, x, 1e-14)


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (3, 2, 0, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout_drops_what_the_plain_layer_drops(axes: tuple[int, ...], dtype: str) -> None:
    plain = Dropout(0.3, rng=np.random.default_rng(7))
    fast = FusedDropout(copy.deepcopy(plain), Workspace(dtype))
    x = np.empty(0)
    for count in (37, 4):
        x = np.random.default_rng(8).standard_normal((count, 5, 3, 4)).astype(dtype).transpose(axes)
        expected, actual = plain.forward(x, training=True), fast.forward(x, training=True)
        np.testing.assert_array_equal(actual, expected)
        assert actual.strides == np.empty_like(x).strides
        np.testing.assert_array_equal(fast.backward(x), plain.backward(x))
        assert fast.forward(x) is x
    with pytest.raises(RuntimeError, match="training=True"):
        fast.backward(x)


@pytest.mark.parametrize("activation", [Tanh(), Sigmoid(), ELU(), LeakyReLU(), SiLU(), ReLU()], ids=described)
@pytest.mark.parametrize("first", ["convolution", "normalization"])
@pytest.mark.parametrize("count", [3, 25])
@pytest.mark.parametrize("pool", [MaxPool2D(2), MaxPool2D(3, 2)], ids=described)
def test_pooling_before_a_monotone_activation(activation: Layer, first: str, count: int, pool: MaxPool2D) -> None:
    layers: list[Layer] = [
        Conv2D(2, 3, 3, padding=1, dtype=np.float64) if first == "convolution" else BatchNorm2D(2, dtype=np.float64),
        activation,
        pool,
    ]
    plain = Sequential((str(index), copy.deepcopy(layer)) for index, layer in enumerate(layers))
    equal = copy.deepcopy(plain)
    fast = fuse(equal)
    names = [["0+1+2"], ["0", "1", "2"]] if pool.kernel_size == (2, 2) else [["0", "1+2"], ["0", "1", "2"]]
    if not isinstance(activation, ReLU):
        assert list(fast.layers) == names[isinstance(activation, SiLU)]
    assert_same(plain, fast, np.random.default_rng(6).standard_normal((count, 2, 7, 6)), 1e-13)
    for parameter, other in zip(plain.parameters(), equal.parameters(), strict=True):
        np.testing.assert_allclose(other.grad, parameter.grad, atol=1e-12)


@pytest.mark.parametrize("layer", [Tanh(), MaxPool2D(3), AvgPool2D(3)], ids=described)
def test_backward_without_training_says_so(layer: Layer) -> None:
    fast = fuse(Sequential([("first", layer), ("end", Linear(4, 4))])).layers["first"]
    x = np.ones((2, 3, 4, 4), np.float32)
    upstream = fast.forward(x, training=True)
    with pytest.raises(ValueError, match="shape"):
        fast.backward(upstream[:1])
    fast.forward(x)
    with pytest.raises(RuntimeError, match="training=True"):
        fast.backward(upstream)
