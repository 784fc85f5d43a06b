"""The arithmetic of one number of a network as a program, in which every operand is written out.

The operands are the network's own float32 numbers and the sums are float64, as in `digitpad.explain.arithmetic`, so the
program prints the recomputed number.
"""

from collections.abc import Callable
from functools import partial, singledispatch

import numpy as np

from digitpad.copying.activation_formulas import numpy_formula
from digitpad.copying.code import NUMPY, PYTORCH, array_of, lines, number
from digitpad.errors import DigitpadError
from digitpad.explain.arithmetic import (
    Arithmetic,
    Copy,
    Gating,
    MapTerm,
    Normalization,
    Pointwise,
    Pooling,
    SoftmaxShare,
    Sum,
    UnitTerm,
    WeightedSum,
)
from digitpad.export.pytorch_source import expression
from digitpad.nn.layer import Layer
from digitpad.nn.layers import PReLU
from digitpad.nn.layers.activations import Activation
from digitpad.translation import gettext


def arithmetic_programs(arithmetic: Arithmetic, layer: Layer | None, title: str) -> dict[str, Callable[[], str]]:
    """Return the programs of a number, by form; the result of each is `value`.

    Parameters
    ----------
    arithmetic
        How it is computed; a sum lists all its terms.
    layer
        The layer that computes it; None for a pixel or a probability.
    title
        The name of the number, in the first line.
    """
    return {form: partial(arithmetic_program, arithmetic, layer, title, form) for form in (NUMPY, PYTORCH)}


def arithmetic_program(arithmetic: Arithmetic, layer: Layer | None, title: str, form: str) -> str:
    """Return one program; see `arithmetic_programs`.

    Raises
    ------
    DigitpadError
        If this number cannot be written as a program.
    ValueError
        If a sum does not list all its terms.
    """
    body = _body(arithmetic, form, layer)
    math = ["import math", ""] if any("math." in line for line in body) else []
    imports = {
        NUMPY: [*math, "import numpy as np"],
        PYTORCH: ["import torch", "from torch import nn", "from torch.nn import functional as F"],
    }[form]
    used = [line for line in imports if " import " not in line or any(f"{line.split()[-1]}." in row for row in body)]
    return lines(used, "", f"# {title}", body, "print(value)" if form == NUMPY else "print(value.item())")


def _operands(arithmetic: WeightedSum) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of a sum and their weights, in the order of the maps or units."""
    if arithmetic.others:
        raise ValueError(f"arithmetic_program: {arithmetic.others} terms are missing; expected all of them")
    maps = sorted(
        (term for term in arithmetic.terms if isinstance(term, MapTerm)), key=lambda term: term.source.channel
    )
    if maps:
        return np.stack([term.patch for term in maps]), np.stack([term.kernel for term in maps])
    units = sorted(
        (term for term in arithmetic.terms if isinstance(term, UnitTerm)), key=lambda term: term.source.index
    )
    operands = np.array([term.operand for term in units], np.float32)
    return operands, np.array([term.weight for term in units], np.float32)


def _float64(form: str, numbers: np.ndarray) -> str:
    """Return an array of float32 numbers as float64, in which products are exact."""
    return f"{array_of(form, numbers.astype(np.float32))}.{'astype(float)' if form == NUMPY else 'double()'}"


@singledispatch
def _body(arithmetic: Arithmetic, _form: str, _layer: Layer | None) -> list[str]:
    """Return the lines of a program that compute `value`."""
    text = gettext("The number of {layer} cannot be copied as a program; copy it as text.")
    raise DigitpadError(text.format(layer=arithmetic.cell.layer))


@_body.register
def _weighted_sum(arithmetic: WeightedSum, form: str, _layer: Layer | None) -> list[str]:
    x, w = _operands(arithmetic)
    given = [f"x = {_float64(form, x)}", f"w = {_float64(form, w)}"]
    bias = arithmetic.bias
    if form == NUMPY:
        plus = [] if bias is None else [f"b = {number(bias)}"]
        return [*given, *plus, f"value = np.sum(x * w){' + b' if plus else ''}"]
    call = "F.conv2d(x[None], w[None], b)" if x.ndim == 3 else "F.linear(x, w[None], b)"
    return [*given, f"b = {'None' if bias is None else _tensor(bias)}", f"value = {call}"]


@_body.register
def _pooling(arithmetic: Pooling, form: str, _layer: Layer | None) -> list[str]:
    if arithmetic.winner is None:
        x = f"x = {_float64(form, arithmetic.numbers)}"
        if form == NUMPY:
            return [x, f"value = x.sum() / {arithmetic.divisor}"]
        return [x, f"value = F.avg_pool2d(x[None], tuple(x.shape), divisor_override={arithmetic.divisor})"]
    # Padding never wins.
    x = f"x = {_float64(form, np.where(arithmetic.inside, arithmetic.numbers, -np.inf))}"
    return [x, "value = x.max()" if form == NUMPY else "value = F.max_pool2d(x[None], tuple(x.shape))"]


@_body.register
def _pointwise(arithmetic: Pointwise, form: str, layer: Layer | None) -> list[str]:
    if isinstance(layer, PReLU):
        return _learned_slope(arithmetic, form, layer)
    if not isinstance(layer, Activation):
        raise TypeError(f"arithmetic_program: layer is {layer!r}; expected the activation")
    if form == NUMPY:
        return [f"x = {number(arithmetic.operand)}", f"value = {numpy_formula(layer)}"]
    try:
        constructed = expression(type(layer).__name__, layer, {})
    except ValueError as error:
        raise DigitpadError(str(error)) from error
    return [f"x = {_tensor(arithmetic.operand)}", f"value = {constructed}(x)"]


def _learned_slope(arithmetic: Pointwise, form: str, layer: PReLU) -> list[str]:
    slope = float(layer.weight.value[arithmetic.cell.channel if layer.num_parameters > 1 else 0])
    if form == NUMPY:
        return [f"x = {number(arithmetic.operand)}", f"value = np.where(x > 0, x, {number(slope)} * x)"]
    return [f"x = {_tensor(arithmetic.operand)}", f"value = F.prelu(x, {_tensor(slope)})"]


@_body.register
def _normalization(arithmetic: Normalization, form: str, _layer: Layer | None) -> list[str]:
    names = {"x": arithmetic.operand, "mean": arithmetic.mean, "variance": arithmetic.variance}
    of_pixel = arithmetic.source is None
    names |= {} if of_pixel else {"weight": arithmetic.weight, "bias": arithmetic.bias}
    given = [f"{name} = {number(value) if form == NUMPY else _tensor(value)}" for name, value in names.items()]
    if of_pixel:
        return [*given, f"value = (x - mean) / {'np.sqrt(variance)' if form == NUMPY else 'variance.sqrt()'}"]
    formula = {
        NUMPY: "weight * (x - mean) / np.sqrt(variance + eps) + bias",
        PYTORCH: "F.batch_norm(x[None], mean, variance, weight, bias, eps=eps)",
    }[form]
    return [*given, f"eps = {number(arithmetic.eps)}", f"value = {formula}"]


@_body.register
def _softmax(arithmetic: SoftmaxShare, form: str, _layer: Layer | None) -> list[str]:
    z, index = f"z = {_float64(form, arithmetic.operands)}", arithmetic.index
    if form == PYTORCH:
        return [z, f"value = torch.softmax(z, dim=0)[{index}]"]
    return [z, "exponentials = np.exp(z - z.max())", f"value = exponentials[{index}] / exponentials.sum()"]


@_body.register
def _sum(arithmetic: Sum, form: str, _layer: Layer | None) -> list[str]:
    parts = ", ".join(number(part.value) for part in arithmetic.parts)
    return [f"x = np.array([{parts}])" if form == NUMPY else f"x = {_TENSOR.format(parts)}", "value = x.sum()"]


@_body.register
def _gating(arithmetic: Gating, form: str, _layer: Layer | None) -> list[str]:
    x, alpha = (number(value) if form == NUMPY else _tensor(value) for value in (arithmetic.operand, arithmetic.alpha))
    return [f"x, alpha = {x}, {alpha}", "value = x * alpha"]


@_body.register
def _copy(arithmetic: Copy, form: str, _layer: Layer | None) -> list[str]:
    return [f"x = {number(arithmetic.computed) if form == NUMPY else _tensor(arithmetic.computed)}", "value = x"]


_TENSOR = "torch.tensor([{}], dtype=torch.float64)"


def _tensor(value: float) -> str:
    return _TENSOR.format(number(value))
