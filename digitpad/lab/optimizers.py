"""Optimizers on a function of two parameters: every step by `digitpad.nn.optim`, with its update rule filled in."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.document import Step
from digitpad.copying.numbers import factor, show
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
        If there is no such optimizer, a setting does not fit it, or a number is out of range.
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


def settings_of(path: Path) -> dict[str, float]:
    """Return the settings of a path's optimizer by the names of their classes, those left out included."""
    optimizer = OPTIMIZERS[path.recipe.name]([Parameter(np.zeros(1))], path.learning_rate, **path.recipe.settings)
    found: dict[str, float] = {"learning_rate": path.learning_rate}
    match optimizer:
        case optim.Adam():
            found |= {"beta1": optimizer.betas[0], "beta2": optimizer.betas[1], "eps": optimizer.eps}
            if isinstance(optimizer, optim.AdamW):
                found["weight_decay"] = optimizer.weight_decay
        case optim.RMSProp():
            found |= {"alpha": optimizer.alpha, "eps": optimizer.eps, "momentum": optimizer.momentum}
        case optim.AdaGrad():
            found["eps"] = optimizer.eps
        case optim.SGD():
            found["momentum"] = optimizer.momentum
    return found


def update_steps(path: Path, number: int, axis: int, digits: int = 6) -> tuple[Step, ...]:
    """Return the update rule of one step with its numbers filled in.

    Parameters
    ----------
    path
        The path.
    number
        The step, from 1.
    axis
        0 for x, 1 for y.
    digits
        Decimals of the numbers in the formulas.

    Returns
    -------
    tuple
        The gradient, what the optimizer keeps, and the new coordinate.

    Raises
    ------
    ValueError
        If the path has no such step.
    """
    if not 1 <= number < len(path.moments):
        raise ValueError(f"update_steps: number is {number}; expected a step, in [1, {len(path.moments) - 1}]")
    before, after = path.moments[number - 1], path.moments[number]
    rule = _Rule(path, before, after, number, axis, digits)
    makers = {"adagrad": rule.adagrad, "rmsprop": rule.rmsprop, "adam": rule.adam, "adamw": rule.adam}
    x, y = (show(value, digits) for value in before.point)
    gradient = Step(_("gradient"), path.surface.gradient_formula[axis], f"x = {x}, y = {y}", before.gradient[axis])
    return (gradient, *makers.get(path.recipe.name, rule.descent)())


class _Rule:
    """One step of one coordinate, from which each optimizer's rule takes its numbers."""

    def __init__(self, path: Path, before: Moment, after: Moment, number: int, axis: int, digits: int) -> None:
        self.settings = settings_of(path)
        self.nesterov = path.recipe.name == "nesterov"
        self.before, self.after, self.number, self.axis, self.digits = before, after, number, axis, digits
        self.old, self.new = before.point[axis], after.point[axis]
        self.gradient = before.gradient[axis]
        self.name = "xy"[axis]

    def descent(self) -> list[Step]:
        """Return the rule of SGD, with or without momentum."""
        rate, momentum = self.settings["learning_rate"], self.settings["momentum"]
        if not momentum:
            return [self._move("η·g", f"{self._n(rate)}·{self._f(self.gradient)}")]
        velocity, earlier = self._kept("velocity")
        steps = [
            Step(
                _("velocity"),
                "v = μ·v + g",
                f"{self._n(momentum)}·{self._f(earlier)} + {self._f(self.gradient)}",
                velocity,
            )
        ]
        if self.nesterov:
            filled = f"{self._n(rate)}·({self._n(self.gradient)} + {self._n(momentum)}·{self._f(velocity)})"
            return [*steps, self._move("η·(g + μ·v)", filled)]
        return [*steps, self._move("η·v", f"{self._n(rate)}·{self._f(velocity)}")]

    def adagrad(self) -> list[Step]:
        """Return the rule of AdaGrad."""
        total, earlier = self._kept("total")
        filled = f"{self._n(self.settings['learning_rate'])}·{self._f(self.gradient)} / (√{self._n(total)} + ε)"
        return [
            Step(_("sum of squares"), "s = s + g²", f"{self._n(earlier)} + {self._f(self.gradient)}²", total),
            self._move("η·g / (√s + ε)", filled),
        ]

    def rmsprop(self) -> list[Step]:
        """Return the rule of RMSProp, with or without momentum."""
        alpha, rate, momentum = (self.settings[name] for name in ("alpha", "learning_rate", "momentum"))
        square, earlier = self._kept("square")
        steps = [
            Step(
                _("mean square"),
                "s = α·s + (1 − α)·g²",
                f"{self._n(alpha)}·{self._n(earlier)} + {self._n(1 - alpha)}·{self._f(self.gradient)}²",
                square,
            )
        ]
        divided = f"{self._f(self.gradient)} / (√{self._n(square)} + ε)"
        if not momentum:
            return [*steps, self._move("η·g / (√s + ε)", f"{self._n(rate)}·{divided}")]
        velocity, slower = self._kept("velocity")
        filled = f"{self._n(momentum)}·{self._f(slower)} + {divided}"
        steps.append(Step(_("velocity"), "v = μ·v + g / (√s + ε)", filled, velocity))
        return [*steps, self._move("η·v", f"{self._n(rate)}·{self._f(velocity)}")]

    def adam(self) -> list[Step]:
        """Return the rule of Adam and AdamW in the paper's form: means of gradients and squares, then corrected."""
        first, second, rate = (self.settings[name] for name in ("beta1", "beta2", "learning_rate"))
        steps = []
        corrected = []
        for slot, name, label, beta, power in (
            ("gradient_sum", "m", _("mean"), first, ""),
            ("square_sum", "v", _("mean square"), second, "²"),
        ):
            # The library keeps sums of which the paper's means are a multiple; see `Adam`.
            kept, earlier = ((1 - beta) * value for value in self._kept(slot))
            share = 1 - beta**self.number
            corrected.append(kept / share)
            letter = "β1" if name == "m" else "β2"
            steps += [
                Step(
                    label,
                    f"{name} = {letter}·{name} + (1 − {letter})·g{power}",
                    f"{self._n(beta)}·{self._f(earlier)} + {self._n(1 - beta)}·{self._f(self.gradient)}{power}",
                    kept,
                ),
                Step(
                    _("{name}, corrected").format(name=label),
                    f"{name} / (1 − {letter}^t)",
                    f"{self._f(kept)} / (1 − {self._n(beta)}^{self.number})",
                    corrected[-1],
                ),
            ]
        old, start = self.old, self._n(self.old)
        decay = self.settings.get("weight_decay", 0.0)
        if decay:
            old *= 1 - rate * decay
            steps.append(
                Step(
                    _("weight decay"),
                    f"{self.name}·(1 − η·λ)",
                    f"{self._f(self.old)}·(1 − {self._n(rate)}·{self._n(decay)})",
                    old,
                )
            )
            start = self._n(old)
        filled = f"{self._n(rate)}·{self._f(corrected[0])} / (√{self._n(corrected[1])} + ε)"
        return [*steps, self._move("η·m / (√v + ε)", filled, start)]

    def _move(self, formula: str, filled: str, start: str | None = None) -> Step:
        """Return the step to the new coordinate."""
        start = self._n(self.old) if start is None else start
        return Step(_("new {name}").format(name=self.name), f"{self.name} − {formula}", f"{start} − {filled}", self.new)

    def _kept(self, slot: str) -> tuple[float, float]:
        """Return what the optimizer keeps after and before the step."""
        return self.after.state[slot][self.axis], self.before.state[slot][self.axis]

    def _n(self, value: float) -> str:
        return show(value, self.digits)

    def _f(self, value: float) -> str:
        return factor(value, self.digits)


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
