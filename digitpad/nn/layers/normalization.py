"""Batch normalisation: give every channel mean 0 and variance 1 over the batch, then let it choose its own.

With normalised inputs each layer learns on ground that does not shift beneath it, and higher learning rates hold.
"""

from typing import Self

import numpy as np

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, DTypeLike, Shape, array_module, elementwise
from digitpad.nn.layer import Buffer, Layer, Parameter, require_cache


class BatchNorm2D(Layer):
    """Batch normalisation of images (N, num_features, H, W), for each channel over N, H and W.

    x_hat = (x - mean) / sqrt(variance + eps)
    out = weight * x_hat + bias

    In training, mean and (biased) variance are the batch's own, and the running statistics move towards them:

    running = (1 - momentum) * running + momentum * batch's

    with the unbiased variance, divided by the number of values less one. In inference the running statistics are
    used, so that an answer does not depend on what else is in the batch.

    Parameters
    ----------
    num_features
        Number of channels.
    eps
        Keeps the division defined where a channel is constant.
    momentum
        How much of each new batch goes into the running statistics, in [0, 1]: PyTorch's convention.
    affine
        Whether `weight` and `bias` are learned; if not, out = x_hat.
    track_running_stats
        Whether running statistics are kept; if not, inference uses the batch's own too.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work; in training also if the batch holds one value a channel, which has no variance.

    Notes
    -----
    `weight` (ones at first), `bias` (zeros), `running_mean` (zeros), `running_var` (ones) and
    `num_batches_tracked` have PyTorch's names and shapes. A replica for another thread leaves the running
    statistics alone: as in PyTorch's DataParallel the first share of a batch speaks for all, and no two threads
    write the same array. Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_features = checks.whole_number("BatchNorm2D", "num_features", num_features)
        self.eps = checks.real_number("BatchNorm2D", "eps", eps, low=0, high=1)
        self.momentum = checks.real_number("BatchNorm2D", "momentum", momentum, low=0, high=1)
        affine = checks.flag("BatchNorm2D", "affine", affine)
        track = checks.flag("BatchNorm2D", "track_running_stats", track_running_stats)
        dtype = checks.precision("BatchNorm2D", dtype)
        shape = (self.num_features,)
        self.weight = Parameter(np.ones(shape, dtype)) if affine else None
        self.bias = Parameter(np.zeros(shape, dtype)) if affine else None
        self.running_mean = Buffer(np.zeros(shape, dtype)) if track else None
        self.running_var = Buffer(np.ones(shape, dtype)) if track else None
        self.num_batches_tracked = Buffer(np.zeros((), np.int64)) if track else None
        self._moves_statistics = True
        self._cache: tuple[Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Normalise `x` (N, num_features, H, W)."""
        stored = self.weight or self.running_mean
        checks.batch("BatchNorm2D", x, (self.num_features, None, None), like=None if stored is None else stored.value)
        of_batch = training and not self._as_in_inference
        if self.running_mean is None or self.running_var is None or of_batch:
            centered, variance = self._centered(x, training=of_batch)
        else:
            centered, variance = x - _per_channel(self.running_mean.value), self.running_var.value
        inverse_deviation = 1 / array_module(x).sqrt(variance + self.eps)
        x_hat = centered
        x_hat *= _per_channel(inverse_deviation)
        if training:
            self._cache = x_hat, inverse_deviation
        if self.weight is None or self.bias is None:
            return x_hat
        return _scaled(x_hat, _per_channel(self.weight.value), _per_channel(self.bias.value))

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`.

        Every x moves its channel's mean and variance too, and through them every other x_hat. With g the gradient
        with respect to x_hat, and means taken over N, H and W:

        grad_x = (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(variance + eps)

        The first term alone, which circulates as the gradient, is wrong. It is right where the running statistics
        were used, in a `probe`: no x moves those.
        """
        x_hat, inverse_deviation = require_cache(self, self._cache)
        checks.upstream("BatchNorm2D", grad_output, x_hat.shape)
        count = x_hat.size // self.num_features
        grad_sum = functional.channel_sum(grad_output)
        grad_x_hat_sum = functional.channel_sum(grad_output * x_hat)
        scale = inverse_deviation
        if self.weight is not None and self.bias is not None:
            if self._learns:
                self.bias.add_grad(grad_sum)
                self.weight.add_grad(grad_x_hat_sum)
            # g = weight * grad_output; the weight is the same all over a channel, so it can wait till here.
            scale = inverse_deviation * self.weight.value
        if self._as_in_inference and self.running_mean is not None:
            unmoved: Array = grad_output * _per_channel(scale)
            return unmoved
        return _grad_input(
            grad_output,
            x_hat,
            _per_channel(grad_sum / count),
            _per_channel(grad_x_hat_sum / count),
            _per_channel(scale),
        )

    def move_statistics(self, mean: Array, unbiased_variance: Array) -> None:
        """Move the running statistics towards those of a batch, each (C,), unless this is a replica's layer."""
        if not self._moves_statistics:
            return
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        for running, new in ((self.running_mean, mean), (self.running_var, unbiased_variance)):
            running.value = (1 - self.momentum) * running.value + self.momentum * new
        self.num_batches_tracked.value = self.num_batches_tracked.value + 1

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input, (num_features, H, W).

        Raises
        ------
        ValueError
            If the channels differ.
        """
        checks.image_shape("BatchNorm2D", input_shape, self.num_features)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return one for each value: in inference, all is one factor and one summand."""
        return int(np.prod(self.output_shape(input_shape)))

    def replica(self) -> Self:
        """Return a copy for another thread, which leaves the running statistics alone."""
        twin = super().replica()
        twin._moves_statistics = False
        return twin

    def _centered(self, x: Array, *, training: bool) -> tuple[Array, Array]:
        """Return `x` less each channel's mean, and its biased variance; in training move the running statistics."""
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(
                f"BatchNorm2D: x has shape {x.shape}; expected more than one value per channel in training, "
                "since a single one has no variance"
            )
        mean = functional.channel_sum(x) / count
        centered = x - _per_channel(mean)
        # Squares of what is left, not the mean of squares less the square of the mean: that would cancel.
        squares = functional.channel_sum(centered * centered)
        if training:
            self.move_statistics(mean, squares / (count - 1))
        return centered, squares / count


@elementwise
def _scaled(x_hat: Array, weight: Array, bias: Array) -> Array:
    """Return weight * x_hat + bias."""
    out: Array = x_hat * weight
    out += bias
    return out


@elementwise
def _grad_input(grad_output: Array, x_hat: Array, mean_grad: Array, mean_product: Array, scale: Array) -> Array:
    """Return scale * (grad_output - mean_grad - x_hat * mean_product)."""
    grad_input: Array = grad_output - mean_grad
    grad_input -= x_hat * mean_product
    grad_input *= scale
    return grad_input


def _per_channel(values: Array) -> Array:
    """Return (C,) as (C, 1, 1), which lies over images (N, C, H, W)."""
    return values[:, None, None]
