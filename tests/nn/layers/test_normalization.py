"""What is particular to batch normalisation: its statistics, and a gradient that is often taken too short."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn.backend import Array
from digitpad.nn.gradcheck import check_layer
from digitpad.nn.layers import BatchNorm2D


def _batch(seed: int = 0) -> Array:
    return 3 + 2 * np.random.default_rng(seed).standard_normal((6, 2, 4, 5))


class ShortGradient(BatchNorm2D):
    """The formula that circulates: as if mean and variance did not depend on x."""

    def backward(self, grad_output: Array) -> Array:
        """Return gamma * grad / std, which is wrong."""
        super().backward(grad_output)
        assert self._cache is not None
        assert self.weight is not None
        return np.asarray(grad_output * (self.weight.value * self._cache[1])[:, None, None])


class MeanOnlyGradient(BatchNorm2D):
    """Half of the correction: the gradient through the mean, but not through the variance."""

    def backward(self, grad_output: Array) -> Array:
        """Return gamma * (grad - mean(grad)) / std, which is wrong too."""
        super().backward(grad_output)
        assert self._cache is not None
        assert self.weight is not None
        centered = grad_output - grad_output.mean(axis=(0, 2, 3), keepdims=True)
        return np.asarray(centered * (self.weight.value * self._cache[1])[:, None, None])


def _worst(layer: BatchNorm2D) -> float:
    errors = check_layer(layer, _batch(), np.random.default_rng(1))
    return max(error.relative_error for error in errors if error.name == "input")


def test_the_gradient_flows_through_mean_and_variance() -> None:
    assert _worst(BatchNorm2D(2, dtype=np.float64)) < 1e-6
    assert _worst(ShortGradient(2, dtype=np.float64)) > 0.01
    assert _worst(MeanOnlyGradient(2, dtype=np.float64)) > 0.01


def test_moving_or_scaling_a_channel_changes_nothing_so_the_gradient_has_no_part_of_either() -> None:
    layer, x = BatchNorm2D(2, eps=0, dtype=np.float64), _batch()
    layer.forward(x, training=True)
    grad = layer.backward(np.random.default_rng(1).standard_normal(x.shape))

    np.testing.assert_allclose(grad.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((grad * x).sum(axis=(0, 2, 3)), 0, atol=1e-12)


def test_training_gives_every_channel_mean_0_and_variance_1() -> None:
    out = BatchNorm2D(2, eps=0, dtype=np.float64).forward(_batch(), training=True)

    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=(0, 2, 3)), 1, rtol=1e-12)


def test_running_statistics_move_by_momentum_towards_mean_and_unbiased_variance() -> None:
    layer = BatchNorm2D(2, momentum=0.25, dtype=np.float64)
    mean, variance = np.zeros(2), np.ones(2)
    for seed in range(3):
        x = _batch(seed)
        layer.forward(x, training=True)
        mean = 0.75 * mean + 0.25 * x.mean(axis=(0, 2, 3))
        variance = 0.75 * variance + 0.25 * x.var(axis=(0, 2, 3), ddof=1)
    buffers = layer.named_buffers()

    assert list(buffers) == ["running_mean", "running_var", "num_batches_tracked"]
    np.testing.assert_allclose(buffers["running_mean"].value, mean, rtol=1e-12)
    np.testing.assert_allclose(buffers["running_var"].value, variance, rtol=1e-12)
    assert buffers["num_batches_tracked"].value == 3
    expected = (_batch(9) - mean[:, None, None]) / np.sqrt(variance + 1e-5)[:, None, None]
    np.testing.assert_allclose(layer.forward(_batch(9)), expected, rtol=1e-12)


def test_a_replica_leaves_the_running_statistics_alone() -> None:
    """Two threads that write one array would make results depend on which came first."""
    layer = BatchNorm2D(2, dtype=np.float64)
    twin = layer.replica()
    twin.forward(_batch(), training=True)
    assert not layer.named_buffers()["running_mean"].value.any()
    layer.forward(_batch(), training=True)
    np.testing.assert_array_equal(twin.forward(_batch(1)), layer.forward(_batch(1)))
    assert layer.named_buffers()["running_mean"].value.all()


def test_a_single_value_per_channel_has_no_variance() -> None:
    layer, x = BatchNorm2D(2), np.ones((1, 2, 1, 1), np.float32)

    complaint = r"^BatchNorm2D: x has shape \(1, 2, 1, 1\); expected more than one value per channel in training"
    with pytest.raises(ValueError, match=complaint):
        layer.forward(x, training=True)
    assert layer.forward(x).shape == x.shape


def test_a_constant_channel_gives_no_infinity() -> None:
    layer, x = BatchNorm2D(2), np.full((4, 2, 3, 3), 7, np.float32)

    np.testing.assert_array_equal(layer.forward(x, training=True), np.zeros_like(x))
    assert np.isfinite(layer.backward(np.ones_like(x))).all()


def test_statistics_keep_their_digits_in_float32() -> None:
    """The mean of squares less the square of the mean would lose all of them here."""
    noise = np.random.default_rng(0).standard_normal((64, 1, 40, 40))
    x = (1000 + noise).astype(np.float32)
    layer = BatchNorm2D(1, momentum=1)
    out = layer.forward(x, training=True)
    buffers = layer.named_buffers()

    np.testing.assert_allclose(buffers["running_mean"].value, x.mean(dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(buffers["running_var"].value, x.var(dtype=np.float64), rtol=1e-3)
    assert out.std(dtype=np.float64) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "error", "complaint"),
    [
        ({"num_features": 0}, ValueError, "num_features is 0; expected a whole number of at least 1"),
        ({"eps": -1e-5}, ValueError, r"eps is -1e-05; expected a number in \[0, 1\]"),
        ({"momentum": 1.5}, ValueError, r"momentum is 1.5; expected a number in \[0, 1\]"),
        ({"momentum": "0.1"}, TypeError, r"momentum is '0.1'; expected a number in \[0, 1\]"),
        ({"affine": 1}, TypeError, "affine is 1; expected True or False"),
        ({"track_running_stats": "no"}, TypeError, "track_running_stats is 'no'; expected True or False"),
        ({"dtype": "int32"}, TypeError, "dtype is 'int32'; expected float32 or float64"),
    ],
    ids=str,
)
def test_arguments_that_cannot_work_are_named(
    arguments: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=f"^BatchNorm2D: {complaint}"):
        BatchNorm2D(**{"num_features": 3, **arguments})


def test_other_channels_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^BatchNorm2D: x has shape \(2, 4, 5, 5\); expected \(N, 3, any, any\)"):
        BatchNorm2D(3).forward(np.zeros((2, 4, 5, 5), np.float32))
    with pytest.raises(ValueError, match=r"^BatchNorm2D: the input shape is \(4, 5, 5\); expected \(3, H, W\)"):
        BatchNorm2D(3).output_shape((4, 5, 5))


def test_without_a_momentum_the_statistics_are_the_mean_over_all_batches() -> None:
    layer = BatchNorm2D(2, momentum=None, dtype=np.float64)
    batches = [_batch(seed) for seed in range(3)]
    for batch in batches:
        layer.forward(batch, training=True)
    assert layer.running_mean is not None
    assert layer.running_var is not None
    means = [batch.mean(axis=(0, 2, 3)) for batch in batches]
    variances = [batch.var(axis=(0, 2, 3), ddof=1) for batch in batches]
    np.testing.assert_allclose(layer.running_mean.value, np.mean(means, axis=0))
    np.testing.assert_allclose(layer.running_var.value, np.mean(variances, axis=0))


def test_weights_are_ones_or_drawn_around_one() -> None:
    ones, drawn = (
        BatchNorm2D(5000, initializer=spec, rng=np.random.default_rng(0)).weight
        for spec in (None, {"type": "normal", "std": 0.02, "mean": 1.0})
    )
    assert ones is not None
    assert drawn is not None
    assert (ones.value == 1).all()
    assert float(drawn.value.mean()) == pytest.approx(1, abs=1e-3)
    assert float(drawn.value.std()) == pytest.approx(0.02, rel=0.05)
