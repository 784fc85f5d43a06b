"""Binary cross-entropy: each output answers a separate yes-or-no question.

With p the probability of yes and t the target, the loss is -t * log(p) - (1 - t) * log(1 - p). In terms of the logit z,
with p = sigmoid(z), -log(p) is softplus(-z) and -log(1 - p) is softplus(z), which are exact where p rounds to 0 or 1.
"""

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.checks import Checked, Checks
from digitpad.nn.losses.loss import (
    Factors,
    LossAndGradient,
    check_factors,
    check_output,
    spread,
    targets_like,
)


class BCEWithLogitsLoss(Checked):
    """Binary cross-entropy from logits, the mean over all outputs.

    loss = mean of weight * (pos_weight * t * softplus(-z) + (1 - t) * softplus(z))

    The gradient. softplus(z) = log(1 + exp(z)) has the derivative exp(z) / (1 + exp(z)) = sigmoid(z), and softplus(-z)
    therefore -sigmoid(-z) = sigmoid(z) - 1. Without factors the sum is t * (p - 1) + (1 - t) * p = p - t:
    grad = (sigmoid(z) - t) / number of outputs.

    Parameters
    ----------
    weight
        Factor of the loss of each output: one number, or an array that broadcasts over a sample, such as one number
        per output.
    pos_weight
        Factor of the loss where the target is yes, for questions with few such targets; as `weight`.

    Raises
    ------
    TypeError, ValueError
        If a factor is not a finite number of at least 0.
    """

    def __init__(self, weight: Factors = 1.0, *, pos_weight: Factors = 1.0) -> None:
        self.pos_weight = check_factors(self.check, "pos_weight", pos_weight)
        self.weight = check_factors(self.check, "weight", weight)

    def __call__(self, logits: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            Any shape, (N, ...).
        targets
            In that shape, numbers in [0, 1].

        Raises
        ------
        TypeError, ValueError
            If the shapes differ, a target is outside [0, 1], or a logit is not finite.
        """
        check_output(self.check, "logits", logits)
        targets = binary_targets(self.check, "logits", logits, targets)
        weight = spread(self.check, "weight", self.weight, logits)
        yes = weight * spread(self.check, "pos_weight", self.pos_weight, logits) * targets
        no = weight * (1 - targets)
        value: Array = _cost(logits, yes, no).mean()
        return LossAndGradient(value, _slope(logits, yes, no, 1 / logits.size))


@elementwise
def _cost(logits: Array, yes: Array, no: Array) -> Array:
    """Return yes * softplus(-z) + no * softplus(z)."""
    cost: Array = yes * functional.softplus(-logits) + no * functional.softplus(logits)
    return cost


@elementwise
def _slope(logits: Array, yes: Array, no: Array, share: float) -> Array:
    """Return the derivative of `_cost`, times `share`."""
    slope: Array = (no * functional.sigmoid(logits) - yes * functional.sigmoid(-logits)) * share
    return slope


class BCELoss(Checked):
    """Binary cross-entropy from probabilities, the mean over all outputs.

    loss = mean of weight * (-t * log(p) - (1 - t) * log(1 - p)), each logarithm at least -100

    After a sigmoid layer, leave the layer out and use `BCEWithLogitsLoss`: in float32 a sigmoid is exactly 1 from z =
    17.

    The gradient. -t / p + (1 - t) / (1 - p) = (p - t) / (p * (1 - p)), over the number of outputs.

    Parameters
    ----------
    weight
        Factor of the loss of each output: one number, or an array that broadcasts over a sample.

    Raises
    ------
    TypeError, ValueError
        If `weight` is not a finite number of at least 0.

    Notes
    -----
    The limits are PyTorch's: logarithms are at least -100, and the gradient divides by at least 1e-12.
    """

    def __init__(self, weight: Factors = 1.0) -> None:
        self.weight = check_factors(self.check, "weight", weight)

    def __call__(self, probabilities: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient with respect to the probabilities.

        Parameters
        ----------
        probabilities
            Any shape, (N, ...), in [0, 1].
        targets
            In that shape, numbers in [0, 1].

        Raises
        ------
        TypeError, ValueError
            If the shapes differ, or a value is outside [0, 1].
        """
        check_output(self.check, "probabilities", probabilities)
        self.check.between("probabilities", probabilities, 0, 1)
        targets = binary_targets(self.check, "probabilities", probabilities, targets)
        weight = spread(self.check, "weight", self.weight, probabilities)
        no = 1 - probabilities
        value: Array = -(weight * (targets * bounded_log(probabilities) + (1 - targets) * bounded_log(no))).mean()
        slope = (probabilities - targets) / array_module(no).maximum(probabilities * no, 1e-12)
        grad: Array = weight * slope / probabilities.size
        return LossAndGradient(value, grad)


def binary_targets(check: Checks, name: str, output: Array, targets: Array) -> Array:
    """Return targets in [0, 1] in the dtype of the output.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or a target is outside [0, 1].
    """
    targets = targets_like(check, name, output, targets)
    check.between("targets", targets, 0, 1)
    return targets


def bounded_log(p: Array) -> Array:
    """Return the logarithm of `p`, at least -100."""
    xp = array_module(p)
    positive = p > 0
    bounded: Array = xp.where(positive, xp.maximum(xp.log(xp.where(positive, p, 1)), -100), -100)
    return bounded
