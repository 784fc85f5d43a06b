"""Where steps are on the horizontal axis that the slider and the charts above it share."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepAxis:
    """Steps from 0 to the last one, as shares of a width.

    Attributes
    ----------
    last
        The last step, at the right end.
    is_log
        Whether the axis is logarithmic (in step + 1), which gives the first steps more room.
    """

    last: int = 0
    is_log: bool = False

    def share(self, step: float) -> float:
        """Return the place of a step, from 0 at the left to 1 at the right end."""
        if self.last <= 0:
            return 0.0
        step = min(max(step, 0.0), float(self.last))
        if self.is_log:
            return math.log1p(step) / math.log1p(self.last)
        return step / self.last

    def step(self, share: float) -> float:
        """Return the step at a place; places beyond the ends are at the ends."""
        share = min(max(share, 0.0), 1.0)
        if self.is_log:
            return math.expm1(share * math.log1p(self.last))
        return share * self.last
