"""Dropout with its mask in the memory order of its input.

The numbers that decide are drawn image by image, as `Dropout` draws them, so that a seed drops the same values whatever
the order of memory. The mask made of them is turned once, not read across its order in each product.
"""

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import memory_order
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Dropout


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
        drawn = self.dropout.rng.random(out=self._scratch.empty("drawn", x.shape, np.float32), dtype=np.float32)
        kept = np.greater_equal(drawn, self.dropout.p, out=self._scratch.empty("kept", x.shape, np.bool_))
        mask = self._like("mask", x)
        np.copyto(mask, kept)
        mask *= 1 / (1 - self.dropout.p)
        self._cache = mask
        return np.multiply(x, mask, out=self._like("out", x))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output * mask / (1 - p), in memory that the next call overwrites."""
        mask = require_cache(self, self._cache)
        self.dropout.check.upstream(grad_output, mask.shape)
        return np.multiply(grad_output, mask, out=self._like("grad", mask))

    def _like(self, name: str, x: Array) -> Array:
        """Return memory for an array of the shape of `x`, with its axes in the same order."""
        order = memory_order(x)
        memory = self._own.empty(name, tuple(x.shape[axis] for axis in order))
        return memory.transpose([order.index(axis) for axis in range(x.ndim)])
