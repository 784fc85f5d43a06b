"""Activations of straight pieces that imitate smooth ones: a few comparisons instead of an exponential."""

from digitpad.nn.backend import Array, array_module
from digitpad.nn.layers.activations import Activation


class Hardsigmoid(Activation):
    """A straight line in place of the sigmoid: (x + 3) / 6, limited to [0, 1].

    The gradient. The slope is 1 / 6 where -3 < x < 3, and 0 elsewhere; at -3 and 3 there is no derivative, and 0 is
    used, as in PyTorch.

    Notes
    -----
    Source: Courbariaux, Bengio and David, "BinaryConnect", NeurIPS 2015; with this slope Howard et al., "Searching for
    MobileNetV3", ICCV 2019.
    """

    def function(self, x: Array) -> Array:
        """Return (x + 3) / 6, limited to [0, 1]."""
        out: Array = array_module(x).clip(x + 3, 0, 6) / 6
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 1 / 6 where -3 < x < 3, else 0."""
        zero = remembered.dtype.type(0)
        inside = (remembered > -3) & (remembered < 3)
        slope: Array = array_module(remembered).where(inside, zero + 1 / 6, zero)
        return slope


class Hardswish(Activation):
    """x * hardsigmoid(x): 0 up to -3, x from 3 on, and x * (x + 3) / 6 between.

    The gradient. Between -3 and 3 it is that of the parabola, ((x^2 + 3 * x) / 6)' = x / 3 + 1 / 2. Below it is 0,
    above 1.

    Notes
    -----
    Source: Howard et al., "Searching for MobileNetV3", ICCV 2019.
    """

    def function(self, x: Array) -> Array:
        """Return x * (x + 3) / 6, with the second factor limited to [0, 6]."""
        out: Array = x * array_module(x).clip(x + 3, 0, 6) / 6
        return out

    def derivative(self, remembered: Array) -> Array:
        """Return 0 up to -3, 1 from 3 on, and x / 3 + 1 / 2 between."""
        xp, zero = array_module(remembered), remembered.dtype.type(0)
        above = xp.where(remembered < 3, remembered / 3 + 0.5, zero + 1)
        slope: Array = xp.where(remembered > -3, above, zero)
        return slope
