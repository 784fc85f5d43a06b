"""Gradient clipping: limits the gradient, so that a single unusual batch cannot change the weights too much.

Call it between the backward pass and the optimizer's step. The results stay on the device of the gradients.
"""

import math
from collections.abc import Iterable

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checks
from digitpad.nn.parameter import Parameter

#: Added to the norm, as in PyTorch, to avoid division by zero.
_EPSILON = 1e-6


def global_norm(parameters: Iterable[Parameter]) -> Array:
    """Return the norm of all gradients as one vector: the square root of the sum of all squares, a scalar.

    Raises
    ------
    ValueError
        If there are no parameters.
    """
    squares = [_square_length(parameter.grad) for parameter in parameters]
    if not squares:
        raise ValueError("global_norm: parameters is empty; expected those of a network")
    norm: Array = array_module(squares[0]).sqrt(sum(squares[1:], start=squares[0]))
    return norm


def clip_gradient_norm(parameters: Iterable[Parameter], max_norm: float) -> Array:
    """Multiply all gradients by one factor, so that their global norm is at most `max_norm`.

    grad *= min(1, max_norm / (norm + 1e-6)), which does not change the direction.

    Parameters
    ----------
    parameters
        The parameters whose gradients are clipped.
    max_norm
        The largest norm, at least 0.

    Returns
    -------
    Array
        The norm before clipping, a scalar; observing it is the best way to choose `max_norm`. If it is not finite, the
        clipped gradients are not finite either.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or `max_norm` is not such a number.

    Notes
    -----
    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """
    limit = Checks("clip_gradient_norm").real_number("max_norm", max_norm, low=0, high=math.inf, open_high=True)
    parameters = list(parameters)
    norm = global_norm(parameters)
    # Not compared on the host, which would have to wait for the GPU.
    factor = array_module(norm).minimum(limit / (norm + _EPSILON), 1)
    for parameter in parameters:
        grad = parameter.grad
        grad *= factor.astype(grad.dtype)
    return norm


def clip_gradient_value(parameters: Iterable[Parameter], limit: float) -> Array:
    """Clip every value of the gradients to [-limit, limit], which may change their direction.

    Parameters
    ----------
    parameters
        The parameters whose gradients are clipped.
    limit
        The largest magnitude, at least 0.

    Returns
    -------
    Array
        The global norm before clipping, a scalar.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or `limit` is not such a number.
    """
    bound = Checks("clip_gradient_value").real_number("limit", limit, low=0, high=math.inf, open_high=True)
    parameters = list(parameters)
    norm = global_norm(parameters)
    for parameter in parameters:
        grad = parameter.grad
        grad.clip(-bound, bound, out=grad)
    return norm


def _square_length(grad: Array) -> Array:
    flat = grad.reshape(-1)
    square: Array = array_module(grad).asarray(flat @ flat)
    return square
