"""The update rule of an optimizer at one step, with its numbers filled in."""

from digitpad.copying.document import Step
from digitpad.copying.numbers import factor, show
from digitpad.lab.optimizers import Moment, Path, settings_of
from digitpad.translation import gettext as _


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
    return (gradient, *rule.prepared, *makers.get(path.recipe.name, rule.descent)())


class _Rule:
    """One step of one coordinate, from which each optimizer's rule takes its numbers."""

    def __init__(self, path: Path, before: Moment, after: Moment, number: int, axis: int, digits: int) -> None:
        self.settings = settings_of(path)
        self.nesterov = path.recipe.name == "nesterov"
        self.before, self.after, self.number, self.axis, self.digits = before, after, number, axis, digits
        self.old, self.new = before.point[axis], after.point[axis]
        self.name = "xy"[axis]
        self.gradient = before.gradient[axis]
        self.decoupled = path.recipe.name == "adamw"
        self.prepared = self._prepare()

    def _prepare(self) -> list[Step]:
        """Return what changes the gradient beforehand, and change it."""
        steps = []
        if self.settings.get("maximize"):
            steps.append(Step(_("reversed, to maximize"), "−g", f"−{self._f(self.gradient)}", -self.gradient))
            self.gradient = -self.gradient
        decay = self.settings.get("weight_decay", 0.0)
        if decay and not self.decoupled:
            decayed = self.gradient + decay * self.old
            filled = f"{self._n(self.gradient)} + {self._n(decay)}·{self._f(self.old)}"
            steps.append(Step(_("with weight decay"), f"g = g + λ·{self.name}", filled, decayed))
            self.gradient = decayed
        return steps

    def descent(self) -> list[Step]:
        """Return the rule of SGD, with or without momentum."""
        rate, momentum = self.settings["learning_rate"], self.settings["momentum"]
        if not momentum:
            return [self._move("η·g", f"{self._n(rate)}·{self._f(self.gradient)}")]
        velocity, earlier = self._kept("velocity")
        dampening = self.settings.get("dampening", 0.0)
        formula, added = "v = μ·v + g", self._f(self.gradient)
        if dampening and self.number > 1:
            # PyTorch's first velocity is the whole gradient.
            formula, added = "v = μ·v + (1 − τ)·g", f"{self._n(1 - dampening)}·{added}"
        steps = [Step(_("velocity"), formula, f"{self._n(momentum)}·{self._f(earlier)} + {added}", velocity)]
        if self.nesterov:
            filled = f"{self._n(rate)}·({self._n(self.gradient)} + {self._n(momentum)}·{self._f(velocity)})"
            return [*steps, self._move("η·(g + μ·v)", filled)]
        return [*steps, self._move("η·v", f"{self._n(rate)}·{self._f(velocity)}")]

    def adagrad(self) -> list[Step]:
        """Return the rule of AdaGrad."""
        total, earlier = self._kept("total")
        rate, decay = self.settings["learning_rate"], self.settings.get("lr_decay", 0.0)
        steps = [Step(_("sum of squares"), "s = s + g²", f"{self._n(earlier)} + {self._f(self.gradient)}²", total)]
        if decay:
            filled = f"{self._n(rate)} / (1 + ({self.number} − 1)·{self._n(decay)})"
            rate /= 1 + (self.number - 1) * decay
            steps.append(Step(_("learning rate"), "η / (1 + (t − 1)·δ)", filled, rate))
        filled = f"{self._n(rate)}·{self._f(self.gradient)} / (√{self._n(total)} + ε)"
        return [*steps, self._move("η·g / (√s + ε)", filled)]

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
        size, symbol = square, "s"
        if self.settings.get("centered"):
            mean, last = self._kept("mean")
            filled = f"{self._n(alpha)}·{self._f(last)} + {self._n(1 - alpha)}·{self._f(self.gradient)}"
            steps.append(Step(_("mean"), "m = α·m + (1 − α)·g", filled, mean))
            size, symbol = max(square - mean * mean, 0.0), "d"
            filled = f"{self._n(square)} − {self._f(mean)}²"
            steps.append(Step(_("variance"), "d = s − m²", filled, size))
        divided = f"{self._f(self.gradient)} / (√{self._n(size)} + ε)"
        if not momentum:
            return [*steps, self._move(f"η·g / (√{symbol} + ε)", f"{self._n(rate)}·{divided}")]
        velocity, slower = self._kept("velocity")
        filled = f"{self._n(momentum)}·{self._f(slower)} + {divided}"
        steps.append(Step(_("velocity"), f"v = μ·v + g / (√{symbol} + ε)", filled, velocity))
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
            letter = "β1" if name == "m" else "β2"
            steps.append(
                Step(
                    label,
                    f"{name} = {letter}·{name} + (1 − {letter})·g{power}",
                    f"{self._n(beta)}·{self._f(earlier)} + {self._n(1 - beta)}·{self._f(self.gradient)}{power}",
                    kept,
                )
            )
            shown, title = name, label
            if name == "v" and self.settings.get("amsgrad"):
                largest, before = ((1 - beta) * value for value in self._kept("largest_square_sum"))
                shown, title = "w", _("largest mean square")
                steps.append(Step(title, "w = max(w, v)", f"max({self._n(before)}, {self._n(kept)})", largest))
                kept = largest
            share = 1 - beta**self.number
            corrected.append(kept / share)
            steps.append(
                Step(
                    _("{name}, corrected").format(name=title),
                    f"{shown} / (1 − {letter}^t)",
                    f"{self._f(kept)} / (1 − {self._n(beta)}^{self.number})",
                    corrected[-1],
                )
            )
        old, start = self.old, self._n(self.old)
        decay = self.settings.get("weight_decay", 0.0) if self.decoupled else 0.0
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
        symbol = "w" if self.settings.get("amsgrad") else "v"
        return [*steps, self._move(f"η·m / (√{symbol} + ε)", filled, start)]

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
