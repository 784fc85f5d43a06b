"""Convolution: one small kernel slides over the image; and its transpose, which draws an image with kernels.

out[n, o, y, x] = bias[o] + sum over c, i, j of weight[o, c, i, j] * padded[n, c, y * stride + i, x * stride + j]

(strictly a cross-correlation: as everywhere in deep learning, the kernel is not mirrored). This is the second page of a
chapter: `digitpad.nn.reference` has the formula as plain loops, `digitpad.nn.correlation` turns it into the three
matrix products that the layers here consist of, and `digitpad.nn.engine.fused` computes 3x3 kernels faster still.

A transposed convolution is not the inverse of a convolution but its transpose: each input value adds the kernel, times
itself, to the output, and overlapping kernels add up. What one of the two layers does forward, the other does backward.
"""

import math
from typing import ClassVar

import numpy as np

from digitpad.nn import functional, initializers
from digitpad.nn.backend import Array, DTypeLike, Shape
from digitpad.nn.correlation import Window, gather, kernels_side_by_side, scatter, weight_gradient
from digitpad.nn.functional import Padding, Pair
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.parameter import Parameter
from digitpad.nn.receptive_field import ReceptiveField


class _Convolution2D(Layer):
    """What a convolution and its transpose share: channels, a window that slides over an image, and weights."""

    #: Whether the window slides over the output instead of the input.
    transposed: ClassVar[bool] = False

    in_channels: int
    out_channels: int
    window: Window
    weight: Parameter
    bias: Parameter | None

    _cache: Array | None = None

    @property
    def kernel_size(self) -> Pair:
        """Height and width of the kernel."""
        return self.window.kernel

    @property
    def stride(self) -> Pair:
        """The step of the window, down and to the right."""
        return self.window.stride

    @property
    def padding(self) -> Padding:
        """Rows (above, below) and columns (left, right) of zeros around the image."""
        return self.window.padding

    @property
    def dilation(self) -> Pair:
        """The distance between neighbouring taps, down and to the right."""
        return self.window.dilation

    @property
    def groups(self) -> int:
        """The number of channel groups."""
        return self.window.groups

    def _set_geometry(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] | str,
        dilation: int | tuple[int, int],
        groups: int,
    ) -> None:
        """Check and keep the channels and the window."""
        self.in_channels = self.check.whole_number("in_channels", in_channels)
        self.out_channels = self.check.whole_number("out_channels", out_channels)
        kernel = self.check.pair("kernel_size", kernel_size)
        steps = self.check.pair("stride", stride)
        spacing = self.check.pair("dilation", dilation)
        parts = self.check.groups(groups, self.in_channels, self.out_channels)
        self.window = Window(kernel, steps, self.check.padding(padding, kernel, steps, spacing), spacing, parts)

    def _draw_parameters(
        self,
        *,
        bias: bool,
        initializer: initializers.InitializerSpec,
        rng: np.random.Generator | None,
        dtype: DTypeLike,
    ) -> None:
        """Create the weights for that geometry, and biases of zero."""
        fans = initializers.fans_of_convolution(
            self.in_channels,
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.groups,
            transposed=self.transposed,
        )
        draw = initializers.resolve(self.check.owner, initializer)
        dtype = self.check.precision(dtype)
        image, cells = self.in_channels, self.out_channels
        if self.transposed:
            image, cells = cells, image
        shape = (cells, image // self.groups, *self.kernel_size)
        self.weight = Parameter(kernels_side_by_side(draw(shape, fans, self.check.generator(rng), dtype)))
        self.bias = Parameter(np.zeros(self.out_channels, dtype)) if self.check.flag("bias", bias) else None

    def _input_of(self, grad_output: Array) -> Array:
        """Return the last training input, after checking that `grad_output` belongs to it."""
        x = require_cache(self, self._cache)
        self.check.upstream(grad_output, (len(x), *self.output_shape(x.shape[1:])))
        return x


class Conv2D(_Convolution2D):
    """Convolution of images: (N, in_channels, H, W) to (N, out_channels, OH, OW).

    OH = floor((H + padding - dilation * (kernel - 1) - 1) / stride) + 1, where padding counts both sides; OW likewise.

    The gradient. weight[o, c, i, j] connects the output at each place p = (y, x) with the padded input at the place q
    where its tap (i, j) lies, q = p * stride + (i, j) * dilation. With g the gradient with respect to the output:

    grad_weight[o, c, i, j] = sum over n, p of g[n, o, p] * padded[n, c, q]    (what each tap saw, times g)
    grad_bias[o]            = sum over n, p of g[n, o, p]
    grad_padded[n, c, q]    = sum over o and all p, i, j that lead to q of g[n, o, p] * weight[o, c, i, j]

    The last line adds the kernel, times g, to each patch that was seen: a transposed convolution of g.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after; both multiples of `groups`.
    kernel_size, stride, dilation
        One number, or (height, width): size of the kernel, step of the window, distance between its taps.
    padding
        Zeros around the image: one number, (rows, columns), ((above, below), (left, right)), `"valid"` (none), `"same"`
        (an output as large as the input; requires stride 1) or `"full"` (every place where kernel and image overlap at
        all). For other borders put a `Pad2D` before the layer.
    groups
        Number of groups into which the channels are split, each convolved on its own; `groups=in_channels` is a
        depthwise convolution.
    bias
        Whether a trained value is added to each output map.
    initializer
        Draws the initial weights: a name, or a function of `digitpad.nn.initializers`. Biases start at zero.
    rng
        Random generator for the initial weights; None uses a fresh one that cannot be repeated.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

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
        padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] | str = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        initializer: initializers.InitializerSpec = "he_normal",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self._set_geometry(
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
        )
        self._draw_parameters(bias=bias, initializer=initializer, rng=rng, dtype=dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Convolve `x` (N, in_channels, H, W); the formula is at the top of the file."""
        self.check.batch(x, (self.in_channels, None, None), like=self.weight.value)
        _, rows, columns = self.output_shape(x.shape[1:])
        out = gather(x, self.weight.value, self.window, (rows, columns))
        if self.bias is not None:
            out += self.bias.value[:, None, None]
        if training:
            self._cache = x
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the sum, for each pixel, of the kernels that saw it, each times the gradient at its place."""
        x = self._input_of(grad_output)
        return scatter(grad_output, self.weight.value, self.window, x.shape[2:])

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the sums over all places of patch times gradient (weight) and of the gradient (bias)."""
        x = self._input_of(grad_output)
        self.weight.add_grad(weight_gradient(x, grad_output, self.weight.value, self.window))
        if self.bias is not None:
            self.bias.add_grad(functional.channel_sum(grad_output))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_channels, OH, OW) for (in_channels, H, W).

        Raises
        ------
        ValueError
            If the channels differ, or the kernel is larger than the padded image.
        """
        self.check.image_shape(input_shape, self.in_channels)
        rows, columns = self.check.window_fits(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
        return self.out_channels, rows, columns

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return kernel size times input channels per group, for every value of the output."""
        return math.prod(self.output_shape(input_shape)) * math.prod(self.weight.value.shape[1:])

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field enlarged by the kernel."""
        return field.through(self.kernel_size, self.stride, self.padding, self.dilation)


class ConvTranspose2D(_Convolution2D):
    """Transposed convolution of maps: (N, in_channels, H, W) to larger ones, (N, out_channels, OH, OW).

    out[n, o, y * stride - padding + i * dilation, ...] += weight[c, o, i, j] * x[n, c, y, x], plus bias[o]

    OH = (H - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1, and OW likewise.

    The gradient. weight[c, o, i, j] connects the input at each place p with the output at the place q where its tap
    (i, j) lies, q = p * stride - padding + (i, j) * dilation. With g the gradient with respect to the output:

    grad_x[n, c, p]         = sum over o, i, j of weight[c, o, i, j] * g[n, o, q]    (a convolution of g)
    grad_weight[c, o, i, j] = sum over n, p of x[n, c, p] * g[n, o, q]
    grad_bias[o]            = sum over n, q of g[n, o, q]

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after; both multiples of `groups`.
    kernel_size, stride, dilation
        One number, or (height, width): size of the kernel, distance between the places where neighbouring inputs
        add it, distance between its taps.
    padding
        Rows and columns cut off each side of the output: one number, or (height, width).
    output_padding
        Rows and columns added below and to the right. With a stride, inputs of several sizes convolve to one output
        size; this chooses among them. Smaller than stride or dilation.
    groups
        Number of groups into which the channels are split, each treated on its own.
    bias
        Whether a trained value is added to each output map.
    dilation
        See `kernel_size`; its position among the arguments is PyTorch's.
    initializer
        Draws the initial weights: a name, or a function of `digitpad.nn.initializers`. Biases start at zero.
    rng
        Random generator for the initial weights; None uses a fresh one that cannot be repeated.
    dtype
        float32, or float64 for gradient checks.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    `weight` has PyTorch's shape (in_channels, out_channels / groups, kernel height, kernel width), `bias`
    (out_channels,): it is the weight of the convolution from out_channels to in_channels that this layer transposes.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.
    """

    transposed: ClassVar[bool] = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | tuple[int, int] = 1,
        *,
        initializer: initializers.InitializerSpec = "he_normal",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self._set_geometry(
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=stride,
            # A number or a pair: "same" and the other words describe the larger image, which here is not the input.
            padding=self.check.pair("padding", padding, least=0),
            dilation=dilation,
            groups=groups,
        )
        self._draw_parameters(bias=bias, initializer=initializer, rng=rng, dtype=dtype)
        self.output_padding = self.check.output_padding(output_padding, self.stride, self.dilation)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Add up the kernels of all values of `x` (N, in_channels, H, W)."""
        self.check.batch(x, (self.in_channels, None, None), like=self.weight.value)
        _, rows, columns = self.output_shape(x.shape[1:])
        out = scatter(x, self.weight.value, self.window, (rows, columns))
        if self.bias is not None:
            out += self.bias.value[:, None, None]
        if training:
            self._cache = x
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the convolution of `grad_output`: each input collects from where it added its kernel."""
        x = self._input_of(grad_output)
        return gather(grad_output, self.weight.value, self.window, x.shape[2:])

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add, over all inputs, input times the gradient under its kernel (weight), and the gradient (bias)."""
        x = self._input_of(grad_output)
        self.weight.add_grad(weight_gradient(grad_output, x, self.weight.value, self.window))
        if self.bias is not None:
            self.bias.add_grad(functional.channel_sum(grad_output))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_channels, OH, OW) for (in_channels, H, W).

        Raises
        ------
        ValueError
            If the channels differ, the map is empty, or padding cuts off the whole output.
        """
        self.check.image_shape(input_shape, self.in_channels)
        rows, columns = (
            (size - 1) * self.stride[axis]
            - sum(self.padding[axis])
            + self.dilation[axis] * (self.kernel_size[axis] - 1)
            + self.output_padding[axis]
            + 1
            for axis, size in enumerate(input_shape[1:])
        )
        if min(rows, columns, *input_shape[1:]) < 1:
            cut = (self.padding[0][0], self.padding[1][0])
            raise ValueError(
                f"{self.check.owner}: padding is {cut}; expected less, since of the input {input_shape} it leaves an "
                f"output of {rows} x {columns}"
            )
        return self.out_channels, rows, columns

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return kernel size times output channels per group, for every value of the input."""
        self.output_shape(input_shape)
        return math.prod(input_shape) * math.prod(self.weight.value.shape[1:])

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field of an output cell: that of all inputs whose kernels reach it."""
        return field.through_transposed(self.kernel_size, self.stride, self.padding, self.dilation, self.output_padding)
