"""What is particular to branches and the attention gate: names, joining, and where gradients part and meet."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad.nn import Layer, Sequential
from digitpad.nn.backend import Array
from digitpad.nn.layers import (
    AttentionGate,
    BatchNorm2D,
    Concatenate,
    Conv2D,
    Flatten,
    Identity,
    Linear,
    MaxPool2D,
    Residual,
    SkipConnection,
    Tanh,
)


def _batch(channels: int) -> Array:
    return np.random.default_rng(0).standard_normal((2, channels, 4, 6))


def _conv(in_channels: int, out_channels: int, kernel_size: int = 3) -> Conv2D:
    rng = np.random.default_rng(1)
    return Conv2D(in_channels, out_channels, kernel_size, padding=kernel_size // 2, rng=rng, dtype=np.float64)


def test_residual_adds_its_input() -> None:
    body, x = _conv(3, 3), _batch(3)

    np.testing.assert_array_equal(Residual(body).forward(x), body.forward(x) + x)


def test_a_residual_whose_body_is_silent_passes_signal_and_gradient_on() -> None:
    body, x = _conv(3, 3), _batch(3)
    body.weight.value = np.zeros_like(body.weight.value)
    layer = Residual(body)

    np.testing.assert_array_equal(layer.forward(x, training=True), x)
    np.testing.assert_array_equal(layer.backward(x), x)


def test_a_residual_works_on_vectors_too() -> None:
    layer = Residual(Linear(4, 4, dtype=np.float64))

    assert layer.forward(np.ones((3, 4))).shape == (3, 4)
    assert layer.output_shape((4,)) == (4,)


def test_concatenation_keeps_the_order_of_the_branches() -> None:
    narrow, wide, x = _conv(2, 3, 1), _conv(2, 2), _batch(2)
    layer = Concatenate({"narrow": narrow, "wide": wide, "same": Identity()})

    np.testing.assert_array_equal(layer.forward(x), np.concatenate([narrow.forward(x), wide.forward(x), x], axis=1))
    assert layer.output_shape((2, 4, 6)) == (7, 4, 6)


def test_the_input_gradient_is_the_sum_over_the_branches() -> None:
    layer, x = Concatenate({"a": Identity(), "b": Identity()}), _batch(2)
    grad = np.concatenate([x, 10 * x], axis=1)
    layer.forward(x, training=True)

    np.testing.assert_allclose(layer.backward(grad), 11 * x, rtol=1e-12)


def test_a_skip_connection_puts_its_input_first() -> None:
    body, x = _conv(2, 3), _batch(2)
    out = SkipConnection(body).forward(x)

    np.testing.assert_array_equal(out[:, :2], x)
    np.testing.assert_array_equal(out[:, 2:], body.forward(x))


def test_parts_are_named_with_dots_however_deep() -> None:
    block = Residual(
        Sequential([("conv", _conv(2, 2)), ("norm", BatchNorm2D(2, dtype=np.float64))]),
        Sequential([("conv", _conv(2, 2, 1))]),
    )
    network = Sequential([("block", block), ("gate", AttentionGate(1, 1, dtype=np.float64))])

    assert list(network.named_parameters()) == [
        "block.body.conv.weight",
        "block.body.conv.bias",
        "block.body.norm.weight",
        "block.body.norm.bias",
        "block.shortcut.conv.weight",
        "block.shortcut.conv.bias",
        "gate.theta.weight",
        "gate.phi.weight",
        "gate.phi.bias",
        "gate.psi.weight",
        "gate.psi.bias",
    ]
    assert list(network.named_buffers()) == [
        f"block.body.norm.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")
    ]
    _, record = network.forward(_batch(2), capture=True)
    assert list(record) == [
        "block.body.conv",
        "block.body.norm",
        "block.body",
        "block.shortcut.conv",
        "block.shortcut",
        "block",
        "gate.theta",
        "gate.phi",
        "gate.relu",
        "gate.psi",
        "gate.alpha",
        "gate",
    ]


def test_the_gate_weighs_the_skip_by_its_map_and_leaves_the_signal() -> None:
    gate, x = AttentionGate(3, 2, dtype=np.float64), _batch(5)
    record: dict[str, Array] = {}
    out = gate.trace(x, record, "gate")
    alpha = record["gate.alpha"]

    assert alpha.shape == (2, 1, 4, 6)
    assert ((alpha > 0) & (alpha < 1)).all()
    np.testing.assert_array_equal(out[:, :3], x[:, :3] * alpha)
    np.testing.assert_array_equal(out[:, 3:], x[:, 3:])
    assert gate.inner_channels == 1


def test_costs_count_every_branch_once() -> None:
    body, shortcut = _conv(2, 2), _conv(2, 2, 1)
    gate = AttentionGate(3, 2, 4)

    assert Residual(body, shortcut).multiply_adds((2, 4, 6)) == 24 * (2 * 2 * 9 + 2 * 2)
    assert gate.multiply_adds((5, 4, 6)) == 24 * (3 * 4 + 2 * 4 + 4)


@pytest.mark.parametrize("training", [False, True])
def test_branches_that_do_not_fit_are_refused(training: bool) -> None:
    x = _batch(2)
    residual = Residual(_conv(2, 3))
    joined = Concatenate({"one": Identity(), "half": MaxPool2D(2)})

    with pytest.raises(ValueError, match=r"^Residual: shortcut makes \(2, 4, 6\); expected \(3, 4, 6\), which body"):
        residual.forward(x, training=training)
    with pytest.raises(ValueError, match=r"^Residual: shortcut makes"):
        residual.output_shape((2, 4, 6))
    with pytest.raises(ValueError, match=r"^Concatenate: half makes \(2, 2, 3\); expected \(C, 4, 6\), as the first"):
        joined.forward(x, training=training)
    with pytest.raises(ValueError, match=r"^Concatenate: flat makes \(48,\); expected \(C, 4, 6\)"):
        Concatenate({"one": Identity(), "flat": Flatten()}).forward(x, training=training)
    with pytest.raises(ValueError, match=r"^body: Conv2D: x has shape"):
        residual.forward(_batch(5), training=training)


def test_a_residual_never_broadcasts() -> None:
    """NumPy would gladly add one map to many."""
    with pytest.raises(ValueError, match="shortcut makes"):
        Residual(_conv(4, 4), _conv(4, 1)).forward(_batch(4))


@pytest.mark.parametrize(
    ("build", "error", "complaint"),
    [
        (lambda: Concatenate({}), ValueError, "Concatenate: branches is {}; expected a mapping from at least one"),
        (
            lambda: Concatenate({"a.b": Tanh()}),
            ValueError,
            "Concatenate: branch name is 'a.b'; expected a name without",
        ),
        (lambda: Concatenate({"": Tanh()}), ValueError, "Concatenate: branch name is ''"),
        (lambda: AttentionGate(0, 1), ValueError, "AttentionGate: skip_channels is 0; expected a whole number"),
        (lambda: AttentionGate(1, 1, 0), ValueError, "AttentionGate: inner_channels is 0; expected a whole number"),
    ],
)
def test_arguments_that_cannot_work_are_named(
    build: Callable[[], Layer], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=f"^{complaint}"):
        build()


def test_branches_without_names_are_refused() -> None:
    branches: Any = [Identity()]
    with pytest.raises(TypeError, match=r"Concatenate: branches is \[.*\]; expected a mapping from names to layers"):
        Concatenate(branches)


def test_what_is_no_layer_is_refused() -> None:
    no_layer: Any = np.tanh
    with pytest.raises(TypeError, match="Residual: body is <ufunc 'tanh'>; expected a Layer"):
        Residual(no_layer)
