"""The arithmetic of one cell of the backward pass of a convolution.

The gradients are sums of products as well, with other operands than the convolution:

- the gradient of a tap of the kernel: what the tap saw, times the gradient of the output, place by place;
- the gradient of an input cell: the taps that saw it, times the gradients where they did;
- the gradient of the bias: the sum of the gradients of the output.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.document import Step
from digitpad.copying.numbers import product, show, total
from digitpad.lab.convolution import ACTIVATION, CONV, POOL, ConvolutionSolution, Gradients
from digitpad.lab.convolution_terms import (
    CellFunction,
    CellSum,
    Index,
    Mask,
    Numbers,
    cell_title,
    channels_of,
    inside,
    make_term,
    pool_window,
)
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from digitpad.translation import gettext as _


def input_gradient_cell(solution: ConvolutionSolution, index: Index) -> CellSum:
    """Return the arithmetic of the gradient with respect to an input cell, (channel, row, column).

    Raises
    ------
    ValueError
        If the solution has no backward pass.
    """
    upstream, gradient = _upstream(solution), _gradients(solution).image
    channel, row, column = index
    problem = solution.problem
    kernel_rows, kernel_columns = problem.kernels.shape[2:]
    # Tap i saw this row from output row p if p * stride + i * dilation is the row in the padded input.
    rows, row_hits = _outputs_that_saw(row + solution.padding[0][0], kernel_rows, solution, 0)
    columns, column_hits = _outputs_that_saw(column + solution.padding[1][0], kernel_columns, solution, 1)
    seen = row_hits[:, None] & column_hits[None, :]
    place_rows, place_columns = np.where(row_hits, rows, 0), np.where(column_hits, columns, 0)
    kernels = [number for number in range(len(solution.kernels)) if channel in channels_of(solution, number)]
    terms = tuple(
        make_term(
            _("map {number}").format(number=number) if len(kernels) > 1 else "",
            np.where(seen, upstream[number][place_rows[:, None], place_columns[None, :]], 0.0),
            solution.kernels[number, channels_of(solution, number).index(channel)],
            seen,
            np.broadcast_to(place_rows[:, None], seen.shape),
            np.broadcast_to(place_columns[None, :], seen.shape),
            number,
        )
        for number in kernels
    )
    return CellSum(
        title=cell_title(_("Input gradient"), gradient, index),
        values_name=_("output gradient"),
        weights_name=_("kernel"),
        terms=terms,
        bias=None,
        value=float(gradient[index]),
    )


def kernel_gradient_cell(solution: ConvolutionSolution, index: Index) -> CellSum:
    """Return the arithmetic of the gradient of one tap, (kernel, channel of the kernel, row, column) as it was given.

    Raises
    ------
    ValueError
        If the solution has no backward pass.
    """
    upstream, gradient = _upstream(solution), _gradients(solution).kernels
    number, place, i, j = index
    problem = solution.problem
    if problem.mirrored:
        i, j = problem.kernels.shape[2] - 1 - i, problem.kernels.shape[3] - 1 - j
    places = upstream.shape[1:]
    rows = np.arange(places[0]) * problem.stride[0] + i * problem.dilation[0]
    columns = np.arange(places[1]) * problem.stride[1] + j * problem.dilation[1]
    grid_rows, grid_columns = np.meshgrid(rows, columns, indexing="ij")
    channel = channels_of(solution, number)[place]
    term = make_term(
        "",
        solution.padded[channel][grid_rows, grid_columns],
        upstream[number],
        inside(solution, grid_rows, grid_columns),
        grid_rows - solution.padding[0][0],
        grid_columns - solution.padding[1][0],
        channel,
    )
    return CellSum(
        title=_("Kernel gradient, kernel {kernel}, channel {channel}, row {row}, column {column}").format(
            kernel=number, channel=place, row=index[2], column=index[3]
        ),
        values_name=_("what the tap saw"),
        weights_name=_("output gradient"),
        terms=(term,),
        bias=None,
        value=float(gradient[index]),
    )


def bias_gradient_cell(solution: ConvolutionSolution, number: int) -> CellSum:
    """Return the arithmetic of the gradient of one bias: the sum of its map's gradients.

    Raises
    ------
    ValueError
        If the solution has no backward pass, or no bias.
    """
    upstream, gradient = _upstream(solution), _gradients(solution).bias
    if gradient is None:
        raise ValueError("bias_gradient_cell: the problem has no bias")
    rows, columns = np.meshgrid(*(np.arange(side) for side in upstream.shape[1:]), indexing="ij")
    ones = np.ones(upstream.shape[1:])
    return CellSum(
        title=_("Bias gradient, kernel {kernel}").format(kernel=number),
        values_name=_("output gradient"),
        weights_name="1",
        terms=(make_term("", upstream[number], ones, ones.astype(bool), rows, columns, number),),
        bias=None,
        value=float(gradient[number]),
    )


def stage_gradient_cell(solution: ConvolutionSolution, stage: str, index: Index, digits: int = 4) -> CellFunction:
    """Return how the gradient with respect to a cell of a stage follows from that of the next stage.

    Raises
    ------
    ValueError
        If the solution has no backward pass.
    """
    gradients = _gradients(solution)
    value = float(gradients.stages[stage][index])
    title = cell_title(_("Gradient of {stage}").format(stage=stage), gradients.stages[stage], index)
    names = list(solution.stages)
    after = names[names.index(stage) + 1] if stage != names[-1] else None
    if after is None:
        step = Step(_("value"), "g", _("given"), value)
        return CellFunction(
            title=title, operands=np.array([value]), places=np.array([index[1:]]), made_of=(step,), value=value
        )
    upstream = gradients.stages[after]
    if after == ACTIVATION:
        above = float(upstream[index])
        layer = solution.network.layers[ACTIVATION]
        if not isinstance(layer, Activation):
            raise TypeError(f"stage_gradient_cell: the layer is {layer!r}; expected an activation")
        remembered = solution.stages[ACTIVATION] if layer.from_output else solution.output
        slope = float(layer.derivative(remembered[index][None])[0])
        x = float(solution.output[index])
        steps = (
            Step(_("slope"), "f'(x)", f"x = {show(x, digits)}", slope),
            Step(_("value"), "g·f'(x)", product(above, slope, digits), value),
        )
        return CellFunction(
            title=title, operands=np.array([above]), places=np.array([index[1:]]), made_of=steps, value=value
        )
    return _pool_gradient(solution, index, title, value, digits)


def _pool_gradient(solution: ConvolutionSolution, index: Index, title: str, value: float, digits: int) -> CellFunction:
    """Return how the gradient of a cell before pooling follows from those of the windows that contain it."""
    upstream = _gradients(solution).stages[POOL]
    maximum = isinstance(solution.network.layers[POOL], layers.MaxPool2D)
    operands, places = [], []
    for row in range(upstream.shape[1]):
        for column in range(upstream.shape[2]):
            window, cells = pool_window(solution, (index[0], row, column))
            here = np.flatnonzero((cells == index[1:]).all(axis=1))
            if here.size and (not maximum or int(window.argmax()) == int(here[0])):
                operands.append(float(upstream[index[0], row, column]))
                places.append((row, column))
    size = _pool_size(solution)
    if not operands:
        text = _("not the largest value of any window") if maximum else _("in no window")
        step = Step(_("value"), "0", text, value)
    elif maximum:
        step = Step(_("value"), "Σ g", total(operands, digits), value)
    else:
        step = Step(_("value"), "Σ g / n", f"({total(operands, digits)}) / {size}", value)
    return CellFunction(
        title=title,
        operands=np.array(operands),
        places=np.array(places, np.intp).reshape(-1, 2),
        made_of=(step,),
        value=value,
    )


def _pool_size(solution: ConvolutionSolution) -> int:
    settings = solution.problem.pooling
    return 1 if settings is None else settings.size[0] * settings.size[1]


def _outputs_that_saw(
    place: int, kernel: int, solution: ConvolutionSolution, axis: int
) -> tuple[NDArray[np.intp], Mask]:
    """Return for each tap which output row (or column) put it onto `place`, and whether there is one."""
    offset = place - np.arange(kernel) * solution.problem.dilation[axis]
    outputs, rest = np.divmod(offset, solution.problem.stride[axis])
    hits = (rest == 0) & (outputs >= 0) & (outputs < solution.output.shape[1 + axis])
    return outputs, hits


def _upstream(solution: ConvolutionSolution) -> Numbers:
    return _gradients(solution).stages[CONV]


def _gradients(solution: ConvolutionSolution) -> Gradients:
    if solution.gradients is None:
        raise ValueError("the solution has no backward pass; give the problem a gradient")
    return solution.gradients
