"""Optimizers on a function of two parameters: every step by `digitpad.nn.optim`, with its update rule filled in."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.lab.surfaces import Point, Surface
from digitpad.nn import optim
from digitpad.nn.optim import Optimizer
from digitpad.nn.parameter import Parameter
from digitpad.translation import gettext as _

MOST_STEPS = 10_000
"""Maximum number of steps."""

#: Farther away a path has left every picture; it ends here, before its numbers overflow.
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Recipe:
    """An optimizer with its settings.

    Attributes
    ----------
    name
        A key of `OPTIMIZERS`.
    learning_rate
        The learning rate; None for the one that the optimizer is usually started with, on the surface in question.
    settings
        Further arguments of the optimizer's class, such as `momentum`.
    """

    name: str
    learning_rate: float | None = None
    settings: dict[str, float | tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """A path after some number of steps.

    Attributes
    ----------
    point
        x and y.
    value
        The function there.
    gradient
        Its gradient there, from which the next step follows.
    state
        What the optimizer keeps for each of x and y after the step to this point, by name.
    """

    point: Point
    value: float
    gradient: Point
    state: dict[str, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The path of an optimizer.

    Attributes
    ----------
    surface
        The function.
    recipe
        The optimizer, with its learning rate.
    moments
        The start and the point after each step.
    diverged
        Whether the path ended early because it left for infinity.
    """

    surface: Surface
    recipe: Recipe
    moments: tuple[Moment, ...]
    diverged: bool

    @property
    def learning_rate(self) -> float:
        """The learning rate in use."""
        return self.recipe.learning_rate or 0.0


def _sgd(**fixed: bool | float) -> Callable[..., Optimizer]:
    """Return SGD with some settings as they are, unless others are given."""
    return lambda parameters, learning_rate, **given: optim.SGD(parameters, learning_rate, **{**fixed, **given})


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": _sgd(),
    "momentum": _sgd(momentum=0.9),
    "nesterov": _sgd(momentum=0.9, nesterov=True),
    "adagrad": optim.AdaGrad,
    "rmsprop": optim.RMSProp,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}
"""The optimizers by name, as functions of parameters, learning rate and settings."""

#: Those whose steps have about the length of the learning rate, whatever the slope.
_SCALE_FREE = {"adagrad": 0.5, "rmsprop": 0.05, "adam": 0.1, "adamw": 0.1}


def follow(surface: Surface, recipe: Recipe, steps: int, start: Point | None = None) -> Path:
    """Compute the path of an optimizer.

    Parameters
    ----------
    surface
        The function to be minimized.
    recipe
        The optimizer.
    steps
        Number of steps.
    start
        Where it begins; None for the surface's own start.

    Raises
    ------
    DigitpadError
        If the optimizer is unknown, a setting does not fit it, or a number is out of range.
    """
    if recipe.name not in OPTIMIZERS:
        raise DigitpadError(
            _("There is no optimizer called {name!r}; choose one of {names}.").format(
                name=recipe.name, names=", ".join(OPTIMIZERS)
            )
        )
    if not 1 <= steps <= MOST_STEPS:
        raise DigitpadError(
            _("The number of steps is outside 1 to {most:,}; choose one in between.").format(most=MOST_STEPS)
        )
    rate = recipe.learning_rate
    if rate is None:
        rate = _SCALE_FREE.get(recipe.name, surface.learning_rate)
        if recipe.name in {"momentum", "nesterov"}:
            # Momentum 0.9 makes steps of up to ten times the learning rate.
            rate /= 10
    position = Parameter(np.array(start or surface.start, np.float64))
    try:
        optimizer = OPTIMIZERS[recipe.name]([position], rate, **recipe.settings)
    except (TypeError, ValueError) as error:
        raise DigitpadError(
            _("The settings do not fit {name} ({reason}); change them.").format(name=recipe.name, reason=error)
        ) from error
    moments = [_moment(surface, position.value, optimizer)]
    diverged = False
    for _step in range(steps):
        position.grad = np.array(moments[-1].gradient)
        optimizer.step()
        if not bool((np.abs(position.value) <= _FARTHEST).all()):
            diverged = True
            break
        moments.append(_moment(surface, position.value, optimizer))
    return Path(
        surface=surface,
        recipe=Recipe(recipe.name, rate, dict(recipe.settings)),
        moments=tuple(moments),
        diverged=diverged,
    )


def _moment(surface: Surface, at: NDArray[np.float64], optimizer: Optimizer) -> Moment:
    x, y = float(at[0]), float(at[1])
    state = {name: (float(array[0]), float(array[1])) for name, array in optimizer.state[0].items()}
    return Moment((x, y), surface.value(x, y), surface.gradient(x, y), state)


#: Settings that are named only where they have an effect; the last three are switches.
_SOMETIMES = ("dampening", "weight_decay", "lr_decay", "initial_accumulator_value", "amsgrad", "centered", "maximize")


def settings_taken(name: str) -> set[str]:
    """Return the names of the settings that an optimizer takes, besides its learning rate."""
    kind: Callable[..., Optimizer] = optim.SGD if name in {"sgd", "momentum", "nesterov"} else OPTIMIZERS[name]
    return set(inspect.signature(kind).parameters) - {"parameters", "learning_rate"}


def settings_of(path: Path) -> dict[str, float]:
    """Return the settings of a path's optimizer by the names of their classes; switches only if they are on."""
    optimizer = OPTIMIZERS[path.recipe.name]([Parameter(np.zeros(1))], path.learning_rate, **path.recipe.settings)
    found: dict[str, float] = {"learning_rate": path.learning_rate}
    match optimizer:
        case optim.Adam():
            found |= {"beta1": optimizer.betas[0], "beta2": optimizer.betas[1], "eps": optimizer.eps}
        case optim.RMSProp():
            found |= {"alpha": optimizer.alpha, "eps": optimizer.eps, "momentum": optimizer.momentum}
        case optim.AdaGrad():
            found["eps"] = optimizer.eps
        case optim.SGD():
            found["momentum"] = optimizer.momentum
    for name in _SOMETIMES:
        value = getattr(optimizer, name, 0.0)
        if value or (name == "weight_decay" and isinstance(optimizer, optim.AdamW)):
            found[name] = value
    return found


def contour_levels(surface: Surface, count: int = 12) -> tuple[float, ...]:
    """Return values of a surface whose contour lines fill its view evenly, in ascending order."""
    left, bottom, right, top = surface.view
    values = sorted(
        surface.value(left + (right - left) * i / 40, bottom + (top - bottom) * j / 40)
        for i in range(41)
        for j in range(41)
    )
    picked = [values[round((len(values) - 1) * k / (count + 1))] for k in range(1, count + 1)]
    return tuple(dict.fromkeys(level for level in picked if math.isfinite(level)))
