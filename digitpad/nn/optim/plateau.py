"""A learning rate that is reduced when a metric stops improving."""

import math
from collections.abc import Mapping

from digitpad.nn.checks import Checked
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.scheduler import State, numbers_of


class ReduceLROnPlateau(Checked):
    """Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` steps.

    Parameters
    ----------
    optimizer
        The optimizer whose learning rate is set.
    factor
        Factor of each reduction, in [0, 1).
    patience
        Number of consecutive calls of `step` without improvement that are tolerated.
    maximize
        Whether larger values are better, as for an accuracy.
    threshold
        A value counts as an improvement if it is better than the best one by more than this fraction of it.
    cooldown
        Number of calls after a reduction during which calls without improvement are not counted.
    minimum
        The smallest learning rate.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The same as PyTorch's `ReduceLROnPlateau` with a relative threshold.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        *,
        maximize: bool = False,
        threshold: float = 1e-4,
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self.optimizer = optimizer
        self.factor = self.check.real_number("factor", factor, low=0, high=1, open_high=True)
        self.patience = self.check.whole_number("patience", patience, least=0)
        self.maximize = self.check.flag("maximize", maximize)
        self.threshold = self.check.real_number("threshold", threshold, low=0, high=1)
        self.cooldown = self.check.whole_number("cooldown", cooldown, least=0)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self.best: float | None = None
        self.waited = 0
        self.cooling = 0

    def step(self, figure: float) -> None:
        """Record a value of the metric, such as an epoch's validation loss, and reduce the learning rate if due.

        NaN is not an improvement.
        """
        figure = float(figure)
        if self._is_better(figure):
            self.best, self.waited = figure, 0
        else:
            self.waited += 1
        if self.cooling:
            self.cooling -= 1
            self.waited = 0
        if self.waited > self.patience:
            # A learning rate that is already below the minimum is kept: a reduction never raises it.
            present = self.optimizer.learning_rate
            self.optimizer.learning_rate = min(present, max(present * self.factor, self.minimum))
            self.cooling, self.waited = self.cooldown, 0

    def state_dict(self) -> State:
        """Return the state that a resumed run needs."""
        return {
            "best": self.best,
            "waited": self.waited,
            "cooling": self.cooling,
            "learning_rate": self.optimizer.learning_rate,
        }

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Restore what `state_dict` returned.

        Raises
        ------
        ValueError
            If a number is missing.
        """
        waited, cooling, learning_rate = numbers_of(self.check.owner, state, "waited", "cooling", "learning_rate")
        self.best = state.get("best")
        self.waited, self.cooling = int(waited), int(cooling)
        self.optimizer.learning_rate = learning_rate

    def _is_better(self, figure: float) -> bool:
        if math.isnan(figure):
            return False
        if self.best is None:
            return True
        if self.maximize:
            return figure > self.best * (1 + self.threshold)
        return figure < self.best * (1 - self.threshold)
