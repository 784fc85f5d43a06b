"""Two ways from the tiles of an image to the outputs of a 3x3 convolution, both ending in matrix products.

`WindowProduct` takes the 16 inputs of a tile as one row and multiplies it by a matrix that holds the kernel four
times, once for each output of the tile. With one input channel that is cheap: 16 numbers are copied where the four
patches of the outputs have 36, and the idle 7 of 16 multiplications cost less than copying more.

`WinogradProduct` needs 16 multiplications for the four outputs instead of 36: along each axis the four inputs of a
tile are combined by additions (`tiles.transform_input`), multiplied by a kernel that was transformed likewise, and
the products combined to two outputs. Transform, product and inverse are linear, so going backwards is the transposed
steps in reverse order. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
F(2x2, 3x3). Its rounding error stays below 1e-6 of the largest output, as that of direct summation does.
"""

from typing import Protocol

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.fused import tiles
from digitpad.nn.fused.workspace import Workspace


class TileProduct(Protocol):
    """The linear part of a 3x3 convolution with padding 1, for a few images at a time.

    Images are (H, W, N, C); planes are (2, 2, rows, columns, N, out_channels): the four outputs of all tiles.
    """

    def start(self, weight: Array) -> None:
        """Prepare for the weights (out_channels, in_channels, 3, 3), and forget gradients."""

    def forward(self, image: Array) -> Array:
        """Return the planes for an image; they may be written to, and are valid until the next call."""

    def grad_planes(self, image: Array) -> Array:
        """Return planes for the caller to write the gradients into, before `backward`."""

    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Add up the gradient of the weights; write the gradient of the image into `grad_image`, if wanted."""

    def grad_weight(self) -> Array:
        """Return the gradient of the weights since `start`, (out_channels, in_channels, 3, 3)."""

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""


class WinogradProduct:
    """See the top of the file.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after.
    own
        Memory for what must last from `forward` to `backward`.
    scratch
        Memory for everything else, which other layers use in their turn.
    """

    def __init__(self, in_channels: int, out_channels: int, own: Workspace, scratch: Workspace) -> None:
        self._in, self._out = in_channels, out_channels
        self._own, self._scratch = own, scratch
        one_axis = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], own.dtype)
        self._transform = np.kron(one_axis, one_axis)  # (16, 9)
        self._kernels = own.empty("kernels", (16, in_channels, out_channels))
        self._grad_kernels = own.empty("grad_kernels", (16, in_channels, out_channels))
        self._sums = 0

    def start(self, weight: Array) -> None:
        """Prepare; see `TileProduct`."""
        taps = self._scratch.empty("taps", (3, 3, self._in, self._out))
        np.copyto(taps, weight.transpose(2, 3, 1, 0))
        np.matmul(self._transform, taps.reshape(9, -1), out=self._kernels.reshape(16, -1))
        self._sums = 0

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        products = self._scratch.empty("products", (16, _places(image), self._out))
        np.matmul(self._inputs(image), self._kernels, out=products)
        m = products.reshape(4, 4, *_tile_shape(image), self._out)
        tiles.transform_output(m.swapaxes(0, 1))
        tiles.transform_output(m[:, :2])
        return m[:2, :2]

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        products = self._scratch.empty("products", (16, _places(image), self._out))
        return products.reshape(4, 4, *_tile_shape(image), self._out)[::3, ::3]

    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Go back from the planes that `grad_planes` returned."""
        grad_products = self._scratch.empty("products", (16, _places(image), self._out))
        e = grad_products.reshape(4, 4, -1)
        tiles.transform_output_back(e[::3].swapaxes(0, 1))
        tiles.transform_output_back(e)

        inputs = self._inputs(image).transpose(0, 2, 1)
        if self._sums == 0:
            np.matmul(inputs, grad_products, out=self._grad_kernels)
        else:
            more = self._scratch.empty("more", self._grad_kernels.shape)
            self._grad_kernels += np.matmul(inputs, grad_products, out=more)
        self._sums += 1
        if grad_image is not None:
            self._backward_image(grad_products, grad_image)

    def _backward_image(self, grad_products: Array, grad_image: Array) -> None:
        # Transposed once and copied: a product with a transposed matrix of this size runs at 3/4 of the speed.
        kernels = self._scratch.empty("kernels_transposed", (16, self._out, self._in))
        np.copyto(kernels, self._kernels.transpose(0, 2, 1))
        grad_inputs = self._scratch.empty("inputs", (16, _places(grad_image), self._in))
        np.matmul(grad_products, kernels, out=grad_inputs)

        v = grad_inputs.reshape(4, 4, *_tile_shape(grad_image), self._in)
        rows, columns, n = _tile_shape(grad_image)
        half = self._scratch.empty("half", (4, 2, rows, columns, n, self._in))
        by_column = half.transpose(1, 3, 0, 2, 4, 5)
        tiles.transform_input_back(v.transpose(1, 3, 0, 2, 4, 5), by_column[0], by_column[1])
        phases = self._scratch.empty("phases", (2, 2, rows, columns, n, self._in))
        by_row = phases.transpose(0, 2, 1, 3, 4, 5)
        tiles.transform_input_back(half.transpose(0, 2, 1, 3, 4, 5), by_row[0], by_row[1])
        tiles.join(phases, grad_image)

    def grad_weight(self) -> Array:
        """Return the gradient of the weights."""
        taps = self._scratch.empty("taps", (9, self._in * self._out))
        np.matmul(self._transform.T, self._grad_kernels.reshape(16, -1), out=taps)
        return taps.reshape(3, 3, self._in, self._out).transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * (self._in + self._out)

    def _inputs(self, image: Array) -> Array:
        """Return the transformed inputs, (16, places, in_channels)."""
        rows, columns, n = _tile_shape(image)
        padded = self._own.bordered("padded", (2, rows + 1, 2, columns + 1, n, self._in))
        tiles.split(image, padded)
        by_row = self._scratch.empty("by_row", (4, rows, 2, columns + 1, n, self._in))
        tiles.transform_input([tiles.seen(padded, i, 0) for i in range(4)], by_row)
        inputs = self._scratch.empty("inputs", (16, rows * columns * n, self._in))
        v = inputs.reshape(4, 4, rows, columns, n, self._in).swapaxes(0, 1)
        tiles.transform_input([tiles.seen(by_row, j, 2) for j in range(4)], v)
        return inputs


class WindowProduct:
    """See the top of the file; the parameters are those of `WinogradProduct`."""

    def __init__(self, in_channels: int, out_channels: int, own: Workspace, scratch: Workspace) -> None:
        self._in, self._out = in_channels, out_channels
        self._own, self._scratch = own, scratch
        # [p, q, i, j]: what input (i, j) of a tile contributes to its output (p, q).
        shape = (2, 2, 4, 4, in_channels, out_channels)
        self._kernels = own.bordered("kernels", shape)
        self._grad_kernels = own.empty("grad_kernels", shape)
        self._sums = 0

    def start(self, weight: Array) -> None:
        """Prepare; see `TileProduct`."""
        taps = weight.transpose(2, 3, 1, 0)
        for p in (0, 1):
            for q in (0, 1):
                self._kernels[p, q, p : p + 3, q : q + 3] = taps
        self._sums = 0

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        planes = self.grad_planes(image)
        windows = self._windows(image)
        np.matmul(windows.T, self._kernels.reshape(4, -1, self._out), out=planes.reshape(4, -1, self._out))
        return planes

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        return self._scratch.empty("products", (2, 2, *_tile_shape(image), self._out))

    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Go back from the planes that `grad_planes` returned."""
        grad = self.grad_planes(image).reshape(4, -1, self._out)
        windows = self._windows(image)
        sums = self._grad_kernels.reshape(4, -1, self._out)
        if self._sums == 0:
            np.matmul(windows, grad, out=sums)
        else:
            sums += np.matmul(windows, grad, out=self._scratch.empty("more", sums.shape))
        self._sums += 1
        if grad_image is not None:
            self._backward_image(grad, grad_image)

    def _backward_image(self, grad: Array, grad_image: Array) -> None:
        rows, columns, n = _tile_shape(grad_image)
        each = self._kernels.reshape(4, -1, self._out) @ grad.transpose(0, 2, 1)
        windows = each.sum(axis=0).reshape(4, 4, self._in, rows, columns, n)
        padded = self._scratch.empty("grad_padded", (2, rows + 1, 2, columns + 1, n, self._in))
        padded.fill(0)
        for i in range(4):
            for j in range(4):
                tiles.seen(tiles.seen(padded, i, 0), j, 1)[...] += np.moveaxis(windows[i, j], 0, -1)
        inner = np.stack([padded[1, :-1], padded[0, 1:]])
        tiles.join(np.stack([inner[:, :, 1, :-1], inner[:, :, 0, 1:]], axis=1), grad_image)

    def grad_weight(self) -> Array:
        """Return the gradient of the weights."""
        total = sum(self._grad_kernels[p, q, p : p + 3, q : q + 3] for p in (0, 1) for q in (0, 1))
        return np.asarray(total).transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * self._in + 4 * self._out

    def _windows(self, image: Array) -> Array:
        """Return the inputs of all tiles, (16 * in_channels, places)."""
        rows, columns, n = _tile_shape(image)
        padded = self._own.bordered("padded", (2, rows + 1, 2, columns + 1, n, self._in))
        tiles.split(image, padded)
        windows = self._scratch.empty("inputs", (4, 4, self._in, rows, columns, n))
        for i in range(4):
            seen = tiles.seen(padded, i, 0)
            for j in range(4):
                windows[i, j] = np.moveaxis(tiles.seen(seen, j, 1), -1, 0)
        return windows.reshape(16 * self._in, -1)


def _tile_shape(image: Array) -> Shape:
    """Return (rows, columns, N) of tiles that cover an image (H, W, N, C)."""
    height, width, n = image.shape[:3]
    return (height + 1) // 2, (width + 1) // 2, n


def _places(image: Array) -> int:
    """Return how many tiles all images have together."""
    rows, columns, n = _tile_shape(image)
    return int(rows * columns * n)
