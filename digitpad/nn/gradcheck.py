"""Gradient checking: compare a layer's gradient with the effect of a small step.

For a random upstream gradient g, f(x) = sum(layer(x) * g) is one number. Its slope along a random direction d is
measured as (f(x + e * d) - f(x - e * d)) / (2 * e), and should equal sum(gradient * d). A random direction tests all
entries of the gradient at once, and a random g, unlike one of all ones, does not hide errors that cancel. In float64 a
correct gradient agrees to about 1e-9.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.layer import Layer

#: Step lengths, tried in turn: all far above the rounding of float64, and less and less likely to cross a kink.
_STEPS = (1e-5, 1e-6, 1e-7)
#: With an error below this, no shorter step is tried.
_GOOD = 1e-8


@dataclass(frozen=True, slots=True)
class GradientError:
    """The error of a gradient.

    Parameters
    ----------
    name
        The parameter, or `input`.
    relative_error
        |computed - measured| / max(|computed|, |measured|, the gradient's slope along a typical direction), the largest
        over all directions; 0 where all of these are within the rounding of the measurement.
    """

    name: str
    relative_error: float


def check_layer(layer: Layer, x: Array, rng: np.random.Generator, directions: int = 4) -> list[GradientError]:
    """Check a layer's gradients with respect to its input and each of its parameters.

    Parameters
    ----------
    layer
        With float64 parameters. The layer is not changed.
    x
        A float64 batch for it.
    rng
        Draws the upstream gradient and the directions.
    directions
        Number of directions for each array.

    Raises
    ------
    TypeError
        If an array is not float64: the rounding of float32 is larger than what is measured.
    """
    for name, array in {
        "input": x,
        **{name: p.value for name, p in layer.named_parameters().items()},
    }.items():
        if array.dtype != np.float64:
            raise TypeError(f"check_layer: {name} has dtype {array.dtype}; expected float64")
    x = x.copy()
    # Every pass runs on a copy of this state, so that dropout drops the same values each time and running statistics
    # start from the same values.
    subject = copy.deepcopy(layer)
    for parameter in subject.parameters():
        parameter.clear_grad()
    pristine = copy.deepcopy(subject)
    output = subject.forward(x, training=True)
    upstream = rng.standard_normal(output.shape)
    computed = {"input": subject.backward(upstream)}
    computed |= {name: parameter.grad for name, parameter in subject.named_parameters().items()}

    def value() -> Array:
        # A copy, because a layer such as Flatten returns a view of the array that is about to change.
        return copy.deepcopy(pristine).forward(x, training=True).copy()

    arrays = {"input": x, **{name: p.value for name, p in pristine.named_parameters().items()}}
    return [
        GradientError(
            name,
            max(_direction_error(array, computed[name], upstream, value, rng) for _ in range(directions)),
        )
        for name, array in arrays.items()
    ]


def _direction_error(
    array: Array, gradient: Array, upstream: Array, value: Callable[[], Array], rng: np.random.Generator
) -> float:
    """Return the error along one direction.

    A step across a kink of ReLU or max pooling, of which a large network has many, measures the mean of two slopes.
    Shorter steps are therefore tried too, and the best one counts: a wrong gradient is wrong at every length.
    """
    direction = rng.standard_normal(array.shape)
    direction /= np.linalg.norm(direction)
    computed = float((gradient * direction).sum())
    # Some directions are nearly flat; dividing by the slope along a typical one keeps their rounding from counting.
    typical = float(np.linalg.norm(gradient)) / math.sqrt(gradient.size)
    before = array.copy()
    best = math.inf
    for step in _STEPS:
        array[...] = before + step * direction
        above = value()
        array[...] = before - step * direction
        below = value()
        array[...] = before
        # The difference is taken before the sum: two large sums would lose the digits that differ.
        measured = float(((above - below) * upstream).sum() / (2 * step))
        scale = max(abs(measured), abs(computed), typical)
        # A bias before batch normalization has no effect: the measured slope is rounding, and the computed one has to
        # be as small. The longest step decides, since its rounding is the smallest.
        if step == _STEPS[0] and scale <= np.finfo(np.float64).eps * float(abs(above * upstream).sum()) / step:
            return 0.0
        best = min(best, abs(measured - computed) / scale)
        if best < _GOOD:
            break
    return best
