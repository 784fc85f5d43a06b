"""Is the gradient right? Compare it with what a small step really changes.

For a random upstream gradient g, f(x) = sum(layer(x) * g) is one number. Along a random direction d its slope is
(f(x + e * d) - f(x - e * d)) / (2 * e); the gradient claims it to be the sum of gradient * d. A random direction
tests all entries at once, and a random g, unlike all ones, does not hide mistakes that cancel. In float64 a right
gradient agrees to about 1e-9.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.layer import Layer

#: Lengths of a step, tried in turn: far above float64's rounding, and ever less likely to cross a bend.
_STEPS = (1e-5, 1e-6, 1e-7)
#: An error that no shorter step could improve on.
_GOOD = 1e-8


@dataclass(frozen=True, slots=True)
class GradientError:
    """How far a gradient is off.

    Parameters
    ----------
    name
        The parameter, or `input`.
    relative_error
        |claimed - measured| / max(|claimed|, |measured|, the gradient's slope along a usual direction), the largest
        over all directions; 0 where all of these are no more than the rounding of the measurement.
    """

    name: str
    relative_error: float


def check_layer(layer: Layer, x: Array, rng: np.random.Generator, directions: int = 4) -> list[GradientError]:
    """Check a layer's gradients with respect to its input and each of its parameters.

    Parameters
    ----------
    layer
        With float64 parameters. It is left as it was, except that nothing is left in its gradients.
    x
        A float64 batch for it.
    rng
        Draws the upstream gradient and the directions.
    directions
        How many directions are tried for each array.

    Raises
    ------
    TypeError
        If something is not float64: float32's rounding would drown what is measured.
    """
    for name, array in {
        "input": x,
        **{name: p.value for name, p in layer.named_parameters().items()},
    }.items():
        if array.dtype != np.float64:
            raise TypeError(f"check_layer: {name} has dtype {array.dtype}; expected float64")
    x = x.copy()
    # Every pass runs on a copy made now: dropout then drops the same values each time, and running statistics
    # begin at the same place.
    subject = copy.deepcopy(layer)
    for parameter in subject.parameters():
        parameter.clear_grad()
    pristine = copy.deepcopy(subject)
    output = subject.forward(x, training=True)
    upstream = rng.standard_normal(output.shape)
    claimed = {"input": subject.backward(upstream)}
    claimed |= {name: parameter.grad for name, parameter in subject.named_parameters().items()}

    def value() -> Array:
        # A copy, because a layer such as Flatten answers with a view of the array that is about to change.
        return copy.deepcopy(pristine).forward(x, training=True).copy()

    arrays = {"input": x, **{name: p.value for name, p in pristine.named_parameters().items()}}
    return [
        GradientError(
            name,
            max(_direction_error(array, claimed[name], upstream, value, rng) for _ in range(directions)),
        )
        for name, array in arrays.items()
    ]


def _direction_error(
    array: Array, gradient: Array, upstream: Array, value: Callable[[], Array], rng: np.random.Generator
) -> float:
    """Return the error along one direction.

    A step across a bend of ReLU or max-pooling, of which a large network has many, measures the mean of two slopes.
    So shorter steps are tried too, and the best counts: a wrong gradient is wrong at every length.
    """
    direction = rng.standard_normal(array.shape)
    direction /= np.linalg.norm(direction)
    claimed = float((gradient * direction).sum())
    # Along some direction any function is flat; the slope along a usual one keeps such a chance from looking bad.
    usual = float(np.linalg.norm(gradient)) / math.sqrt(gradient.size)
    before = array.copy()
    best = math.inf
    for step in _STEPS:
        array[...] = before + step * direction
        above = value()
        array[...] = before - step * direction
        below = value()
        array[...] = before
        # The difference is taken before the sum: summing first would round away the digits that matter.
        measured = float(((above - below) * upstream).sum() / (2 * step))
        scale = max(abs(measured), abs(claimed), usual)
        # A bias before a batch-norm changes nothing: what is measured is rounding, and the claim has to be as small.
        # The longest step tells, whose rounding is the least.
        if step == _STEPS[0] and scale <= np.finfo(np.float64).eps * float(abs(above * upstream).sum()) / step:
            return 0.0
        best = min(best, abs(measured - claimed) / scale)
        if best < _GOOD:
            break
    return best
