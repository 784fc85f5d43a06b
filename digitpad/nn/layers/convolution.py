"""Convolution: one small kernel looks at every place of the image; and its transpose, which paints with kernels.

out[n, o, y, x] = bias[o] + sum over c, i, j of weight[o, c, i, j] * padded[n, c, y * stride + i, x * stride + j]

(a cross-correlation, as everywhere in this field). A transposed convolution is not its inverse but its transpose:
each input value lays a kernel, times itself, onto the output, and overlapping kernels add up. So what is forwards
in one is backwards in the other; both are made of the products in `correlation.py`.
"""

import math
from typing import ClassVar

import numpy as np

from digitpad.nn import checks, functional, initializers
from digitpad.nn.backend import Array, DTypeLike, Shape
from digitpad.nn.correlation import Window, gather, kernels_side_by_side, scatter, weight_gradient
from digitpad.nn.layer import Layer, Parameter, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class _Convolution2D(Layer):
    """What a convolution and its transpose share: a window that moves over an image, and the weights below it."""

    #: Whether the image that the window moves over is the output, instead of the input.
    transposed: ClassVar[bool] = False

    _cache: Array | None = None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: int | tuple[int, int] | str,
        dilation: int | tuple[int, int],
        groups: int,
        bias: bool,
        initializer: initializers.InitializerSpec,
        rng: np.random.Generator | None,
        dtype: DTypeLike,
    ) -> None:
        owner = type(self).__name__
        self.in_channels = checks.whole_number(owner, "in_channels", in_channels)
        self.out_channels = checks.whole_number(owner, "out_channels", out_channels)
        self.kernel_size = checks.pair(owner, "kernel_size", kernel_size)
        self.stride = checks.pair(owner, "stride", stride)
        self.dilation = checks.pair(owner, "dilation", dilation)
        self.groups = checks.groups(owner, groups, self.in_channels, self.out_channels)
        self.padding = checks.padding(owner, padding, self.kernel_size, self.stride, self.dilation)
        self.window = Window(self.kernel_size, self.stride, self.padding, self.dilation, self.groups)

        fans = initializers.fans_of_convolution(
            self.in_channels,
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.groups,
            transposed=self.transposed,
        )
        draw = initializers.resolve(owner, initializer)
        dtype = checks.precision(owner, dtype)
        image, cells = self.in_channels, self.out_channels
        if self.transposed:
            image, cells = cells, image
        shape = (cells, image // self.groups, *self.kernel_size)
        self.weight = Parameter(kernels_side_by_side(draw(shape, fans, checks.generator(owner, rng), dtype)))
        self.bias = Parameter(np.zeros(self.out_channels, dtype)) if checks.flag(owner, "bias", bias) else None


class Conv2D(_Convolution2D):
    """Convolution of images (N, in_channels, H, W) to (N, out_channels, OH, OW).

    OH = floor((H + padding - dilation * (kernel - 1) - 1) / stride) + 1, and OW likewise, with the padding of
    both sides together.

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
        initializer: initializers.InitializerSpec = "he_normal",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, initializer, rng, dtype
        )

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Convolve `x` (N, in_channels, H, W); see the formula at the top of the file."""
        checks.batch("Conv2D", x, (self.in_channels, None, None), like=self.weight.value)
        _, rows, columns = self.output_shape(x.shape[1:])
        out = gather(x, self.weight.value, self.window, (rows, columns))
        if self.bias is not None:
            out += self.bias.value[:, None, None]
        if training:
            self._cache = x
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`: each place sends its own, times the kernel, to the patch it saw."""
        x = require_cache(self, self._cache)
        if self._learns:
            self.backward_parameters(grad_output)
        else:
            checks.upstream(type(self).__name__, grad_output, (len(x), *self.output_shape(x.shape[1:])))
        return scatter(grad_output, self.weight.value, self.window, x.shape[2:])

    def backward_parameters(self, grad_output: Array) -> None:
        """Add up, over all places, patch times gradient (weight) and gradient (bias)."""
        x = require_cache(self, self._cache)
        checks.upstream("Conv2D", grad_output, (len(x), *self.output_shape(x.shape[1:])))
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
        checks.image_shape("Conv2D", input_shape, self.in_channels)
        rows, columns = checks.window_fits(
            "Conv2D", input_shape, self.kernel_size, self.stride, self.padding, self.dilation
        )
        return self.out_channels, rows, columns

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return kernel size times input channels per group, for every value of the output."""
        return math.prod(self.output_shape(input_shape)) * math.prod(self.weight.value.shape[1:])

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field grown by the kernel."""
        return field.through(self.kernel_size, self.stride, self.padding, self.dilation)


class ConvTranspose2D(_Convolution2D):
    """Transposed convolution of maps (N, in_channels, H, W) to larger ones (N, out_channels, OH, OW).

    out[n, o, y * stride + i * dilation - padding, ...] += weight[c, o, i, j] * x[n, c, y, x], plus bias[o]

    OH = (H - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1, and OW likewise.

    Parameters
    ----------
    in_channels, out_channels
        Number of maps before and after; both multiples of `groups`.
    kernel_size, stride, dilation
        One number, or (height, width): size of the kernel, distance between the places where neighbouring inputs
        lay it, distance between its taps.
    padding
        Rows and columns cut off each side of the output: one number, or (height, width).
    output_padding
        Rows and columns added below and right, to choose among the sizes that a convolution with this stride would
        bring to the same input size; smaller than stride or dilation.
    groups
        Splits the channels into groups that do not see each other.
    bias
        Whether a learned number is added to each output map.
    dilation
        See `kernel_size`; it stands here because PyTorch has it here.
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
    `weight` has PyTorch's shape (in_channels, out_channels / groups, kernel height, kernel width), `bias`
    (out_channels,): it is the weight of the convolution from out_channels to in_channels that this one transposes.
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
        # The words for padding speak of the larger image, which here is not the input.
        padding = checks.pair("ConvTranspose2D", "padding", padding, least=0)
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, initializer, rng, dtype
        )
        self.output_padding = checks.output_padding("ConvTranspose2D", output_padding, self.stride, self.dilation)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Lay a kernel for every value of `x` (N, in_channels, H, W)."""
        checks.batch("ConvTranspose2D", x, (self.in_channels, None, None), like=self.weight.value)
        _, rows, columns = self.output_shape(x.shape[1:])
        out = scatter(x, self.weight.value, self.window, (rows, columns))
        if self.bias is not None:
            out += self.bias.value[:, None, None]
        if training:
            self._cache = x
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`: each input collects from where it laid its kernel."""
        x = require_cache(self, self._cache)
        if self._learns:
            self.backward_parameters(grad_output)
        else:
            checks.upstream(type(self).__name__, grad_output, (len(x), *self.output_shape(x.shape[1:])))
        return gather(grad_output, self.weight.value, self.window, x.shape[2:])

    def backward_parameters(self, grad_output: Array) -> None:
        """Add up, over all inputs, input times gradient below its kernel (weight), and gradient (bias)."""
        x = require_cache(self, self._cache)
        checks.upstream("ConvTranspose2D", grad_output, (len(x), *self.output_shape(x.shape[1:])))
        self.weight.add_grad(weight_gradient(grad_output, x, self.weight.value, self.window))
        if self.bias is not None:
            self.bias.add_grad(functional.channel_sum(grad_output))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_channels, OH, OW) for (in_channels, H, W).

        Raises
        ------
        ValueError
            If the channels differ, the map is empty, or padding cuts everything off.
        """
        checks.image_shape("ConvTranspose2D", input_shape, self.in_channels)
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
                f"ConvTranspose2D: padding is {cut}; expected less, since of the input {input_shape} it leaves an "
                f"output of {rows} x {columns}"
            )
        return self.out_channels, rows, columns

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return kernel size times output channels per group, for every value of the input."""
        self.output_shape(input_shape)
        return math.prod(input_shape) * math.prod(self.weight.value.shape[1:])

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field of an output cell: of all inputs whose kernels reach it."""
        return field.through_transposed(self.kernel_size, self.stride, self.padding, self.dilation, self.output_padding)
