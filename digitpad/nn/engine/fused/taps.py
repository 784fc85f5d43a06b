"""Any other convolution, tap by tap: one matrix product for each place of the kernel.

out = sum over i, j of shifted(x, i, j) @ weight[:, :, i, j].T

With images lying pixel first, (H, W, N, C), what a tap sees is made of long runs, quick to copy to where the product
wants it, and the gradient of the image is made of the same runs, added back.
"""

import math

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes that are worked on at once; see `convolution.py`.
_PIECE_BYTES = 2_000_000

#: Shapes of image whose views are kept; see `products.py`.
_MOST_SHAPES = 8

#: With fewer input channels than this a tap's product is too small to be worth a call.
_LEAST_CHANNELS = 4


class TapConv2D(Layer):
    """What `conv` does.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts; its parameters are used, and get the gradients.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, conv: Conv2D, scratch: Workspace) -> None:
        self.conv = conv
        self._own, self._scratch = scratch.sibling(), scratch
        self._views_of: dict[Shape, tuple[Array, Array]] = {}
        self._cache: Array | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Tell whether `conv` is worth it."""
        return conv.groups == 1 and conv.in_channels >= _LEAST_CHANNELS

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        checks.unseen_batch("Conv2D", x, (self.conv.in_channels, None, None), like=self.conv.weight.value)
        image = x.transpose(2, 3, 0, 1)
        out = self._own.empty("out", self._output_shape(x.shape))
        kernels = self._kernels()
        for some in self._few_images(x.shape, out.shape):
            seen = self._see(image[:, :, some], out.shape)
            products = self._scratch.empty("products", (*seen.shape[:2], self.conv.out_channels))
            np.matmul(seen, kernels, out=products)
            total = np.add.reduce(products, axis=0, out=self._scratch.empty("total", products.shape[1:]))
            here = out[:, :, some]
            np.copyto(here, total.reshape(here.shape))
        if self.conv.bias is not None:
            np.add(out, self.conv.bias.value, out=out)
        self._cache = x if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        n, channels, height, width = require_cache(self, self._cache).shape
        grad_image = self._own.empty("grad_image", (height, width, n, channels))
        self._backward(grad_output, grad_image)
        return grad_image.transpose(2, 3, 0, 1)

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._backward(grad_output, None)

    def _backward(self, grad_output: Array, grad_image: Array | None) -> None:
        x = require_cache(self, self._cache)
        shape = self._output_shape(x.shape)
        grad_out, image = grad_output.transpose(2, 3, 0, 1), x.transpose(2, 3, 0, 1)
        checks.upstream("Conv2D", grad_out, shape)
        transposed = np.ascontiguousarray(self._kernels().swapaxes(1, 2))
        total = np.zeros((len(transposed), self.conv.in_channels, self.conv.out_channels), x.dtype)
        grad_bias = np.zeros(self.conv.out_channels, x.dtype)
        for some in self._few_images(x.shape, shape):
            here = grad_out[:, :, some]
            grad = self._scratch.empty("grad", here.shape)
            np.copyto(grad, here)
            places = grad.reshape(-1, self.conv.out_channels)
            seen = self._see(image[:, :, some], shape)
            total += seen.swapaxes(1, 2) @ places
            grad_bias += np.ones(len(places), x.dtype) @ places
            if grad_image is not None:
                grad_seen = np.matmul(places, transposed, out=seen)
                self._add_back(grad_seen, grad_image[:, :, some], shape)
        height, width = self.conv.kernel_size
        self.conv.weight.add_grad(total.reshape(height, width, *total.shape[1:]).transpose(3, 2, 0, 1))
        if self.conv.bias is not None:
            self.conv.bias.add_grad(grad_bias)

    def _see(self, image: Array, output_shape: Shape) -> Array:
        """Return what each tap sees of an image (H, W, n, C): (taps, places, C)."""
        inside, view = self._views(image.shape, output_shape)
        np.copyto(inside, image)
        seen = self._scratch.empty("inputs", view.shape)
        np.copyto(seen, view)
        return seen.reshape(math.prod(self.conv.kernel_size), -1, image.shape[3])

    def _add_back(self, grad_seen: Array, grad_image: Array, output_shape: Shape) -> None:
        """Add what each tap saw back to where it came from."""
        (top, bottom), (left, right) = self.conv.padding
        height, width, n, channels = grad_image.shape
        padded = self._scratch.empty("image", (height + top + bottom, width + left + right, n, channels))
        padded.fill(0)
        view = self._taps(padded, output_shape)
        grads = grad_seen.reshape(view.shape)
        for i in range(len(view)):
            for j in range(view.shape[1]):
                np.add(view[i, j], grads[i, j], out=view[i, j])
        np.copyto(grad_image, padded[top : top + height, left : left + width])

    def _views(self, shape: Shape, output_shape: Shape) -> tuple[Array, Array]:
        """Return where an image (H, W, n, C) goes in an array with a border of zeros, and what the taps see there."""
        if shape not in self._views_of:
            if len(self._views_of) > _MOST_SHAPES:
                self._views_of.clear()
            (top, bottom), (left, right) = self.conv.padding
            height, width, n, channels = shape
            padded = self._own.zeros((height + top + bottom, width + left + right, n, channels))
            inside = padded[top : top + height, left : left + width]
            self._views_of[shape] = inside, self._taps(padded, output_shape)
        return self._views_of[shape]

    def _taps(self, padded: Array, output_shape: Shape) -> Array:
        """Show what each tap sees, without copying: (kernel height, kernel width, rows, columns, n, C)."""
        (down, right), (step_y, step_x), (rows, columns) = self.conv.dilation, self.conv.stride, output_shape[:2]
        reach = ((self.conv.kernel_size[0] - 1) * down + 1, (self.conv.kernel_size[1] - 1) * right + 1)
        every = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(0, 1), writeable=True)
        view = every[: step_y * rows : step_y, : step_x * columns : step_x, :, :, ::down, ::right]
        return view.transpose(4, 5, 0, 1, 2, 3)

    def _kernels(self) -> Array:
        """Return the weights as (taps, in_channels, out_channels)."""
        weight = self.conv.weight.value.transpose(2, 3, 1, 0)
        return np.ascontiguousarray(weight).reshape(-1, self.conv.in_channels, self.conv.out_channels)

    def _output_shape(self, input_shape: Shape) -> Shape:
        channels, rows, columns = self.conv.output_shape(input_shape[1:])
        return rows, columns, input_shape[0], channels

    def _few_images(self, input_shape: Shape, output_shape: Shape) -> list[slice]:
        """Cut the batch into nearly equal runs that take about `_PIECE_BYTES` each."""
        n, taps = input_shape[0], math.prod(self.conv.kernel_size)
        numbers = math.prod(output_shape) * taps * (self.conv.in_channels + self.conv.out_channels)
        size = numbers // self.conv.out_channels * self._own.dtype.itemsize
        runs = max(1, min(n, round(size / _PIECE_BYTES)))
        return [slice(n * run // runs, n * (run + 1) // runs) for run in range(runs)]
