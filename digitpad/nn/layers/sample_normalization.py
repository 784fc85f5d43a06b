"""Normalization of each sample by itself: its groups of channels, or all of its numbers.

Batch normalization needs a batch, and computes something else in training than in inference. These layers take mean and
variance from the sample alone, so they work with a batch of one and always compute the same.
"""

import math
from collections.abc import Sequence

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.parameter import Parameter
from digitpad.nn.receptive_field import ReceptiveField


class SampleNorm(Layer):
    """What both layers share: numbers that are normalized together are a row of a matrix.

    A derived class defines `_row_length` and `_spread`, and the attributes below.
    """

    eps: float
    weight: Parameter | None
    bias: Parameter | None

    _cache: tuple[Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Normalize the numbers of each row, then scale and shift them."""
        self._check(x)
        rows = x.reshape(-1, self._row_length(x.shape[1:]))
        centered = rows - rows.mean(axis=1, keepdims=True)
        # Not the mean of the squares minus the square of the mean, whose difference loses most digits.
        variance = (centered * centered).mean(axis=1, keepdims=True)
        inverse_deviation = 1 / array_module(x).sqrt(variance + self.eps)
        x_hat: Array = (centered * inverse_deviation).reshape(x.shape)
        if training:
            self._cache = x_hat, inverse_deviation
        out = x_hat if self.weight is None else x_hat * self._spread(self.weight.value)
        return out if self.bias is None else out + self._spread(self.bias.value)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return (h - mean(h) - x_hat * mean(h * x_hat)) / s for each row, with h = grad_output * weight."""
        x_hat, inverse_deviation = self._remembered(grad_output)
        scaled = grad_output if self.weight is None else grad_output * self._spread(self.weight.value)
        h, normalized = (array.reshape(len(inverse_deviation), -1) for array in (scaled, x_hat))
        mean_product = (h * normalized).mean(axis=1, keepdims=True)
        grad_input: Array = (h - h.mean(axis=1, keepdims=True) - normalized * mean_product) * inverse_deviation
        return grad_input.reshape(grad_output.shape)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the sums of grad_output * x_hat (weight) and of grad_output (bias) over what shares a parameter."""
        x_hat, _ = self._remembered(grad_output)
        if self.weight is not None:
            self.weight.add_grad(self._gathered(grad_output * x_hat, self.weight.value.shape))
        if self.bias is not None:
            self.bias.add_grad(self._gathered(grad_output, self.bias.value.shape))

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return one operation for each value, as of batch normalization: its scale and shift."""
        return math.prod(self.output_shape(input_shape))

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image, since every number changes the mean."""
        return field.everything()

    def together(self, index: tuple[int, ...]) -> tuple[slice | int, ...]:
        """Return the part of a sample that is normalized together with the number at `index`."""
        raise NotImplementedError

    def factors(self, index: tuple[int, ...]) -> tuple[float, float]:
        """Return the scale and the shift of the number at `index` of a sample; 1 and 0 if the layer has none."""
        place = self._place(index)
        weight = 1.0 if self.weight is None else float(self.weight.value[place])
        return weight, 0.0 if self.bias is None else float(self.bias.value[place])

    def _check(self, x: Array) -> None:
        """Refuse what cannot be normalized."""
        raise NotImplementedError

    def _row_length(self, shape: Shape) -> int:
        """Return how many numbers of a sample of `shape` are normalized together; they follow each other."""
        raise NotImplementedError

    def _spread(self, values: Array) -> Array:
        """Return parameters in a shape that broadcasts over a batch."""
        return values

    def _place(self, index: tuple[int, ...]) -> tuple[int, ...]:
        """Return the place of the parameters of the number at `index` of a sample."""
        raise NotImplementedError

    def _gathered(self, product: Array, shape: Shape) -> Array:
        """Return the sums of a batch over what shares a parameter."""
        spread = self._spread(array_module(product).empty(shape, dtype=product.dtype))
        missing = product.ndim - spread.ndim
        shared = [axis for axis, size in enumerate(spread.shape, start=missing) if size == 1]
        # Axis by axis, so that each sum has few terms of similar size and float32 keeps its digits.
        for axis in sorted({*range(missing), *shared}, reverse=True):
            product = product.sum(axis=axis)
        return product.reshape(shape)

    def _remembered(self, grad_output: Array) -> tuple[Array, Array]:
        x_hat, inverse_deviation = require_cache(self, self._cache)
        self.check.upstream(grad_output, x_hat.shape)
        return x_hat, inverse_deviation


class GroupNorm(SampleNorm):
    """Normalization of images (N, num_channels, H, W), for each sample over groups of channels.

    x_hat = (x - mean) / s, where s = sqrt(variance + eps), over the channels of a group and their H and W
    out = weight[c] * x_hat + bias[c]

    With one group for each channel it is instance normalization; with a single group, layer normalization with a scale
    for each channel.

    The gradient. As in batch normalization, each x of a row changes the row's mean and variance:
    d x_hat[i] / d x[j] = ((1 if i == j else 0) - 1 / count - x_hat[i] * x_hat[j] / count) / s. Weights differ within
    a row, so they stay with g. With h = g * weight, summed over i:

    grad_x = (h - mean(h) - x_hat * mean(h * x_hat)) / s
    grad_weight[c] = sum over N, H, W of g * x_hat, grad_bias[c] = sum over N, H, W of g

    Parameters
    ----------
    num_groups
        Number of groups, a divisor of `num_channels`.
    num_channels
        Number of channels.
    eps
        Keeps the division defined where a group is constant.
    affine
        Whether there are a trained `weight` and `bias`, initially ones and zeros; if not, out = x_hat.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    Source: Wu and He, "Group normalization", ECCV 2018.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_groups = self.check.whole_number("num_groups", num_groups)
        self.num_channels = self.check.whole_number("num_channels", num_channels)
        if self.num_channels % self.num_groups:
            raise ValueError(
                f"{self.check.owner}: num_groups is {num_groups}; expected a divisor of num_channels {num_channels}"
            )
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        affine, dtype = self.check.flag("affine", affine), self.check.precision(dtype)
        self.weight = Parameter(np.ones(self.num_channels, dtype)) if affine else None
        self.bias = Parameter(np.zeros(self.num_channels, dtype)) if affine else None

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input, (num_channels, H, W).

        Raises
        ------
        ValueError
            If the channels differ.
        """
        self.check.image_shape(input_shape, self.num_channels)
        return input_shape

    def together(self, index: tuple[int, ...]) -> tuple[slice | int, ...]:
        """Return the channels of the group of the number at `index`."""
        size = self.num_channels // self.num_groups
        first = index[0] // size * size
        return (slice(first, first + size),)

    def _check(self, x: Array) -> None:
        like = None if self.weight is None else self.weight.value
        self.check.batch(x, (self.num_channels, None, None), like=like)

    def _row_length(self, shape: Shape) -> int:
        return math.prod(shape) // self.num_groups

    def _spread(self, values: Array) -> Array:
        return values[:, None, None]

    def _place(self, index: tuple[int, ...]) -> tuple[int, ...]:
        return index[:1]


class LayerNorm(SampleNorm):
    """Normalization over the last axes of each sample, such as all of its features.

    x_hat = (x - mean) / s, where s = sqrt(variance + eps), over the axes of `normalized_shape`
    out = weight * x_hat + bias, with a weight and a bias for each place in these axes

    The gradient. As in batch normalization, each x of a row changes the row's mean and variance, and the weights differ
    within a row. With h = g * weight, and means over the row (`GroupNorm` has the derivation):

    grad_x = (h - mean(h) - x_hat * mean(h * x_hat)) / s
    grad_weight = sum over the other axes of g * x_hat, grad_bias = sum over the other axes of g

    Parameters
    ----------
    normalized_shape
        Sizes of the last axes, which are normalized together: one number, or several.
    eps
        Keeps the division defined where a row is constant.
    elementwise_affine
        Whether there is a trained `weight`, initially ones; if not, out = x_hat.
    bias
        Whether there is a trained `bias` besides it, initially zeros.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        sizes = normalized_shape if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
        self.normalized_shape = tuple(self.check.whole_number("normalized_shape", size) for size in sizes)
        if not self.normalized_shape:
            raise ValueError(
                f"{self.check.owner}: normalized_shape is {normalized_shape!r}; expected at least one size"
            )
        self.eps = self.check.real_number("eps", eps, low=0, high=1)
        learned, dtype = self.check.flag("elementwise_affine", elementwise_affine), self.check.precision(dtype)
        shifted = self.check.flag("bias", bias) and learned
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if learned else None
        self.bias = Parameter(np.zeros(self.normalized_shape, dtype)) if shifted else None

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input.

        Raises
        ------
        ValueError
            If its last axes do not have the sizes that are normalized.
        """
        if tuple(input_shape[-len(self.normalized_shape) :]) != self.normalized_shape:
            raise ValueError(
                f"{self.check.owner}: the input shape is {input_shape}; expected it to end with {self.normalized_shape}"
            )
        return input_shape

    def together(self, index: tuple[int, ...]) -> tuple[slice | int, ...]:
        """Return the place of `index` in the axes that are not normalized."""
        return index[: len(index) - len(self.normalized_shape)]

    def _check(self, x: Array) -> None:
        like = None if self.weight is None else self.weight.value
        # Only arrays have axes; anything else is refused below.
        free = max(0, getattr(x, "ndim", 0) - 1 - len(self.normalized_shape))
        self.check.batch(x, (*[None] * free, *self.normalized_shape), like=like)

    def _row_length(self, shape: Shape) -> int:
        return math.prod(self.normalized_shape)

    def _place(self, index: tuple[int, ...]) -> tuple[int, ...]:
        return index[len(index) - len(self.normalized_shape) :]
