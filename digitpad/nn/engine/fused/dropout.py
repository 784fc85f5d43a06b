"""Dropout with its mask in the memory order of its input.

The numbers that decide are drawn image by image, as `Dropout` draws them, so that a seed drops the same values whatever
the order of memory. The mask made of them is turned once, not read across its order in each product.
"""

import numpy as np

from digitpad.nn.backend import Array, DTypeLike
from digitpad.nn.engine.fused.layouts import memory_order
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Dropout

#: Samples whose numbers are drawn together.
_SAMPLES_AT_ONCE = 16


class FusedDropout(Layer):
    """The same as `dropout`, with its random generator.

    Parameters
    ----------
    dropout
        The layer to replace.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, dropout: Dropout, scratch: Workspace) -> None:
        self.dropout = dropout
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x * mask / (1 - p) in training, in memory that the next call overwrites; `x` itself otherwise."""
        self.dropout.check.samples(x)
        self._cache = None
        if not training:
            return x
        mask = self._like("mask", x, np.bool_)
        # A few samples at a time: the generator draws the same numbers as in one call.
        for start in range(0, len(x), _SAMPLES_AT_ONCE):
            some = mask[start : start + _SAMPLES_AT_ONCE]
            drawn = self._scratch.empty("drawn", some.shape, np.float32)
            self.dropout.rng.random(out=drawn, dtype=np.float32)
            np.copyto(some, np.greater_equal(drawn, self.dropout.p))
        self._cache = mask
        return self._masked(x, mask, "out")

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output * mask / (1 - p), in memory that the next call overwrites."""
        mask = require_cache(self, self._cache)
        self.dropout.check.upstream(grad_output, mask.shape)
        return self._masked(grad_output, mask, "grad")

    def _masked(self, x: Array, mask: Array, name: str) -> Array:
        """Return x * (mask / (1 - p)), with its axes in the order of the mask."""
        out: Array = np.multiply(mask, x.dtype.type(1 / (1 - self.dropout.p)), out=self._like(name, mask, x.dtype))
        out *= x
        return out

    def _like(self, name: str, x: Array, dtype: DTypeLike) -> Array:
        """Return memory for an array of the shape of `x`, with its axes in the same order."""
        order = memory_order(x)
        memory = self._own.empty(name, tuple(x.shape[axis] for axis in order), dtype)
        return memory.transpose([order.index(axis) for axis in range(x.ndim)])
