"""Cross-entropy: how improbable the true class is according to the network."""

import numpy as np

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checks
from digitpad.nn.losses.loss import (
    Factors,
    LossAndGradient,
    ReducedLoss,
    check_factors,
    check_output,
    per_class,
    targets_like,
)


class ClassLoss(ReducedLoss):
    """The base of the losses of several classes, which are sums over the classes: factor[c] * cost[c].

    A factor is a target times the weight of its class.
    """

    def scaled(self, factors: Array, divisor: Array | float, grad_output: Array | None) -> Array:
        """Return the factors (N, classes, ...) times what each loss has in the gradient."""
        upstream = self.upstream(grad_output, (factors.shape[0], *factors.shape[2:]), factors)
        if self.reduction == "mean":
            return factors / divisor
        return factors if upstream is None else factors * upstream[:, np.newaxis]

    def total(self, costs: Array, factors: Array, scaled: Array) -> Array:
        """Return the loss: the sum of scaled * cost, or with the reduction "none" the losses, sums of factor * cost."""
        value: Array = (factors * costs).sum(axis=1) if self.reduction == "none" else (scaled * costs).sum()
        return value


class CrossEntropyLoss(ClassLoss):
    """Softmax cross-entropy from logits: -log of the probability given to the true class.

    With class indices:  loss = sum over n of weight[y[n]] * -log p[n, y[n]] / sum over n of weight[y[n]]
    With probabilities:  loss = sum over n, c of weight[c] * t[n, c] * -log p[n, c] / N

    where log p[c] = z[c] - log(sum over k of exp(z[k])), computed by log-sum-exp, which is exact where the softmax
    itself rounds to 0 or 1. The reductions "sum" and "none" leave out the divisor.

    The gradient. d log p[c] / d z[k] = (1 if c == k else 0) - p[k], because the derivative of the logarithm is
    exp(z[k]) / sum of exp(z), the softmax. With t the targets as rows that sum to 1, one sample's loss -sum of t[c] *
    log p[c] has the derivative -t[k] + p[k] * sum of t[c] = p[k] - t[k]. So without weights grad = (softmax(z) - t) /
    N; weights and the divisor are factors of t.

    Parameters
    ----------
    label_smoothing
        The part of each target that is distributed equally over all classes, in [0, 1].
    weight
        A factor for each class, at least 0; None weights all classes equally.
    ignore_index
        Class index whose samples cost nothing and do not count in the mean, such as PyTorch's usual -100; None ignores
        none.
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The conventions are PyTorch's. Note that with weights the mean is a weighted one for class indices but not for
    probabilities, so the loss of a one-hot row then differs from that of its class index. If all samples are ignored
    or have the weight 0, the mean is 0, where PyTorch returns NaN. Label smoothing: Szegedy and others, "Rethinking the
    Inception Architecture for Computer Vision", CVPR 2016, section 7.
    """

    def __init__(
        self,
        label_smoothing: float = 0.0,
        weight: Factors | None = None,
        *,
        ignore_index: int | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction)
        self.label_smoothing = self.check.real_number("label_smoothing", label_smoothing, low=0, high=1)
        self.weight = None if weight is None else check_factors(self.check, "weight", weight)
        self.ignore_index = check_ignored(self.check, ignore_index)

    def __call__(self, logits: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            (N, classes) or (N, classes, ...), unnormalized log-probabilities.
        targets
            Class indices in the shape of the logits without their class axis, such as (N,); or probabilities, such as
            one-hot rows, in the shape of the logits.
        grad_output
            With the reduction "none", what arrives at each loss, in the shape of class indices or (N,); None for ones.

        Raises
        ------
        TypeError, ValueError
            If the shapes do not match, targets are neither of these, or logits are not finite.
        """
        expected = class_probabilities(self.check, logits, targets, self.ignore_index)
        weight = None if self.weight is None else per_class(self.check, "weight", self.weight, logits)
        divisor: Array | int = logits.size // logits.shape[1]
        if targets.ndim < logits.ndim and (weight is not None or self.ignore_index is not None):
            divisor = _counted(expected if weight is None else expected * weight)
        if self.label_smoothing:
            spread: Array | float = self.label_smoothing / logits.shape[1]
            if self.ignore_index is not None:
                spread = spread * expected.sum(axis=1, keepdims=True)  # 0 where ignored
            expected = expected * (1 - self.label_smoothing) + spread
        if weight is not None:
            expected = expected * weight
        scaled = self.scaled(expected, divisor, grad_output)
        log_probabilities = functional.log_softmax(logits)
        value = -self.total(log_probabilities, expected, scaled)
        grad: Array = array_module(logits).exp(log_probabilities)
        grad *= scaled.sum(axis=1, keepdims=True)
        grad -= scaled
        return LossAndGradient(value, grad)


class NLLLoss(ClassLoss):
    """Negative log-likelihood: cross-entropy from log-probabilities, such as those of `functional.log_softmax`.

    loss = sum over n of weight[y[n]] * -log_p[n, y[n]] / sum over n of weight[y[n]]

    After a softmax, leave the layer out and use `CrossEntropyLoss` with the logits, which is the same loss.

    The gradient. The loss is linear in log_p: grad[n, c] is -weight[y[n]] / (sum of weight[y[n]]) for the true class
    c = y[n], and 0 for the others. In terms of logits, where log_p is the log-softmax, this becomes the gradient of
    `CrossEntropyLoss`.

    Parameters
    ----------
    weight
        A factor for each class, at least 0; None weights all classes equally.
    ignore_index
        As for `CrossEntropyLoss`.
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The conventions are PyTorch's: `log_p` may be any numbers, and is not checked to be log-probabilities. If all
    samples are ignored or have the weight 0, the mean is 0, where PyTorch returns NaN.
    """

    def __init__(
        self, weight: Factors | None = None, *, ignore_index: int | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self.weight = None if weight is None else check_factors(self.check, "weight", weight)
        self.ignore_index = check_ignored(self.check, ignore_index)

    def __call__(self, log_p: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient with respect to the log-probabilities.

        Parameters
        ----------
        log_p
            (N, classes) or (N, classes, ...), log-probabilities.
        targets
            Class indices in that shape without the class axis, such as (N,).
        grad_output
            With the reduction "none", what arrives at each loss, in the shape of the targets or (N,); None for ones.

        Raises
        ------
        TypeError, ValueError
            If the shapes do not match, targets are not class indices, or log-probabilities are not finite.
        """
        expected = indexed_classes(self.check, "log_p", log_p, targets, self.ignore_index)
        if self.weight is not None:
            expected = expected * per_class(self.check, "weight", self.weight, log_p)
        scaled = self.scaled(expected, _counted(expected), grad_output)
        return LossAndGradient(-self.total(log_p, expected, scaled), -scaled)


def check_ignored(check: Checks, ignore_index: int | None) -> int | None:
    """Return the class index that a loss ignores.

    Raises
    ------
    TypeError
        If it is neither a whole number nor None.
    """
    if ignore_index is None:
        return None
    if isinstance(ignore_index, bool) or not isinstance(ignore_index, int | np.integer):
        raise TypeError(f"{check.owner}: ignore_index is {ignore_index!r}; expected a whole number or None")
    return int(ignore_index)


def class_probabilities(check: Checks, logits: Array, targets: Array, ignore_index: int | None = None) -> Array:
    """Return targets, class indices or probabilities, as probabilities in the shape of `logits` (N, classes, ...).

    The rows of ignored samples are 0.

    Raises
    ------
    TypeError, ValueError
        If the targets are neither, or are probabilities with an `ignore_index`, or the logits are not finite.
    """
    array_module(targets)
    if targets.shape != logits.shape:
        return indexed_classes(check, "logits", logits, targets, ignore_index, " or probabilities {shape}")
    _check_classes(check, "logits", logits)
    if ignore_index is not None:
        raise ValueError(f"{check.owner}: targets are probabilities; expected class indices with an ignore_index")
    rows = targets_like(check, "logits", logits, targets)
    check.between("targets", rows, 0, 1)
    check.between("the sum of targets over the classes", rows.sum(axis=1), 0.999, 1.001)
    return rows


def indexed_classes(
    check: Checks, name: str, output: Array, targets: Array, ignore_index: int | None, alternative: str = ""
) -> Array:
    """Return class indices as one-hot rows in the shape of `output` (N, classes, ...); those of ignored samples are 0.

    Raises
    ------
    TypeError, ValueError
        If the targets are not class indices, or the output is not finite.
    """
    _check_classes(check, name, output)
    array_module(targets)
    classes = output.shape[1]
    positions = (len(output), *output.shape[2:])
    if targets.shape != positions:
        raise ValueError(
            f"{check.owner}: targets have shape {targets.shape}; expected class indices {positions}"
            + alternative.format(shape=output.shape)
        )
    kept = None
    if ignore_index is not None:
        check.class_indices("targets", targets[:0], classes)  # the dtype alone
        kept = targets != ignore_index
        targets = array_module(targets).where(kept, targets, 0)
    check.class_indices("targets", targets, classes)
    one_hot = functional.one_hot(targets, classes, dtype=output.dtype)
    if kept is not None:
        one_hot *= kept[..., np.newaxis]
    moved: Array = array_module(one_hot).moveaxis(one_hot, -1, 1)
    return moved


def _check_classes(check: Checks, name: str, output: Array) -> None:
    """Check that an output is finite and has an axis of classes."""
    check_output(check, name, output)
    if output.ndim < 2:
        raise ValueError(f"{check.owner}: {name} have shape {output.shape}; expected (N, classes), N at least 1")


def _counted(factors: Array) -> Array:
    """Return the sum of the weights of a batch, by which its mean divides."""
    # The smallest positive number keeps a batch whose classes all have the weight 0 from dividing by 0.
    count: Array = array_module(factors).maximum(factors.sum(), np.finfo(factors.dtype).tiny)
    return count
