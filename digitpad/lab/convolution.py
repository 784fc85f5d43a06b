"""A convolution with its bias, activation and pooling, computed by the layers of `digitpad.nn` in float64.

The padding is applied first, so that "same" works with every stride and each side may have its own number of rows or
columns. A convolution in the sense of mathematics mirrors the kernel in both directions and then does the same as a
cross-correlation, which deep learning calls a convolution.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.copying.document import Step
from digitpad.errors import DigitpadError
from digitpad.lab.convolution_problem import (
    ACTIVATIONS,
    ConvolutionProblem,
    Numbers,
    Padding,
    Pair,
    check,
    reach_of,
    resolve_padding,
)
from digitpad.lab.matrices import size_text
from digitpad.nn import functional, layers
from digitpad.nn.backend import Shape
from digitpad.nn.layer import Layer
from digitpad.nn.network import Sequential
from digitpad.translation import gettext as _

CONV, ACTIVATION, POOL = "conv", "activation", "pool"
"""The stages of a solution."""

_MOST_PRODUCTS = 5_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gradients:
    """The backward pass: the gradient of a loss with respect to everything.

    Attributes
    ----------
    stages
        For each stage, the gradient with respect to its output.
    image, kernels
        In the shapes of the problem's; for mirrored kernels with respect to the kernels as they were given.
    bias
        (kernels,); None without a bias.
    """

    stages: dict[str, Numbers]
    image: Numbers
    kernels: Numbers
    bias: Numbers | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConvolutionSolution:
    """The result with everything that its arithmetic needs.

    Attributes
    ----------
    problem
        The problem.
    padding
        Rows (above, below) and columns (left, right) of zeros that were added.
    padded
        The image with them.
    kernels
        The kernels as they slide: mirrored if the problem says so.
    network
        The layers that computed the stages, by the names of the stages.
    stages
        The output (maps, rows, columns) of each stage that there is: `CONV`, `ACTIVATION`, `POOL`.
    gradients
        The backward pass, if the problem has a gradient.
    """

    problem: ConvolutionProblem
    padding: Padding
    padded: Numbers
    kernels: Numbers
    network: Sequential
    stages: dict[str, Numbers]
    gradients: Gradients | None

    @property
    def output(self) -> Numbers:
        """The output of the convolution, (kernels, rows, columns)."""
        return self.stages[CONV]

    @property
    def last(self) -> Numbers:
        """The output of the last stage."""
        return list(self.stages.values())[-1]


def solve(problem: ConvolutionProblem) -> ConvolutionSolution:
    """Compute a problem.

    Raises
    ------
    DigitpadError
        If the settings do not fit each other; the message says which and what would fit.
    """
    check(problem)
    padding = resolve_padding(problem)
    kernels = problem.kernels[:, :, ::-1, ::-1].copy() if problem.mirrored else problem.kernels
    padded = functional.pad(problem.image[None], padding)[0]
    conv = _convolution(problem, padded, kernels)
    network = Sequential([(CONV, conv), *_after(problem, conv.output_shape(padded.shape))])
    _, stages = network.forward(padded[None], training=True, capture=True)
    outputs = {name: np.ascontiguousarray(stage[0]) for name, stage in stages.items()}
    gradients = None if problem.gradient is None else _backward(problem, padding, network, conv, outputs)
    return ConvolutionSolution(
        problem=problem,
        padding=padding,
        padded=padded,
        kernels=kernels,
        network=network,
        stages=outputs,
        gradients=gradients,
    )


def side_steps(solution: ConvolutionSolution) -> tuple[Step, ...]:
    """Return how the height and width of the output follow from the settings; one step if both are computed alike."""
    problem = solution.problem
    axes = [
        (size, pad, spacing, kernel, step, side)
        for size, pad, spacing, kernel, step, side in zip(
            problem.image.shape[1:],
            solution.padding,
            problem.dilation,
            problem.kernels.shape[2:],
            problem.stride,
            solution.output.shape[1:],
            strict=True,
        )
    ]
    names = [_("height"), _("width")]
    if axes[0] == axes[1]:
        axes, names = axes[:1], [_("side")]
    formula = "⌊(H + P − D·(K − 1) − 1) / S⌋ + 1"
    return tuple(
        Step(name, formula, f"⌊({size} + {_both(pad)} − {spacing}·({kernel} − 1) − 1) / {step}⌋ + 1", side)
        for name, (size, pad, spacing, kernel, step, side) in zip(names, axes, strict=True)
    )


def _both(pad: Pair) -> str:
    """Return the padding of both sides as it is added: twice a number, or the sum of two."""
    return f"2·{pad[0]}" if pad[0] == pad[1] else f"({pad[0]} + {pad[1]})"


def _convolution(problem: ConvolutionProblem, padded: Numbers, kernels: Numbers) -> layers.Conv2D:
    """Return the convolution of a problem, with its numbers as weights."""
    count, _per_group, rows, columns = kernels.shape
    reach = reach_of(problem)
    height, width = padded.shape[1:]
    if height < reach[0] + 1 or width < reach[1] + 1:
        span = size_text((reach[0] + 1, reach[1] + 1))
        raise DigitpadError(
            _(
                "The kernel spans {span} cells, but the padded input is {size}; use a smaller kernel or dilation, or "
                "more padding."
            ).format(span=span, size=size_text((height, width)))
        )
    conv = layers.Conv2D(
        len(padded),
        count,
        (rows, columns),
        problem.stride,
        0,
        problem.dilation,
        problem.groups,
        problem.bias is not None,
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )
    conv.weight.value = kernels
    if conv.bias is not None and problem.bias is not None:
        conv.bias.value = problem.bias
    if conv.multiply_adds(padded.shape) > _MOST_PRODUCTS:
        raise DigitpadError(_("This convolution has too many products; use a smaller input, kernel or padding."))
    return conv


def _after(problem: ConvolutionProblem, shape: Shape) -> Iterator[tuple[str, Layer]]:
    """Yield the layers after the convolution, whose output has that shape."""
    if problem.activation is not None:
        yield ACTIVATION, ACTIVATIONS[problem.activation]()
    if problem.pooling is not None:
        window, step = problem.pooling.size, problem.pooling.stride
        if min(*window, *step) < 1 or window[0] > shape[1] or window[1] > shape[2]:
            raise DigitpadError(
                _("The pooling window of {window} does not fit the output of {size}; choose a smaller window.").format(
                    window=size_text(window), size=size_text(shape[1:])
                )
            )
        pool = layers.MaxPool2D if problem.pooling.kind == "max" else layers.AvgPool2D
        yield POOL, pool(window, step)


def _backward(
    problem: ConvolutionProblem,
    padding: Padding,
    network: Sequential,
    conv: layers.Conv2D,
    stages: dict[str, Numbers],
) -> Gradients:
    """Go back through the layers from the problem's gradient."""
    last = list(stages.values())[-1]
    given = problem.gradient
    if given is None or given.shape != last.shape:
        have = "" if given is None else size_text(given.shape)
        raise DigitpadError(
            _("The gradient is {have}, but the last stage is {need}; write a number for each of its cells.").format(
                have=have, need=size_text(last.shape)
            )
        )
    before, record = network.backward(given[None], capture=True)
    (above, _below), (left, _right) = padding
    height, width = problem.image.shape[1:]
    kernels = conv.weight.grad
    return Gradients(
        stages={name: np.ascontiguousarray(record[name][0]) for name in stages},
        image=np.ascontiguousarray(before[0, :, above : above + height, left : left + width]),
        kernels=(kernels[:, :, ::-1, ::-1] if problem.mirrored else kernels).copy(),
        bias=None if conv.bias is None else conv.bias.grad.copy(),
    )
