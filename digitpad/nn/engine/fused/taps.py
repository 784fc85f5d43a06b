"""Convolutions with a stride, tap by tap: one matrix product for each cell of the kernel.

out = sum over i, j of shifted(x, i, j) @ weight[:, :, i, j].T

With images laid out as (H, W, N, C), the pixels under a tap are long runs of memory. They are copied quickly to where
the product reads them, and the gradient of the image consists of the same runs, added back.
"""

import math

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes of working memory for each piece of the batch; see `convolution.py`.
_PIECE_BYTES = 2_000_000

#: Shapes of image whose views are kept; see `products.py`.
_MOST_SHAPES = 8

#: With fewer input channels, the product of one tap is too small to be worth a call.
_LEAST_CHANNELS = 4


class TapConv2D(Layer):
    """The same as `conv`, on the same parameters.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts.
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
        """Return whether this class computes `conv` faster than `Conv2D` does."""
        return conv.groups == 1 and conv.in_channels >= _LEAST_CHANNELS

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        self.conv.check.unseen_batch(x, (self.conv.in_channels, None, None), like=self.conv.weight.value)
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
        """Do both in one pass over the batch, a few images at a time."""
        grad_image = self._image_memory()
        self._go_back(grad_output, grad_image, learn=True)
        return grad_image.transpose(2, 3, 0, 1)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        grad_image = self._image_memory()
        self._go_back(grad_output, grad_image, learn=False)
        return grad_image.transpose(2, 3, 0, 1)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._go_back(grad_output, None, learn=True)

    def _image_memory(self) -> Array:
        n, channels, height, width = require_cache(self, self._cache).shape
        return self._own.empty("grad_image", (height, width, n, channels))

    def _go_back(self, grad_output: Array, grad_image: Array | None, *, learn: bool) -> None:
        """Write the gradient of the image, (H, W, N, C), and add those of the parameters, as asked for."""
        x = require_cache(self, self._cache)
        shape = self._output_shape(x.shape)
        grad_out, image = grad_output.transpose(2, 3, 0, 1), x.transpose(2, 3, 0, 1)
        self.conv.check.upstream(grad_out, shape)
        transposed = np.ascontiguousarray(self._kernels().swapaxes(1, 2))
        total = np.zeros((len(transposed), self.conv.in_channels, self.conv.out_channels), x.dtype)
        grad_bias = np.zeros(self.conv.out_channels, x.dtype)
        for some in self._few_images(x.shape, shape):
            here = grad_out[:, :, some]
            grad = self._scratch.empty("grad", here.shape)
            np.copyto(grad, here)
            places = grad.reshape(-1, self.conv.out_channels)
            seen = self._see(image[:, :, some], shape)
            if learn:
                total += seen.swapaxes(1, 2) @ places
                grad_bias += np.ones(len(places), x.dtype) @ places
            if grad_image is not None:
                grad_seen = np.matmul(places, transposed, out=seen)
                self._add_back(grad_seen, grad_image[:, :, some], shape)
        if learn:
            height, width = self.conv.kernel_size
            self.conv.weight.add_grad(total.reshape(height, width, *total.shape[1:]).transpose(3, 2, 0, 1))
            if self.conv.bias is not None:
                self.conv.bias.add_grad(grad_bias)

    def _see(self, image: Array, output_shape: Shape) -> Array:
        """Return the pixels under each tap for an image (H, W, n, C): (taps, places, C)."""
        inside, view = self._views(image.shape, output_shape)
        np.copyto(inside, image)
        seen = self._scratch.empty("inputs", view.shape)
        np.copyto(seen, view)
        return seen.reshape(math.prod(self.conv.kernel_size), -1, image.shape[3])

    def _add_back(self, grad_seen: Array, grad_image: Array, output_shape: Shape) -> None:
        """Add the gradients of the pixels under each tap to the image."""
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
        """Return two views of a zero-padded array: the place of an image (H, W, n, C), and what each tap sees."""
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
        """Return a view of the pixels under each tap: (kernel height, kernel width, rows, columns, n, C)."""
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
        """Divide the batch into nearly equal pieces that take about `_PIECE_BYTES` each."""
        n, taps = input_shape[0], math.prod(self.conv.kernel_size)
        numbers = math.prod(output_shape) * taps * (self.conv.in_channels + self.conv.out_channels)
        size = numbers // self.conv.out_channels * self._own.dtype.itemsize
        runs = max(1, min(n, round(size / _PIECE_BYTES)))
        return [slice(n * run // runs, n * (run + 1) // runs) for run in range(runs)]
