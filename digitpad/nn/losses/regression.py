"""Losses for outputs that are measured, not chosen."""

from digitpad.nn.backend import Array
from digitpad.nn.losses.loss import LossAndGradient, check_output, targets_like


class MSELoss:
    """Mean squared error: loss = mean over all values of (output - target)**2.

    Its gradient is 2 * (output - target) / number of values.
    """

    def __call__(self, output: Array, targets: Array) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        output, targets
            Of one shape, (N, ...).

        Raises
        ------
        TypeError, ValueError
            If shapes differ (broadcasting would hide it), or something is not finite.
        """
        check_output("MSELoss", "output", output)
        difference = output - targets_like("MSELoss", "output", output, targets)
        value: Array = (difference * difference).mean()
        grad: Array = difference * (2 / output.size)
        return LossAndGradient(value, grad)
