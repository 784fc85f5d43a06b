"""Losses for outputs that are quantities, not classes."""

from digitpad.nn.backend import Array
from digitpad.nn.checks import Checked
from digitpad.nn.losses.loss import LossAndGradient, check_output, targets_like


class MSELoss(Checked):
    """Mean squared error: loss = mean over all values of (output - target)**2.

    The gradient. The square has the derivative 2 * (output - target), and the mean divides by the number of values:
    grad = 2 * (output - target) / number of values.
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
            If the shapes differ (broadcasting would hide it), or a value is not finite.
        """
        check_output(self.check, "output", output)
        difference = output - targets_like(self.check, "output", output, targets)
        value: Array = (difference * difference).mean()
        grad: Array = difference * (2 / output.size)
        return LossAndGradient(value, grad)
