"""A convolution as it is set: input, kernels and settings, checked before anything is computed."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.lab.matrices import LARGEST_SIDE, MOST_CHANNELS, check_groups, size_text
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from digitpad.translation import gettext as _

Numbers = NDArray[np.float64]
Pair = tuple[int, int]
Padding = tuple[Pair, Pair]
PaddingChoice: TypeAlias = str | int | Pair | Padding
"""`"valid"`, `"same"`, `"full"`, one number for all sides, (rows, columns), or ((above, below), (left, right))."""

ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": layers.ReLU,
    "leaky-relu": layers.LeakyReLU,
    "elu": layers.ELU,
    "silu": layers.SiLU,
    "gelu": layers.GELU,
    "tanh": layers.Tanh,
    "sigmoid": layers.Sigmoid,
}
"""The activation functions by name."""

POOLS = ("max", "average")
"""The kinds of pooling."""

_LARGEST_PADDING = 32


@dataclass(frozen=True, slots=True)
class PoolingSettings:
    """Pooling after the activation.

    Attributes
    ----------
    kind
        One of `POOLS`.
    size, stride
        (rows, columns) of the window and of its step.
    """

    kind: str = "max"
    size: Pair = (2, 2)
    stride: Pair = (2, 2)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConvolutionProblem:
    """What is to be computed.

    Attributes
    ----------
    image
        float64 (channels, rows, columns).
    kernels
        float64 (kernels, channels / groups, rows, columns).
    bias
        float64 (kernels,); None for no bias.
    padding
        See `PaddingChoice`.
    stride, dilation
        (rows, columns).
    groups
        Number of groups into which the channels are split.
    mirrored
        Whether to mirror the kernels: a convolution in the sense of mathematics.
    activation
        One of `ACTIVATIONS`, or None.
    pooling
        The pooling after it, or None.
    gradient
        float64, the gradient of a loss with respect to the last stage, in its shape; None for no backward pass.
    """

    image: Numbers
    kernels: Numbers
    bias: Numbers | None = None
    padding: PaddingChoice = "valid"
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    groups: int = 1
    mirrored: bool = False
    activation: str | None = None
    pooling: PoolingSettings | None = None
    gradient: Numbers | None = None


def resolve_padding(problem: ConvolutionProblem) -> Padding:
    """Return the rows (above, below) and columns (left, right) of zeros of a problem.

    "same" makes an output of ceil(size / stride), with the odd row or column below and to the right; with stride 1 this
    is PyTorch's, with a larger stride Keras's. "full" is every place where kernel and image overlap at all.

    Raises
    ------
    DigitpadError
        If it is negative, too large, or an unknown word.
    """
    reach = reach_of(problem)
    match problem.padding:
        case "valid":
            return (0, 0), (0, 0)
        case "full":
            return (reach[0], reach[0]), (reach[1], reach[1])
        case "same":
            rows, columns = (
                _same(size, step, spread)
                for size, step, spread in zip(problem.image.shape[1:], problem.stride, reach, strict=True)
            )
            return rows, columns
        case int() as number:
            padding: Padding = ((number, number), (number, number))
        case (int() as rows, int() as columns):
            padding = ((rows, rows), (columns, columns))
        case ((int() as above, int() as below), (int() as left, int() as right)):
            padding = ((above, below), (left, right))
        case _:
            raise DigitpadError(
                _("The padding {padding!r} is not known; choose valid, same, full or a number of cells.").format(
                    padding=problem.padding
                )
            )
    if not all(0 <= number <= _LARGEST_PADDING for side in padding for number in side):
        raise DigitpadError(
            _("The padding is outside 0 to {most}; choose a number of cells in between.").format(most=_LARGEST_PADDING)
        )
    return padding


def reach_of(problem: ConvolutionProblem) -> Pair:
    """Return how many rows and columns the last tap of the kernel is away from its first."""
    rows, columns = problem.kernels.shape[2:]
    return problem.dilation[0] * (rows - 1), problem.dilation[1] * (columns - 1)


def _same(size: int, stride: int, reach: int) -> Pair:
    total = max((math.ceil(size / stride) - 1) * stride + reach + 1 - size, 0)
    return total // 2, total - total // 2


def check(problem: ConvolutionProblem) -> None:
    """Check what can be described in terms of the problem, before a layer refuses it."""
    channels, height, width = problem.image.shape
    count, per_group, kernel_rows, kernel_columns = problem.kernels.shape
    if max(height, width, kernel_rows, kernel_columns) > LARGEST_SIDE or max(channels, count) > MOST_CHANNELS:
        raise DigitpadError(
            _("Input or kernel is too large; the lab takes up to {size} cells and {channels} channels.").format(
                size=size_text((LARGEST_SIDE, LARGEST_SIDE)), channels=MOST_CHANNELS
            )
        )
    for value, name in ((problem.stride, _("stride")), (problem.dilation, _("dilation"))):
        if not all(1 <= number <= LARGEST_SIDE for number in value):
            raise DigitpadError(
                _("The {setting} is outside 1 to {most}; choose a whole number in between.").format(
                    setting=name, most=LARGEST_SIDE
                )
            )
    check_groups(channels, problem.groups)
    if per_group * problem.groups != channels:
        raise DigitpadError(
            _(
                "The kernels have {have} channels, but the input has {channels} in {groups} groups; "
                "kernels need {need} channels."
            ).format(have=per_group, channels=channels, groups=problem.groups, need=channels // problem.groups)
        )
    if count % problem.groups:
        raise DigitpadError(
            _("{count} kernels cannot be split into {groups} groups; use a multiple of {groups}.").format(
                count=count, groups=problem.groups
            )
        )
    if problem.bias is not None and problem.bias.shape != (count,):
        raise DigitpadError(
            _("There are {have} biases for {count} kernels; write one number for each kernel.").format(
                have=problem.bias.size, count=count
            )
        )
    if problem.activation is not None and problem.activation not in ACTIVATIONS:
        raise DigitpadError(
            _("There is no activation called {name!r}; choose one of {names}.").format(
                name=problem.activation, names=", ".join(ACTIVATIONS)
            )
        )
    if problem.pooling is not None and problem.pooling.kind not in POOLS:
        raise DigitpadError(
            _("There is no pooling called {name!r}; choose one of {names}.").format(
                name=problem.pooling.kind, names=", ".join(POOLS)
            )
        )
