"""Cross-entropy: how surprised the network is by the true class."""

import numpy as np

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, array_module
from digitpad.nn.losses.loss import Factors, LossAndGradient, check_factors, check_output, per_class, targets_like


class CrossEntropyLoss:
    """Softmax cross-entropy from logits: -log of the probability given to the true class.

    With class indices:  loss = sum over n of weight[y[n]] * -log p[n, y[n]] / sum over n of weight[y[n]]
    With probabilities:  loss = sum over n, c of weight[c] * t[n, c] * -log p[n, c] / N

    where log p = z - log(sum over c of exp(z[:, c])), by log-sum-exp, exact where the softmax itself would round
    to 0 or 1. Without weights the gradient is (softmax(z) - t) / N, t being the targets as one-hot rows.

    Parameters
    ----------
    label_smoothing
        The share of each target that is spread evenly over all classes, in [0, 1].
    weight
        A factor for each class, at least 0; None weighs all alike.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    PyTorch's conventions. Mind that with weights its mean is a weighted one for class indices, but not for
    probabilities, so a one-hot row then costs another number than its class index. Label smoothing: Szegedy and
    others, "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 7.
    """

    def __init__(self, label_smoothing: float = 0.0, weight: Factors | None = None) -> None:
        self.label_smoothing = checks.real_number("CrossEntropyLoss", "label_smoothing", label_smoothing, low=0, high=1)
        self.weight = None if weight is None else check_factors("CrossEntropyLoss", "weight", weight)

    def __call__(self, logits: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            (N, classes) or (N, classes, ...), unnormalised log-probabilities.
        targets
            Class indices in the shape of the logits without their class axis, such as (N,); or probabilities
            (one-hot rows are such) in the shape of the logits.

        Raises
        ------
        TypeError, ValueError
            If shapes do not fit, targets are neither, or logits are not finite.
        """
        expected = class_probabilities("CrossEntropyLoss", logits, targets)
        weight = None if self.weight is None else per_class("CrossEntropyLoss", "weight", self.weight, logits)
        total: Array | int = logits.size // logits.shape[1]
        if weight is not None and targets.ndim < logits.ndim:
            # A batch of classes that weigh nothing costs nothing.
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


def class_probabilities(owner: str, logits: Array, targets: Array) -> Array:
    """Return targets, class indices or probabilities, as probabilities in the shape of `logits` (N, classes, ...).

    Raises
    ------
    TypeError, ValueError
        If they are neither, or the logits are not finite.
    """
    check_output(owner, "logits", logits)
    if logits.ndim < 2:
        raise ValueError(f"{owner}: logits have shape {logits.shape}; expected (N, classes), N at least 1")
    array_module(targets)
    if targets.shape == logits.shape:
        rows = targets_like(owner, "logits", logits, targets)
        checks.between(owner, "targets", rows, 0, 1)
        checks.between(owner, "the sum of targets over the classes", rows.sum(axis=1), 0.999, 1.001)
        return rows
    classes = logits.shape[1]
    positions = (len(logits), *logits.shape[2:])
    if targets.shape != positions:
        raise ValueError(
            f"{owner}: targets have shape {targets.shape}; expected class indices {positions} "
            f"or probabilities {logits.shape}"
        )
    checks.class_indices(owner, "targets", targets, classes)
    one_hot = functional.one_hot(targets, classes, dtype=logits.dtype)
    moved: Array = array_module(one_hot).moveaxis(one_hot, -1, 1)
    return moved
