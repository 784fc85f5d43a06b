"""Losses for outputs that are quantities, not classes."""

from digitpad.nn.backend import Array
from digitpad.nn.losses.loss import LossAndGradient, ReducedLoss, check_output, targets_like


class MSELoss(ReducedLoss):
    """Mean squared error: loss = mean over all values of (output - target)**2.

    The gradient. The square has the derivative 2 * (output - target), and the mean divides by the number of values:
    grad = 2 * (output - target) / number of values.

    Parameters
    ----------
    reduction
        "mean", "sum" or "none", see `ReducedLoss`.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction)

    def __call__(self, output: Array, targets: Array, grad_output: Array | None = None) -> LossAndGradient:
        """Return the loss and its gradient.

        Parameters
        ----------
        output, targets
            Of one shape, (N, ...).
        grad_output
            With the reduction "none", what arrives at each loss, in that shape or (N,); None for ones.

        Raises
        ------
        TypeError, ValueError
            If the shapes differ (broadcasting would hide it), or a value is not finite.
        """
        check_output(self.check, "output", output)
        difference = output - targets_like(self.check, "output", output, targets)
        share = self.share(self.upstream(grad_output, output.shape, output), output.size)
        return LossAndGradient(self.reduce(difference * difference), difference * (2 * share))
