"""Activations: a bend in every number's path, without which layers would collapse into one.

Each is a formula and its derivative. Some derivatives are shorter in terms of the output, such as s * (1 - s) for a
sigmoid; those layers remember their output, the others their input.
"""

import copy
import math
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, Shape, array_module, elementwise
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField

#: What `Activation` has compiled for a GPU.
_KERNELS: dict[tuple[object, ...], Callable[..., Array]] = {}


class Activation(Layer):
    """An elementwise function of arrays of any shape; each kind states `function` and `derivative`."""

    elementwise: ClassVar[bool] = True
    #: Whether `derivative` is given the output instead of the input.
    from_output: ClassVar[bool] = False

    _cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return function(x)."""
        checks.samples(type(self).__name__, x)
        out = self._in_one_pass("function", x)
        if training:
            self._cache = out if self.from_output else x
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return grad_output * derivative."""
        remembered = require_cache(self, self._cache)
        checks.upstream(type(self).__name__, grad_output, remembered.shape)
        return self._in_one_pass("grad_input", grad_output, remembered)

    def function(self, x: Array) -> Array:
        """Return the value for each number of `x`."""
        raise NotImplementedError

    def derivative(self, remembered: Array) -> Array:
        """Return the derivative at each number of the input, or of the output if `from_output`."""
        raise NotImplementedError

    def grad_input(self, grad_output: Array, remembered: Array) -> Array:
        """Return grad_output * derivative(remembered)."""
        product: Array = grad_output * self.derivative(remembered)
        return product

    def _in_one_pass(self, formula: str, *arrays: Array) -> Array:
        """Compute the formula of that name; on a GPU as one kernel for each kind of activation and its settings."""
        if checks.on_host(arrays[0]):
            computed: Array = getattr(self, formula)(*arrays)
            return computed
        settings = {name: value for name, value in vars(self).items() if name != "_cache"}
        key = (type(self), formula, *settings.items())
        if key not in _KERNELS:
            # Of a copy, whose settings stay what they are; and which keeps no batch alive.
            constant = copy.copy(self)
            constant._cache = None
            _KERNELS[key] = elementwise(getattr(constant, formula))
        return _KERNELS[key](*arrays)


class ReLU(Activation):
    """The positive part: max(x, 0).

    The gradient passes where x > 0; at exactly zero it is taken as 0, as PyTorch does. Source: Nair and Hinton,
    "Rectified linear units improve restricted Boltzmann machines", ICML 2010.
    """

    from_output: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        """Return max(x, 0)."""
        # NumPy's maximum with a single number takes twice as long as with an array.
        zero = np.zeros_like(x) if checks.on_host(x) else 0
        out: Array = array_module(x).maximum(x, zero)
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 where the output is positive, else 0."""
        positive: Array = remembered > 0
        return positive


class LeakyReLU(Activation):
    """A ReLU that still leans where it is off: x if x > 0, else negative_slope * x.

    Parameters
    ----------
    negative_slope
        Slope for negative numbers, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If it is no such number.

    Notes
    -----
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.
    """

    from_output: ClassVar[bool] = True

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = checks.real_number("LeakyReLU", "negative_slope", negative_slope, low=0, high=1)

    def function(self, x: Array) -> Array:
        """Return the larger of x and negative_slope * x."""
        out: Array = array_module(x).maximum(x, self.negative_slope * x)
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 where the output is positive, else negative_slope."""
        one = remembered.dtype.type(1)
        slope: Array = array_module(remembered).where(remembered > 0, one, one * self.negative_slope)
        return slope


class ELU(Activation):
    """Exponential linear unit: x if x > 0, else alpha * (exp(x) - 1).

    Parameters
    ----------
    alpha
        Where negative numbers level off: at -alpha. At least 0.

    Raises
    ------
    TypeError, ValueError
        If it is no such number.

    Notes
    -----
    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear
    units", ICLR 2016.
    """

    from_output: ClassVar[bool] = True

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = checks.real_number("ELU", "alpha", alpha, low=0, high=math.inf, open_high=True)

    def function(self, x: Array) -> Array:
        """Return x, or alpha * expm1(x) where x is negative."""
        xp = array_module(x)
        # The exponential of negative numbers alone cannot overflow.
        out: Array = xp.maximum(x, 0) + self.alpha * xp.expm1(xp.minimum(x, 0))
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 where the output is positive, else alpha * exp(x), which is the output plus alpha."""
        one = remembered.dtype.type(1)
        slope: Array = array_module(remembered).where(remembered > 0, one, remembered + self.alpha)
        return slope


class SiLU(Activation):
    """Sigmoid linear unit, also called Swish: x * sigmoid(x).

    Source: Ramachandran, Zoph and Le, "Searching for activation functions", 2017.
    """

    def function(self, x: Array) -> Array:
        """Return x * sigmoid(x)."""
        out: Array = x * functional.sigmoid(x)
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return s + x * s * (1 - s), with s = sigmoid(x)."""
        s = functional.sigmoid(remembered)
        slope: Array = s * (1 + remembered * (1 - s))
        return slope


class GELU(Activation):
    """Gaussian error linear unit: x * P(x), with P(x) the probability that a normal variable is below x.

    P(x) = (1 + erf(x / sqrt(2))) / 2, or nearly (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2.

    Parameters
    ----------
    approximate
        `"none"` for the error function, `"tanh"` for the second form.

    Raises
    ------
    ValueError
        If it is neither.

    Notes
    -----
    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in {"none", "tanh"}:
            raise ValueError(f'GELU: approximate is {approximate!r}; expected "none" or "tanh"')
        self.approximate = approximate

    def function(self, x: Array) -> Array:
        """Return x * P(x)."""
        out: Array = x * self._probability(_bounded(x))
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return P(x) + x * P'(x)."""
        x = _bounded(remembered)
        p = self._probability(x)
        if self.approximate == "tanh":
            # With p = (1 + t) / 2, the slope of tanh, 1 - t^2, is 4 * p * (1 - p).
            density = 2 * p * (1 - p) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
        else:
            density = array_module(x).exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        slope: Array = p + x * density
        return slope

    def _probability(self, x: Array) -> Array:
        if self.approximate == "tanh":
            bent = array_module(x).tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
        else:
            bent = functional.erf(x * math.sqrt(0.5))
        probability: Array = 0.5 * (1 + bent)
        return probability


def _bounded(x: Array) -> Array:
    """Return `x` within +-40, beyond which P(x) is 0 or 1 and its slope 0, so that no square or cube overflows."""
    bounded: Array = array_module(x).clip(x, -40, 40)
    return bounded


class Tanh(Activation):
    """The hyperbolic tangent: (exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1."""

    from_output: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        """Return tanh(x)."""
        out: Array = array_module(x).tanh(x)
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 - out^2."""
        slope: Array = 1 - remembered * remembered
        return slope


class Sigmoid(Activation):
    """The logistic function: 1 / (1 + exp(-x)), between 0 and 1, computed so that nothing overflows."""

    from_output: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        """Return sigmoid(x)."""
        return functional.sigmoid(x)

    def derivative(self, remembered: Array) -> Array:
        """Return out * (1 - out)."""
        slope: Array = remembered * (1 - remembered)
        return slope


class Softmax(Layer):
    """Probabilities that sum to one along an axis: exp(x) / sum(exp(x)).

    Not needed before a cross-entropy loss, which works from logits.

    Parameters
    ----------
    axis
        The axis; 1 are the classes, or channels. The batch, axis 0, is none: samples know nothing of each other.

    Raises
    ------
    TypeError, ValueError
        If it is no whole number of at least 1; on the first call also if the batch has no such axis.
    """

    def __init__(self, axis: int = 1) -> None:
        self.axis = checks.whole_number("Softmax", "axis", axis)
        self._cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return softmax(x) along the axis."""
        checks.samples("Softmax", x)
        self.output_shape(x.shape[1:])
        out = functional.softmax(x, axis=self.axis)
        if training:
            self._cache = out
        return out

    def backward(self, grad_output: Array) -> Array:
        """Return out * (g - sum(g * out)).

        Each output depends on every input of its axis: d out_i / d x_j = out_i * ((i == j) - out_j).
        """
        out = require_cache(self, self._cache)
        checks.upstream("Softmax", grad_output, out.shape)
        weighted = grad_output * out
        grad_input: Array = weighted - out * weighted.sum(axis=self.axis, keepdims=True)
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input.

        Raises
        ------
        ValueError
            If it has no such axis.
        """
        if self.axis > len(input_shape):
            raise ValueError(f"Softmax: axis is {self.axis}; expected one of the input's, at most {len(input_shape)}")
        return input_shape

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the same field, or the whole image where the axis is one of places, not of channels."""
        return field if self.axis == 1 else field.everything()
