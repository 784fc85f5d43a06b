"""Convolutions with a stride and a large kernel on few channels, such as the first layer for photographs.

    out[o, y, x] = sum over c, i, j of weight[o, c, i, j] * image[c, s * y + i, s * x + j]

With 3 channels and 16 maps, a matrix of the patches has 363 columns for a kernel of 11x11, and each of its numbers is
copied for only 16 multiplications. So the rows of the kernel are divided into blocks of s rows, i = s * q + p:

    seen[c, p, j, r, x] = image[c, s * r + p, s * x + j]
    products[q, o, r, x] = sum over c, p, j of weight[o, c, s * q + p, j] * seen[c, p, j, r, x]
    out[o, y, x] = sum over q of products[q, o, y + q, x]

Each block of rows of the image now meets all blocks of the kernel at once. For a stride of 3 and a kernel of 11x11 the
product has 3 * 3 * 11 = 99 terms and 4 * 16 = 64 results at each place, which is a fast matrix product, and less than a
third of the copies remain. The fourth block has two rows of the kernel; zeros fill it up.

Images keep their order in memory, (C, H, W), so that `seen` and `products` consist of long runs of numbers: the columns
of an image are first divided by their remainder, j = s * a + b, and then what column j of the kernel sees is a run that
begins at column a of part b. The output is transposed to (H, W, N, C), the order that other fast layers work with.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.normalization import column_sums, pixel_rows
from digitpad.nn.engine.fused.small_products import SMALL_PRODUCT
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes of working memory for a band of rows; they stay in a second-level cache of 2 MB.
_BAND_BYTES = 1_200_000

#: With fewer terms at each place (c, p, j above), the plain layer is as fast.
_LEAST_TERMS = 30

#: With as many, this class is faster than `DirectConv2D` for batches of any size.
_MANY_TERMS = 64

#: With more channels, the products of `taps.py` are large as well.
_MOST_CHANNELS = 3

#: Images whose outputs are transposed together. Those of one image would be written in pieces of 64 bytes, which takes
#: three times as long.
_IMAGES_AT_ONCE = 4


class StridedConv2D(Layer):
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
        self._views: _Views | None = None
        self._cache: tuple[_Views, Shape] | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Return whether this class computes `conv` faster than the other classes do."""
        overlap = all(k > s for k, s in zip(conv.kernel_size, conv.stride, strict=True))
        plain = conv.groups == 1 and conv.dilation == (1, 1) and conv.stride != (1, 1)
        return plain and overlap and conv.in_channels <= _MOST_CHANNELS and _terms(conv) >= _LEAST_TERMS

    @staticmethod
    def pays(conv: Conv2D) -> bool:
        """Return whether this class is faster than `DirectConv2D` for a batch of many images, too."""
        return _terms(conv) >= _MANY_TERMS

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        conv = self.conv
        conv.check.unseen_batch(x, (conv.in_channels, None, None), like=conv.weight.value)
        views, kernel = self._views_for(x.shape, kept=len(x) if training else 1), self._kernel().T
        bias = 0 if conv.bias is None else conv.bias.value[:, None, None]
        out = self._own.empty("out", (*views.maps.shape[2:], len(x), conv.out_channels))
        for some in _few_images(len(x)):
            for maps, number in zip(views.maps, range(some.start, some.stop), strict=False):
                kept = number if training else 0
                views.divide(x[number], kept)
                maps[...] = bias
                for band in views.bands:
                    band.see(kept)
                    band.add_products(kernel, maps)
            here = out[:, :, some]
            np.copyto(here, views.maps[: here.shape[2]].transpose(2, 3, 0, 1))
        self._cache = (views, x.shape) if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Do both in one pass over the images, a few rows at a time."""
        grad_x = self._image_memory()
        self._go_back(grad_output, grad_x, learn=True)
        return grad_x

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        grad_x = self._image_memory()
        self._go_back(grad_output, grad_x, learn=False)
        return grad_x

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._go_back(grad_output, None, learn=True)

    def _image_memory(self) -> Array:
        return self._own.empty("grad_x", require_cache(self, self._cache)[1])

    def _go_back(self, grad_output: Array, grad_x: Array | None, *, learn: bool) -> None:
        """Write the gradient of the images, and add those of the parameters, as asked for."""
        (views, input_shape), kernel = require_cache(self, self._cache), self._kernel()
        self.conv.check.upstream(grad_output, (input_shape[0], *views.maps.shape[1:]))
        grad_out = grad_output.transpose(0, 2, 3, 1)
        grad_kernel = np.zeros_like(kernel)
        for some in _few_images(len(grad_out)):
            grads = self._scratch.empty("grads", grad_out[some].shape)
            np.copyto(grads, grad_out[some])
            for number, grad in enumerate(grads, some.start):
                for band in views.bands:
                    band.spread(grad)
                    if learn:
                        band.see(number)
                        grad_kernel += band.grad_kernel()
                    if grad_x is not None:
                        band.add_input_gradient(kernel)
                if grad_x is not None:
                    views.join(grad_x[number])
        if learn:
            self.conv.weight.add_grad(self._weight_of(grad_kernel))
            if self.conv.bias is not None:
                sums = column_sums(pixel_rows(grad_output.transpose(2, 3, 0, 1)))
                self.conv.bias.add_grad(sums.reshape(-1, self.conv.out_channels).sum(axis=0))

    def _views_for(self, shape: Shape, kept: int) -> "_Views":
        """Return the arrays for images of this size, which are created for the first batch."""
        if self._views is None or not self._views.fit(shape, kept, self._scratch):
            self._views = _Views(self.conv, shape, kept, self._scratch)
        return self._views

    def _kernel(self) -> Array:
        """Return the weights as a matrix (terms, q * o), with the terms in the order (b, a, c, p)."""
        weight, step = self.conv.weight.value, self.conv.stride[0]
        out_channels, channels, height, width = weight.shape
        blocks = math.ceil(height / step)
        filled = np.zeros((out_channels, channels, blocks * step, width), weight.dtype)
        filled[:, :, :height] = weight[..., self._columns()]
        by_block = filled.reshape(out_channels, channels, blocks, step, width).transpose(4, 1, 3, 2, 0)
        return by_block.reshape(width * channels * step, blocks * out_channels)

    def _weight_of(self, kernel: Array) -> Array:
        """Return the weights, (out_channels, in_channels, height, width), of a matrix like that of `_kernel`."""
        out_channels, channels, height, width = shape = self.conv.weight.value.shape
        by_block = kernel.reshape(width, channels, self.conv.stride[0], -1, out_channels).transpose(4, 1, 3, 2, 0)
        weight = np.empty(shape, kernel.dtype)
        weight[..., self._columns()] = by_block.reshape(out_channels, channels, -1, width)[:, :, :height]
        return weight

    def _columns(self) -> list[int]:
        """Return the columns of the kernel, j, sorted by the part of the image that they see."""
        width, step = self.conv.kernel_size[1], self.conv.stride[1]
        return [j for b in range(step) for j in range(b, width, step)]


class _Views:
    """The arrays of `StridedConv2D` for images of one size.

    Creating them for each image would take NumPy as much time as the copies.

    Parameters
    ----------
    conv
        The convolution.
    shape
        Shape of a batch, (N, C, H, W).
    kept
        Number of images that are kept, for the way back.
    scratch
        Memory shared with the other layers of the network.

    Attributes
    ----------
    maps
        The output for a few images, (n, O, rows, columns).
    bands
        The steps of the matrix product, each for some rows.
    """

    def __init__(self, conv: Conv2D, shape: Shape, kept: int, scratch: Workspace) -> None:
        (down, right), (height, width) = conv.stride, conv.kernel_size
        channels, rows, columns = conv.output_shape(shape[1:])
        blocks, most = math.ceil(height / down), math.ceil(width / right)
        terms, outputs = _terms(conv), blocks * channels
        chunk = max(1, SMALL_PRODUCT // (terms * outputs * columns))
        chunks = math.ceil((rows + blocks - 1) / chunk)
        # The columns of each image, with its padding, by their remainder b: (n, s, C, rows, columns). What lies outside
        # of an image is zero. The last one is for the gradient of an image.
        self._parts = scratch.zeros((kept + 1, right, conv.in_channels, chunks * chunk * down, columns + most - 1))
        self.maps = scratch.zeros((_IMAGES_AT_ONCE, channels, rows, columns))
        self._fits, self._step = (*shape[1:], kept), right
        self._top, self._left = conv.padding[0][0], conv.padding[1][0]

        in_chunks = self._parts.reshape(kept + 1, right, conv.in_channels, chunks, chunk, down, -1)
        size = chunk * columns * (terms + outputs) * scratch.dtype.itemsize
        runs = max(1, min(chunks, math.ceil(chunks * size / _BAND_BYTES)))
        edges = [chunks * run // runs for run in range(runs + 1)]
        self.bands = [
            _Band(in_chunks, (channels, rows, columns), slice(start, stop), (blocks, width), scratch)
            for start, stop in itertools.pairwise(edges)
        ]
        self._generation = scratch.generation

    def fit(self, shape: Shape, kept: int, scratch: Workspace) -> bool:
        """Return whether the arrays fit such a batch, and none has been replaced by larger memory since."""
        return self._fits == (*shape[1:], kept) and self._generation == scratch.generation

    def divide(self, image: Array, number: int) -> None:
        """Copy an image (C, H, W) into its parts; `number` says which of the images that are kept it is."""
        for part, pixels in self._places(self._parts[number], image):
            np.copyto(part, pixels)

    def join(self, grad_image: Array) -> None:
        """Copy the gradient in parts into an image (C, H, W), and set the parts to zero."""
        grad_image.fill(0)
        for part, pixels in self._places(self._parts[-1], grad_image):
            np.copyto(pixels, part)
        self._parts[-1] = 0

    def _places(self, parts: Array, image: Array) -> list[tuple[Array, Array]]:
        """Return the place of pixels in each part, and the pixels of the image that belong there."""
        pairs = []
        for b, part in enumerate(parts):
            first = max(0, math.ceil((self._left - b) / self._step))
            pixels = image[:, : part.shape[1] - self._top, first * self._step + b - self._left :: self._step]
            pixels = pixels[:, :, : part.shape[2] - first]
            place = part[:, self._top : self._top + pixels.shape[1], first : first + pixels.shape[2]]
            pairs.append((place, pixels))
        return pairs


class _Band:
    """Some blocks of rows of an image: what the kernel sees there, and the products with it.

    The product is computed for a chunk of the blocks at a time; `small_products.py` says why.

    Parameters
    ----------
    parts
        The images in parts, chunks and blocks: (n, s, C, chunks, blocks of a chunk, s, columns).
    maps
        Shape of the output for the image, (O, rows, columns).
    band
        Which chunks.
    kernel
        Height in blocks and width in columns.
    scratch
        Memory shared with the other layers of the network.

    Attributes
    ----------
    seen
        (chunks, terms, places of a chunk).
    """

    def __init__(self, parts: Array, maps: Shape, band: slice, kernel: tuple[int, int], scratch: Workspace) -> None:
        (channels, rows, columns), (blocks, width) = maps, kernel
        _, right, in_channels, _, chunk, down, _ = parts.shape
        chunks, terms, outputs = band.stop - band.start, width * in_channels * down, blocks * channels
        seen = scratch.empty("seen", (chunks, terms, chunk, columns))
        products = scratch.empty("products", (blocks, channels, chunks * chunk, columns))
        grad = scratch.empty("grad", (chunks * chunk, columns, blocks, channels))
        self.seen = seen.reshape(chunks, terms, -1)
        self._products = products.reshape(outputs, chunks, -1).transpose(1, 0, 2)
        self._grad = grad.reshape(chunks, -1, outputs)
        self._partial = scratch.empty("partial", (chunks, terms, outputs))

        # Which rows of the output use the products: none beyond the upper and lower edge of the image.
        first, stop = band.start * chunk, band.stop * chunk
        used = [(max(first, q), min(stop, q + rows), q) for q in range(blocks)]
        seeing = [(slice(a - q, b - q), slice(a - first, b - first), q) for a, b, q in used if a < b]
        self._sums = [(there, products[q, :, here]) for there, here, q in seeing]
        self._gradients = [(there, grad[here, :, q]) for there, here, q in seeing]
        self._rest = grad if any((a, b) != (first, stop) for a, b, _ in used) else grad[:0]

        self._copies: list[tuple[Array, Array]] = []
        start = 0
        for b in range(right):
            every = np.lib.stride_tricks.sliding_window_view(parts[:, b, :, band], columns, axis=5, writeable=True)
            view = every[..., : len(range(b, width, right)), :].transpose(0, 2, 5, 1, 4, 3, 6)
            stop = start + math.prod(view.shape[2:5])
            self._copies.append((seen[:, start:stop].reshape(view.shape[1:]), view))
            start = stop

    def see(self, number: int) -> None:
        """Copy what the cells of the kernel see of an image into `seen`."""
        for seen, view in self._copies:
            np.copyto(seen, view[number])

    def add_products(self, kernel: Array, maps: Array) -> None:
        """Multiply what is seen by a kernel (q * o, terms), and add to the output (O, rows, columns)."""
        np.matmul(kernel, self.seen, out=self._products)
        for rows, products in self._sums:
            here = maps[:, rows]
            here += products

    def spread(self, grad_image: Array) -> None:
        """Copy the gradient of the output (rows, columns, O) to all products that it is the sum of.

        Places come first here: the matrix product that sums over them is faster if one of its factors has them first.
        """
        self._rest.fill(0)
        for rows, grad in self._gradients:
            np.copyto(grad, grad_image[rows])

    def grad_kernel(self) -> Array:
        """Return the gradient of the kernel, (terms, q * o), for what is seen and the gradient spread."""
        total: Array = np.matmul(self.seen, self._grad, out=self._partial).sum(axis=0)
        return total

    def add_input_gradient(self, kernel: Array) -> None:
        """Add the gradient of the image, for a kernel (terms, q * o) and the gradient spread, to the last parts."""
        np.matmul(kernel, self._grad.transpose(0, 2, 1), out=self.seen)
        for seen, view in self._copies:
            # Tap by tap, since taps see the same pixels.
            for tap in range(seen.shape[1]):
                view[-1, :, tap] += seen[:, tap]


def _terms(conv: Conv2D) -> int:
    """Return the number of terms of the matrix product at each place."""
    return conv.in_channels * conv.stride[0] * conv.kernel_size[1]


def _few_images(n: int) -> Iterator[slice]:
    """Divide a batch into pieces of `_IMAGES_AT_ONCE`, and the rest."""
    for start in range(0, n, _IMAGES_AT_ONCE):
        yield slice(start, min(start + _IMAGES_AT_ONCE, n))
