"""Two ways from the tiles of an image to the outputs of a 3x3 kernel, both by matrix products.

`WindowProduct` takes the 16 inputs of a tile as one row and multiplies it by a matrix that holds the kernel four times,
once for each output of the tile. With few input channels that is fast: 16 numbers are copied, where the four patches of
the outputs have 36. Of the multiplications 7 in 16 are by zero, which takes less time than copying more.

`WinogradProduct` needs 16 multiplications for the four outputs of a tile instead of 36; `winograd.py` explains the
algorithm with an example. B d B^T is (B x B) d, with d as a vector of 16 numbers and x the Kronecker product. As one
small matrix product this takes half the time of the additions that it replaces, and is one call of NumPy instead of
eight, which counts even more with two threads, since they wait for each other's calls.
"""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused import tiles, winograd
from digitpad.nn.engine.fused.workspace import Workspace

Views = TypeVar("Views")

#: The transpose of B, applied to the gradients of B d and added up where tiles overlap, along one axis. Inputs 1 and 2
#: of a tile are the even and the odd pixel of its own outputs, input 3 is the even pixel of the next tile's, and input
#: 0 the odd pixel of the previous tile's. [own or neighbour's, even or odd pixel] from the four numbers of a tile.
_B_BACK = (((0, 1, -1, -1), (-1, 1, 1, 0)), ((0, 0, 0, 1), (1, 0, 0, 0)))

#: Number of image shapes whose views are kept: full and last pieces of full and last batches, in training and
#: inference.
_MOST_SHAPES = 8


class TileProduct(ABC, Generic[Views]):
    """The linear part of a 3x3 convolution with padding 1, for a few images at a time.

    Images are (H, W, N, C); planes are (2, 2, rows, columns, N, out_channels): the four outputs of all tiles.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after.
    scratch
        Memory shared with the other layers of the network.
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
        """Return the planes for an image: they are valid until the next call, and the caller may write to them."""

    @abstractmethod
    def start_back(self) -> None:
        """Set the gradient of the weights to zero."""

    @abstractmethod
    def grad_planes(self, image: Array) -> Array:
        """Return planes for the caller to write the gradients into, before `take_gradients`."""

    @abstractmethod
    def take_gradients(self, image: Array) -> None:
        """Read the gradients that the caller wrote into `grad_planes(image)`."""

    @abstractmethod
    def add_weight_gradient(self, image: Array) -> None:
        """Add the gradient of the weights for the gradients taken."""

    @abstractmethod
    def write_input_gradient(self, grad_image: Array) -> None:
        """Write the gradient of the image for the gradients taken."""

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
        """Return the arrays for images of this shape, which are created for the first one.

        Creating them for each batch would take NumPy as much time as the arithmetic of a small network.
        """
        if self._generation != self._scratch.generation or len(self._views_of) > _MOST_SHAPES:
            self._views_of.clear()
        if (views := self._views_of.get(image.shape)) is None:
            views = self._views_of[image.shape] = self._make_views(image.shape)
            self._generation = self._scratch.generation
        return views


class _Winograd:
    """The arrays of `WinogradProduct` for one shape of image.

    Each exists as a stack of 16 (or four) matrices (places, C), which are multiplied by the kernels, and as matrices of
    16 (or four) rows, one for each row of tiles. The latter are multiplied by the transforms, and are small enough that
    OpenBLAS does not copy them first.
    """

    def __init__(self, shape: Shape, out_channels: int, scratch: Workspace) -> None:
        height, width, _, channels = shape
        rows, columns, n, _ = tiles.plane_shape(shape)
        padded = scratch.zeros(tiles.padded_shape(shape))
        self.inside = padded[1 : height + 1, 1 : width + 1]
        self.windows = tiles.windows(padded)

        d = scratch.empty("windows", (16, rows, columns * n * channels))
        v = scratch.empty("inputs", d.shape)
        m = scratch.empty("products", (16, rows, columns * n * out_channels))
        y = scratch.empty("planes", (4, *m.shape[1:]))
        self.d, self.v, self.m, self.y = (array.swapaxes(0, 1) for array in (d, v, m, y))
        self.d_windows = d.reshape(self.windows.shape)
        self.inputs = v.reshape(16, -1, channels)
        self.products = m.reshape(16, -1, out_channels)
        self.planes = y.reshape(2, 2, rows, columns, n, out_channels)

        # [own or neighbour's column, own or neighbour's row, row parity, column parity, ...]: see _B_BACK.
        pixels = d.reshape(2, 2, 2, 2, rows, columns, n, channels)
        own, beside = pixels
        self.shares = (
            (own[:, :, 0, :, 1:], beside[:, :, 0, :, :-1]),
            (own[:, :, 1, :, :-1], beside[:, :, 1, :, 1:]),
            (own[0, 0][:, 1:], own[1, 0][:, :-1]),
            (own[0, 1][:, :-1], own[1, 1][:, 1:]),
        )
        self.pixels = own[0]


class WinogradProduct(TileProduct[_Winograd]):
    """Winograd's F(2x2, 3x3); see the top of the file."""

    def __init__(self, in_channels: int, out_channels: int, scratch: Workspace) -> None:
        super().__init__(in_channels, out_channels, scratch)
        a, b, g, b_back = (np.array(m, scratch.dtype) for m in (winograd.A, winograd.B, winograd.G, _B_BACK))
        self._of_outputs, self._of_inputs, self._of_kernels = np.kron(a, a), np.kron(b, b), np.kron(g, g)
        self._to_pixels = np.einsum("rpi,cqj->crpqij", b_back, b_back).reshape(16, 16)
        self._kernels = scratch.zeros((16, in_channels, out_channels))
        self._transposed_kernels = scratch.zeros((16, out_channels, in_channels))
        self._grad_kernels = scratch.zeros((16, in_channels, out_channels))
        self._grad_kernels_of_piece = scratch.zeros((16, in_channels, out_channels))

    def start(self, weight: Array) -> None:
        """Transform the kernels: G g G^T."""
        taps = self._scratch.empty("taps", (3, 3, self._in, self._out))
        np.copyto(taps, weight.transpose(2, 3, 1, 0))
        np.matmul(self._of_kernels, taps.reshape(9, -1), out=self._kernels.reshape(16, -1))
        # A copy, since a product with a transposed matrix of this size runs at 3/4 of the speed.
        np.copyto(self._transposed_kernels, self._kernels.transpose(0, 2, 1))

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        views = self._views(image)
        self._transform(image, views)
        np.matmul(views.inputs, self._kernels, out=views.products)
        np.matmul(self._of_outputs, views.m, out=views.y)
        return views.planes

    def start_back(self) -> None:
        """Set the gradient of the weights to zero."""
        self._grad_kernels.fill(0)

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        return self._views(image).planes

    def take_gradients(self, image: Array) -> None:
        """Compute A^T gy A of all tiles."""
        views = self._views(image)
        np.matmul(self._of_outputs.T, views.y, out=views.m)

    def add_weight_gradient(self, image: Array) -> None:
        """Add the products of transformed inputs and gradients."""
        views = self._views(image)
        # Transformed again: keeping what `forward` computed for the whole batch would take four times its memory.
        self._transform(image, views)
        np.matmul(views.inputs.transpose(0, 2, 1), views.products, out=self._grad_kernels_of_piece)
        self._grad_kernels += self._grad_kernels_of_piece

    def write_input_gradient(self, grad_image: Array) -> None:
        """Multiply by the transformed kernels, and apply the transpose of B."""
        views = self._views(grad_image)
        np.matmul(views.products, self._transposed_kernels, out=views.inputs)
        np.matmul(self._to_pixels, views.v, out=views.d)
        for own, neighbours in views.shares:
            np.add(own, neighbours, out=own)
        tiles.join(views.pixels, grad_image)

    def grad_weight(self) -> Array:
        """Return the gradient of the weights: G^T dU G."""
        taps = self._of_kernels.T @ self._grad_kernels.reshape(16, -1)
        return taps.reshape(3, 3, self._in, self._out).transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * (self._in + self._out)

    def _transform(self, image: Array, views: _Winograd) -> None:
        """Compute B d B^T of all tiles."""
        np.copyto(views.inside, image)
        np.copyto(views.d_windows, views.windows)
        np.matmul(self._of_inputs, views.d, out=views.v)

    def _make_views(self, shape: Shape) -> _Winograd:
        return _Winograd(shape, self._out, self._scratch)


class _Windows:
    """The arrays of `WindowProduct` for one shape of image."""

    def __init__(self, shape: Shape, out_channels: int, scratch: Workspace) -> None:
        height, width, _, channels = shape
        rows, columns, n, _ = tiles.plane_shape(shape)
        padded = scratch.zeros(tiles.padded_shape(shape))
        self.inside = padded[1 : height + 1, 1 : width + 1]
        # Channels before places: with one channel, as in a first layer, all places are then contiguous.
        self.seen = tiles.windows(padded).transpose(0, 1, 5, 2, 3, 4)
        self.cells = scratch.empty("windows", self.seen.shape)
        self.windows = self.cells.reshape(16 * channels, -1)
        self.planes = scratch.empty("planes", (2, 2, rows, columns, n, out_channels))
        self.products = self.planes.reshape(4, -1, out_channels)


class WindowProduct(TileProduct[_Windows]):
    """The direct product of whole tiles; see the top of the file."""

    def __init__(self, in_channels: int, out_channels: int, scratch: Workspace) -> None:
        super().__init__(in_channels, out_channels, scratch)
        # [p, q, i, j]: what input (i, j) of a tile contributes to its output (p, q).
        self._kernels = scratch.zeros((2, 2, 4, 4, in_channels, out_channels))
        self._grad_kernels = scratch.zeros(self._kernels.shape)

    def start(self, weight: Array) -> None:
        """Write the kernel into the matrix four times."""
        for p, q in tiles.PHASES:
            self._kernels[p, q, p : p + 3, q : q + 3] = weight.transpose(2, 3, 1, 0)

    def forward(self, image: Array) -> Array:
        """Return the planes of the outputs."""
        views = self._views(image)
        self._take_windows(image, views)
        np.matmul(views.windows.T, self._kernels.reshape(4, -1, self._out), out=views.products)
        return views.planes

    def start_back(self) -> None:
        """Set the gradient of the weights to zero."""
        self._grad_kernels.fill(0)

    def grad_planes(self, image: Array) -> Array:
        """Return planes to write gradients into."""
        return self._views(image).planes

    def take_gradients(self, image: Array) -> None:
        """Do nothing: the products below read the planes themselves."""

    def add_weight_gradient(self, image: Array) -> None:
        """Add the products of windows and gradients."""
        views = self._views(image)
        self._take_windows(image, views)
        self._grad_kernels += (views.windows @ views.products).reshape(self._grad_kernels.shape)

    def write_input_gradient(self, grad_image: Array) -> None:
        """Add each window's gradient to its pixels; rarely called, since this is usually a first layer."""
        views = self._views(grad_image)
        height, width = grad_image.shape[:2]
        cells = (self._kernels.reshape(4, -1, self._out) @ views.products.transpose(0, 2, 1)).sum(axis=0)
        cells = cells.reshape(views.cells.shape).transpose(0, 1, 3, 4, 5, 2)
        padded = np.zeros(tiles.padded_shape(grad_image.shape), grad_image.dtype)
        places = tiles.windows(padded)
        for i in range(4):
            for j in range(4):
                np.add(places[i, j], cells[i, j], out=places[i, j])
        np.copyto(grad_image, padded[1 : height + 1, 1 : width + 1])

    def grad_weight(self) -> Array:
        """Return the gradient of the weights: the sum of their four places."""
        parts = [self._grad_kernels[p, q, p : p + 3, q : q + 3] for p, q in tiles.PHASES]
        total: Array = np.sum(parts, axis=0)
        return total.transpose(3, 2, 0, 1)

    def numbers_per_tile(self) -> int:
        """Return how many numbers are worked on for one tile of one image."""
        return 16 * self._in + 4 * self._out

    def _take_windows(self, image: Array, views: _Windows) -> None:
        np.copyto(views.inside, image)
        np.copyto(views.cells, views.seen)

    def _make_views(self, shape: Shape) -> _Windows:
        return _Windows(shape, self._out, self._scratch)
