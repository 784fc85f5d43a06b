"""Resampling: maps of another size, whose rows are weighted means of the input's rows, and whose columns likewise.

out[n, c, y, x] = sum over i, j of rows[y, i] * columns[x, j] * in[n, c, i, j], or for each map rows @ in @ columns^T

The weights along one axis depend on its length alone. Upsampling and adaptive pooling differ only in these weights, so
both have the same forward and backward pass: two matrix products.
"""

import numpy as np

from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Resampling2D(Layer):
    """A linear map along the rows and one along the columns; a derived class defines `places`, `weights` and `seen`.

    The gradient. out = rows @ x @ columns^T is linear in x: rows[y, i] * columns[x, j] connects the output at (y, x)
    with the input at (i, j). Summed over all outputs with the upstream gradient g:

    grad_x = rows^T @ g @ columns
    """

    _cache: Shape | None = None

    def places(self, axis: int, size: int) -> int:
        """Return the number of outputs along an axis (0 for rows, 1 for columns) of `size` inputs."""
        raise NotImplementedError

    def weights(self, axis: int, size: int, like: Array) -> Array:
        """Return the weight of each input in each output along an axis.

        Parameters
        ----------
        axis
            0 for rows, 1 for columns.
        size
            Number of inputs along the axis.
        like
            An array of the library and dtype that the weights should have.

        Returns
        -------
        Array
            (outputs, inputs).
        """
        raise NotImplementedError

    def seen(self, axis: int, size: int) -> tuple[range, ...]:
        """Return, for each output along an axis of `size` inputs, the inputs that have a weight in it."""
        raise NotImplementedError

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return rows @ x @ columns^T for each map of `x` (N, C, H, W)."""
        self.check.batch(x, (None, None, None))
        if training:
            self._cache = x.shape
        return _both_axes(x, self.weights(0, x.shape[2], x), self.weights(1, x.shape[3], x))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return rows^T @ grad_output @ columns for each map."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (shape[0], *self.output_shape(shape[1:])))
        rows, columns = (self.weights(axis, shape[2 + axis], grad_output) for axis in range(2))
        return _both_axes(grad_output, rows.T, columns.T)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW) for (C, H, W).

        Raises
        ------
        ValueError
            If a sample is not an image.
        """
        self.check.image_shape(input_shape)
        return input_shape[0], self.places(0, input_shape[1]), self.places(1, input_shape[2])

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field of an output cell: that of all inputs with a weight in it."""
        return field.through_cells(self.seen)


class Upsample2D(Resampling2D):
    """Enlarged maps: (N, C, H, W) to (N, C, scale * H, scale * W), with nothing to learn.

    Nearest: every value becomes a block of scale x scale equal values, out[y, x] = in[floor(y / scale), ...].

    Bilinear: an output at y lies between two rows of the input, at p = (y + 1/2) / scale - 1/2, where pixels are
    squares and the edges of both images coincide; or with `align_corners`, where the centres of the corner pixels
    coincide, at p = y * (H - 1) / (scale * H - 1). Beyond the outermost centres p is that centre. The weight of row i
    is 1 - |p - i|, or 0 where this is negative, and likewise for columns. So an output has at most four inputs:

    out[y, x] = sum over i, j of max(0, 1 - |p(y) - i|) * max(0, 1 - |p(x) - j|) * in[i, j]

    The gradient. out is linear in the input: each output at (y, x) sends g, times the same weights, to the inputs that
    it was computed from, and an input receives the sum, grad_in = rows^T @ g @ columns. For nearest that is the sum of
    g over its block.

    A `Conv2D` behind it makes what a `ConvTranspose2D` with a stride makes, without its checkerboard pattern: there,
    neighbouring outputs are reached by unequal numbers of kernel elements.

    Parameters
    ----------
    scale_factor
        How often the maps are enlarged, a whole number, or (height, width).
    mode
        `"nearest"` or `"bilinear"`.
    align_corners
        For `"bilinear"`, whether the centres of the corner pixels stay where they are; otherwise the edges do.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    PyTorch's `Upsample` with `scale_factor`. Source: Odena, Dumoulin and Olah, "Deconvolution and checkerboard
    artifacts", Distill 2016.
    """

    def __init__(
        self, scale_factor: int | tuple[int, int] = 2, mode: str = "nearest", align_corners: bool = False
    ) -> None:
        self.scale_factor = self.check.pair("scale_factor", scale_factor)
        self.mode = self.check.choice("mode", mode, ("nearest", "bilinear"))
        self.align_corners = self.check.flag("align_corners", align_corners)
        if self.align_corners and self.mode == "nearest":
            raise ValueError(
                f'{self.check.owner}: align_corners is True; expected False with mode "nearest", which copies values'
            )

    def places(self, axis: int, size: int) -> int:
        """Return `scale_factor` times the size."""
        return self.scale_factor[axis] * size

    def weights(self, axis: int, size: int, like: Array) -> Array:
        """Return the weights of one axis, (scale * size, size); the formulas are above."""
        xp, scale = array_module(like), self.scale_factor[axis]
        place, row = xp.arange(scale * size)[:, None], xp.arange(size)
        if self.mode == "nearest":
            weights = place // scale == row
        else:
            if self.align_corners:
                between = place * (size - 1) / max(scale * size - 1, 1)
            else:
                between = (place + 0.5) / scale - 0.5
            weights = (1 - xp.abs(between.clip(0, size - 1) - row)).clip(0, 1)
        typed: Array = weights.astype(like.dtype)
        return typed

    def seen(self, axis: int, size: int) -> tuple[range, ...]:
        """Return the row that an output is a copy of, or the two that it lies between, in whole numbers."""
        scale = self.scale_factor[axis]
        if self.mode == "nearest":
            return tuple(range(place // scale, place // scale + 1) for place in range(scale * size))
        found = []
        for place in range(scale * size):
            # The point p of the docstring, as a fraction.
            top, bottom = place * (size - 1), max(scale * size - 1, 1)
            if not self.align_corners:
                top, bottom = 2 * place + 1 - scale, 2 * scale
            top = min(max(top, 0), (size - 1) * bottom)
            found.append(range(top // bottom, -(-top // bottom) + 1))
        return tuple(found)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return four operations for each value of a bilinear output, and none for copies."""
        return 4 * int(np.prod(self.output_shape(input_shape))) if self.mode == "bilinear" else 0


class AdaptiveAvgPool2D(Resampling2D):
    """Means of windows that are chosen so that the output has a given size: (N, C, H, W) to (N, C, OH, OW).

    The window of output row y begins at row floor(y * H / OH) and ends before row ceil((y + 1) * H / OH); columns
    likewise. Windows overlap where H is not a multiple of OH. The layers behind it can therefore have a fixed number
    of inputs, for images of any size.

    out[y, x] = mean of in[i, j] over the window

    The gradient. The mean of `count` values gives each of them the weight 1 / count, so each window distributes its
    gradient equally, and a pixel of several windows receives the sum of its shares: grad_in = rows^T @ g @ columns.

    Parameters
    ----------
    output_size
        Height and width of the output: one number, or (height, width). 1 is `GlobalAveragePool2D`.

    Raises
    ------
    TypeError, ValueError
        If `output_size` is not a positive whole number or two.

    Notes
    -----
    PyTorch's `AdaptiveAvgPool2d`. Source: He, Zhang, Ren and Sun, "Spatial pyramid pooling in deep convolutional
    networks for visual recognition", ECCV 2014.
    """

    def __init__(self, output_size: int | tuple[int, int]) -> None:
        self.output_size = self.check.pair("output_size", output_size)

    def places(self, axis: int, size: int) -> int:
        """Return `output_size`."""
        return self.output_size[axis]

    def weights(self, axis: int, size: int, like: Array) -> Array:
        """Return 1 / count for the inputs of each window of one axis, (output size, size), and 0 for the others."""
        xp, places = array_module(like), self.output_size[axis]
        place, row = xp.arange(places)[:, None], xp.arange(size)
        first, end = place * size // places, -(-(place + 1) * size // places)
        inside = (row >= first) & (row < end)
        weights: Array = (inside / (end - first)).astype(like.dtype)
        return weights

    def seen(self, axis: int, size: int) -> tuple[range, ...]:
        """Return the window of each output along an axis."""
        places = self.output_size[axis]
        return tuple(range(place * size // places, -(-(place + 1) * size // places)) for place in range(places))


def _both_axes(x: Array, rows: Array, columns: Array) -> Array:
    """Return rows @ x @ columns^T for each map of `x`, with channels last in memory, as in all large arrays here."""
    xp = array_module(x)
    n, channels, height, width = x.shape
    memory = xp.ascontiguousarray(x.transpose(0, 2, 3, 1))
    down = rows @ memory.reshape(n, height, width * channels)
    across: Array = columns @ down.reshape(n, len(rows), width, channels)
    return across.transpose(0, 3, 1, 2)
