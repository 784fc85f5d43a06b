"""Layers that move numbers about without changing them."""

import math
from typing import ClassVar

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Flatten(Layer):
    """Lay out each sample, such as (C, H, W), as one vector, channel by channel and row by row."""

    def __init__(self) -> None:
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` (N, ...) as (N, features)."""
        checks.samples("Flatten", x)
        if training:
            self._cache = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output in the shape of the input."""
        shape = require_cache(self, self._cache)
        checks.upstream("Flatten", grad_output, (shape[0], math.prod(shape[1:])))
        return grad_output.reshape(shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the number of values of a sample, as a shape."""
        return (math.prod(input_shape),)

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image: places are no longer told apart."""
        return field.everything()


class Identity(Layer):
    """The input as it is: the branch that does nothing, beside one that does."""

    elementwise: ClassVar[bool] = True

    def __init__(self) -> None:
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` itself."""
        checks.samples("Identity", x)
        if training:
            self._cache = x.shape
        return x

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output itself."""
        checks.upstream("Identity", grad_output, require_cache(self, self._cache))
        return grad_output
