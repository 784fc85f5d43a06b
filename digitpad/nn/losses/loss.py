"""What a loss returns, and what all of them check.

Every mistake that broadcasting or a NaN would hide is refused here, by the name of the loss. Weights that are arrays
are best given on the device of the network: elsewhere they travel there at every call.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape, array_module


class LossAndGradient(NamedTuple):
    """What a loss returns."""

    value: Array
    """The mean loss, a scalar of the network's dtype, on the device that the network computes on."""
    grad: Array
    """Gradient of `value` with respect to the network's output, in its shape."""


Loss: TypeAlias = Callable[[Array, Array], LossAndGradient]
"""Anything that turns (output, targets) into a loss and its gradient."""

Factors: TypeAlias = float | Sequence[float] | Array
"""One number, or several."""


def check_output(owner: str, name: str, output: Array) -> None:
    """Check that a network's output holds finite floating-point numbers, at least one.

    Raises
    ------
    TypeError, ValueError
        If it does not.
    """
    array_module(output)
    if output.dtype.kind != "f":
        raise TypeError(f"{owner}: {name} have dtype {output.dtype}; expected floating-point numbers, such as float32")
    if output.ndim == 0 or output.size == 0:
        raise ValueError(f"{owner}: {name} have shape {output.shape}; expected a batch of at least one sample")
    checks.finite(owner, name, output)


def targets_like(owner: str, name: str, output: Array, targets: Array) -> Array:
    """Return the targets in the dtype of the output; both must have the same shape.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or targets are no finite numbers.
    """
    array_module(targets)
    if targets.dtype.kind not in "fiub":
        raise TypeError(f"{owner}: targets have dtype {targets.dtype}; expected numbers")
    if targets.shape != output.shape:
        raise ValueError(f"{owner}: targets have shape {targets.shape}; expected {output.shape}, the {name}' shape")
    checks.finite(owner, "targets", targets)
    return targets.astype(output.dtype, copy=False)


def check_factors(owner: str, name: str, factors: Factors) -> Array:
    """Return factors of the loss, none of them negative, as an array.

    Raises
    ------
    TypeError, ValueError
        If they are no finite numbers of at least 0.
    """
    array = np.asarray(factors) if isinstance(factors, int | float | Sequence) else factors
    array_module(array)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{owner}: {name} is {factors!r}; expected a number or several")
    if array.size == 0:
        raise ValueError(f"{owner}: {name} is empty; expected at least one number")
    if checks.on_host(array) and not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(f"{owner}: {name} is {factors!r}; expected finite numbers of at least 0")
    return array


def spread(owner: str, name: str, factors: Array, output: Array) -> Array | float:
    """Return `factors`, one number or an array for one sample, so that they multiply every sample of `output`.

    Raises
    ------
    ValueError
        If they do not fit a sample: they may repeat along its axes, but never make it larger.
    """
    sample: Shape = output.shape[1:]
    fits = factors.ndim <= len(sample) and all(
        own in (1, size) for own, size in zip(factors.shape[::-1], sample[::-1], strict=False)
    )
    if not fits:
        raise ValueError(
            f"{owner}: {name} has shape {factors.shape}; expected one that repeats over a sample, {sample}"
        )
    return _beside(output, factors)


def per_class(owner: str, name: str, factors: Array, output: Array) -> Array | float:
    """Return `factors`, one number or one per class, so that they multiply `output` (N, classes, ...).

    Raises
    ------
    ValueError
        If there is another number of them.
    """
    classes = output.shape[1]
    if factors.shape not in {(), (classes,)}:
        raise ValueError(f"{owner}: {name} has shape {factors.shape}; expected a number for each of {classes} classes")
    return _beside(output, factors.reshape(-1, *[1] * (output.ndim - 2)) if factors.ndim else factors)


def _beside(output: Array, factors: Array) -> Array | float:
    """Return factors in the output's dtype, on its device; a single number needs neither, nor the way there."""
    if factors.ndim == 0 and checks.on_host(factors):
        return float(factors)
    moved: Array = array_module(output).asarray(factors, dtype=output.dtype)
    return moved
