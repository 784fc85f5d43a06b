"""Binary cross-entropy: each output answers a separate yes-or-no question.

With p the probability of yes and t the target, the loss is -t * log(p) - (1 - t) * log(1 - p). In terms of the logit z,
with p = sigmoid(z), -log(p) is softplus(-z) and -log(1 - p) is softplus(z), which are exact where p rounds to 0 or 1.
"""

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.checks import Checks
from digitpad.nn.losses.loss import (
    Factors,
    LossAndGradient,
    ReducedLoss,
    check_factors,
    check_output,
    spread,
    targets_like,
)


class BCEWithLogitsLoss(ReducedLoss):
    """Binary cross-entropy from logits; the mean over all outputs, unless `reduction` says otherwise.

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
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If a factor is not a finite number of at least 0, or the reduction is unknown.
    """

    def __init__(self, weight: Factors = 1.0, *, pos_weight: Factors = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.pos_weight = check_factors(self.check, "pos_weight", pos_weight)
        self.weight = check_factors(self.check, "weight", weight)

    def __call__(self, logits: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            Any shape, (N, ...).
        targets
            In that shape, numbers in [0, 1].
        grad_output
            With the reduction "none", what arrives at each loss, in that shape or (N,); None for ones.

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
        share = self.share(self.upstream(grad_output, logits.shape, logits), logits.size)
        return LossAndGradient(self.reduce(_cost(logits, yes, no)), _slope(logits, yes, no, share))


@elementwise
def _cost(logits: Array, yes: Array, no: Array) -> Array:
    """Return yes * softplus(-z) + no * softplus(z)."""
    cost: Array = yes * functional.softplus(-logits) + no * functional.softplus(logits)
    return cost


@elementwise
def _slope(logits: Array, yes: Array, no: Array, share: Array | float) -> Array:
    """Return the derivative of `_cost`, times `share`."""
    slope: Array = (no * functional.sigmoid(logits) - yes * functional.sigmoid(-logits)) * share
    return slope


class BCELoss(ReducedLoss):
    """Binary cross-entropy from probabilities; the mean over all outputs, unless `reduction` says otherwise.

    loss = mean of weight * (-t * log(p) - (1 - t) * log(1 - p)), each logarithm at least -100

    After a sigmoid layer, leave the layer out and use `BCEWithLogitsLoss`: in float32 a sigmoid is exactly 1 from z =
    17.

    The gradient. -t / p + (1 - t) / (1 - p) = (p - t) / (p * (1 - p)), over the number of outputs.

    Parameters
    ----------
    weight
        Factor of the loss of each output: one number, or an array that broadcasts over a sample.
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If `weight` is not a finite number of at least 0, or the reduction is unknown.

    Notes
    -----
    The limits are PyTorch's: logarithms are at least -100, and the gradient divides by at least 1e-12.
    """

    def __init__(self, weight: Factors = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.weight = check_factors(self.check, "weight", weight)

    def __call__(self, probabilities: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient with respect to the probabilities.

        Parameters
        ----------
        probabilities
            Any shape, (N, ...), in [0, 1].
        targets
            In that shape, numbers in [0, 1].
        grad_output
            With the reduction "none", what arrives at each loss, in that shape or (N,); None for ones.

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
        upstream = self.upstream(grad_output, probabilities.shape, probabilities)
        value = self.reduce(-(weight * (targets * bounded_log(probabilities) + (1 - targets) * bounded_log(no))))
        slope = (probabilities - targets) / array_module(no).maximum(probabilities * no, 1e-12)
        grad: Array = weight * slope
        # Divided, because a product with the reciprocal would round differently.
        grad = grad / probabilities.size if self.reduction == "mean" else grad * self.share(upstream, grad.size)
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
