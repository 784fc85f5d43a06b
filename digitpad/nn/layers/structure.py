"""Layers that rearrange values without changing them, so the gradient is rearranged back."""

import math
from typing import ClassVar

from digitpad.nn.backend import Array, Shape
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Flatten(Layer):
    """Each sample, such as (C, H, W), as one vector: channel by channel, and row by row within a channel."""

    def __init__(self) -> None:
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` (N, ...) as (N, features)."""
        self.check.samples(x)
        if training:
            self._cache = x.shape
        return x.reshape(len(x), -1)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output in the shape of the input."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (shape[0], math.prod(shape[1:])))
        return grad_output.reshape(shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the number of values of a sample, as a shape."""
        return (math.prod(input_shape),)

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image: a vector has no places any more."""
        return field.everything()


class Identity(Layer):
    """The input itself: the shortcut of a `Residual`, the skip of a `SkipConnection`."""

    elementwise: ClassVar[bool] = True

    def __init__(self) -> None:
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` itself."""
        self.check.samples(x)
        if training:
            self._cache = x.shape
        return x

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output itself."""
        self.check.upstream(grad_output, require_cache(self, self._cache))
        return grad_output
