"""Linear and Flatten, writing into memory that is reused in every step."""

import itertools
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, IMAGES_LAST, order_of
from digitpad.nn.engine.fused.small_products import multiply, multiply_and_sum, sums_are_small
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Linear

LARGE = 1_000_000
"""Numbers in a weight that does not stay in the processor's caches, so that each pass over it counts."""

#: Pieces into which the gradient of a large weight is divided, so that threads share it evenly.
_PIECES = 8


class FusedFlatten(Layer):
    """`Flatten` for images that lie in memory with the pixel first (see `layouts.py`).

    Parameters
    ----------
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, scratch: Workspace) -> None:
        self._own, self._scratch = scratch.sibling(), scratch
        self._order = CHANNELS_LAST
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` (N, C, H, W) as (N, C * H * W)."""
        self._cache = x.shape if training else None
        if x.ndim != 4 or x.flags.c_contiguous:
            return x.reshape(len(x), -1)
        self._order = order_of(x)
        if self._order is IMAGES_LAST:
            # Runs of images are copied; the result is the transpose that a product with the weights reads.
            by_feature = self._own.empty("out", (*x.shape[1:], len(x)))
            np.copyto(by_feature, x.transpose(1, 2, 3, 0))
            return by_feature.reshape(-1, len(x)).T
        # Two steps take a third of the time of one: first whole runs of channels are copied, then each image, which is
        # small enough for the first-level cache, is transposed.
        n, channels, height, width = x.shape
        by_image = self._scratch.empty("by_image", (n, height, width, channels))
        np.copyto(by_image, x.transpose(0, 2, 3, 1))
        out = self._own.empty("out", x.shape)
        np.copyto(out, by_image.transpose(0, 3, 1, 2))
        return out.reshape(n, -1)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output in the shape of the input, in its order of memory."""
        shape = require_cache(self, self._cache)
        if len(shape) != 4:
            return grad_output.reshape(shape)
        n, channels, height, width = shape
        if self._order is IMAGES_LAST:
            grad = self._own.empty("grad", (height, width, channels, n))
            np.copyto(grad, grad_output.T.reshape(channels, height, width, n).transpose(1, 2, 0, 3))
            return IMAGES_LAST.batch(grad)
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
        #: Whether `parameter_gradients` leaves the weight to `joint_gradient`.
        self.is_joint = False
        self._upstream: Array | None = None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return x @ weight.T + bias for `x` (N, in_features)."""
        linear = self.linear
        linear.check.unseen_batch(x, (linear.in_features,), like=linear.weight.value)
        # The transposed product, weight @ x.T, takes 2/3 of the time with many more weights than inputs.
        out = self._own.empty("out", (linear.out_features, len(x)))
        multiply(linear.weight.value, x.T, out)
        if linear.bias is not None:
            out += linear.bias.value[:, None]
        self._cache = x if training else None
        return out.T

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output @ weight, in memory that the next call overwrites."""
        x = self._input_of(grad_output)
        weight, n = self.linear.weight.value, len(grad_output)
        grad = self._own.empty("grad", (n, self.linear.in_features))
        is_large = weight.size >= LARGE
        if is_large and sums_are_small(n, self.linear.in_features):
            multiply_and_sum(grad_output, weight, grad, self._scratch)
            return grad
        if is_large or x.T.flags.c_contiguous:
            # Transposed, as in `forward`, and as the input is where the layer before works with images last. For other
            # small weights it would not make up for the other layout of the result.
            return np.matmul(weight.T, grad_output.T, out=grad.reshape(-1, n)).T
        return np.matmul(grad_output, weight, out=grad)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add grad_output.T @ x (weight) and the sum of grad_output over the batch (bias)."""
        x = self._input_of(grad_output)
        if self.linear.bias is not None:
            self.linear.bias.add_grad(grad_output.sum(axis=0))
        if self.is_joint:
            self._upstream = grad_output
            return
        # The product is written where it belongs: these are most of a network's weights.
        fresh = self.linear.weight.fresh_grad()
        if fresh is not None:
            multiply(grad_output.T, x, fresh)
        else:
            self.linear.weight.add_grad(grad_output.T @ x)

    def _input_of(self, grad_output: Array) -> Array:
        """Return the last training input, after checking that `grad_output` belongs to it."""
        x = require_cache(self, self._cache)
        self.linear.check.upstream(grad_output, (len(x), self.linear.out_features))
        return x


def joint_gradient(parts: Sequence[FusedLinear]) -> list[Callable[[], None]]:
    """Return tasks that add the gradient of a weight for a batch whose parts went through different replicas.

    A large gradient takes longer to write than to compute. This writes one for the whole batch instead of one for each
    part, which would then have to be added up.

    Parameters
    ----------
    parts
        The layer in each replica, after its `parameter_gradients` with `is_joint`; the first receives the gradient.

    Raises
    ------
    RuntimeError
        If one of them has no gradient.
    """
    x = np.concatenate([require_cache(part, part._cache) for part in parts])
    grad_output = np.concatenate([require_cache(part, part._upstream) for part in parts])
    weight = parts[0].linear.weight
    fresh = weight.fresh_grad()
    if fresh is None:
        return [lambda: weight.add_grad(grad_output.T @ x)]
    edges = np.linspace(0, len(fresh), _PIECES + 1).astype(int).tolist()
    pieces = [slice(start, stop) for start, stop in itertools.pairwise(edges)]
    return [partial(multiply, grad_output.T[rows], x, fresh[rows]) for rows in pieces]
