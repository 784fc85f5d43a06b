"""First weights: random, and scaled so that signals neither fade nor grow from layer to layer.

A sum of `fan_in` products has `fan_in` times the variance of one product, so weights are drawn with a variance of
about 1 / fan_in: exactly that, averaged with the same argument for the backward pass, is Xavier's rule; twice
that, because ReLU silences half of the units, is He's. A fixed `0.01 * randn` fades within a few layers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, Shape


@dataclass(frozen=True, slots=True)
class Fans:
    """How many inputs a unit adds up (`fan_in`), and how many units an input reaches (`fan_out`)."""

    fan_in: int
    fan_out: int


Initializer: TypeAlias = Callable[[Shape, Fans, np.random.Generator, DTypeLike], Array]
"""Draws weights: `initializer(shape, fans, rng, dtype)`."""


def he_normal(shape: Shape, fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Draw from a normal distribution with standard deviation sqrt(2 / fan_in), for layers before a ReLU.

    Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 10.
    """
    return _normal(shape, math.sqrt(2 / fans.fan_in), rng, dtype)


def he_uniform(shape: Shape, fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Draw uniformly from +-sqrt(6 / fan_in): the variance of `he_normal`."""
    return _uniform(shape, math.sqrt(6 / fans.fan_in), rng, dtype)


def xavier_normal(shape: Shape, fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Draw from a normal distribution with standard deviation sqrt(2 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, equation 12.
    """
    return _normal(shape, math.sqrt(2 / (fans.fan_in + fans.fan_out)), rng, dtype)


def xavier_uniform(shape: Shape, fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Draw uniformly from +-sqrt(6 / (fan_in + fan_out)): Glorot and Bengio's equation 16."""
    return _uniform(shape, math.sqrt(6 / (fans.fan_in + fans.fan_out)), rng, dtype)


INITIALIZERS: dict[str, Initializer] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
}
"""The initializers by the names that an architecture, the command line and the window use."""


def resolve(owner: str, initializer: str | Initializer) -> Initializer:
    """Return the initializer of that name, or the one given.

    Raises
    ------
    ValueError
        If no initializer has that name.
    """
    if not isinstance(initializer, str):
        return initializer
    if initializer not in INITIALIZERS:
        known = ", ".join(INITIALIZERS)
        raise ValueError(f"{owner}: initializer is {initializer!r}; expected one of {known}")
    return INITIALIZERS[initializer]


def _normal(shape: Shape, deviation: float, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    # Drawn in float64 whatever the dtype, so that a float64 network begins at the same weights.
    return (rng.standard_normal(shape) * deviation).astype(dtype)


def _uniform(shape: Shape, bound: float, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    return rng.uniform(-bound, bound, shape).astype(dtype)
