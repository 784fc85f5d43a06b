"""Initial weights: random, and scaled so that signals neither vanish nor explode from layer to layer.

The derivation. A unit sums `fan_in` products w * x. For independent products with mean 0 the variances add up: var(sum)
= fan_in * var(w) * var(x). So the variance is kept if var(w) = 1 / fan_in. Backward, a gradient sums `fan_out`
products, which asks for 1 / fan_out; Xavier's rule is a compromise, 2 / (fan_in + fan_out). A ReLU sets half of the
values to zero and halves the mean square, so He's rule is 2 / fan_in. With a fixed `0.01 * randn` signals vanish within
a few layers.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from digitpad.nn.backend import Array, DTypeLike, Shape
from digitpad.nn.checks import Checks

_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class Fans:
    """The number of inputs that a unit sums (`fan_in`) and of units that an input reaches (`fan_out`), on average."""

    fan_in: float
    fan_out: float


def fans_of_convolution(
    in_channels: int,
    out_channels: int,
    kernel_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    groups: int = 1,
    *,
    transposed: bool = False,
) -> Fans:
    """Return the fans of a convolution, or of a transposed one.

    Each output of a convolution sums a kernel for each channel of its group. An input is under each cell of the kernel,
    but only in every `stride`-th window. A transposed convolution is the reverse: an output of a 2x2 kernel with stride
    2 is reached by one tap, not four.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, groups
        Those of the layer, with sizes as (height, width).
    transposed
        Whether the layer is a `ConvTranspose2D`.
    """
    taps = math.prod(kernel_size)
    fan_in, fan_out = in_channels // groups * taps, out_channels // groups * taps
    if transposed:
        return Fans(fan_in / math.prod(stride), fan_out)
    return Fans(fan_in, fan_out / math.prod(stride))


Initializer: TypeAlias = Callable[[Shape, Fans, np.random.Generator, DTypeLike], Array]
"""Draws weights: `initializer(shape, fans, rng, dtype)`."""

InitializerSpec: TypeAlias = str | Mapping[str, object] | Initializer
"""An initializer, its name, or its name and arguments as data: `{"type": "normal", "std": 0.01}`."""


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


def fan_in_uniform(shape: Shape, fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
    """Draw uniformly from +-1 / sqrt(fan_in), PyTorch's initial weights of linear layers and convolutions.

    The variance is a sixth of He's, so signals shrink from layer to layer. That is harmless before batch
    normalization, which restores the scale: the output does not depend on the scale of the weights, and a step of the
    same length changes the direction of smaller weights more.

    Source: `reset_parameters` of PyTorch's `Linear` and `Conv2d`, where it is He's rule with a leaky slope of sqrt(5).
    """
    return _uniform(shape, 1 / math.sqrt(fans.fan_in), rng, dtype)


def normal(std: float = 0.01, mean: float = 0.0) -> Initializer:
    """Return an initializer that draws from a normal distribution, regardless of the fans.

    Parameters
    ----------
    std
        Standard deviation, at least 0.
    mean
        Mean: 0 for weights that are summed, and around 1 for the scales of a normalization.
    """
    deviation = Checks("normal").real_number("std", std, low=0, high=math.inf, open_high=True)

    middle = Checks("normal").real_number("mean", mean, low=-_LARGEST, high=_LARGEST)

    def draw(shape: Shape, _fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
        drawn = _normal(shape, deviation, rng, np.float64)
        drawn += middle
        return drawn.astype(dtype)

    return draw


def uniform(bound: float = 0.05) -> Initializer:
    """Return an initializer that draws uniformly from [-bound, bound), regardless of the fans.

    Parameters
    ----------
    bound
        At least 0.
    """
    half_width = Checks("uniform").real_number("bound", bound, low=0, high=math.inf, open_high=True)

    def draw(shape: Shape, _fans: Fans, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
        return _uniform(shape, half_width, rng, dtype)

    return draw


def constant(value: float = 0.0) -> Initializer:
    """Return an initializer that sets every weight to `value` and does not use the generator.

    All units of a layer with equal weights receive equal gradients, so they stay equal: use it for tests, or to show
    this.
    """
    number = Checks("constant").real_number("value", value, low=-_LARGEST, high=_LARGEST)

    def draw(shape: Shape, _fans: Fans, _rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Array:
        # Zeros take no memory until something is written to them.
        return np.full(shape, number, dtype) if number else np.zeros(shape, dtype)

    return draw


INITIALIZERS: dict[str, Initializer] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "fan_in_uniform": fan_in_uniform,
}
"""The initializers without arguments, by name."""

INITIALIZER_FACTORIES: dict[str, Callable[..., Initializer]] = {
    "constant": constant,
    "normal": normal,
    "uniform": uniform,
}
"""The initializers with an argument, by name; the name alone uses its default."""


def resolve(owner: str, initializer: InitializerSpec) -> Initializer:
    """Return the initializer for a name or for data, or the given function itself.

    Parameters
    ----------
    owner
        The class that error messages name.
    initializer
        See `InitializerSpec`.

    Raises
    ------
    TypeError, ValueError
        If no initializer has this name, an argument is unknown or out of range, or `initializer` has another type.
    """
    if isinstance(initializer, str):
        return resolve(owner, {"type": initializer})
    if not isinstance(initializer, Mapping):
        if not callable(initializer):
            raise TypeError(f"{owner}: initializer is {initializer!r}; expected a name, a mapping or a function")
        return initializer
    name = initializer.get("type")
    arguments = {key: value for key, value in initializer.items() if key != "type"}
    factory = INITIALIZER_FACTORIES.get(str(name))
    accepted = [] if factory is None else list(inspect.signature(factory).parameters)
    if factory is None and name not in INITIALIZERS:
        known = ", ".join([*INITIALIZERS, *INITIALIZER_FACTORIES])
        raise ValueError(f"{owner}: initializer is {name!r}; expected one of {known}")
    for key in arguments:
        if key not in accepted:
            expected = ", ".join(accepted) or "none"
            raise ValueError(f"{owner}: initializer {name!r} has no argument {key!r}; expected {expected}")
    return INITIALIZERS[str(name)] if factory is None else factory(**arguments)


def _normal(shape: Shape, deviation: float, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    # Always drawn in float64, so that a float64 network starts from the same weights.
    return (rng.standard_normal(shape) * deviation).astype(dtype)


def _uniform(shape: Shape, bound: float, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    return rng.uniform(-bound, bound, shape).astype(dtype)
