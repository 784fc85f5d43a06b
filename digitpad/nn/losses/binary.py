"""Binary cross-entropy: each output is a yes-or-no question of its own.

With p the probability of yes and t the target, the cost is -t * log(p) - (1 - t) * log(1 - p). From logits,
-log(p) is softplus(-z) and -log(1 - p) is softplus(z), which are exact however sure the network is.
"""

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, array_module, elementwise
from digitpad.nn.losses.loss import (
    Factors,
    LossAndGradient,
    check_factors,
    check_output,
    spread,
    targets_like,
)


class BCEWithLogitsLoss:
    """Binary cross-entropy from logits, the mean over all outputs.

    loss = mean of weight * (pos_weight * t * softplus(-z) + (1 - t) * softplus(z))

    Parameters
    ----------
    weight
        Factor of the cost of each output: one number, or an array that repeats over a sample, such as one number
        per output.
    pos_weight
        Factor of the cost of a yes, where yeses are rare, likewise.

    Raises
    ------
    TypeError, ValueError
        If a factor is no finite number of at least 0.
    """

    def __init__(self, weight: Factors = 1.0, *, pos_weight: Factors = 1.0) -> None:
        self.pos_weight = check_factors("BCEWithLogitsLoss", "pos_weight", pos_weight)
        self.weight = check_factors("BCEWithLogitsLoss", "weight", weight)

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
            If shapes differ, targets lie outside [0, 1], or logits are not finite.
        """
        check_output("BCEWithLogitsLoss", "logits", logits)
        targets = binary_targets("BCEWithLogitsLoss", "logits", logits, targets)
        weight = spread("BCEWithLogitsLoss", "weight", self.weight, logits)
        yes = weight * spread("BCEWithLogitsLoss", "pos_weight", self.pos_weight, logits) * targets
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


class BCELoss:
    """Binary cross-entropy from probabilities, the mean over all outputs.

    loss = mean of weight * (-t * log(p) - (1 - t) * log(1 - p)), each logarithm at least -100

    Behind a sigmoid use `BCEWithLogitsLoss` on its input instead: in float32 a sigmoid is exactly 1 from z = 17 on.

    Parameters
    ----------
    weight
        Factor of the cost of each output: one number, or an array that repeats over a sample.

    Raises
    ------
    TypeError, ValueError
        If `weight` is no finite number of at least 0.

    Notes
    -----
    PyTorch's limits: logarithms end at -100, and the gradient is (p - t) / max(p * (1 - p), 1e-12).
    """

    def __init__(self, weight: Factors = 1.0) -> None:
        self.weight = check_factors("BCELoss", "weight", weight)

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
            If shapes differ, or something lies outside [0, 1].
        """
        check_output("BCELoss", "probabilities", probabilities)
        checks.between("BCELoss", "probabilities", probabilities, 0, 1)
        targets = binary_targets("BCELoss", "probabilities", probabilities, targets)
        weight = spread("BCELoss", "weight", self.weight, probabilities)
        no = 1 - probabilities
        value: Array = -(weight * (targets * bounded_log(probabilities) + (1 - targets) * bounded_log(no))).mean()
        slope = (probabilities - targets) / array_module(no).maximum(probabilities * no, 1e-12)
        grad: Array = weight * slope / probabilities.size
        return LossAndGradient(value, grad)


def binary_targets(owner: str, name: str, output: Array, targets: Array) -> Array:
    """Return targets in [0, 1] in the dtype of the output.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, or a target lies outside.
    """
    targets = targets_like(owner, name, output, targets)
    checks.between(owner, "targets", targets, 0, 1)
    return targets


def bounded_log(p: Array) -> Array:
    """Return the logarithm of `p`, at least -100."""
    xp = array_module(p)
    positive = p > 0
    bounded: Array = xp.where(positive, xp.maximum(xp.log(xp.where(positive, p, 1)), -100), -100)
    return bounded
