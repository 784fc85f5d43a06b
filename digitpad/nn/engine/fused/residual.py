"""A residual block with the ReLU behind it, added up in memory that is used in every step."""

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache


class FusedResidual(Layer):
    """What `Residual(body, shortcut)` and ReLU (if `relu`) do one after the other.

    Parameters
    ----------
    body, shortcut
        The two ways, already made of fused layers.
    relu
        Whether a ReLU follows.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, body: Layer, shortcut: Layer, *, relu: bool, scratch: Workspace) -> None:
        self.body, self.shortcut, self._relu = body, shortcut, relu
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        body = self.body.forward(x, training=training).transpose(2, 3, 0, 1)
        shortcut = self.shortcut.forward(x, training=training).transpose(2, 3, 0, 1)
        out = np.add(body, shortcut, out=self._own.empty("out", body.shape))
        if self._relu:
            row = out.reshape(-1, out[0, 0].size)
            np.maximum(row, np.zeros_like(row[0]), out=row)
        self._cache = out if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`: the sum of those of the two ways."""
        out = require_cache(self, self._cache)
        checks.upstream("Residual", grad_output, out.transpose(2, 3, 0, 1).shape)
        if self._relu:
            positive = np.greater(out, 0, out=self._scratch.empty("positive", out.shape, np.bool_))
            grad = self._own.empty("grad", out.shape)
            grad_output = np.multiply(grad_output.transpose(2, 3, 0, 1), positive, out=grad).transpose(2, 3, 0, 1)
        of_body = self.body.backward(grad_output).transpose(2, 3, 0, 1)
        of_shortcut = self.shortcut.backward(grad_output).transpose(2, 3, 0, 1)
        total = np.add(of_body, of_shortcut, out=self._own.empty("total", of_body.shape))
        return total.transpose(2, 3, 0, 1)
