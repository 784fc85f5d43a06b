"""Gradient clipping: a single bad batch should not throw the weights far away.

Call it between the backward pass and the optimizer's step. Everything stays on the device that holds the gradients.
"""

import math
from collections.abc import Iterable

from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checks
from digitpad.nn.layer import Parameter

#: PyTorch's guard against dividing by a norm of zero.
_EPSILON = 1e-6


def global_norm(parameters: Iterable[Parameter]) -> Array:
    """Return the length of all gradients taken as one vector: sqrt of the sum of all squares, a scalar.

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
    """Shorten all gradients by one factor, so that their global norm is at most `max_norm`.

    grad *= min(1, max_norm / (norm + 1e-6)): the direction stays as it is.

    Parameters
    ----------
    parameters
        Whose gradients to clip.
    max_norm
        The longest step that is let through, at least 0.

    Returns
    -------
    Array
        The norm before, a scalar; watching it is the best way to choose `max_norm`. If it is not finite, neither
        are the gradients afterwards.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or `max_norm` is no such number.

    Notes
    -----
    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """
    limit = Checks("clip_gradient_norm").real_number("max_norm", max_norm, low=0, high=math.inf, open_high=True)
    parameters = list(parameters)
    norm = global_norm(parameters)
    # No comparison on the host: the device would have to be waited for.
    factor = array_module(norm).minimum(limit / (norm + _EPSILON), 1)
    for parameter in parameters:
        grad = parameter.grad
        grad *= factor.astype(grad.dtype)
    return norm


def clip_gradient_value(parameters: Iterable[Parameter], limit: float) -> Array:
    """Cut every single value of the gradients to [-limit, limit]; this may turn their direction.

    Parameters
    ----------
    parameters
        Whose gradients to clip.
    limit
        The largest magnitude, at least 0.

    Returns
    -------
    Array
        The global norm before, a scalar.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, or `limit` is no such number.
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
