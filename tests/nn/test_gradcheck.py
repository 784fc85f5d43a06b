"""The gradient check itself: it finds wrong gradients, accepts correct ones, and leaves no changes."""

import copy

import numpy as np
import pytest

from digitpad.nn import Sequential
from digitpad.nn.backend import Array
from digitpad.nn.gradcheck import check_layer
from digitpad.nn.layers import BatchNorm2D, Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Softmax


def _linear(seed: int = 0) -> Linear:
    return Linear(4, 3, rng=np.random.default_rng(seed), dtype=np.float64)


def _batch(*shape: int) -> Array:
    return np.random.default_rng(1).standard_normal(shape)


class ForgottenBias(Linear):
    """Leaves the bias without a gradient."""

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradient of the weight alone."""
        bias, self.bias = self.bias, None
        super().parameter_gradients(grad_output)
        self.bias = bias


class DiagonalSoftmax(Softmax):
    """Takes the diagonal of the Jacobian for all of it."""

    def backward(self, grad_output: Array) -> Array:
        """Return grad * out * (1 - out), which is wrong."""
        out = self.functional_output()
        wrong: Array = grad_output * out * (1 - out)
        return wrong

    def functional_output(self) -> Array:
        """Return what forward remembered."""
        assert self._cache is not None
        return self._cache


class SlightlyWrong(ReLU):
    """Off by one part in a million."""

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient, a little too large."""
        wrong: Array = super().backward(grad_output) * 1.000_01
        return wrong


def test_a_whole_network_passes() -> None:
    rng = np.random.default_rng(2)
    network = Sequential(
        [
            ("conv", Conv2D(1, 2, 3, rng=rng, dtype=np.float64)),
            ("norm", BatchNorm2D(2, dtype=np.float64)),
            ("relu", ReLU()),
            ("pool", MaxPool2D(2)),
            ("drop", Dropout(0.3, rng=rng)),
            ("flatten", Flatten()),
            ("fc", Linear(8, 3, rng=rng, dtype=np.float64)),
        ]
    )
    errors = check_layer(network, _batch(3, 1, 6, 6), rng)

    assert [error.name for error in errors] == [
        "input", "conv.weight", "conv.bias", "norm.weight", "norm.bias", "fc.weight", "fc.bias",
    ]  # fmt: skip
    assert max(error.relative_error for error in errors) < 1e-6


def test_wrong_gradients_are_found_and_named() -> None:
    wrong = ForgottenBias(4, 3, dtype=np.float64)
    errors = {error.name: error.relative_error for error in check_layer(wrong, _batch(2, 4), np.random.default_rng(0))}

    assert errors["bias"] == pytest.approx(1)
    assert max(errors["input"], errors["weight"]) < 1e-6
    [error] = check_layer(DiagonalSoftmax(), _batch(2, 4), np.random.default_rng(0))
    assert error.relative_error > 0.01
    [error] = check_layer(SlightlyWrong(), _batch(2, 4), np.random.default_rng(0))
    assert 1e-6 < error.relative_error < 2e-5


def test_a_parameter_that_changes_nothing_is_no_error() -> None:
    """Batch-norm cancels a preceding bias: both slopes are zero except for rounding."""
    network = Sequential(
        [("conv", Conv2D(1, 2, 3, dtype=np.float64)), ("norm", BatchNorm2D(2, dtype=np.float64)), ("relu", ReLU())]
    )
    errors = {e.name: e.relative_error for e in check_layer(network, _batch(3, 1, 6, 6), np.random.default_rng(0))}

    assert errors["conv.bias"] == 0
    assert max(errors.values()) < 1e-6


def test_the_layer_is_left_as_it_was() -> None:
    layer, x = _linear(), _batch(2, 4)
    before, x_before = copy.deepcopy(layer), x.copy()
    check_layer(layer, x, np.random.default_rng(0))

    np.testing.assert_array_equal(layer.weight.value, before.weight.value)
    np.testing.assert_array_equal(x, x_before)
    assert not layer.weight.grad.any()


def test_the_same_seed_gives_the_same_figures() -> None:
    one, two = (check_layer(_linear(), _batch(2, 4), np.random.default_rng(3)) for _ in range(2))

    assert one == two


def test_single_precision_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="check_layer: input has dtype float32; expected float64"):
        check_layer(_linear(), _batch(2, 4).astype(np.float32), np.random.default_rng(0))
    with pytest.raises(TypeError, match="check_layer: weight has dtype float32; expected float64"):
        check_layer(Linear(4, 3), _batch(2, 4), np.random.default_rng(0))
