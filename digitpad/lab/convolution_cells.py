"""The arithmetic of one cell of a convolution, its activation and its pooling, with every operand and every sum.

The value of a cell is always the one that the network computed.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.document import Step
from digitpad.copying.numbers import show, total
from digitpad.explain.formulas import pointwise_formula
from digitpad.lab.convolution import ACTIVATION, CONV, POOL, ConvolutionSolution
from digitpad.lab.convolution_terms import (
    CellFunction,
    CellSum,
    Index,
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


def output_cell(solution: ConvolutionSolution, index: Index) -> CellSum:
    """Return the arithmetic of a cell of the convolution.

    Parameters
    ----------
    solution
        The solution.
    index
        (map, row, column).
    """
    problem = solution.problem
    kernel, row, column = index
    rows, columns = _taps(solution, row, column)
    channels = channels_of(solution, kernel)
    terms = tuple(
        make_term(
            _("channel {number}").format(number=channel) if len(channels) > 1 else "",
            solution.padded[channel][rows, columns],
            solution.kernels[kernel, place],
            inside(solution, rows, columns),
            rows - solution.padding[0][0],
            columns - solution.padding[1][0],
            channel,
        )
        for place, channel in enumerate(channels)
    )
    return CellSum(
        title=cell_title(_("Output"), solution.output, index),
        values_name=_("patch"),
        weights_name=_("kernel"),
        terms=terms,
        bias=None if problem.bias is None else float(problem.bias[kernel]),
        value=float(solution.output[index]),
    )


def stage_cell(solution: ConvolutionSolution, stage: str, index: Index, digits: int = 4) -> CellSum | CellFunction:
    """Return the arithmetic of a cell of a stage, (map, row, column)."""
    if stage == CONV:
        return output_cell(solution, index)
    value = float(solution.stages[stage][index])
    if stage == ACTIVATION:
        x = float(solution.output[index])
        layer = solution.network.layers[ACTIVATION]
        if not isinstance(layer, Activation):
            raise TypeError(f"stage_cell: the layer is {layer!r}; expected an activation")
        formula, constants, _passes = pointwise_formula(layer, x)
        named = "".join(f", {constant.name} = {show(constant.value, digits)}" for constant in constants)
        return CellFunction(
            title=cell_title(problem_name(solution), solution.stages[stage], index),
            operands=np.array([x]),
            places=np.array([index[1:]]),
            made_of=(Step(_("value"), formula, f"x = {show(x, digits)}{named}", value),),
            value=value,
        )
    window, places = pool_window(solution, index)
    return CellFunction(
        title=cell_title(_("Pooling"), solution.stages[stage], index),
        operands=window,
        places=places,
        made_of=(_pool_step(solution, window, value, digits),),
        value=value,
    )


def problem_name(solution: ConvolutionSolution) -> str:
    """Return the name of the activation as it is written: ReLU."""
    return type(solution.network.layers[ACTIVATION]).__name__


def _pool_step(solution: ConvolutionSolution, window: Numbers, value: float, digits: int) -> Step:
    numbers = [float(number) for number in window]
    if isinstance(solution.network.layers[POOL], layers.MaxPool2D):
        return Step(_("value"), "max", f"max({', '.join(show(number, digits) for number in numbers)})", value)
    return Step(_("value"), "Σ x / n", f"({total(numbers, digits)}) / {len(numbers)}", value)


def _taps(solution: ConvolutionSolution, row: int, column: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows (K, 1) and columns (1, K) of the padded input under the taps of an output cell."""
    problem = solution.problem
    height, width = problem.kernels.shape[2:]
    rows = row * problem.stride[0] + np.arange(height) * problem.dilation[0]
    columns = column * problem.stride[1] + np.arange(width) * problem.dilation[1]
    return rows[:, None], columns[None, :]
