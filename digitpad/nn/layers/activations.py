"""Activations: nonlinear functions of single values, without which stacked linear layers would equal one linear layer.

Each value of the output depends on one value of the input, out = f(x), so the chain rule is a product of numbers:
grad_x = g * f'(x). An activation therefore consists of a formula and its derivative. Some derivatives are shorter in
terms of the output, such as s * (1 - s) for a sigmoid s; those layers remember their output, the others their input.
"""

import copy
import math
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.checks import on_host
from digitpad.nn.layer import Layer, require_cache

#: The GPU kernels of `Activation`, by class, formula and settings.
_KERNELS: dict[tuple[object, ...], Callable[..., Array]] = {}


class Activation(Layer):
    """An elementwise function of arrays of any shape; a derived class defines `function` and `derivative`."""

    elementwise: ClassVar[bool] = True
    #: Whether `derivative` is given the output instead of the input.
    from_output: ClassVar[bool] = False

    _cache: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return function(x)."""
        self.check.samples(x)
        out = self._in_one_pass("function", x)
        if training:
            self._cache = out if self.from_output else x
        return out

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output * derivative."""
        remembered = require_cache(self, self._cache)
        self.check.upstream(grad_output, remembered.shape)
        return self._in_one_pass("grad_input", grad_output, remembered)

    def function(self, x: Array) -> Array:
        """Return f(x) for each value of `x`."""
        raise NotImplementedError

    def derivative(self, remembered: Array) -> Array:
        """Return f'(x) in terms of the input x, or of the output f(x) if `from_output`."""
        raise NotImplementedError

    def grad_input(self, grad_output: Array, remembered: Array) -> Array:
        """Return grad_output * derivative(remembered)."""
        product: Array = grad_output * self.derivative(remembered)
        return product

    def _in_one_pass(self, formula: str, *arrays: Array) -> Array:
        """Compute the method called `formula`; on a GPU as one kernel, compiled for each class and its settings."""
        if on_host(arrays[0]):
            computed: Array = getattr(self, formula)(*arrays)
            return computed
        settings = {name: value for name, value in vars(self).items() if name != "_cache"}
        key = (type(self), formula, *settings.items())
        if key not in _KERNELS:
            # Compiled from a copy, whose settings cannot change later and whose cache keeps no batch in memory.
            constant = copy.copy(self)
            constant._cache = None
            _KERNELS[key] = elementwise(getattr(constant, formula))
        return _KERNELS[key](*arrays)


class ReLU(Activation):
    """Rectified linear unit: max(x, 0).

    The gradient. f(x) = x has slope 1 where x > 0, and f(x) = 0 has slope 0 where x < 0. At exactly 0 there is no
    derivative; 0 is used, as in PyTorch.

    Notes
    -----
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.
    """

    from_output: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        """Return max(x, 0)."""
        # NumPy's `clip` takes half the time of its `maximum`, which is slow with a scalar.
        out: Array = x.clip(0, np.inf) if on_host(x) else array_module(x).maximum(x, 0)
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 where the output is positive, else 0."""
        positive: Array = remembered > 0
        return positive


class LeakyReLU(Activation):
    """A ReLU with a small slope for negative values: x if x > 0, else negative_slope * x.

    The gradient. Each branch is linear: the slope is 1 where x > 0, and negative_slope elsewhere. A unit whose inputs
    are all negative therefore still learns.

    Parameters
    ----------
    negative_slope
        Slope for negative values, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If `negative_slope` is not such a number.

    Notes
    -----
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.
    """

    from_output: ClassVar[bool] = True

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = self.check.real_number("negative_slope", negative_slope, low=0, high=1)

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

    The gradient. The slope is 1 where x > 0. Elsewhere it is alpha * exp(x), and since the output there is
    alpha * exp(x) - alpha, that is the output plus alpha: the exponential is not computed twice.

    Parameters
    ----------
    alpha
        Very negative values approach -alpha. At least 0.

    Raises
    ------
    TypeError, ValueError
        If `alpha` is not such a number.

    Notes
    -----
    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear
    units", ICLR 2016.
    """

    from_output: ClassVar[bool] = True

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = self.check.real_number("alpha", alpha, low=0, high=math.inf, open_high=True)

    def function(self, x: Array) -> Array:
        """Return x, or alpha * expm1(x) where x is negative."""
        xp = array_module(x)
        # The minimum keeps exp from overflowing: positive values do not need it.
        out: Array = xp.maximum(x, 0) + self.alpha * xp.expm1(xp.minimum(x, 0))
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 where the output is positive, else alpha * exp(x), which is the output plus alpha."""
        one = remembered.dtype.type(1)
        slope: Array = array_module(remembered).where(remembered > 0, one, remembered + self.alpha)
        return slope


class SELU(Activation):
    """Scaled exponential linear unit: scale * (x if x > 0, else alpha * (exp(x) - 1)).

    The constants are those for which an output has mean 0 and variance 1 if the input is standard normal, so that
    numbers keep their scale through many linear layers without normalization: alpha = 1.6733, scale = 1.0507.

    The gradient. The slope is scale where x > 0. Elsewhere it is scale * alpha * exp(x), and since the output there is
    scale * alpha * exp(x) - scale * alpha, that is the output plus scale * alpha.

    Notes
    -----
    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NeurIPS 2017.
    """

    from_output: ClassVar[bool] = True
    alpha: ClassVar[float] = 1.6732632423543772848170429916717
    scale: ClassVar[float] = 1.0507009873554804934193349852946

    def function(self, x: Array) -> Array:
        """Return scale * x, or scale * alpha * expm1(x) where x is negative."""
        xp = array_module(x)
        # The minimum keeps exp from overflowing: positive values do not need it.
        out: Array = self.scale * xp.maximum(x, 0) + self.scale * self.alpha * xp.expm1(xp.minimum(x, 0))
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return scale where the output is positive, else the output plus scale * alpha."""
        one = remembered.dtype.type(1)
        low = remembered + self.scale * self.alpha
        slope: Array = array_module(remembered).where(remembered > 0, one * self.scale, low)
        return slope


class SiLU(Activation):
    """Sigmoid linear unit, also called Swish: x * sigmoid(x).

    The gradient. With s = sigmoid(x), s' = s * (1 - s), so by the product rule (x * s)' = s + x * s * (1 - s).

    Notes
    -----
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


class Mish(Activation):
    """x * tanh(softplus(x)), with softplus(x) = log(1 + exp(x)): smooth, and almost x where x is large.

    The gradient. With t = tanh(softplus(x)): softplus' = sigmoid and tanh' = 1 - tanh^2, so by the product and chain
    rules (x * t)' = t + x * (1 - t^2) * sigmoid(x).

    Notes
    -----
    Source: Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.
    """

    def function(self, x: Array) -> Array:
        """Return x * tanh(softplus(x))."""
        out: Array = x * array_module(x).tanh(functional.softplus(x))
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return t + x * (1 - t^2) * sigmoid(x), with t = tanh(softplus(x))."""
        t = array_module(remembered).tanh(functional.softplus(remembered))
        slope: Array = t + remembered * (1 - t * t) * functional.sigmoid(remembered)
        return slope


class GELU(Activation):
    """Gaussian error linear unit: x * P(x), where P(x) is the probability that a standard normal variable is below x.

    P(x) = (1 + erf(x / sqrt(2))) / 2, or approximately (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 * x^3).

    The gradient. By the product rule it is P(x) + x * P'(x). P' is the normal density, exp(-x^2 / 2) / sqrt(2 * pi); in
    the approximate form tanh' = 1 - tanh^2 = 4 * P * (1 - P), so P' = 2 * P * (1 - P) * du/dx.

    Parameters
    ----------
    approximate
        `"none"` for the error function, `"tanh"` for the approximation.

    Raises
    ------
    ValueError
        If `approximate` is neither.

    Notes
    -----
    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in {"none", "tanh"}:
            raise ValueError(f'{self.check.owner}: approximate is {approximate!r}; expected "none" or "tanh"')
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
    """Return `x` clipped to +-40, where P(x) has long been 0 or 1, so that squares and cubes do not overflow."""
    bounded: Array = array_module(x).clip(x, -40, 40)
    return bounded


class Tanh(Activation):
    """The hyperbolic tangent: (exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1.

    The gradient. With s and c the numerator and the denominator, s' = c and c' = s, so by the quotient rule
    (s / c)' = (c^2 - s^2) / c^2 = 1 - tanh(x)^2.
    """

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
    """The logistic function: s = 1 / (1 + exp(-x)), between 0 and 1.

    The gradient. s' = exp(-x) / (1 + exp(-x))^2, and exp(-x) / (1 + exp(-x)) = 1 - s, so s' = s * (1 - s).
    """

    from_output: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        """Return sigmoid(x)."""
        return functional.sigmoid(x)

    def derivative(self, remembered: Array) -> Array:
        """Return out * (1 - out)."""
        slope: Array = remembered * (1 - remembered)
        return slope
