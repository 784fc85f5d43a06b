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

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.fused import tiles
from digitpad.nn.fused.workspace import Workspace

Views = TypeVar("Views")

#: Shapes of image whose views are kept: whole and last tiles of whole and last batches, in training and inference.
_MOST_SHAPES = 8


class TileProduct(ABC, Generic[Views]):
    """The linear part of a 3x3 convolution with padding 1, for a few images at a time.

    Images are (H, W, N, C); planes are (2, 2, rows, columns, N, out_channels): the four outputs of all tiles.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after.
    scratch
        Memory, which other layers use in their turn.
    """

    def __init__(self, in_channels: int, out_channels: int, scratch: Workspace) -> None:
        self._in, self._out, self._scratch = in_channels, out_channels, scratch
        self._views_of: dict[Shape, Views] = {}
        self._generation = -1

    @abstractmethod
    def start(self, weight: Array) -> None:
        """Prepare for the weights, (out_channels, in_channels, 3, 3)."""

    @abstractmethod
    def forward(self, image: Array) -> Array:
        """Return the planes for an image; they may be written to, and are valid until the next call."""

    @abstractmethod
    def start_back(self) -> None:
        """Forget the gradient of the weights."""

    @abstractmethod
    def grad_planes(self, image: Array) -> Array:
        """Return planes for the caller to write the gradients into, before `backward`."""

    @abstractmethod
    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Add up the gradient of the weights; write the gradient of the image into `grad_image`, if wanted."""

    @abstractmethod
    def grad_weight(self) -> Array:
        """Return the gradient of the weights since `start_back`, (out_channels, in_channels, 3, 3)."""

    @abstractmethod
    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""

    @abstractmethod
    def _make_views(self, shape: Shape) -> Views:
        """Return the arrays for images of `shape`."""

    def _views(self, image: Array) -> Views:
        """Return the arrays for images like this one, made when the first of them came."""
        if self._generation != self._scratch.generation or len(self._views_of) > _MOST_SHAPES:
            self._views_of.clear()
        if (views := self._views_of.get(image.shape)) is None:
            views = self._views_of[image.shape] = self._make_views(image.shape)
            self._generation = self._scratch.generation
        return views


class _Winograd:
    """The arrays of `WinogradProduct` for one shape of image, step by step."""

    def __init__(self, shape: Shape, out_channels: int, scratch: Workspace) -> None:
        height, width, n, channels = shape
        rows, columns = (height + 1) // 2, (width + 1) // 2

        padded = scratch.zeros((2, rows + 1, 2, columns + 1, n, channels))
        by_row = scratch.empty("by_row", (4, rows, 2, columns + 1, n, channels))
        self.inputs = scratch.empty("inputs", (16, rows * columns * n, channels))
        v = self.inputs.reshape(4, 4, rows, columns, n, channels)
        self.inside = tiles.inside(padded, height, width)
        self.rows, self.by_row = tiles.seen(padded, 0), list(by_row)
        self.columns, self.by_column = tiles.seen(by_row, 2), list(v.swapaxes(0, 1))

        self.products = scratch.empty("products", (16, rows * columns * n, out_channels))
        m = self.products.reshape(4, 4, rows, columns, n, out_channels)
        self.products_by_column, self.products_by_row = list(m.swapaxes(0, 1)), list(m[:, :2])
        self.planes = m[:2, :2]

        self.grad_planes = m[::3, ::3]
        self.grads_by_column, self.grads_by_row = list(m[::3].swapaxes(0, 1)), list(m)

        # In the way back, a tile's column (or row) has to come first, see `transform_input_back`.
        half = scratch.empty("by_row", (4, 2, rows, columns, n, channels))
        image = scratch.empty("image", (2, 2, rows, columns, n, channels))
        self.grad_inputs_by_column = list(v.transpose(1, 3, 0, 2, 4, 5))
        self.grad_half_by_column = list(half.transpose(1, 3, 0, 2, 4, 5))
        self.grad_half_by_row = list(half.swapaxes(1, 2))
        self.grad_image_by_row = list(image.swapaxes(1, 2))
        self.grad_phases = [image[p, q, : (height + 1 - p) // 2, : (width + 1 - q) // 2] for p, q in tiles.PHASES]


class WinogradProduct(TileProduct[_Winograd]):
    """See the top of the file."""

    def __init__(self, in_channels: int, out_channels: int, scratch: Workspace) -> None:
        super().__init__(in_channels, out_channels, scratch)
        one_axis = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], scratch.dtype)
        self._transform = np.kron(one_axis, one_axis)  # (16, 9)
        self._kernels = scratch.zeros((16, in_channels, out_channels))
        self._transposed_kernels = scratch.zeros((16, out_channels, in_channels))
        self._grad_kernels = scratch.zeros((16, in_channels, out_channels))
        self._grad_kernels_of_tile = scratch.zeros((16, in_channels, out_channels))

    def start(self, weight: Array) -> None:
        """Transform the kernels: G g G^T."""
        taps = self._scratch.empty("taps", (9, self._in, self._out))
        np.copyto(taps.reshape(3, 3, self._in, self._out), weight.transpose(2, 3, 1, 0))
        np.matmul(self._transform, taps.reshape(9, -1), out=self._kernels.reshape(16, -1))
        # Copied, because a product with a transposed matrix of this size runs at 3/4 of the speed.
        np.copyto(self._transposed_kernels, self._kernels.transpose(0, 2, 1))

    def start_back(self) -> None:
        """Forget the gradient of the weights."""
        self._grad_kernels.fill(0)

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        views = self._views(image)
        self._transform_image(image, views)
        np.matmul(views.inputs, self._kernels, out=views.products)
        tiles.transform_output(views.products_by_column)
        tiles.transform_output(views.products_by_row)
        return views.planes

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        return self._views(image).grad_planes

    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Go back from the gradients in `grad_planes`."""
        views = self._views(image)
        tiles.transform_output_back(views.grads_by_column)
        tiles.transform_output_back(views.grads_by_row)
        # Transformed anew: to keep what `forward` made of the whole batch would take four times the images' memory.
        self._transform_image(image, views)
        np.matmul(views.inputs.transpose(0, 2, 1), views.products, out=self._grad_kernels_of_tile)
        self._grad_kernels += self._grad_kernels_of_tile
        if grad_image is not None:
            np.matmul(views.products, self._transposed_kernels, out=views.inputs)
            tiles.transform_input_back(views.grad_inputs_by_column, *views.grad_half_by_column)
            tiles.transform_input_back(views.grad_half_by_row, *views.grad_image_by_row)
            tiles.copy(views.grad_phases, tiles.phases(grad_image))

    def grad_weight(self) -> Array:
        """Return the gradient of the weights: G^T dU G."""
        taps = self._transform.T @ self._grad_kernels.reshape(16, -1)
        return taps.reshape(3, 3, self._in, self._out).transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * (self._in + self._out)

    def _transform_image(self, image: Array, views: _Winograd) -> None:
        tiles.copy(tiles.phases(image), views.inside)
        tiles.transform_input(views.rows, views.by_row)
        tiles.transform_input(views.columns, views.by_column)

    def _make_views(self, shape: Shape) -> _Winograd:
        return _Winograd(shape, self._out, self._scratch)


class _Windows:
    """The arrays of `WindowProduct` for one shape of image."""

    def __init__(self, shape: Shape, out_channels: int, scratch: Workspace) -> None:
        height, width, n, channels = shape
        rows, columns = (height + 1) // 2, (width + 1) // 2
        padded = scratch.zeros((2, rows + 1, 2, columns + 1, n, channels))
        windows = scratch.empty("inputs", (16, channels, rows, columns, n))
        self.inside = tiles.inside(padded, height, width)
        # Channels first: of one channel, as the first layer has, all tiles and images are then one run of numbers.
        by_channel = padded.transpose(5, 0, 1, 2, 3, 4)
        self.seen = [cell for row in tiles.seen(by_channel, 1) for cell in tiles.seen(row, 2)]
        self.cells = list(windows)
        self.windows = windows.reshape(16 * channels, -1)
        self.planes = scratch.empty("products", (2, 2, rows, columns, n, out_channels))
        self.products = self.planes.reshape(4, -1, out_channels)


class WindowProduct(TileProduct[_Windows]):
    """See the top of the file."""

    def __init__(self, in_channels: int, out_channels: int, scratch: Workspace) -> None:
        super().__init__(in_channels, out_channels, scratch)
        # [p, q, i, j]: what input (i, j) of a tile contributes to its output (p, q).
        self._kernels = scratch.zeros((2, 2, 4, 4, in_channels, out_channels))
        self._grad_kernels = scratch.zeros(self._kernels.shape)

    def start(self, weight: Array) -> None:
        """Lay the kernel into the matrix four times."""
        for p, q in tiles.PHASES:
            self._kernels[p, q, p : p + 3, q : q + 3] = weight.transpose(2, 3, 1, 0)

    def start_back(self) -> None:
        """Forget the gradient of the weights."""
        self._grad_kernels.fill(0)

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        views = self._views(image)
        self._take_windows(image, views)
        np.matmul(views.windows.T, self._kernels.reshape(4, -1, self._out), out=views.products)
        return views.planes

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        return self._views(image).planes

    def backward(self, image: Array, grad_image: Array | None) -> None:
        """Go back from the gradients in `grad_planes`."""
        views = self._views(image)
        self._take_windows(image, views)
        self._grad_kernels += (views.windows @ views.products).reshape(self._grad_kernels.shape)
        if grad_image is not None:
            self._backward_image(views, grad_image)

    def grad_weight(self) -> Array:
        """Return the gradient of the weights: the sum of their four places."""
        parts = [self._grad_kernels[p, q, p : p + 3, q : q + 3] for p, q in tiles.PHASES]
        total: Array = np.sum(parts, axis=0)
        return total.transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * self._in + 4 * self._out

    def _take_windows(self, image: Array, views: _Windows) -> None:
        tiles.copy(tiles.phases(image), views.inside)
        tiles.copy(views.seen, views.cells)

    def _backward_image(self, views: _Windows, grad_image: Array) -> None:
        """Add each window's gradient to where its cells came from; rarely asked for, as this is a first layer."""
        height, width, n, channels = grad_image.shape
        rows, columns = (height + 1) // 2, (width + 1) // 2
        windows = (self._kernels.reshape(4, -1, self._out) @ views.products.transpose(0, 2, 1)).sum(axis=0)
        padded = self._scratch.zeros((2, rows + 1, 2, columns + 1, n, channels))
        places = [cell for row in tiles.seen(padded.transpose(5, 0, 1, 2, 3, 4), 1) for cell in tiles.seen(row, 2)]
        for place, cell in zip(places, windows.reshape(16, channels, rows, columns, n), strict=True):
            np.add(place, cell, out=place)
        tiles.copy(tiles.inside(padded, height, width), tiles.phases(grad_image))

    def _make_views(self, shape: Shape) -> _Windows:
        return _Windows(shape, self._out, self._scratch)
