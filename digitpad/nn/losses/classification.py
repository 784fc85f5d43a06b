"""Cross-entropy: how improbable the true class is according to the network."""

import numpy as np

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module
from digitpad.nn.checks import Checked, Checks
from digitpad.nn.losses.loss import Factors, LossAndGradient, check_factors, check_output, per_class, targets_like


class CrossEntropyLoss(Checked):
    """Softmax cross-entropy from logits: -log of the probability given to the true class.

    With class indices:  loss = sum over n of weight[y[n]] * -log p[n, y[n]] / sum over n of weight[y[n]]
    With probabilities:  loss = sum over n, c of weight[c] * t[n, c] * -log p[n, c] / N

    where log p[c] = z[c] - log(sum over k of exp(z[k])), computed by log-sum-exp, which is exact where the softmax
    itself rounds to 0 or 1.

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

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The conventions are PyTorch's. Note that with weights the mean is a weighted one for class indices but not for
    probabilities, so the loss of a one-hot row then differs from that of its class index. Label smoothing: Szegedy and
    others, "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 7.
    """

    def __init__(self, label_smoothing: float = 0.0, weight: Factors | None = None) -> None:
        self.label_smoothing = self.check.real_number("label_smoothing", label_smoothing, low=0, high=1)
        self.weight = None if weight is None else check_factors(self.check, "weight", weight)

    def __call__(self, logits: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            (N, classes) or (N, classes, ...), unnormalized log-probabilities.
        targets
            Class indices in the shape of the logits without their class axis, such as (N,); or probabilities, such as
            one-hot rows, in the shape of the logits.

        Raises
        ------
        TypeError, ValueError
            If the shapes do not match, targets are neither of these, or logits are not finite.
        """
        expected = class_probabilities(self.check, logits, targets)
        weight = None if self.weight is None else per_class(self.check, "weight", self.weight, logits)
        total: Array | int = logits.size // logits.shape[1]
        if weight is not None and targets.ndim < logits.ndim:
            # The smallest positive number keeps a batch whose classes all have the weight 0 from dividing by 0.
            total = array_module(logits).maximum((expected * weight).sum(), np.finfo(logits.dtype).tiny)
        if self.label_smoothing:
            expected = expected * (1 - self.label_smoothing) + self.label_smoothing / logits.shape[1]
        if weight is not None:
            expected = expected * weight
        expected = expected / total
        log_probabilities = functional.log_softmax(logits)
        value: Array = -(expected * log_probabilities).sum()
        grad: Array = array_module(logits).exp(log_probabilities)
        grad *= expected.sum(axis=1, keepdims=True)
        grad -= expected
        return LossAndGradient(value, grad)


def class_probabilities(check: Checks, logits: Array, targets: Array) -> Array:
    """Return targets, class indices or probabilities, as probabilities in the shape of `logits` (N, classes, ...).

    Raises
    ------
    TypeError, ValueError
        If the targets are neither, or the logits are not finite.
    """
    check_output(check, "logits", logits)
    if logits.ndim < 2:
        raise ValueError(f"{check.owner}: logits have shape {logits.shape}; expected (N, classes), N at least 1")
    array_module(targets)
    if targets.shape == logits.shape:
        rows = targets_like(check, "logits", logits, targets)
        check.between("targets", rows, 0, 1)
        check.between("the sum of targets over the classes", rows.sum(axis=1), 0.999, 1.001)
        return rows
    classes = logits.shape[1]
    positions = (len(logits), *logits.shape[2:])
    if targets.shape != positions:
        raise ValueError(
            f"{check.owner}: targets have shape {targets.shape}; expected class indices {positions} "
            f"or probabilities {logits.shape}"
        )
    check.class_indices("targets", targets, classes)
    one_hot = functional.one_hot(targets, classes, dtype=logits.dtype)
    moved: Array = array_module(one_hot).moveaxis(one_hot, -1, 1)
    return moved
