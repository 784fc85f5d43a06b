"""Losses: one number for how wrong the network is, and the gradient that makes it less.

A loss is called with the network's output and the targets, and returns both at once, because they share their
work. All of them average over the batch, so a gradient is already divided by the number of samples.
"""

from typing import NamedTuple

from digitpad.nn import functional
from digitpad.nn.backend import Array, array_module


class LossAndGradient(NamedTuple):
    """What a loss returns."""

    value: Array
    """The mean loss, a scalar of the network's dtype, on the device that the network computes on."""
    grad: Array
    """Gradient of `value` with respect to the network's output, in its shape."""


class CrossEntropyLoss:
    """Softmax cross-entropy from logits: -log of the probability given to the true class.

    loss = mean over n of (log(sum over c of exp(z[n, c])) - z[n, target[n]])

    computed by log-sum-exp; its gradient is (softmax(z) - one_hot(target)) / N.
    """

    def __call__(self, logits: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        logits
            (N, classes), unnormalised log-probabilities.
        targets
            (N,) class indices.

        Raises
        ------
        TypeError, ValueError
            If shapes do not fit, or targets are no class indices.
        """
        if logits.ndim != 2 or len(logits) == 0:
            raise ValueError(f"CrossEntropyLoss: logits have shape {logits.shape}; expected (N, classes), N at least 1")
        n, classes = logits.shape
        if targets.shape != (n,):
            raise ValueError(f"CrossEntropyLoss: targets have shape {targets.shape}; expected ({n},)")
        expected = functional.one_hot(targets, classes, dtype=logits.dtype)
        log_probabilities = functional.log_softmax(logits)
        value: Array = -(expected * log_probabilities).sum() / n
        grad: Array = (array_module(logits).exp(log_probabilities) - expected) / n
        return LossAndGradient(value, grad)
