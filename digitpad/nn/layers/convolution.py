"""Convolution: one small kernel looks at every place of the image.

out[n, o, y, x] = bias[o] + sum over c, i, j of weight[o, c, i, j] * padded[n, c, y * stride + i, x * stride + j]

(a cross-correlation, as everywhere in this field). Written as one matrix product: a row for each place of the
window, holding the patch seen from there, times a column for each kernel. The patches of a few images at a time
fit into the processor's cache, so the batch is worked through in small groups.
"""

from collections.abc import Iterator

import numpy as np

from digitpad.nn import checks, functional, initializers
from digitpad.nn.backend import Array, DTypeLike, Shape, array_module
from digitpad.nn.layer import Layer, Parameter, recall
from digitpad.nn.receptive_field import ReceptiveField

#: Bytes of patches that are worked on at once: what fits the second-level cache of common processors.
_PATCH_BYTES = 1 << 20


class Conv2D(Layer):
    """Convolution of images (N, in_channels, H, W) to (N, out_channels, OH, OW).

    OH = floor((H + padding - dilation * (kernel - 1) - 1) / stride) + 1, and OW likewise.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after; both multiples of `groups`.
    kernel_size, stride, dilation
        One number, or (height, width): size of the kernel, step of the window, distance between its taps.
    padding
        Zeros around the image: one number, (height, width), `"valid"` (none), `"same"` (output as large as the
        input; needs stride 1) or `"full"` (every place where kernel and image overlap at all).
    groups
        Splits the channels into groups that do not see each other; `groups=in_channels` is depthwise.
    bias
        Whether a learned number is added to each output map.
    initializer
        Draws the weights; a name or a function of `digitpad.nn.initializers`. Biases start at zero.
    rng
        Source of the first weights; None draws unrepeatable ones.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work.

    Notes
    -----
    `weight` has PyTorch's shape (out_channels, in_channels / groups, kernel height, kernel width), `bias`
    (out_channels,). Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", 1998.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        initializer: str | initializers.Initializer = "he_normal",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels = checks.whole_number("Conv2D", "in_channels", in_channels)
        self.out_channels = checks.whole_number("Conv2D", "out_channels", out_channels)
        self.kernel_size = checks.pair("Conv2D", "kernel_size", kernel_size)
        self.stride = checks.pair("Conv2D", "stride", stride)
        self.dilation = checks.pair("Conv2D", "dilation", dilation)
        self.groups = checks.groups("Conv2D", groups, self.in_channels, self.out_channels)
        self.padding = checks.padding("Conv2D", padding, self.kernel_size, self.stride, self.dilation)

        taps = self.kernel_size[0] * self.kernel_size[1]
        fans = initializers.Fans(self.in_channels // self.groups * taps, self.out_channels // self.groups * taps)
        draw = initializers.resolve("Conv2D", initializer)
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        self.weight = Parameter(draw(shape, fans, rng or np.random.default_rng(), dtype))
        self.bias = Parameter(np.zeros(self.out_channels, dtype)) if bias else None
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Convolve `x` (N, in_channels, H, W); see the formula at the top of the file."""
        checks.batch("Conv2D", x, (self.in_channels, None, None))
        channels, rows, columns = self.output_shape(x.shape[1:])
        padded = functional.pad(x, self.padding)
        kernels = self._kernel_matrix()
        out = array_module(x).empty((len(x), rows, columns, channels), dtype=x.dtype)
        for some in self._few_images(len(x), rows * columns):
            product = self._patch_matrix(padded[some]) @ kernels  # (groups, places, out / groups)
            out[some] = product.transpose(1, 0, 2).reshape(-1, rows, columns, channels)
        if self.bias is not None:
            out += self.bias.value
        if training:
            self._cache = x
        result: Array = out.transpose(0, 3, 1, 2)
        return result

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`: through the kernel, each place sends its own to the patch it saw."""
        x = recall(self, self._cache)
        self.backward_parameters(grad_output)
        rows, columns = grad_output.shape[2:]
        transposed = self._kernel_matrix().transpose(0, 2, 1)
        image = (x.shape[2], x.shape[3])
        grad_input = array_module(x).empty((len(x), *image, self.in_channels), dtype=x.dtype)
        for some in self._few_images(len(x), rows * columns):
            patches = self._grad_matrix(grad_output[some]) @ transposed  # (groups, places, kh * kw * in / groups)
            patches = patches.reshape(self.groups, -1, rows, columns, *self.kernel_size, self.weight.value.shape[1])
            patches = patches.transpose(1, 2, 3, 4, 5, 0, 6)
            patches = patches.reshape(-1, rows, columns, *self.kernel_size, self.in_channels)
            folded = functional.fold(patches, image, self.stride, self.padding, self.dilation)
            grad_input[some] = folded.transpose(0, 2, 3, 1)
        result: Array = grad_input.transpose(0, 3, 1, 2)
        return result

    def backward_parameters(self, grad_output: Array) -> None:
        """Add up, over all places, patch times gradient (weight) and gradient (bias)."""
        x = recall(self, self._cache)
        output_shape = self.output_shape(x.shape[1:])
        checks.upstream("Conv2D", grad_output, (len(x), *output_shape))
        padded = functional.pad(x, self.padding)
        total = array_module(x).zeros_like(self._kernel_matrix())
        for some in self._few_images(len(x), output_shape[1] * output_shape[2]):
            total += self._patch_matrix(padded[some]).transpose(0, 2, 1) @ self._grad_matrix(grad_output[some])
        # (groups, kh * kw * in / groups, out / groups) back to PyTorch's (out, in / groups, kh, kw)
        per_group = total.reshape(self.groups, *self.kernel_size, -1, self.out_channels // self.groups)
        self.weight.add_grad(per_group.transpose(0, 4, 3, 1, 2).reshape(self.weight.value.shape))
        if self.bias is not None:
            self.bias.add_grad(grad_output.sum(axis=(0, 2, 3)))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_channels, OH, OW) for (in_channels, H, W).

        Raises
        ------
        ValueError
            If the channels differ, or the kernel is larger than the padded image.
        """
        checks.image_shape("Conv2D", input_shape, self.in_channels)
        rows, columns = checks.window_fits(
            "Conv2D", input_shape, self.kernel_size, self.stride, self.padding, self.dilation
        )
        return self.out_channels, rows, columns

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return kernel size times input channels per group, for every value of the output."""
        values = int(np.prod(self.output_shape(input_shape)))
        return values * int(np.prod(self.weight.value.shape[1:]))

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field grown by the kernel."""
        before = (self.padding[0][0], self.padding[1][0])
        return field.through(self.kernel_size, self.stride, before, self.dilation)

    def _kernel_matrix(self) -> Array:
        """Return the kernels as (groups, kh * kw * in / groups, out / groups): a column for each output map."""
        out_channels, per_group, height, width = self.weight.value.shape
        kernels = self.weight.value.reshape(self.groups, out_channels // self.groups, per_group, height, width)
        matrix: Array = kernels.transpose(0, 3, 4, 2, 1).reshape(self.groups, -1, out_channels // self.groups)
        return matrix

    def _patch_matrix(self, padded: Array) -> Array:
        """Return (groups, places, kh * kw * in / groups): a row for each patch."""
        patches = functional.windows(padded, self.kernel_size, self.stride, self.dilation)
        n, channels, rows, columns, height, width = patches.shape
        patches = patches.reshape(n, self.groups, channels // self.groups, rows, columns, height, width)
        matrix: Array = patches.transpose(1, 0, 3, 4, 5, 6, 2).reshape(self.groups, n * rows * columns, -1)
        return matrix

    def _grad_matrix(self, grad_output: Array) -> Array:
        """Return (groups, places, out / groups): a row for each place of the output."""
        n, channels, rows, columns = grad_output.shape
        grouped = grad_output.reshape(n, self.groups, channels // self.groups, rows, columns)
        matrix: Array = grouped.transpose(1, 0, 3, 4, 2).reshape(self.groups, n * rows * columns, -1)
        return matrix

    def _few_images(self, count: int, places: int) -> Iterator[slice]:
        """Yield slices of the batch whose patches take about `_PATCH_BYTES` together."""
        per_image = places * self.weight.value[0].size * self.groups * self.weight.value.itemsize
        step = max(1, _PATCH_BYTES // max(1, per_image))
        for start in range(0, count, step):
            yield slice(start, start + step)
