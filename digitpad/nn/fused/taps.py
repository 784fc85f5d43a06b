"""Any other convolution, tap by tap: one matrix product for each place of the kernel.

out = sum over i, j of shifted(x, i, j) @ weight[:, :, i, j].T

With images lying pixel first, (H, W, N, C), what a tap sees is made of long runs, quick to copy to where the product
wants it, and the gradient of the image is made of the same runs, added back.
"""

import math

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape
from digitpad.nn.fused.workspace import Workspace
from digitpad.nn.layer import Layer, recall
from digitpad.nn.layers import Conv2D

#: Bytes that are worked on at once; see `convolution.py`.
_PIECE_BYTES = 2_000_000

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
        self._padded: dict[Shape, Array] = {}
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
            total = np.matmul(seen, kernels, out=products)[0]
            for product in products[1:]:
                total += product
            if self.conv.bias is not None:
                total += self.conv.bias.value
            here = out[:, :, some]
            np.copyto(here, total.reshape(here.shape))
        self._cache = x if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        n, channels, height, width = recall(self, self._cache).shape
        grad_image = self._own.empty("grad_image", (height, width, n, channels))
        self._backward(grad_output, grad_image)
        return grad_image.transpose(2, 3, 0, 1)

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._backward(grad_output, None)

    def _backward(self, grad_output: Array, grad_image: Array | None) -> None:
        x = recall(self, self._cache)
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
        (top, _), (left, _) = self.conv.padding
        height, width, n, channels = image.shape
        padded = self._padded_image(image.shape)
        padded[top : top + height, left : left + width] = image
        views = self._tap_views(padded, output_shape)
        seen = self._scratch.empty("inputs", (len(views), *output_shape[:2], n, channels))
        for target, view in zip(seen, views, strict=True):
            np.copyto(target, view)
        return seen.reshape(len(views), -1, channels)

    def _add_back(self, grad_seen: Array, grad_image: Array, output_shape: Shape) -> None:
        """Add what each tap saw back to where it came from."""
        (top, bottom), (left, right) = self.conv.padding
        height, width, n, channels = grad_image.shape
        padded = self._scratch.empty("image", (height + top + bottom, width + left + right, n, channels))
        padded.fill(0)
        views = self._tap_views(padded, output_shape)
        for view, grad in zip(views, grad_seen, strict=True):
            np.add(view, grad.reshape(view.shape), out=view)
        np.copyto(grad_image, padded[top : top + height, left : left + width])

    def _padded_image(self, shape: Shape) -> Array:
        """Return an array for an image (H, W, n, C) with its border of zeros."""
        if shape not in self._padded:
            if len(self._padded) > 8:
                self._padded.clear()
            (top, bottom), (left, right) = self.conv.padding
            height, width, n, channels = shape
            padded_shape = (height + top + bottom, width + left + right, n, channels)
            self._padded[shape] = self._own.zeros(padded_shape)
        return self._padded[shape]

    def _tap_views(self, padded: Array, output_shape: Shape) -> list[Array]:
        (height, width), (down, right) = self.conv.kernel_size, self.conv.dilation
        (step_y, step_x), (rows, columns) = self.conv.stride, output_shape[:2]
        return [
            padded[i * down : i * down + step_y * rows : step_y, j * right : j * right + step_x * columns : step_x]
            for i in range(height)
            for j in range(width)
        ]

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
