"""What a loss returns, how it reduces the losses of a batch to one number, and what all losses check.

Mistakes that broadcasting or a NaN would hide raise an error that names the loss. Arrays of weights should lie on the
device of the network: otherwise every call copies them there.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.checks import Checked, Checks, on_host


class LossAndGradient(NamedTuple):
    """What a loss returns."""

    value: Array
    """The loss, a scalar in the dtype and on the device of the network's output; with the reduction "none" an array."""
    grad: Array
    """Gradient of `value` with respect to the network's output, in its shape; with the reduction "none" the gradient
    of the sum of `value`, each weighted with what arrives at it (see `ReducedLoss`)."""


Loss: TypeAlias = Callable[[Array, Array], LossAndGradient]
"""Anything that turns (output, targets) into a loss and its gradient."""

Factors: TypeAlias = float | Sequence[float] | Array
"""One number, or several."""


REDUCTIONS = ("mean", "sum", "none")
"""How the losses of a batch become one number."""


class ReducedLoss(Checked):
    """The base of the losses: how the losses of a batch become one number, and how the gradient follows from it.

    Let l[n] be the single losses. "mean" returns their mean, "sum" their sum, and "none" the losses themselves. A
    number L that depends on all l[n] has the gradient (sum over n of dL / dl[n] * dl[n] / doutput), so in each case the
    gradient is that of the single losses times a factor: 1 / N, 1, and for "none" what arrives at each loss. That is
    `grad_output`, for example a weight for each sample.

    Parameters
    ----------
    reduction
        "mean", "sum" or "none".

    Raises
    ------
    ValueError
        If `reduction` is none of these.
    """

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(f"{self.check.owner}: reduction is {reduction!r}; expected one of {', '.join(REDUCTIONS)}")
        self.reduction = reduction

    def upstream(self, grad_output: Array | None, shape: Shape, output: Array) -> Array | None:
        """Return what arrives at each loss with the reduction "none"; None for ones.

        Parameters
        ----------
        grad_output
            In the shape of the losses, or (N,), one number for each sample.
        shape
            The shape of the losses.
        output
            The network's output, whose dtype and device the result has.

        Raises
        ------
        TypeError, ValueError
            If it is given with another reduction, has another shape, or is not an array of finite floating-point
            numbers.
        """
        if grad_output is None:
            return None
        if self.reduction != "none":
            raise ValueError(
                f'{self.check.owner}: grad_output is given with the reduction {self.reduction!r}; expected "none"'
            )
        array_module(grad_output)
        by_sample = grad_output.shape == shape[:1]
        self.check.upstream(grad_output, shape[:1] if by_sample else shape)
        if by_sample:
            grad_output = grad_output.reshape(-1, *[1] * (len(shape) - 1))
        self.check.finite("grad_output", grad_output)
        return grad_output.astype(output.dtype, copy=False)

    def reduce(self, losses: Array) -> Array:
        """Return the losses of all outputs as `reduction` says."""
        if self.reduction == "none":
            return losses
        value: Array = losses.mean() if self.reduction == "mean" else losses.sum()
        return value

    def share(self, upstream: Array | None, count: int) -> Array | float:
        """Return the factor of the gradient of each of `count` losses."""
        if self.reduction == "mean":
            return 1 / count
        return 1.0 if upstream is None else upstream


def check_output(check: Checks, name: str, output: Array) -> None:
    """Check that a network's output is not empty and consists of finite floating-point numbers.

    Raises
    ------
    TypeError, ValueError
        If it does not.
    """
    array_module(output)
    if output.dtype.kind != "f":
        raise TypeError(
            f"{check.owner}: {name} have dtype {output.dtype}; expected floating-point numbers, such as float32"
        )
    if output.ndim == 0 or output.size == 0:
        raise ValueError(f"{check.owner}: {name} have shape {output.shape}; expected a batch of at least one sample")
    check.finite(name, output)


def targets_like(check: Checks, name: str, output: Array, targets: Array) -> Array:
    """Return the targets in the dtype of the output; both must have the same shape.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or the targets are not finite numbers.
    """
    array_module(targets)
    if targets.dtype.kind not in "fiub":
        raise TypeError(f"{check.owner}: targets have dtype {targets.dtype}; expected numbers")
    if targets.shape != output.shape:
        raise ValueError(
            f"{check.owner}: targets have shape {targets.shape}; expected {output.shape}, the {name}' shape"
        )
    check.finite("targets", targets)
    return targets.astype(output.dtype, copy=False)


def check_factors(check: Checks, name: str, factors: Factors) -> Array:
    """Return the factors of a loss as an array.

    Raises
    ------
    TypeError, ValueError
        If they are not finite numbers of at least 0.
    """
    array = np.asarray(factors) if isinstance(factors, int | float | Sequence) else factors
    array_module(array)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{check.owner}: {name} is {factors!r}; expected a number or several")
    if array.size == 0:
        raise ValueError(f"{check.owner}: {name} is empty; expected at least one number")
    if on_host(array) and not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(f"{check.owner}: {name} is {factors!r}; expected finite numbers of at least 0")
    return array


def spread(check: Checks, name: str, factors: Array, output: Array) -> Array | float:
    """Return `factors`, one number or an array for one sample, so that they multiply every sample of `output`.

    Raises
    ------
    ValueError
        If they do not broadcast to the shape of a sample.
    """
    sample: Shape = output.shape[1:]
    fits = factors.ndim <= len(sample) and all(
        own in (1, size) for own, size in zip(factors.shape[::-1], sample[::-1], strict=False)
    )
    if not fits:
        raise ValueError(
            f"{check.owner}: {name} has shape {factors.shape}; expected one that repeats over a sample, {sample}"
        )
    return _beside(output, factors)


def per_class(check: Checks, name: str, factors: Array, output: Array) -> Array | float:
    """Return `factors`, one number or one per class, so that they multiply `output` (N, classes, ...).

    Raises
    ------
    ValueError
        If there is a different number of them.
    """
    classes = output.shape[1]
    if factors.shape not in {(), (classes,)}:
        raise ValueError(
            f"{check.owner}: {name} has shape {factors.shape}; expected a number for each of {classes} classes"
        )
    return _beside(output, factors.reshape(-1, *[1] * (output.ndim - 2)) if factors.ndim else factors)


def _beside(output: Array, factors: Array) -> Array | float:
    """Return factors in the output's dtype and on its device; a single number as a float, which needs neither."""
    if factors.ndim == 0 and on_host(factors):
        return float(factors)
    moved: Array = array_module(output).asarray(factors, dtype=output.dtype)
    return moved
