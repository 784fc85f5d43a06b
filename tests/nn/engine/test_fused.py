"""The fast path computes what the plain layers compute: outputs, every gradient, running statistics."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.nn import (
    ARCHITECTURES,
    AttentionGate,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Layer,
    Linear,
    MaxPool2D,
    ReLU,
    Residual,
    Sequential,
    SkipConnection,
    Tanh,
    Upsample2D,
    build,
)
from digitpad.nn.backend import DTypeLike
from digitpad.nn.engine.fused import convolution, fuse, rows, taps, tiles
from digitpad.nn.engine.fused.layouts import LEAST_IMAGES
from digitpad.nn.engine.fused.strided import StridedConv2D
from digitpad.nn.engine.fused.workspace import Workspace

#: How far results may differ, as a part of the largest number of an array.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def named(*layers: Layer) -> Sequential:
    return Sequential((f"{index}", layer) for index, layer in enumerate(layers))


def upsampled(dtype: DTypeLike, *arguments: Any, **options: Any) -> Sequential:
    return named(
        Conv2D(3, 4, 3, padding=1, dtype=dtype),
        Upsample2D(*arguments, **options),
        Conv2D(4, 2, 3, padding=1, dtype=dtype),
    )


# Networks, each with the shape of its input; every rule of `fuse` and every odd end.
CASES: dict[str, tuple[tuple[int, ...], Callable[[DTypeLike], Sequential]]] = {
    "window product, pooled": ((1, 8, 6), lambda t: named(Conv2D(1, 5, 3, padding=1, dtype=t), ReLU(), MaxPool2D(2))),
    "window product of three channels": ((3, 6, 6), lambda t: named(Conv2D(3, 4, 3, padding=1, dtype=t), ReLU())),
    "window product, odd size": ((2, 7, 5), lambda t: named(Conv2D(2, 4, 3, padding=1, dtype=t), MaxPool2D(2))),
    "Winograd, pooled": ((4, 8, 6), lambda t: named(Conv2D(4, 5, 3, padding=1, dtype=t), ReLU(), MaxPool2D(2))),
    "Winograd, pooled, no ReLU": ((6, 4, 4), lambda t: named(Conv2D(6, 5, 3, padding=1, dtype=t), MaxPool2D(2))),
    "Winograd, pooled, odd size": (
        (5, 9, 7),
        lambda t: named(Conv2D(5, 3, 3, padding=1, dtype=t), ReLU(), MaxPool2D(2)),
    ),
    "Winograd, ReLU, odd size": ((4, 7, 7), lambda t: named(Conv2D(4, 8, 3, padding=1, dtype=t), ReLU())),
    "Winograd alone, no bias": ((4, 6, 8), lambda t: named(Conv2D(4, 8, 3, padding=1, bias=False, dtype=t))),
    "Winograd, one pixel": ((4, 1, 1), lambda t: named(Conv2D(4, 3, 3, padding=1, dtype=t), ReLU())),
    "Winograd, other pooling": (
        (4, 8, 8),
        lambda t: named(Conv2D(4, 3, 3, padding=1, dtype=t), ReLU(), MaxPool2D(3, 2, 1)),
    ),
    "taps, stride 2": ((4, 8, 7), lambda t: named(Conv2D(4, 6, 3, stride=2, padding=1, dtype=t), ReLU())),
    "taps, 1x1, stride 2": ((4, 7, 8), lambda t: named(Conv2D(4, 6, 1, stride=2, bias=False, dtype=t))),
    "taps, uneven": ((4, 9, 9), lambda t: named(Conv2D(4, 3, (3, 2), (1, 2), (2, 0), dtype=t))),
    "rows, 5x5": ((6, 9, 8), lambda t: named(Conv2D(6, 3, 5, dtype=t))),
    "rows, padded": ((4, 5, 8), lambda t: named(Conv2D(4, 3, (2, 3), padding=(2, 1), bias=False, dtype=t))),
    "rows, dilated": ((5, 9, 8), lambda t: named(Conv2D(5, 3, 3, padding=(1, 2), dilation=(2, 3), dtype=t))),
    "strided as catdog's": ((3, 26, 25), lambda t: named(Conv2D(3, 4, 11, stride=3, dtype=t))),
    "strided, padded": ((3, 9, 12), lambda t: named(Conv2D(3, 4, (5, 7), (3, 2), (2, 1), dtype=t))),
    "strided, much padding": ((3, 3, 2), lambda t: named(Conv2D(3, 4, 7, stride=2, padding=(4, 5), dtype=t))),
    "strided, unseen edge": ((2, 12, 10), lambda t: named(Conv2D(2, 3, 5, stride=4, bias=False, dtype=t))),
    "strided along rows": ((3, 5, 20), lambda t: named(Conv2D(3, 4, (3, 11), (1, 3), dtype=t))),
    "strided along columns": ((2, 20, 9), lambda t: named(Conv2D(2, 4, (11, 5), (3, 1), 1, dtype=t))),
    "taps, dilated, uneven": (
        (4, 9, 9),
        lambda t: named(Conv2D(4, 3, (3, 2), (1, 2), (2, 0), dilation=(2, 1), dtype=t)),
    ),
    "left plain": ((4, 6, 6), lambda t: named(Conv2D(4, 4, 3, padding=1, groups=2, dtype=t), Tanh(), ReLU())),
    "batch-norm": ((5, 4, 6), lambda t: named(BatchNorm2D(5, dtype=t))),
    "batch-norm, ReLU": ((5, 4, 6), lambda t: named(BatchNorm2D(5, dtype=t), ReLU())),
    "batch-norm, ReLU, pooled": ((5, 4, 6), lambda t: named(BatchNorm2D(5, dtype=t), ReLU(), MaxPool2D(2))),
    "batch-norm, pooled, odd size": ((3, 7, 5), lambda t: named(BatchNorm2D(3, dtype=t), MaxPool2D(2))),
    "batch-norm, ReLU, pooled, odd size": ((4, 5, 7), lambda t: named(BatchNorm2D(4, dtype=t), ReLU(), MaxPool2D(2))),
    "batch-norm, other pooling": ((4, 6, 6), lambda t: named(BatchNorm2D(4, dtype=t), ReLU(), MaxPool2D(3, 2, 1))),
    "batch-norm, nothing learned": ((5, 4, 6), lambda t: named(BatchNorm2D(5, affine=False, dtype=t), ReLU())),
    "batch-norm, nothing remembered": (
        (4, 4, 6),
        lambda t: named(Conv2D(4, 4, 3, padding=1, dtype=t), BatchNorm2D(4, track_running_stats=False, dtype=t)),
    ),
    "residual": (
        (4, 6, 6),
        lambda t: named(
            Residual(named(Conv2D(4, 4, 3, padding=1, dtype=t), BatchNorm2D(4, dtype=t))),
            ReLU(),
            Residual(Conv2D(4, 4, 3, padding=1, dtype=t), Conv2D(4, 4, 1, dtype=t)),
        ),
    ),
    "skip connection": (
        (2, 6, 5),
        lambda t: named(
            SkipConnection(named(Conv2D(2, 4, 3, padding=1, dtype=t), BatchNorm2D(4, dtype=t), ReLU())),
            Conv2D(6, 3, 3, padding=1, dtype=t),
        ),
    ),
    "attention gate": (
        (2, 6, 5),
        lambda t: named(
            Conv2D(2, 4, 3, padding=1, dtype=t),
            SkipConnection(named(Conv2D(4, 3, 3, padding=1, dtype=t), ReLU())),
            AttentionGate(4, 3, rng=np.random.default_rng(4), dtype=t),
            Conv2D(7, 2, 3, padding=1, dtype=t),
        ),
    ),
    "attention gate, normalized": (
        (5, 4, 6),
        lambda t: named(AttentionGate(3, 2, batch_norm=True, rng=np.random.default_rng(4), dtype=t)),
    ),
    "pooling, rounded up": (
        (3, 6, 7),
        lambda t: named(
            Conv2D(3, 4, 3, padding=1, dtype=t),
            ReLU(),
            MaxPool2D(2, ceil_mode=True),
            AvgPool2D(3, 2, 1, ceil_mode=True),
            MaxPool2D(2, 1, 1, dilation=2),
        ),
    ),
    "uneven padding": (
        (4, 7, 6),
        lambda t: named(
            Conv2D(4, 4, 3, padding=((0, 1), (2, 1)), dtype=t),
            ReLU(),
            Conv2D(4, 5, 3, stride=2, padding=((0, 1), (0, 1)), dtype=t),
            MaxPool2D(2, padding=((1, 0), (0, 1))),
            Conv2D(5, 2, (1, 2), padding=((1, 0), (0, 0)), dtype=t),
        ),
    ),
    "upsampling": ((3, 4, 5), lambda t: upsampled(t, 2)),
    "upsampling, uneven": ((3, 4, 5), lambda t: upsampled(t, (1, 3))),
    "upsampling, bilinear": ((3, 4, 5), lambda t: upsampled(t, 2, "bilinear")),
    "upsampling, corners aligned": ((3, 4, 5), lambda t: upsampled(t, (3, 2), "bilinear", align_corners=True)),
    "upsampling first": ((2, 4, 5), lambda t: named(Upsample2D(2), Conv2D(2, 3, 3, padding=1, dtype=t))),
    "linear": (
        (4, 4, 4),
        lambda t: named(
            Conv2D(4, 3, 3, padding=1, dtype=t),
            Flatten(),
            Linear(48, 7, dtype=t),
            ReLU(),
            Dropout(0.5, rng=np.random.default_rng(5)),
            Linear(7, 3, bias=False, dtype=t),
        ),
    ),
    "large linear": (
        (1024,),
        lambda t: named(Linear(1024, 1000, dtype=t), ReLU(), Linear(1000, 2, dtype=t)),
    ),
    "flatten vectors": ((6,), lambda t: named(Flatten(), Linear(6, 3, dtype=t))),
    "flatten one pixel": ((4, 5, 5), lambda t: named(GlobalAveragePool2D(), Flatten(), Linear(4, 3, dtype=t))),
}


def preset(name: str, dtype: DTypeLike) -> Sequential:
    return build(ARCHITECTURES[name], dtype=dtype)


CASES |= {
    name: (ARCHITECTURES[name].input_shape, partial(preset, name)) for name in ("standard", "light", "resnet", "lenet5")
}


def twins(case: str, dtype: DTypeLike) -> tuple[Sequential, Sequential, Sequential]:
    """Return a plain network, its equal, and the fast path of that equal."""
    plain = CASES[case][1](dtype)
    rng = np.random.default_rng(1)
    for parameter in plain.parameters():
        parameter.value = rng.standard_normal(parameter.value.shape).astype(dtype) / 3
    equal = copy.deepcopy(plain)
    return plain, equal, fuse(equal)


def images(case: str, count: int, dtype: DTypeLike) -> NDArray[np.floating]:
    """Return a batch that is blank in part, as MNIST is, so that pooling meets many ties.

    For whole networks it is not: what is equal after a first layer may differ by rounding after a second.
    """
    x = np.random.default_rng(2).standard_normal((count, *CASES[case][0])).astype(dtype)
    if case not in ARCHITECTURES:
        x[: count // 2, ..., : x.shape[-1] // 2] = 0
    return x


def assert_close(actual: NDArray[np.floating], expected: NDArray[np.floating], what: str) -> None:
    assert actual.shape == expected.shape, what
    assert actual.dtype == expected.dtype, what
    largest = abs(expected).max()
    assert abs(actual - expected).max() <= TOLERANCE[str(expected.dtype)] * max(largest, 1.0), what


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", list(CASES))
def test_outputs_and_all_gradients_are_those_of_the_plain_layers(case: str, dtype: str) -> None:
    # One after the other on the same memory: more images than before, fewer, and a last partial batch.
    assert_same_steps(case, dtype, (3, 7, 2, 3))


@pytest.mark.parametrize("case", list(CASES))
def test_a_batch_of_many_images_gives_the_same_in_its_own_order_of_memory(case: str) -> None:
    assert_same_steps(case, "float64", (LEAST_IMAGES, LEAST_IMAGES + 5, LEAST_IMAGES - 1, 1 + (case == "resnet")))


def assert_same_steps(case: str, dtype: str, counts: tuple[int, ...]) -> None:
    """Compare steps with batches of different sizes."""
    plain, equal, fast = twins(case, dtype)
    for count in counts:
        x = images(case, count, dtype)
        expected, actual = plain.forward(x, training=True), fast.forward(x, training=True)
        assert_close(actual, expected, "output")
        upstream = np.random.default_rng(3).standard_normal(expected.shape).astype(dtype)
        assert_close(fast.backward(upstream), plain.backward(upstream), "input gradient")
        for (name, parameter), other in zip(plain.named_parameters().items(), equal.parameters(), strict=True):
            assert_close(other.grad, parameter.grad, name)
            parameter.clear_grad()
            other.clear_grad()
        for (name, buffer), same in zip(plain.named_buffers().items(), equal.buffers(), strict=True):
            np.testing.assert_allclose(same.value, buffer.value, rtol=TOLERANCE[dtype], atol=1e-6, err_msg=name)
        assert_close(fast.forward(x), plain.forward(x), "output in inference")


@pytest.mark.parametrize(
    "case",
    [
        "Winograd, pooled",
        "window product, pooled",
        "taps, stride 2",
        "rows, 5x5",
        "strided, padded",
        "strided as catdog's",
        "standard",
    ],
)
def test_a_batch_in_pieces_gives_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "_PIECE_BYTES", 1)
    monkeypatch.setattr(taps, "_PIECE_BYTES", 1)
    monkeypatch.setattr(rows, "_BAND_BYTES", 1)
    test_outputs_and_all_gradients_are_those_of_the_plain_layers(case, "float64")


@pytest.mark.parametrize("case", ["Winograd, pooled", "window product, pooled", "standard", "resnet"])
def test_the_gradient_of_the_parameters_alone_is_the_same(case: str) -> None:
    plain, equal, fast = twins(case, "float64")
    x = images(case, 4, "float64")
    upstream = np.ones_like(plain.forward(x, training=True))
    fast.forward(x, training=True)
    for _ in range(2):  # the second is added to the first
        plain.parameter_gradients(upstream)
        fast.parameter_gradients(upstream)
    for (name, parameter), other in zip(plain.named_parameters().items(), equal.parameters(), strict=True):
        assert_close(other.grad, parameter.grad, name)


@pytest.mark.parametrize("case", CASES)
def test_the_input_gradient_alone_is_the_same_and_leaves_the_parameters_alone(case: str) -> None:
    _, equal, fast = twins(case, "float64")
    upstream = np.ones_like(fast.forward(images(case, 4, "float64"), training=True))

    alone = fast.input_gradient(upstream).copy()
    assert not any(parameter.grad.any() for parameter in equal.parameters())
    np.testing.assert_array_equal(fast.backward(upstream), alone)


def test_of_equal_values_one_alone_gets_the_gradient() -> None:
    conv = Conv2D(1, 1, 3, padding=1, dtype=np.float64)
    conv.weight.value = np.zeros((1, 1, 3, 3))
    assert conv.bias is not None
    conv.bias.value = np.ones(1)
    fast = fuse(named(conv, ReLU(), MaxPool2D(2)))
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    assert (fast.forward(x, training=True) == 1).all()
    fast.parameter_gradients(np.ones((1, 1, 2, 2)))
    assert conv.bias.grad == 4
    # The weight's centre saw the winners: the upper left pixel of each window.
    assert conv.weight.grad[0, 0, 1, 1] == 0 + 2 + 8 + 10


@pytest.mark.parametrize("count", [1, 60, 70])
def test_a_large_linear_layer_is_the_same_for_few_and_many_images(count: int) -> None:
    plain, equal, fast = twins("large linear", "float64")
    x = images("large linear", count, "float64")
    expected = plain.forward(x, training=True)
    assert_close(fast.forward(x, training=True), expected, "output")
    upstream = np.random.default_rng(3).standard_normal(expected.shape)
    assert_close(fast.backward(upstream), plain.backward(upstream), "input gradient")
    for (name, parameter), other in zip(plain.named_parameters().items(), equal.parameters(), strict=True):
        assert_close(other.grad, parameter.grad, name)


def test_layers_are_replaced_where_a_rule_matches() -> None:
    fast = fuse(build(ARCHITECTURES["standard"]))
    assert list(fast.layers) == ["conv1+relu1+pool1", "conv2+relu2+pool2", "flatten", "fc1", "relu3", "dropout", "fc2"]
    assert list(fuse(build(ARCHITECTURES["resnet"])).layers)[:3] == ["conv1", "bn1+relu1", "block1+relu2"]


def test_the_first_layer_for_photographs_is_the_same_for_batches_of_any_size() -> None:
    assert isinstance(fuse(build(ARCHITECTURES["catdog"])).layers["conv1"], StridedConv2D)


def test_parameters_of_several_types_are_left_to_the_plain_layers() -> None:
    network = named(Linear(3, 2, dtype=np.float32), Linear(2, 1, dtype=np.float64))
    assert fuse(network) is network
    assert fuse(named(ReLU())).layers["0"].forward(np.ones((1, 2))).shape == (1, 2)


@pytest.mark.parametrize("case", ["Winograd, pooled", "rows, 5x5", "batch-norm, ReLU", "residual", "linear"])
def test_backward_without_training_says_so(case: str) -> None:
    _, _, fast = twins(case, "float32")
    x = images(case, 2, "float32")
    upstream = np.ones_like(fast.forward(x, training=True))
    fast.forward(x)  # overwrote what was remembered
    with pytest.raises(RuntimeError, match="training=True"):
        fast.backward(upstream)


@pytest.mark.parametrize("case", ["Winograd, pooled", "rows, 5x5", "batch-norm, ReLU", "residual", "linear"])
def test_wrong_shapes_are_refused(case: str) -> None:
    _, _, fast = twins(case, "float32")
    x = images(case, 2, "float32")
    with pytest.raises(ValueError, match="shape"):
        fast.forward(np.ones((2, 17, *x.shape[2:]), np.float32))
    out = fast.forward(x, training=True)
    with pytest.raises(ValueError, match="shape"):
        fast.backward(np.ones((len(out) + 1, *out.shape[1:]), np.float32))


def test_nothing_is_allocated_twice() -> None:
    workspace = Workspace(np.float32)
    first = workspace.empty("a", (3, 4))
    assert np.shares_memory(first, workspace.empty("a", (2, 5)))
    assert not np.shares_memory(first, workspace.empty("b", (3, 4)))
    assert workspace.generation == 2
    larger = workspace.empty("a", (100,))
    assert not np.shares_memory(first, larger)
    assert workspace.generation == 3
    assert larger.ctypes.data % 64 == 0
    assert workspace.empty("none", (0,)).size == 0
    grown = workspace.empty("a", (101,))
    assert np.shares_memory(grown, workspace.empty("a", (150,))), "it grows by half at least"
    assert not workspace.zeros((3, 5)).any()


def test_an_image_cut_into_planes_and_joined_is_the_same() -> None:
    for height, width in ((4, 6), (5, 6), (3, 1), (1, 1)):
        image = np.random.default_rng(4).standard_normal((height, width, 2, 3))
        planes = np.full((2, 2, *tiles.plane_shape(image.shape)), np.nan)
        tiles.cut(image, planes)
        again = np.empty_like(image)
        tiles.join(planes, again)
        assert (again == image).all()
        assert planes.sum() == pytest.approx(image.sum()), "beyond the image there are zeros"


def test_windows_are_what_each_tile_sees() -> None:
    padded = np.arange(6 * 8).reshape(6, 8, 1, 1)
    planes = tiles.windows(padded)
    assert planes.shape == (4, 4, 2, 3, 1, 1)
    assert (planes[:, :, 1, 2, 0, 0] == padded[2:6, 4:8, 0, 0]).all()
