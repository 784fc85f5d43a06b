"""A convolution with the bias, ReLU and 2x2 pooling that follow it, for batches, a band of rows at a time.

`patches.py` explains the products. A band is small enough that its result is still in the processor's cache when bias,
pooling and ReLU are applied to it. Bias and ReLU follow the pooling, on a quarter of the values: neither changes which
of four values is the largest.
"""

import math

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.geometry import Geometry
from digitpad.nn.engine.fused.layouts import IMAGES_LAST
from digitpad.nn.engine.fused.normalization import column_sums
from digitpad.nn.engine.fused.patches import by_pixel, multiply_patches
from digitpad.nn.engine.fused.pooling import Winners, blocks
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D


class DirectConv2D(Layer):
    """`conv`, followed by ReLU if `relu` and by MaxPool2D(2) if `pool`, on the parameters of `conv`.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts.
    relu, pool
        Which layers follow it.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, conv: Conv2D, *, relu: bool, pool: bool, scratch: Workspace) -> None:
        self.conv, self._relu, self._pool = conv, relu, pool
        self._own, self._scratch = scratch.sibling(), scratch
        self._geometry_of: tuple[Shape, Geometry] | None = None
        self._cache: tuple[Array, Array] | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Return whether this class computes `conv`: along each axis, it has a stride or a dilation, not both."""
        return all(1 in pair for pair in zip(conv.stride, conv.dilation, strict=True))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        conv = self.conv
        conv.check.unseen_batch(x, (conv.in_channels, None, None), like=conv.weight.value)
        image = IMAGES_LAST.contiguous(x, self._own, "image")
        geometry = self._geometry(image)
        down, right, patches = geometry.down, geometry.right, geometry.patches
        kernel = self._kernel()
        size = (down.places // 2, right.places // 2) if self._pool else (down.places, right.places)
        out = self._own.empty("out", (*size, conv.out_channels, len(x)))
        for band in geometry.bands:
            whole = self._band_of(out, band, right.places)
            multiply_patches(kernel, patches.seen(image, band), by_pixel(whole, conv.groups))
            self._finish(whole, out, band, training=training)
        self._cache = (image, out) if training else None
        return IMAGES_LAST.batch(out)

    def backward(self, grad_output: Array) -> Array:
        """Do both, so that the gradient before pooling and ReLU is computed once."""
        return IMAGES_LAST.batch(self._image_gradient(self._go_back(grad_output, learn=True, want_input=True)))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        return IMAGES_LAST.batch(self._image_gradient(self._go_back(grad_output, learn=False, want_input=True)))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._go_back(grad_output, learn=True, want_input=False)

    def _band_of(self, out: Array, band: slice, columns: int) -> Array:
        """Return memory for a band of the convolution's output: the output itself, unless it is pooled."""
        if not self._pool:
            return out[band]
        return self._scratch.empty("whole", (band.stop - band.start, columns, *out.shape[2:]))

    def _finish(self, whole: Array, out: Array, band: slice, *, training: bool) -> None:
        """Pool a band of the convolution's output, add the bias, and apply ReLU."""
        here = out[band]
        if self._pool:
            pooled = slice(band.start // 2, band.stop // 2)
            here = out[pooled]
            self._winners(out, pooled).choose(blocks(whole), here, self._scratch, training=training)
        rows = here.reshape(-1, math.prod(here.shape[2:]))
        if self.conv.bias is not None:
            np.add(rows, np.repeat(self.conv.bias.value, here.shape[3]), out=rows)
        if self._relu:
            # NumPy's maximum with a scalar runs at a fifth of the speed.
            np.maximum(rows, np.zeros(rows.shape[1], rows.dtype), out=rows)

    def _winners(self, out: Array, pooled: slice) -> Winners:
        """Return which values are the largest, for some rows of the pooled output."""
        return Winners(self._own.empty("winners", (3, *out.shape), np.bool_)[:, pooled])

    def _go_back(self, grad_output: Array, *, learn: bool, want_input: bool) -> Array:
        """Add the gradients of the parameters if asked for, and return that before pooling and ReLU.

        Returns
        -------
        Array
            (H, W, O, N), if `want_input`; else memory in which only the last band is valid.
        """
        image, out = require_cache(self, self._cache)
        conv = self.conv
        conv.check.upstream(grad_output, IMAGES_LAST.batch(out).shape)
        grad_out = IMAGES_LAST.contiguous(grad_output, self._own, "grad_out")
        geometry = self._geometry(image)
        down, right, gradient, bands = geometry.down, geometry.right, geometry.gradient, geometry.gradient_bands
        grad = grad_out
        if self._pool or self._relu:
            rows = down.places if want_input else bands[0].stop
            grad = self._own.empty("grad", (rows, right.places, *grad_out.shape[2:]))
        grad_kernel = np.zeros(gradient.shape(conv.in_channels, conv.out_channels), image.dtype)
        grad_bias = np.zeros(math.prod(out.shape[2:]), out.dtype)
        for band in bands:
            here = grad[band] if len(grad) == down.places else grad[: band.stop - band.start]
            after_pooling = self._undo(grad_out, out, band, here)
            if learn and conv.bias is not None:
                grad_bias += column_sums(after_pooling.reshape(-1, len(grad_bias)))
            if learn:
                gradient.add(image, here, band, grad_kernel)
        if learn:
            self._add_gradients(grad_kernel, grad_bias)
        return grad

    def _undo(self, grad_out: Array, out: Array, band: slice, here: Array) -> Array:
        """Write the gradient before pooling and ReLU for a band, and return that between them, which has its sum."""
        some = slice(band.start // 2, band.stop // 2) if self._pool else band
        grad: Array = grad_out[some]
        if self._relu:
            positive = np.greater(out[some], 0, out=self._scratch.empty("positive", grad.shape, np.bool_))
            target = self._scratch.empty("unpooled", grad.shape) if self._pool else here
            grad = np.multiply(grad, positive, out=target)
        if self._pool:
            four = blocks(here)
            if four.size != here.size:
                here[...] = 0  # for the last row or column of an odd image, which pooling leaves out
            self._winners(out, some).go_back(grad, four, self._scratch)
        return grad

    def _image_gradient(self, grad: Array) -> Array:
        """Return the gradient of the image (H, W, C, N), in memory that the next call overwrites."""
        image, _ = require_cache(self, self._cache)
        conv = self.conv
        grad_image = self._own.empty("grad_image", image.shape)
        for phase in self._geometry(image).phases:
            pixels = grad_image[phase.rows, phase.columns]
            if phase.patches is None:
                pixels[...] = 0
                continue
            kernel = self._reversed_kernel(phase.taps_down, phase.taps_right)
            for band in phase.bands:
                multiply_patches(kernel, phase.patches.seen(grad, band), by_pixel(pixels[band], conv.groups))
        return grad_image

    def _geometry(self, image: Array) -> Geometry:
        """Return the geometry for an image (H, W, C, N): that of the last step if the shape is the same."""
        if self._geometry_of is None or self._geometry_of[0] != image.shape:
            self._geometry_of = image.shape, Geometry.of(self.conv, image, self._scratch, even=self._pool)
        return self._geometry_of[1]

    def _kernel(self) -> Array:
        """Return the weights as (groups, 1, 1, O / groups, columns * rows * C / groups)."""
        weight = self.conv.weight.value
        matrix = weight.transpose(0, 3, 2, 1).reshape(self.conv.groups, len(weight) // self.conv.groups, -1)
        return matrix[:, np.newaxis, np.newaxis]

    def _reversed_kernel(self, down: slice, right: slice) -> Array:
        """Return some taps of the weights as (groups, 1, 1, C / groups, columns * rows * O / groups)."""
        groups = self.conv.groups
        weight = self.conv.weight.value[:, :, down, right]
        parts = weight.reshape(groups, -1, *weight.shape[1:]).transpose(0, 2, 4, 3, 1)
        return parts.reshape(groups, 1, 1, weight.shape[1], -1)

    def _add_gradients(self, grad_kernel: Array, grad_bias: Array) -> None:
        """Add (rows, columns, groups, O / groups, C / groups) to the weights, and the sums of (O, N) to the bias."""
        conv = self.conv
        conv.weight.add_grad(grad_kernel.transpose(2, 3, 4, 0, 1).reshape(conv.weight.value.shape))
        if conv.bias is not None:
            conv.bias.add_grad(grad_bias.reshape(conv.out_channels, -1).sum(axis=1))
