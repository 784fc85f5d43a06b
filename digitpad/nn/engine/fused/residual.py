"""A residual block with the ReLU behind it, added up in memory that is reused in every step.

A few lines of the image take all steps while they are in the processor's cache.
"""

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, order_of
from digitpad.nn.engine.fused.normalization import few_lines
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Residual


class FusedResidual(Layer):
    """`Residual(body, shortcut)`, followed by ReLU if `relu`.

    Parameters
    ----------
    body, shortcut
        The two branches, already fused.
    relu
        Whether a ReLU follows.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, body: Layer, shortcut: Layer, *, relu: bool, scratch: Workspace) -> None:
        self.body, self.shortcut, self._relu = body, shortcut, relu
        self._own, self._scratch = scratch.sibling(), scratch
        self._order = CHANNELS_LAST
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        body, shortcut = (branch.forward(x, training=training) for branch in (self.body, self.shortcut))
        self._order = order_of(body)
        out = self._added(body, shortcut, "out", relu=self._relu)
        self._cache = out if training else None
        return self._order.batch(out)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the sum of the branches' input gradients, in memory that the next call overwrites."""
        grad = self._before_relu(grad_output)
        return self._sum(self.body.input_gradient(grad), self.shortcut.input_gradient(grad))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters of both branches."""
        grad = self._before_relu(grad_output)
        self.body.parameter_gradients(grad)
        self.shortcut.parameter_gradients(grad)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` once in each branch, and return the sum."""
        grad = self._before_relu(grad_output)
        return self._sum(self.body.backward(grad), self.shortcut.backward(grad))

    def _before_relu(self, grad_output: Array) -> Array:
        """Return the gradient with respect to the sum of the branches, (N, C, H, W)."""
        out = require_cache(self, self._cache)
        Residual.check.upstream(grad_output, self._order.batch(out).shape)
        if not self._relu:
            return grad_output
        grad_image, grad = self._order.image(grad_output), self._own.empty("grad", out.shape)
        for some, _ in few_lines(out):
            positive = np.greater(out[some], 0, out=self._scratch.empty("positive", out[some].shape, np.bool_))
            np.multiply(grad_image[some], positive, out=grad[some])
        return self._order.batch(grad)

    def _sum(self, of_body: Array, of_shortcut: Array) -> Array:
        return self._order.batch(self._added(of_body, of_shortcut, "total", relu=False))

    def _added(self, first: Array, second: Array, name: str, *, relu: bool) -> Array:
        """Return the sum of two arrays (N, C, H, W) as an image, without its negative numbers if `relu`."""
        first, second = self._order.image(first), self._order.image(second)
        total = self._own.empty(name, first.shape)
        # NumPy's maximum with a scalar runs at a fifth of the speed.
        zeros = np.zeros(total.shape[2:], total.dtype)
        for some, _ in few_lines(total):
            here = np.add(first[some], second[some], out=total[some])
            if relu:
                np.maximum(here, zeros, out=here)
        return total
