"""Convolutions with images last in memory compute what the plain layers compute, whatever the window."""

import copy

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import Conv2D, CrossEntropyLoss, Flatten, Linear, MaxPool2D, ParallelNetwork, ReLU, Sequential
from digitpad.nn.backend import DTypeLike
from digitpad.nn.engine.fused import fuse, kernel_gradient, patches
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, IMAGES_LAST, LEAST_IMAGES, order_of
from digitpad.nn.engine.fused.patches import Patches, Slide, backward_slides, forward_slides, small_parts
from digitpad.nn.engine.fused.workspace import Workspace

Size = int | tuple[int, int]

# Kernel, stride, padding, dilation, groups.
WINDOWS: dict[str, tuple[Size, Size, Size, Size, int]] = {
    "3x3": (3, 1, 1, 1, 1),
    "5x5 without padding": (5, 1, 0, 1, 1),
    "5x5 padded": (5, 1, 2, 1, 1),
    "1x1": (1, 1, 0, 1, 1),
    "1x1, padded": (1, 1, 1, 1, 1),
    "1x1, stride 2": (1, 2, 0, 1, 1),
    "3x3, stride 2": (3, 2, 1, 1, 1),
    "stride larger than the kernel": (2, 3, 0, 1, 1),
    "11x11, stride 3": (11, 3, 0, 1, 1),
    "padded beyond the kernel": (3, 1, 3, 1, 1),
    "dilated": (3, 1, 2, 2, 1),
    "two groups": (3, 1, 1, 1, 2),
    "depthwise": (3, 1, 1, 1, 4),
    "two groups, stride 3": (4, 3, 2, 1, 2),
    "a row": ((1, 3), 1, 0, 1, 1),
    "a row, stride 2 and 3": ((1, 3), (2, 3), 0, 1, 1),
    "dilated down, stride to the right": ((3, 2), (1, 2), (2, 0), (2, 1), 1),
}


def pair(window: str, *others: ReLU | MaxPool2D, dtype: DTypeLike = np.float64) -> tuple[Sequential, Sequential]:
    """Return a convolution of four maps into eight and what follows it, twice."""
    conv = Conv2D(4, 8, *WINDOWS[window], dtype=dtype, rng=np.random.default_rng(1))
    assert conv.bias is not None
    conv.bias.value = np.linspace(-1, 1, 8, dtype=dtype)
    plain = Sequential((str(index), layer) for index, layer in enumerate((conv, *others)))
    return plain, copy.deepcopy(plain)


def assert_equal_steps(plain: Sequential, equal: Sequential, shape: tuple[int, ...]) -> None:
    """Take a step with the plain layers and with the fused ones, and compare all that comes out."""
    fast, rng = fuse(equal), np.random.default_rng(2)
    # More images, fewer, and a last batch that is too small for this form.
    for count in (LEAST_IMAGES + 3, LEAST_IMAGES, 1, LEAST_IMAGES + 1):
        x = rng.standard_normal((count, *shape))
        expected = plain.forward(x, training=True)
        close(fast.forward(x, training=True), expected)
        upstream = rng.standard_normal(expected.shape)
        grad = plain.backward(upstream)
        close(fast.backward(upstream), grad)
        for parameter, other in zip(plain.parameters(), equal.parameters(), strict=True):
            close(other.grad, parameter.grad)
            other.clear_grad()
        close(fast.input_gradient(upstream), grad)
        assert not any(parameter.grad.any() for parameter in equal.parameters())
        fast.parameter_gradients(upstream)
        for parameter, other in zip(plain.parameters(), equal.parameters(), strict=True):
            close(other.grad, parameter.grad)
            parameter.clear_grad()
            other.clear_grad()
        close(fast.forward(x), plain.forward(x))


def close(actual: NDArray[np.floating], expected: NDArray[np.floating]) -> None:
    assert actual.shape == expected.shape
    assert abs(actual - expected).max() <= 1e-12 * max(abs(expected).max(), 1)


@pytest.mark.parametrize("size", [(13, 12), (12, 17)], ids=str)
@pytest.mark.parametrize("window", WINDOWS)
def test_outputs_and_gradients_are_those_of_the_plain_layer(window: str, size: tuple[int, int]) -> None:
    assert_equal_steps(*pair(window), (4, *size))


@pytest.mark.parametrize("window", ["3x3", "5x5 without padding", "3x3, stride 2", "two groups"])
@pytest.mark.parametrize("others", [(ReLU(),), (MaxPool2D(2),), (ReLU(), MaxPool2D(2))], ids=["relu", "pool", "both"])
def test_with_relu_and_pooling(window: str, others: tuple[ReLU | MaxPool2D, ...]) -> None:
    assert_equal_steps(*pair(window, *others), (4, 14, 13))


@pytest.mark.parametrize("window", ["3x3", "5x5 without padding", "3x3, stride 2", "dilated"])
@pytest.mark.parametrize("others", [(), (ReLU(), MaxPool2D(2))], ids=["alone", "pooled"])
def test_in_bands_of_one_row_or_two(
    window: str, others: tuple[ReLU | MaxPool2D, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patches, "_BAND_BYTES", 1)
    monkeypatch.setattr(kernel_gradient, "_BAND_BYTES", 1)
    assert_equal_steps(*pair(window, *others), (4, 11, 12))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_step_is_repeatable_and_that_of_the_plain_layers(threads: int) -> None:
    def network() -> Sequential:
        rng = np.random.default_rng(3)
        layers = (Conv2D(1, 6, 5, padding=2, rng=rng), ReLU(), MaxPool2D(2), Conv2D(6, 8, 5, rng=rng), Flatten())
        return Sequential((str(index), layer) for index, layer in enumerate((*layers, Linear(288, 10, rng=rng))))

    x = np.random.default_rng(4).standard_normal((51, 1, 20, 20), dtype=np.float32)
    labels, loss = np.arange(51) % 10, CrossEntropyLoss()
    plain = network()
    _, upstream = loss(plain.forward(x, training=True), labels)
    plain.parameter_gradients(upstream)
    steps = []
    for _ in range(2):
        trained = network()
        with ParallelNetwork(trained, threads) as parallel:
            parallel.training_step(x, labels, loss)
        steps.append([parameter.grad for parameter in trained.parameters()])
    for first, second, parameter in zip(*steps, plain.parameters(), strict=True):
        np.testing.assert_array_equal(first, second)
        assert abs(first - parameter.grad).max() <= 1e-5 * max(abs(parameter.grad).max(), 1)


def test_seen_pixels_are_those_under_the_window() -> None:
    conv = Conv2D(2, 3, (2, 3), (2, 1), (1, 2))
    image = np.random.default_rng(5).standard_normal((5, 4, 2, 3))
    down, right = forward_slides(conv, (5, 4))
    seen = Patches(down, right, 1, Workspace(np.float64)).seen(image, slice(1, 3))
    padded = np.pad(image, ((1, 1), (2, 2), (0, 0), (0, 0)))
    assert seen.shape == (1, 2, 6, 12, 3)
    for row in (0, 1):
        for column in range(6):
            under = padded[2 * (row + 1) : 2 * (row + 1) + 2, column : column + 3]
            np.testing.assert_array_equal(seen[0, row, column], under.transpose(1, 0, 2, 3).reshape(12, 3))


def test_a_tap_beyond_the_image_sees_nothing() -> None:
    slide = Slide(first=-4, step=1, taps=3, apart=1, places=3)
    assert slide.inside(0, slice(0, 3), 5) == (slice(0, 0), slice(0, 0))
    assert slide.inside(2, slice(0, 3), 5) == (slice(2, 3), slice(0, 1, 1))


def test_each_phase_of_a_stride_is_seen_through_its_own_taps() -> None:
    # Outputs q see pixels 3q - 1, 3q, 3q + 1 and 3q + 2 through taps 0 to 3.
    slides = backward_slides(Slide(first=-1, step=3, taps=4, apart=1, places=3), 8)
    taps = [list(range(4))[reversed_taps] for _, reversed_taps, _ in slides]
    assert taps == [[1], [2], [3, 0]]
    assert [back.places for _, _, back in slides] == [3, 3, 2]
    assert [back.first for _, _, back in slides] == [0, 0, 0]


def test_both_orders_are_recognized() -> None:
    x = np.zeros((5, 3, 4, 6))
    for order, shape in ((CHANNELS_LAST, (4, 6, 5, 3)), (IMAGES_LAST, (4, 6, 3, 5))):
        image = order.contiguous(x, Workspace(np.float64), "image")
        assert image.shape == shape
        assert order_of(order.batch(image)) is order
        assert order.batch(image).shape == x.shape
        assert order.contiguous(order.batch(image), Workspace(np.float64), "image").base is image.base
        assert order.channel_sums(order.row(np.arange(3.0), 5), 3).tolist() == [0, 5, 10]


def test_rows_are_divided_into_equal_parts_that_are_small_enough() -> None:
    assert small_parts(48, 10, 1000) == 1
    assert small_parts(48, 10, 200) == 3
    assert small_parts(48, 10, 99) == 6
    assert small_parts(7, 10, 69) == 7, "a prime number of rows"
    assert small_parts(6, 10, 1) == 6, "a row is not divided"


@pytest.mark.parametrize("window", ["3x3", "3x3, stride 2", "two groups"])
def test_products_in_parts(window: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "SMALL_PRODUCT", 3000)
    monkeypatch.setattr(kernel_gradient, "_RESULTS", 8)
    assert_equal_steps(*pair(window), (4, 7, 6))
