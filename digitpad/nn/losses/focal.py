"""Focal loss: cross-entropy that gives less weight to samples that are already classified well.

The cross-entropy -log(p) of a true class with probability p is multiplied by (1 - p)**gamma, so that many easy samples
do not outweigh a few hard ones.

The gradient. With f(p) = (1 - p)**gamma * -log(p) and dp / d log p = p, the product rule gives

df / d log p = (1 - p)**gamma * (gamma * p * log(p) / (1 - p) - 1)

and the rest is the chain rule of log p: for a softmax d log p[c] / d z[k] = (1 if c == k else 0) - p[k], for a sigmoid
d log p / d z = 1 - p. Source: Lin, Goyal, Girshick, He and Dollar, "Focal Loss for Dense Object Detection", ICCV 2017,
equation 5.
"""

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module
from digitpad.nn.losses.binary import binary_targets, bounded_log
from digitpad.nn.losses.classification import ClassLoss, class_probabilities
from digitpad.nn.losses.loss import Factors, LossAndGradient, ReducedLoss, check_factors, check_output, per_class


class FocalLoss(ClassLoss):
    """Focal loss over several classes, from logits; the mean over the batch, unless `reduction` says otherwise.

    loss = mean over n of alpha[y[n]] * (1 - p)**gamma * -log(p), where p = softmax(z[n])[y[n]]

    The gradient. Let s[n, c] be alpha[c] * (df / d log p[n, c]) / N for the true class c = y[n], and 0 for the others
    (f and its derivative are at the top of the file). Then grad[n, k] = s[n, k] - p[n, k] * sum over c of s[n, c].

    Parameters
    ----------
    alpha
        Factor of the loss: one number for all classes, or one for each.
    gamma
        How much less a confident, correct prediction counts, at least 0; with 0 the loss is cross-entropy.
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.
    """

    def __init__(self, alpha: Factors = 1.0, gamma: float = 2.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.alpha = check_factors(self.check, "alpha", alpha)
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=float("inf"), open_high=True)

    def __call__(self, logits: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient; all arguments as for `CrossEntropyLoss`.

        Raises
        ------
        TypeError, ValueError
            As for `CrossEntropyLoss`, or if `alpha` does not have one number per class.
        """
        expected = class_probabilities(self.check, logits, targets)
        expected = expected * per_class(self.check, "alpha", self.alpha, logits)
        scaled = self.scaled(expected, logits.size // logits.shape[1], grad_output)
        log_p = functional.log_softmax(logits)
        p = array_module(logits).exp(log_p)
        cost, slope = _focal(log_p, -array_module(logits).expm1(log_p), self.gamma)
        grad: Array = scaled * slope
        grad -= p * grad.sum(axis=1, keepdims=True)
        return LossAndGradient(self.total(cost, expected, scaled), grad)


class BinaryFocalLoss(ReducedLoss):
    """Focal loss of yes-or-no questions; the mean over all outputs, unless `reduction` says otherwise.

    loss = mean of t * alpha * (1 - p)**gamma * -log(p) + (1 - t) * alpha * p**gamma * -log(1 - p)

    The gradient. Each term is t * alpha * f(p) or (1 - t) * alpha * f(1 - p), with f and df / d log p from the top of
    the file. Along the logit, d log p / d z = 1 - p and d log(1 - p) / d z = -p; along the probability 1 / p and -1 /
    (1 - p).

    Parameters
    ----------
    alpha
        Factor of the loss: one number for all, or two (of a no, of a yes). The paper's balancing alpha of 0.25 is
        (0.75, 0.25) here.
    gamma
        How much less a confident, correct prediction counts, at least 0; with 0 the loss is binary cross-entropy.
    from_logits
        Whether the network's outputs are logits z, with p = sigmoid(z), or the probabilities p themselves.
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.
    """

    def __init__(
        self, alpha: Factors = 1.0, gamma: float = 2.0, *, from_logits: bool = True, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        factors = check_factors(self.check, "alpha", alpha)
        if factors.shape not in {(), (2,)}:
            raise ValueError(f"{self.check.owner}: alpha is {alpha!r}; expected one number, or two (of a no, of a yes)")
        self.alpha_no, self.alpha_yes = float(factors.reshape(-1)[0]), float(factors.reshape(-1)[-1])
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=float("inf"), open_high=True)
        self.from_logits = self.check.flag("from_logits", from_logits)

    def __call__(self, output: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient with respect to `output`.

        Parameters
        ----------
        output
            Logits, or with `from_logits=False` probabilities; any shape, (N, ...).
        targets
            In that shape, numbers in [0, 1].
        grad_output
            With the reduction "none", what arrives at each loss, in that shape or (N,); None for ones.

        Raises
        ------
        TypeError, ValueError
            If the shapes differ, an output is not finite, or a probability or target is outside [0, 1].
        """
        name = "logits" if self.from_logits else "probabilities"
        check_output(self.check, name, output)
        targets = binary_targets(self.check, name, output, targets)
        upstream = self.upstream(grad_output, output.shape, output)
        # With the mean, N divides the factors: the sum of the losses could be too large for float32.
        count = output.size if self.reduction == "mean" else 1
        share_yes = targets * (self.alpha_yes / count)
        share_no = (1 - targets) * (self.alpha_no / count)
        if self.from_logits:
            p, q = functional.sigmoid(output), functional.sigmoid(-output)
            log_p, log_q = -functional.softplus(-output), -functional.softplus(output)
            p_slope, q_slope = q, -p  # of log p and log q along the logit
        else:
            self.check.between("probabilities", output, 0, 1)
            p, q = output, 1 - output
            log_p, log_q = bounded_log(p), bounded_log(q)
            p_slope, q_slope = _bounded_inverse(p), -_bounded_inverse(q)
        cost_yes, slope_yes = _focal(log_p, q, self.gamma)
        cost_no, slope_no = _focal(log_q, p, self.gamma)
        losses = share_yes * cost_yes + share_no * cost_no
        grad: Array = share_yes * slope_yes * p_slope + share_no * slope_no * q_slope
        if upstream is not None:
            grad *= upstream
        return LossAndGradient(losses if self.reduction == "none" else losses.sum(), grad)


def _focal(log_p: Array, q: Array, gamma: float) -> tuple[Array, Array]:
    """Return f = q**gamma * -log_p and df / dlog_p, where q = 1 - p; at p = 1 the fraction log_p / q is -1."""
    xp = array_module(log_p)
    fading = q**gamma
    unsure = q > 0
    fraction = xp.where(unsure, log_p / xp.where(unsure, q, 1), -1)
    return fading * -log_p, fading * (gamma * (1 - q) * fraction - 1)


def _bounded_inverse(p: Array) -> Array:
    """Return 1 / p, at most 1e12."""
    bounded: Array = 1 / array_module(p).maximum(p, 1e-12)
    return bounded
