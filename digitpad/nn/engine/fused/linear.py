"""Linear and Flatten, writing into memory that is reused in every step."""

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Linear


class FusedFlatten(Layer):
    """`Flatten` for images that lie in memory as (H, W, N, C).

    Parameters
    ----------
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, scratch: Workspace) -> None:
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` (N, C, H, W) as (N, C * H * W)."""
        self._cache = x.shape if training else None
        if x.ndim != 4 or x.flags.c_contiguous:
            return x.reshape(len(x), -1)
        # Two steps take a third of the time of one: first whole runs of channels are copied, then each image, which is
        # small enough for the first-level cache, is transposed.
        n, channels, height, width = x.shape
        by_image = self._scratch.empty("by_image", (n, height, width, channels))
        np.copyto(by_image, x.transpose(0, 2, 3, 1))
        out = self._own.empty("out", x.shape)
        np.copyto(out, by_image.transpose(0, 3, 1, 2))
        return out.reshape(n, -1)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output in the shape of the input, laid out in memory as (H, W, N, C) for the convolutions."""
        shape = require_cache(self, self._cache)
        if len(shape) != 4:
            return grad_output.reshape(shape)
        n, channels, height, width = shape
        by_image = self._scratch.empty("by_image", (n, height, width, channels))
        np.copyto(by_image, grad_output.reshape(shape).transpose(0, 2, 3, 1))
        grad = self._own.empty("grad", (height, width, n, channels))
        np.copyto(grad, by_image.transpose(1, 2, 0, 3))
        return grad.transpose(2, 3, 0, 1)


class FusedLinear(Layer):
    """The same as `linear`, on the same parameters.

    Parameters
    ----------
    linear
        The layer to replace.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, linear: Linear, scratch: Workspace) -> None:
        self.linear = linear
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x @ weight.T + bias for `x` (N, in_features)."""
        linear = self.linear
        linear.check.unseen_batch(x, (linear.in_features,), like=linear.weight.value)
        # The transposed product, weight @ x.T, takes 2/3 of the time with many more weights than inputs.
        out = self._own.empty("out", (linear.out_features, len(x)))
        np.matmul(linear.weight.value, x.T, out=out)
        if linear.bias is not None:
            out += linear.bias.value[:, None]
        self._cache = x if training else None
        return out.T

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output @ weight, in memory that the next call overwrites."""
        self._input_of(grad_output)
        # Transposed, as in `forward`.
        grad = self._own.empty("grad", (self.linear.in_features, len(grad_output)))
        return np.matmul(self.linear.weight.value.T, grad_output.T, out=grad).T

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add grad_output.T @ x (weight) and the sum of grad_output over the batch (bias)."""
        x = self._input_of(grad_output)
        # The product is written where it belongs: these are most of a network's weights.
        fresh = self.linear.weight.fresh_grad()
        if fresh is not None:
            np.matmul(grad_output.T, x, out=fresh)
        else:
            self.linear.weight.add_grad(grad_output.T @ x)
        if self.linear.bias is not None:
            self.linear.bias.add_grad(grad_output.sum(axis=0))

    def _input_of(self, grad_output: Array) -> Array:
        """Return the last training input, after checking that `grad_output` belongs to it."""
        x = require_cache(self, self._cache)
        self.linear.check.upstream(grad_output, (len(x), self.linear.out_features))
        return x
