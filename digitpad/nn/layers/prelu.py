"""The parametric ReLU: an activation that learns its slope for negative values."""

from typing import ClassVar

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.parameter import Parameter


class PReLU(Layer):
    """A `LeakyReLU` whose slope is learned: x if x > 0, else weight * x, with one weight for all or one per channel.

    The gradient. The slope is 1 where x > 0 and weight elsewhere, so grad_x = g * (1 or weight). A change of the weight
    changes each output that is not positive by x times as much, and others not at all:

    grad_weight[c] = sum over n and places of g * min(x, 0) in channel c

    Parameters
    ----------
    num_parameters
        1, or the number of channels (axis 1 of the batch), which then learn a slope each.
    init
        The initial slope.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range; when called, if there are several weights, but not one for
        each channel.

    Notes
    -----
    `weight` has PyTorch's name and shape, (num_parameters,). Source: He, Zhang, Ren and Sun, "Delving deep into
    rectifiers", ICCV 2015, who do not apply weight decay to it, which would draw it to a plain ReLU.
    """

    elementwise: ClassVar[bool] = True

    _cache: Array | None = None

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: DTypeLike = np.float32) -> None:
        self.num_parameters = self.check.whole_number("num_parameters", num_parameters)
        self.init = self.check.real_number("init", init, low=-10, high=10)
        self.weight = Parameter(np.full(self.num_parameters, self.init, self.check.precision(dtype)))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x where it is positive, else weight * x."""
        self.check.samples(x, like=self.weight.value)
        self.output_shape(x.shape[1:])
        if training:
            self._cache = x
        out: Array = array_module(x).where(x > 0, x, self._per_channel(x) * x)
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output where x was positive, else weight * grad_output."""
        x = self._input_of(grad_output)
        grad_input: Array = array_module(x).where(x > 0, grad_output, self._per_channel(x) * grad_output)
        return grad_input

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the sum of grad_output * min(x, 0), over all numbers or over each channel."""
        x = self._input_of(grad_output)
        product = grad_output * array_module(x).minimum(x, 0)
        shared = self.num_parameters == 1
        axes = tuple(axis for axis in range(x.ndim) if shared or axis != 1)
        self.weight.add_grad(product.sum(axis=axes).reshape(self.num_parameters))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input.

        Raises
        ------
        ValueError
            If there are several weights, but not one for each channel.
        """
        if self.num_parameters > 1 and input_shape[:1] != (self.num_parameters,):
            raise ValueError(
                f"{self.check.owner}: num_parameters is {self.num_parameters}; expected 1 or the number of channels of "
                f"the input {input_shape}"
            )
        return input_shape

    def _per_channel(self, x: Array) -> Array:
        """Return the weights in a shape that broadcasts over the channels of `x`."""
        return self.weight.value.reshape(-1, *[1] * (x.ndim - 2)) if x.ndim > 1 else self.weight.value

    def _input_of(self, grad_output: Array) -> Array:
        x = require_cache(self, self._cache)
        self.check.upstream(grad_output, x.shape)
        return x
