"""Batch normalization: every channel gets mean 0 and variance 1 over the batch, then a trained scale and shift.

The inputs of the next layer keep their scale while the layers before it learn, which makes training faster and allows
higher learning rates.
"""

from typing import Self

import numpy as np

from digitpad.nn import functional, initializers
from digitpad.nn.backend import Array, DTypeLike, Shape, array_module, elementwise
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.parameter import Buffer, Parameter


class BatchNorm2D(Layer):
    """Batch normalization of images (N, num_features, H, W), for each channel over N, H and W.

    x_hat = (x - mean) / s, where s = sqrt(variance + eps)
    out = weight * x_hat + bias

    In training, mean and (biased) variance are those of the batch, and the running statistics move toward them:

    running = (1 - momentum) * running + momentum * (statistic of the batch)

    (with momentum None, momentum is 1 / (number of batches so far): running is then their mean)

    with the unbiased variance, which is divided by the number of values minus one. Inference uses the running
    statistics, so that the output for an image does not depend on the other images of the batch.

    The gradient. With g the gradient with respect to out, and sums over N, H and W, the affine step gives
    grad_weight = sum(g * x_hat), grad_bias = sum(g), and g * weight for x_hat. Each x also changes the mean and the
    variance, and through them every other x_hat of its channel:
    d x_hat[i] / d x[j] = ((1 if i == j else 0) - 1 / count - x_hat[i] * x_hat[j] / count) / s. Summed over i:

    grad_x = (weight / s) * (g - mean(g) - x_hat * mean(g * x_hat))

    A formula that circulates, g * weight / s, leaves out the mean and the variance, and is wrong in training.

    Parameters
    ----------
    num_features
        Number of channels.
    eps
        Keeps the division defined where a channel is constant.
    momentum
        Weight of each new batch in the running statistics, in [0, 1]: PyTorch's convention. None weights all batches
        equally.
    affine
        Whether there are a trained `weight` and `bias`; if not, out = x_hat.
    track_running_stats
        Whether running statistics are kept; if not, inference uses the statistics of the batch too.
    initializer
        Draws the initial `weight`: a name, or a function of `digitpad.nn.initializers`; None means ones. Often used for
        generative networks is N(1, 0.02), `normal(std=0.02, mean=1)`.
    rng
        Random generator for the initial weights; None uses a fresh one that cannot be repeated.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range; in training, if the batch has a single value per channel,
        which has no variance.

    Notes
    -----
    `weight` (initially ones), `bias` (zeros), `running_mean` (zeros), `running_var` (ones) and `num_batches_tracked`
    have PyTorch's names and shapes. Only the original layer updates the running statistics, from the first thread's
    part of the batch, as in PyTorch's DataParallel: replicas do not, so that no two threads write to one array. Source:
    Ioffe and Szegedy, "Batch normalization", ICML 2015.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        initializer: initializers.InitializerSpec | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_features = self.check.whole_number("num_features", num_features)
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        self.momentum = None if momentum is None else self.check.real_number("momentum", momentum, low=0, high=1)
        affine = self.check.flag("affine", affine)
        track = self.check.flag("track_running_stats", track_running_stats)
        dtype = self.check.precision(dtype)
        shape = (self.num_features,)
        draw = initializers.constant(1) if initializer is None else initializers.resolve(self.check.owner, initializer)
        weight = draw(shape, initializers.Fans(1, 1), self.check.generator(rng), dtype)
        self.weight = Parameter(weight) if affine else None
        self.bias = Parameter(np.zeros(shape, dtype)) if affine else None
        self.running_mean = Buffer(np.zeros(shape, dtype)) if track else None
        self.running_var = Buffer(np.ones(shape, dtype)) if track else None
        self.num_batches_tracked = Buffer(np.zeros((), np.int64)) if track else None
        self._moves_statistics = True
        self._cache: tuple[Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Normalize `x` (N, num_features, H, W)."""
        stored = self.weight or self.running_mean
        self.check.batch(x, (self.num_features, None, None), like=None if stored is None else stored.value)
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

    def input_gradient(self, grad_output: Array) -> Array:
        """Return scale * (grad_output - mean(grad_output) - x_hat * mean(grad_output * x_hat)); derived above."""
        return self._input_gradient(grad_output, self._sums(grad_output))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the sum of grad_output * x_hat (weight) and that of grad_output (bias) over each channel."""
        self._add_gradients(self._sums(grad_output))

    def backward(self, grad_output: Array) -> Array:
        """Do both with one computation of the sums that they share."""
        sums = self._sums(grad_output)
        if self._learns:
            self._add_gradients(sums)
        return self._input_gradient(grad_output, sums)

    def _sums(self, grad_output: Array) -> tuple[Array, Array]:
        """Return the sums of grad_output and of grad_output * x_hat over each channel."""
        x_hat, _ = require_cache(self, self._cache)
        self.check.upstream(grad_output, x_hat.shape)
        return functional.channel_sum(grad_output), functional.channel_sum(grad_output * x_hat)

    def _add_gradients(self, sums: tuple[Array, Array]) -> None:
        if self.weight is not None and self.bias is not None:
            grad_bias, grad_weight = sums
            self.bias.add_grad(grad_bias)
            self.weight.add_grad(grad_weight)

    def _input_gradient(self, grad_output: Array, sums: tuple[Array, Array]) -> Array:
        x_hat, inverse_deviation = require_cache(self, self._cache)
        # The weight is a common factor of all terms of a channel.
        scale = inverse_deviation if self.weight is None else inverse_deviation * self.weight.value
        if self._as_in_inference and self.running_mean is not None:
            # A probe uses the running statistics, which do not depend on x: only the first term remains.
            constant_statistics: Array = grad_output * _per_channel(scale)
            return constant_statistics
        count = x_hat.size // self.num_features
        mean_grad, mean_product = (_per_channel(total / count) for total in sums)
        return _grad_input(grad_output, x_hat, mean_grad, mean_product, _per_channel(scale))

    def move_statistics(self, mean: Array, unbiased_variance: Array) -> None:
        """Move the running statistics toward those of a batch, each (C,); a replica's layer does nothing."""
        if not self._moves_statistics:
            return
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.value = self.num_batches_tracked.value + 1
        equal: Array = (1 / self.num_batches_tracked.value).astype(mean.dtype)
        share = equal if self.momentum is None else self.momentum
        for running, new in ((self.running_mean, mean), (self.running_var, unbiased_variance)):
            running.value = (1 - share) * running.value + share * new

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input, (num_features, H, W).

        Raises
        ------
        ValueError
            If the channels differ.
        """
        self.check.image_shape(input_shape, self.num_features)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return one operation for each value: in inference the layer is one factor and one summand."""
        return int(np.prod(self.output_shape(input_shape)))

    def replica(self) -> Self:
        """Return a copy for another thread, which does not update the running statistics."""
        twin = super().replica()
        twin._moves_statistics = False
        return twin

    def _centered(self, x: Array, *, training: bool) -> tuple[Array, Array]:
        """Return `x` minus each channel's mean, and the biased variance; in training update the running statistics."""
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(
                f"{self.check.owner}: x has shape {x.shape}; expected more than one value per channel in training, "
                "since a single one has no variance"
            )
        mean = functional.channel_sum(x) / count
        centered = x - _per_channel(mean)
        # Not the mean of the squares minus the square of the mean, whose difference loses most digits.
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
    """Return (C,) as (C, 1, 1), which broadcasts over images (N, C, H, W)."""
    return values[:, None, None]
