"""Padding as a layer of its own: for borders that are not zeros, or before layers that pad in another way."""

from collections.abc import Iterator

from digitpad.nn import functional
from digitpad.nn.backend import Array, Shape
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class Pad2D(Layer):
    """A border around each map: (N, C, H, W) to (N, C, above + H + below, left + W + right).

    What the border of a row holds, for the values a b c d and two values at each end:

    zeros      0 0 a b c d 0 0
    reflect    c b a b c d c b    (mirrored at the outermost value, which is not repeated)
    replicate  a a a b c d d d    (the outermost value repeated)

    Rows are padded first, then columns, so a corner is the border of a border. With zeros a convolution sees an edge
    around every image; the other two continue the image.

    The gradient. Every value of the output is zero, which depends on nothing, or a copy of one input, whose slope is 1.
    So an input receives the sum of g over its copies: g at its own place, plus g at each place of the border that
    repeats it.

    Parameters
    ----------
    padding
        Width of the border: one number, (rows, columns), or ((above, below), (left, right)).
    mode
        `"zeros"`, `"reflect"` or `"replicate"`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range; when called, if a reflected border is not narrower than
        the maps.

    Notes
    -----
    PyTorch's `ZeroPad2d`, `ReflectionPad2d` and `ReplicationPad2d`. With padding=((0, 1), (0, 1)), a convolution of
    stride 2 behind it does what Keras calls "same" for a 3x3 kernel and an even image.
    """

    _cache: Shape | None = None

    def __init__(
        self, padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]], mode: str = "zeros"
    ) -> None:
        self.padding = self.check.sides("padding", padding)
        self.mode = self.check.choice("mode", mode, ("zeros", "reflect", "replicate"))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` (N, C, H, W) with its border."""
        self.check.batch(x, (None, None, None))
        self.output_shape(x.shape[1:])
        if training:
            self._cache = x.shape
        padded = functional.pad(x, self.padding)
        for place, source in self._copies(0, x.shape[2]):
            padded[:, :, place] = padded[:, :, source]
        for place, source in self._copies(1, x.shape[3]):
            padded[..., place] = padded[..., source]
        return padded

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient without its border, which is added to the places that it repeats."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (shape[0], *self.output_shape(shape[1:])))
        total = grad_output.copy("K")
        # The copies of forward in reverse order.
        for place, source in self._copies(1, shape[3]):
            total[..., source] += total[..., place]
        for place, source in self._copies(0, shape[2]):
            total[:, :, source] += total[:, :, place]
        (top, _), (left, _) = self.padding
        return total[:, :, top : top + shape[2], left : left + shape[3]]

    def sources(self, axis: int, size: int) -> list[int]:
        """Return the input that each output along an axis of `size` inputs is a copy of, or -1 for zeros."""
        before, after = self.padding[axis]
        sources = [-1] * before + list(range(size)) + [-1] * after
        for place, source in self._copies(axis, size):
            sources[place] = source - before
        return sources

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, above + H + below, left + W + right) for (C, H, W).

        Raises
        ------
        ValueError
            If a sample is not an image, or a reflected border is not narrower than it.
        """
        self.check.image_shape(input_shape)
        channels, *size = input_shape
        if self.mode == "reflect" and any(max(ends) >= side for ends, side in zip(self.padding, size, strict=True)):
            raise ValueError(
                f"{self.check.owner}: padding is {self.padding}; expected less than the maps have rows and columns, "
                f"{size[0]} x {size[1]}, to reflect them"
            )
        rows, columns = (side + sum(ends) for side, ends in zip(size, self.padding, strict=True))
        return channels, rows, columns

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field with a border whose cells see what those see that they repeat."""
        return field.through_border(self.padding, self.sources)

    def _copies(self, axis: int, size: int) -> Iterator[tuple[int, int]]:
        """Yield the places of the border along an axis and the places that they repeat, both in the padded image."""
        before, after = self.padding[axis]
        last = before + size - 1
        if self.mode == "zeros":
            return
        step = 1 if self.mode == "reflect" else 0
        for distance in range(1, before + 1):
            yield before - distance, before + step * distance
        for distance in range(1, after + 1):
            yield last + distance, last - step * distance
