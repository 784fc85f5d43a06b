"""Activations, a few thousand numbers at a time, in memory that is reused in every step.

A formula such as x * sigmoid(x) is a dozen operations of NumPy. On whole arrays each of them reads and writes memory;
on a piece that stays in the cache only the first and the last do. Where the slope f'(x) follows from f(x), it is
computed going backward; those of SiLU and GELU are computed together with f(x), with which they have their costly parts
in common, and are remembered.

The formulas are those of `digitpad.nn.layers.activations` but written for few operations:

- sigmoid(x) = (1 + tanh(x / 2)) / 2: multiply numerator and denominator of 1 / (1 + exp(-x)) by exp(x / 2). It cannot
  overflow.
- The ELU's exp(min(x, 0)) is 1 for positive x, where it is not needed, so no case distinction remains.
- The GELU's P(x) has an approximation by Abramowitz and Stegun ("Handbook of mathematical functions", 7.1.26): with
  t = 1 / (1 + 0.3275911 * |x| / sqrt(2)), the part beyond |x| is exp(-x^2 / 2) times a polynomial of t, within 8e-8,
  about the precision of float32 near 1. The same exponential is the density that the slope needs.
"""

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import memory_order
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import ELU, GELU, LeakyReLU, Sigmoid, SiLU, Tanh
from digitpad.nn.layers.activations import Activation

Formula: TypeAlias = Callable[[Array, Array, Array | None, Workspace], None]
"""Writes f(x) into its second argument; also f'(x) into its third, unless that is None or follows from f(x)."""

SlopeOfOutput: TypeAlias = Callable[[Array, Array], None]
"""Writes f'(x) into its second argument, given f(x)."""

#: Numbers in one piece: four arrays of them fit into a second-level cache, and a call of NumPy takes much longer than
#: its overhead.
_PIECE_NUMBERS = 1 << 15

#: Half of Abramowitz and Stegun's a5 to a1, as P(x) takes half of the error function.
_TAIL = (0.5307027145, -0.7265760135, 0.7107068705, -0.142248368, 0.127414796)


class FusedActivation(Layer):
    """The same as `activation`.

    Parameters
    ----------
    activation
        An activation that `supports` accepts.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, activation: Activation, scratch: Workspace) -> None:
        self.activation = activation
        self._own, self._scratch = scratch.sibling(), scratch
        self._formula, self._slope_of_output = _formulas(activation)
        self._order: list[int] = []
        self._cache: Array | None = None

    @staticmethod
    def supports(layer: Layer, scratch: Workspace) -> bool:
        """Return whether there is a formula for `layer`; that of the GELU is for float32 alone, and ReLU needs none."""
        if isinstance(layer, GELU):
            return layer.approximate == "none" and scratch.dtype == np.float32
        return isinstance(layer, ELU | LeakyReLU | Sigmoid | SiLU | Tanh)

    @staticmethod
    def is_monotone(layer: Layer | None) -> bool:
        """Return whether a larger input never has a smaller output, so that it may follow a max pooling instead."""
        return isinstance(layer, ELU | LeakyReLU | Sigmoid | Tanh)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return f(x), in memory that the next call overwrites."""
        self.activation.check.samples(x)
        self._order = memory_order(x)
        values = self._contiguous(x, "x")
        out = self._own.empty("out", values.shape)
        slope = None
        if training and self._slope_of_output is None:
            slope = self._own.empty("slope", values.shape)
        flat, flat_out = values.reshape(-1), out.reshape(-1)
        flat_slope = None if slope is None else slope.reshape(-1)
        for piece in _pieces(flat.size):
            slopes = None if flat_slope is None else flat_slope[piece]
            self._formula(flat[piece], flat_out[piece], slopes, self._scratch)
        self._cache = None
        if training:
            self._cache = out if slope is None else slope
        return self._turned_back(out)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return grad_output * f'(x), in memory that the next call overwrites."""
        remembered = require_cache(self, self._cache)
        self.activation.check.upstream(grad_output, self._turned_back(remembered).shape)
        grad = self._own.empty("grad", remembered.shape)
        upstream = self._contiguous(grad_output, "grad_output")
        if self._slope_of_output is None:
            return self._turned_back(np.multiply(upstream, remembered, out=grad))
        flat, flat_out, flat_upstream = grad.reshape(-1), remembered.reshape(-1), upstream.reshape(-1)
        for piece in _pieces(flat.size):
            self._slope_of_output(flat_out[piece], flat[piece])
            flat[piece] *= flat_upstream[piece]
        return self._turned_back(grad)

    def _contiguous(self, x: Array, name: str) -> Array:
        """Return an array with its axes in the order of memory, contiguous."""
        turned = x.transpose(self._order)
        if turned.flags.c_contiguous:
            return turned
        copy = self._own.empty(name, turned.shape)
        np.copyto(copy, turned)
        return copy

    def _turned_back(self, values: Array) -> Array:
        return values.transpose([self._order.index(axis) for axis in range(values.ndim)])


def _pieces(size: int) -> Iterator[slice]:
    """Divide numbers into pieces of `_PIECE_NUMBERS`."""
    for start in range(0, size, _PIECE_NUMBERS):
        yield slice(start, min(start + _PIECE_NUMBERS, size))


def _formulas(activation: Activation) -> tuple[Formula, SlopeOfOutput | None]:
    """Return f of an activation with its settings, and f' in terms of f if it has such a form."""
    match activation:
        case LeakyReLU():
            return _leaky_relu(activation.negative_slope)
        case ELU():
            return _elu(activation.alpha)
        case Tanh():
            return _tanh, _slope_of_tanh
        case Sigmoid():
            return _sigmoid, _slope_of_sigmoid
        case SiLU():
            return _silu, None
        case _:
            return _gelu, None


def _leaky_relu(low: float) -> tuple[Formula, SlopeOfOutput]:
    """Return max(x, low * x); its slope is 1 or `low`."""

    def formula(x: Array, out: Array, _: Array | None, __: Workspace) -> None:
        np.maximum(x, np.multiply(x, low, out=out), out=out)

    def slope_of(out: Array, slope: Array) -> None:
        np.greater(out, 0, out=slope)
        slope *= 1 - low
        slope += low

    return formula, slope_of


def _elu(alpha: float) -> tuple[Formula, SlopeOfOutput]:
    """Return max(x, 0) + alpha * (e - 1) with e = exp(min(x, 0)); its slope is 1 or alpha * e = out + alpha."""

    def formula(x: Array, out: Array, _: Array | None, scratch: Workspace) -> None:
        zeros = np.zeros_like(x)
        e = scratch.empty("e", x.shape)
        np.exp(np.minimum(x, zeros, out=e), out=e)
        e -= 1
        e *= alpha
        np.maximum(x, zeros, out=out)
        out += e

    def slope_of(out: Array, slope: Array) -> None:
        np.minimum(out, np.zeros_like(out), out=slope)
        slope += alpha
        if alpha != 1:
            # Where the output is positive, this is alpha so far.
            slope += np.multiply(np.greater(out, 0), out.dtype.type(1 - alpha))

    return formula, slope_of


def _tanh(x: Array, out: Array, _: Array | None, __: Workspace) -> None:
    np.tanh(x, out=out)


def _slope_of_tanh(out: Array, slope: Array) -> None:
    """Compute 1 - out^2."""
    np.multiply(out, out, out=slope)
    np.subtract(1, slope, out=slope)


def _sigmoid(x: Array, out: Array, _: Array | None, __: Workspace) -> None:
    """Compute (1 + tanh(x / 2)) / 2."""
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5


def _slope_of_sigmoid(out: Array, slope: Array) -> None:
    """Compute out * (1 - out)."""
    np.subtract(1, out, out=slope)
    slope *= out


def _silu(x: Array, out: Array, slope: Array | None, scratch: Workspace) -> None:
    """Compute x * s with s = sigmoid(x); its slope is s + x * s * (1 - s)."""
    s = scratch.empty("s", x.shape)
    _sigmoid(x, s, None, scratch)
    np.multiply(x, s, out=out)
    if slope is not None:
        np.subtract(1, s, out=slope)
        slope *= out
        slope += s


def _gelu(x: Array, out: Array, slope: Array | None, scratch: Workspace) -> None:
    """Compute x * P(x); its slope is P(x) + x * exp(-x^2 / 2) / sqrt(2 * pi)."""
    t, e = scratch.empty("t", x.shape), scratch.empty("e", x.shape)
    np.abs(x, out=t)
    t *= 0.3275911 * math.sqrt(0.5)
    t += 1
    np.divide(1, t, out=t)
    # Beyond 13 the exponential is below 1e-36; clipping keeps the square from overflowing.
    np.clip(x, -13, 13, out=e)
    e *= e
    e *= -0.5
    np.exp(e, out=e)
    first, *others = _TAIL
    p = np.multiply(t, first, out=out)
    for coefficient in others:
        p += coefficient
        p *= t
    p *= e
    # From the part beyond |x| to P(x): 1 minus it where x is positive.
    np.subtract(0.5, p, out=p)
    np.copysign(p, x, out=p)
    p += 0.5
    if slope is not None:
        np.multiply(x, e, out=slope)
        slope *= 1 / math.sqrt(2 * math.pi)
        slope += p
    p *= x
